"""What the bot remembers between questions: threads, the answers it gave, and what people
thought of them.

The database is called in threads, by the same code for SQLite and Postgres. Every method raises
SourceUnavailable when the database does not answer; the bot can go on without.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal, Self, TypeVar

from sqlalchemy import Connection, Engine, Executable, Row, bindparam, delete, select
from sqlalchemy.exc import IntegrityError

from core.statement_log import watch
from core.store import alerts, audit, notices, stop_reasons
from core.store.asked import Asked, asked, newest
from core.store.compiled_insert import insert_into
from core.store.engine import failures, store_engine
from core.store.forget import Forgotten, forget, forget_in_copies, scrub
from core.store.group_commit import GroupCommit
from core.store.inbox import Inbox
from core.store.listing import Listing
from core.store.memories import Memories
from core.store.migrate import migrate, revision
from core.store.outbox import Outbox
from core.store.people import Person
from core.store.places import Places
from core.store.schema import HEAD, answers, feedback, people, threads, usage
from core.store.sending import Sending
from core.store.subscriptions import Subscriptions, keep_quiet
from core.store.work import Work

MAX_CONTEXT_CHARACTERS = 8_000
# Asked with every question, so put together once.
_THREAD = select(threads.c.context, threads.c.updated_at).where(
    threads.c.key == bindparam("wanted")
)
_PERSON = select(people).where(people.c.user_id == bindparam("wanted"))
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Thread:
    """What a follow-up question builds on: the last tool, its arguments, the words used."""

    context: Mapping[str, Any]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it was given. `args`, `answer` and `queries` are JSON values; `queries` are
    what the citations point into: "show the data" and "run again" start from them."""

    id: str
    asked_at: datetime
    user_id: str
    place_key: str
    question: str
    tool: str | None
    args: Mapping[str, Any]
    answer: Mapping[str, Any]
    queries: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one user thinks of one answer."""

    answer_id: str
    user_id: str
    verdict: Literal["up", "down"]
    reason: str | None
    at: datetime


class Store:
    """The bot's own state. Open it with `Store.open`, close it with `close`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        watch(engine, "store")
        self._writes = GroupCommit(engine)
        self.inbox = Inbox(self._writes, engine.dialect)
        self.memories = Memories(engine)
        self.places = Places(self.write, self.read, engine.dialect)
        self.subscriptions = Subscriptions(self.write, self.read, engine.dialect)
        self.outbox = Outbox()
        self.sending = Sending(self.write)
        self.listing = Listing(self.read)
        self.work = Work(self.write, self.read, engine.dialect)

    @classmethod
    def open(cls, url: str, *, wait_seconds: float = 5.0) -> Self:
        """A store whose tables are up to date; migrates first where they are not.

        Blocks. `wait_seconds` bounds every later wait for a lock or a connection.
        """
        engine = store_engine(url, wait_seconds)
        try:
            with failures():
                at_head = revision(engine) == HEAD
            if not at_head:
                migrate(url)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        self._writes.close()
        self._engine.dispose()

    async def thread(self, key: str) -> Thread | None:
        """The thread's context as last saved, or None."""
        row = await self.read(lambda c: c.execute(_THREAD, {"wanted": key}).one_or_none())
        return None if row is None else Thread(row.context, row.updated_at)

    async def save_thread(self, key: str, context: Mapping[str, Any], at: datetime) -> None:
        """Replaces the thread's context.

        A context that is too long is not kept and the one before it goes too: a follow-up then
        starts afresh, which is better than building on an older question.
        """
        statement = self._kept_thread(key, context, at)
        await self.write(lambda c: c.execute(statement))

    def _kept_thread(self, key: str, context: Mapping[str, Any], at: datetime) -> Executable:
        if len(json.dumps(context)) > MAX_CONTEXT_CHARACTERS:
            return delete(threads).where(threads.c.key == key)
        values = {"context": dict(context), "updated_at": at}
        statement = insert_into(threads, self._engine.dialect).values(key=key, **values)
        return statement.on_conflict_do_update(index_elements=["key"], set_=values)

    async def save_answer(self, answer: StoredAnswer) -> None:
        """Keeps the answer; one that is already kept under this id stays as it is."""
        statement = self._kept_answer(answer)
        await self.write(lambda c: c.execute(statement))

    def _kept_answer(self, answer: StoredAnswer) -> Executable:
        # Not asdict: it would copy the queries, which may hold ten thousands of spans.
        values = {field.name: getattr(answer, field.name) for field in fields(answer)}
        return insert_into(answers, self._engine.dialect).values(values).on_conflict_do_nothing()

    async def save_both(self, answer: StoredAnswer, key: str, context: Mapping[str, Any]) -> None:
        """`save_answer`, and `save_thread` for what goes on from it, in one transaction."""
        both = self._kept_answer(answer), self._kept_thread(key, context, answer.asked_at)
        await self.write(lambda c: [c.execute(statement) for statement in both])

    async def answer(self, id: str) -> StoredAnswer | None:
        """The answer of that id, or None: never given, or pruned."""
        statement = select(answers).where(answers.c.id == id)
        row = await self.read(lambda connection: connection.execute(statement).one_or_none())
        return None if row is None else _stored_answer(row)

    async def recent_answers(
        self, *, place_key: str | None = None, user_id: str | None = None, limit: int = 20
    ) -> tuple[StoredAnswer, ...]:
        """The newest answers first, of one place or one user or both."""
        statement = select(answers).order_by(answers.c.asked_at.desc(), answers.c.id).limit(limit)
        if place_key is not None:
            statement = statement.where(answers.c.place_key == place_key)
        if user_id is not None:
            statement = statement.where(answers.c.user_id == user_id)
        rows = await self.read(lambda connection: connection.execute(statement).all())
        return tuple(_stored_answer(row) for row in rows)

    async def asked(self, user_id: str, most: int | None = None) -> tuple[Asked, ...]:
        """What the person asked, the newest first: without the answers, which are long."""
        statement = newest(user_id, most)
        rows = await self.read(lambda connection: connection.execute(statement).all())
        return tuple(asked(row) for row in rows)

    async def forget(self, user_id: str, only: Collection[str] | None = None) -> Forgotten:
        """Deletes what the person asked and chose, or `only` the answers of these ids.

        Nothing of it is left in a SQLite file nor in the copies beside it: they are written anew,
        which takes the longer the larger they are, and in which time nobody else can write.
        """
        gone = await self.write(lambda connection: forget(connection, user_id, only))
        await asyncio.to_thread(scrub, self._engine)
        await asyncio.to_thread(forget_in_copies, self._engine, user_id, only)
        return gone

    async def save_feedback(self, given: Feedback) -> bool:
        """Replaces what the user said of this answer before; False if the answer is gone."""
        values = asdict(given)
        statement = insert_into(feedback, self._engine.dialect).values(values)
        unique = ["answer_id", "user_id"]
        upsert = statement.on_conflict_do_update(index_elements=unique, set_=values)
        try:
            await self.write(lambda connection: connection.execute(upsert))
        except IntegrityError:  # the foreign key: there is no such answer
            return False
        return True

    async def feedback(self, answer_id: str) -> tuple[Feedback, ...]:
        """What people said of the answer, oldest first."""
        columns = [feedback.c[field.name] for field in fields(Feedback)]
        statement = (
            select(*columns).where(feedback.c.answer_id == answer_id).order_by(feedback.c.at)
        )
        rows = await self.read(lambda connection: connection.execute(statement).all())
        return tuple(Feedback(*row) for row in rows)

    async def prune(self, before: datetime) -> int:
        """Deletes threads and answers (with their feedback) older than that; how many rows."""

        def delete_old(connection: Connection) -> int:
            old_threads = delete(threads).where(threads.c.updated_at < before)
            old_answers = delete(answers).where(answers.c.asked_at < before)
            connection.execute(delete(usage).where(usage.c.day < before.date().isoformat()))
            for table in (alerts, stop_reasons, audit, notices):
                table.prune(connection, before)
            return (
                connection.execute(old_threads).rowcount + connection.execute(old_answers).rowcount
            )

        return await self.write(delete_old)

    async def person(self, user_id: str) -> Person | None:
        """What the person chose, or None where they chose nothing yet."""
        row = await self.read(lambda c: c.execute(_PERSON, {"wanted": user_id}).one_or_none())
        if row is None:
            return None
        quiet = (row.quiet_from, row.quiet_to) if row.quiet_from else None
        areas = tuple(row.areas)
        return Person(row.user_id, row.plant, areas, row.language, quiet, row.updated_at)

    async def save_person(self, person: Person, at: datetime) -> None:
        """Replaces what the person chose before; the quiet hours hold for what they subscribed
        for themselves alone, too."""
        quiet_from, quiet_to = person.quiet or (None, None)
        values = {
            "plant": person.plant,
            "areas": list(person.areas),
            "language": person.language,
            "quiet_from": quiet_from,
            "quiet_to": quiet_to,
            "updated_at": at,
        }
        statement = insert_into(people, self._engine.dialect).values(
            user_id=person.user_id, **values
        )
        upsert = statement.on_conflict_do_update(index_elements=["user_id"], set_=values)

        def write(connection: Connection) -> None:
            connection.execute(upsert)
            keep_quiet(connection, person.user_id, person.quiet)

        await self.write(write)

    async def spent(self, user_id: str, day: str) -> tuple[int, float]:
        """The tokens that language models used for the person on that day, and their cost."""
        wanted = (usage.c.user_id == user_id) & (usage.c.day == day)
        statement = select(usage.c.tokens, usage.c.cost).where(wanted)
        row = await self.read(lambda connection: connection.execute(statement).one_or_none())
        return (0, 0.0) if row is None else (row.tokens, row.cost)

    async def spend(self, user_id: str, day: str, tokens: int, cost: float) -> None:
        """Adds to what the person spent on that day."""
        own = {"user_id": user_id, "day": day, "tokens": tokens, "cost": cost}
        more = {"tokens": usage.c.tokens + tokens, "cost": usage.c.cost + cost}
        statement = insert_into(usage, self._engine.dialect).values(own)
        upsert = statement.on_conflict_do_update(index_elements=["user_id", "day"], set_=more)
        await self.write(lambda connection: connection.execute(upsert))

    async def write(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, once its transaction is committed. It may be called twice, where
        another write in the same transaction failed. Raises SourceUnavailable, IntegrityError."""
        return await self._writes.run(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, in a thread. Raises SourceUnavailable."""

        def in_thread() -> T:
            with failures(), self._engine.begin() as connection:
                return work(connection)

        return await asyncio.to_thread(in_thread)


def _stored_answer(row: Row[Any]) -> StoredAnswer:
    values = dict(row._mapping)
    return StoredAnswer(**values | {"queries": tuple(values["queries"])})
