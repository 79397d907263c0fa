"""Forgets what a person asked, so that nothing of it is left in the database's files."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, inspect, select

from core.errors import SourceUnavailable
from core.store import alerts, audit, notices, pauses, stop_reasons, subscriptions, work_forget
from core.store.admin_tables import notices as notices_table
from core.store.alert_tables import audit as audit_table
from core.store.delivery_tables import deliveries
from core.store.engine import failures, store_engine
from core.store.schema import answers, feedback, memories, people, threads
from core.store.work_tables import actions

_AT_ONCE = 500  # a statement takes a limited number of values
_PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows went. `choices` are areas, language and quiet hours; `subscriptions` and
    `deliveries` those to the person alone."""

    answers: int = 0
    memories: int = 0
    threads: int = 0
    feedback: int = 0
    choices: int = 0
    subscriptions: int = 0
    deliveries: int = 0


def forget(connection: Connection, user_id: str, only: Collection[str] | None) -> Forgotten:
    """Deletes the person's answers (`only` those of these ids) with what hangs on them; where all
    are meant, their threads, verdicts and choices as well."""
    known = set(inspect(connection).get_table_names())  # an older copy has fewer

    def gone(table: Table, where: ColumnElement[bool]) -> int:
        done = connection.execute(delete(table).where(where)) if table.name in known else None
        return done.rowcount if done is not None else 0

    own = answers.c.user_id == user_id
    found = connection.execute(select(answers.c.id, answers.c.place_key).where(own)).all()
    meant = {row.id: row.place_key for row in found if only is None or row.id in only}
    told = remembered = begun = judged = 0
    for some in _batches(list(meant)):
        remembered += gone(memories, memories.c.answer_id.in_(some))
        judged += gone(feedback, feedback.c.answer_id.in_(some))
        told += gone(answers, answers.c.id.in_(some))
    for some in _batches([*{*meant.values()}]):  # their contexts repeat the questions
        begun += gone(threads, threads.c.key.in_(some))
    if only is not None:
        return Forgotten(told, remembered, begun, judged)
    begun += gone(threads, threads.c.key.endswith(f"|{user_id}", autoescape=True))
    judged += gone(feedback, feedback.c.user_id == user_id)
    if audit_table.name in known:  # what was done stays, without who did it
        for acts in (alerts, stop_reasons, audit):
            acts.forget(connection, user_id)
    if notices_table.name in known:
        for said in (notices, pauses):
            said.forget(connection, user_id)
    if actions.name in known:
        work_forget.forget(connection, user_id)
    ended = unsent = 0
    if deliveries.name in known:
        ended, unsent = subscriptions.forget(connection, user_id)
    chosen = gone(people, people.c.user_id == user_id)
    return Forgotten(told, remembered, begun, judged, chosen, ended, unsent)


def scrub(engine: Engine) -> None:
    """Takes out of the files what was deleted from the tables. Raises SourceUnavailable.

    SQLite leaves deleted text in free space, and even with `secure_delete` in the gaps of pages
    that it rebuilt; only writing the file anew and emptying the -wal leaves nothing. Postgres
    frees the space; its write-ahead log and its backups are the administrator's.
    """
    with failures(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM")
        if engine.dialect.name == "sqlite":
            _empty_log(connection)


def forget_in_copies(engine: Engine, user_id: str, only: Collection[str] | None) -> None:
    """The same in the copies of the file that were made before it was migrated."""
    if engine.dialect.name != "sqlite":
        return
    file = Path(str(engine.url.database))
    for copy in sorted(file.parent.glob(f"{file.name}.*.bak")):
        opened = store_engine(f"sqlite:///{copy}", _PATIENCE_SECONDS)
        try:
            with failures(), opened.begin() as connection:
                forget(connection, user_id, only)
            scrub(opened)
        finally:
            opened.dispose()


def _empty_log(connection: Connection) -> None:
    """Others that read just now keep the log from being emptied."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if not busy:
            return
        if time.monotonic() > until:
            raise SourceUnavailable("store", "another process holds its lock")
        time.sleep(_PAUSE_SECONDS)


def _batches(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
