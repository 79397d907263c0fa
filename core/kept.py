"""Answers that were given: kept for follow-ups, "show the data" and "run again"."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from cachetools import LRUCache, cached
from pydantic import TypeAdapter

from core.answer import Answer
from core.answer_json import to_json
from core.asking import Asking
from core.data.query import Query
from core.errors import SourceUnavailable
from core.memory import Memory
from core.past import Past, visible
from core.request import Place, Request
from core.store import Asked, Feedback, Forgotten, Person, Store, StoredAnswer, noticed

if TYPE_CHECKING:
    from core.noticing import Noticing

log = logging.getLogger(__name__)

_PIECES = 10_000  # of kept queries: some have thousands of spans, half a kB each


class Kept:
    """A failing store costs the thread's context and the buttons, never the answer."""

    def __init__(self, store: Store | None, memory: Memory | None = None) -> None:
        self._store, self._memory = store, memory
        self.failed = store is None

    @property
    def store(self) -> Store | None:
        """The bot's own state; None where it could not be opened."""
        return self._store

    async def context(self, request: Request) -> Mapping[str, Any]:
        """What the thread's last question was about; empty for a new thread."""
        if self._store is None:
            return {}
        try:
            thread = await self._store.thread(self._key(request))
        except SourceUnavailable as error:
            self._fail(error)
            return {}
        return thread.context if thread else {}

    async def person(self, user_id: str) -> Person:
        """What the person chose for themselves; nothing where the store does not answer."""
        if self._store is None:
            return Person(user_id)
        try:
            return await self._store.person(user_id) or Person(user_id)
        except SourceUnavailable as error:
            self._fail(error)
            return Person(user_id)

    async def choose(self, person: Person, at: datetime) -> None:
        """Raises SourceUnavailable: a choice must not seem made when it is not."""
        if self._store is None:
            raise SourceUnavailable("store", "no connection")
        await self._store.save_person(person, at)

    async def keep(
        self, request: Request, answer: Answer, queries: Sequence[Query], context: Mapping[str, Any]
    ) -> None:
        if self._store is None:
            return
        try:
            stored = self._stored(request, answer, queries, context)
            await self._store.save_both(stored, stored.place_key, context)
            self.failed = False
        except SourceUnavailable as error:
            self._fail(error)
            return
        if self._memory is not None:
            self._memory.note(request.user.id)

    async def say(self, request: Request, answer: Answer) -> None:
        """Keeps what the person told, and no thread goes on from. Raises SourceUnavailable."""
        if self._store is None:
            raise SourceUnavailable("store", "no connection")
        await self._store.save_answer(self._stored(request, answer, (), {}))
        if self._memory is not None:
            self._memory.note(request.user.id)

    @property
    def noticing(self) -> Noticing | None:
        """What notices what people say of themselves; None where nothing does."""
        return None if self._memory is None else self._memory.noticing

    async def notice(
        self, request: Request, answer: Answer, source: str, is_wanted: Callable[[], bool]
    ) -> None:
        """Keeps what was noticed in the question that the answer `source` was given to, unless
        that was forgotten meanwhile. Raises SourceUnavailable."""
        if self._store is None or self._memory is None:
            return
        row = asdict(self._stored(request, answer, (), {}))
        # Asked again while the store is written: forgetting waits for it, or has been before.
        done = await self._store.write(lambda c: is_wanted() and noticed.keep(c, row, source))
        if done:
            self._memory.note(request.user.id)

    async def asked(self, user_id: str) -> tuple[Asked, ...]:
        """All that the person asked, the newest first. Raises SourceUnavailable."""
        if self._store is None:
            raise SourceUnavailable("store", "no connection")
        return await self._store.asked(user_id)

    async def forget(self, user_id: str, only: Collection[str] | None) -> Forgotten:
        """See Store.forget. Raises SourceUnavailable."""
        if self._store is None:
            raise SourceUnavailable("store", "no connection")
        if self.noticing is not None:
            self.noticing.drop(user_id)
        return await self._store.forget(user_id, only)

    def past(self, request: Request) -> Past | None:
        """What the asker asked before, as far as it may be recalled in the place of the request;
        None where there is no memory."""
        if self._store is None or self._memory is None:
            return None
        return Past(self._store, self._memory, request.user.id, request.place)

    async def in_mind(self, asking: Asking) -> str:
        """What a language model may know of the asker's past; empty where the store fails."""
        past = self.past(asking.request)
        if past is None:
            return ""
        try:
            return await past.in_mind(visible(asking.access, asking.installation.hierarchy))
        except SourceUnavailable as error:
            self._fail(error)
            return ""

    async def answer(self, answer_id: str, request: Request) -> StoredAnswer | None:
        """The stored answer, for the person who was given it and, where others read it too, for
        whoever asks from the same place, in whichever of its threads."""
        if self._store is None:
            return None
        found = await self._store.answer(answer_id)
        if found is None:
            return None
        theirs = found.user_id == request.user.id or stands_in(found, request.place)
        return found if theirs else None

    async def resume(self, request: Request, stored: StoredAnswer) -> None:
        """Makes the answer the one that the conversation goes on from."""
        await self.remember(request, stored.args)

    async def remember(self, request: Request, context: Mapping[str, Any]) -> None:
        """Keeps what the thread is about where there is no answer to keep."""
        if self._store is None:
            return
        try:
            await self._store.save_thread(self._key(request), context, request.now)
        except SourceUnavailable as error:
            self._fail(error)

    async def feedback(self, given: Feedback) -> None:
        """Raises SourceUnavailable: unlike a thread's context, a verdict must not get lost."""
        if self._store is None:
            raise SourceUnavailable("store", "no connection")
        await self._store.save_feedback(given)

    def _stored(
        self, request: Request, answer: Answer, queries: Sequence[Query], context: Mapping[str, Any]
    ) -> StoredAnswer:
        return StoredAnswer(
            id=answer.id,
            asked_at=request.now,
            user_id=request.user.id,
            place_key=self._key(request),
            question=request.text,
            tool=answer.tool or "",
            args=dict(context),
            answer=to_json(answer),
            queries=tuple(map(_as_json, queries)),
        )

    def _key(self, request: Request) -> str:
        """One thread per person where people do not share it."""
        key = request.place.key
        return f"{key}|{request.user.id}" if request.place.private else key

    def _fail(self, error: SourceUnavailable) -> None:
        self.failed = True
        log.warning("the store does not answer: %s", error.problem)


def stands_in(stored: StoredAnswer, place: Place) -> bool:
    """Whether everyone in the place could read the answer, in whichever of its threads.

    What was told privately has a key that ends with the person, and so is no place's.
    """
    return stored.place_key.rpartition("|")[0] == place.key.rpartition("|")[0]


def query_of(stored: Any) -> Query:
    """The query that was stored as JSON."""
    return _query_schema().validate_python(stored, strict=False)


def _pieces(dumped: Mapping[str, Any]) -> int:
    return 1 + len(dumped["windows"]) + sum(len(part["spans"]) for part in dumped["planned"])


@cached(LRUCache(_PIECES, getsizeof=_pieces))
def _as_json(query: Query) -> Mapping[str, Any]:
    """Most questions read what another one has read before. Used from one event loop only."""
    dumped: Mapping[str, Any] = _query_schema().dump_python(query, mode="json")
    return dumped


@cache
def _query_schema() -> TypeAdapter[Query]:
    return TypeAdapter(Query)
