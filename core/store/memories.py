"""Vectors that find an answer again by its meaning, kept beside the answers themselves.

A person's vectors are read and compared one by one: a few thousand take milliseconds, nothing
goes stale, and no search can reach another person's row. Synchronous, for the memory's thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import IntegrityError

from core.store.engine import failures
from core.store.schema import answers, memories

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.store.store import StoredAnswer


@dataclass(frozen=True, slots=True)
class Near:
    """A memory and how much alike it is: the cosine of the angle, at most 1."""

    id: str
    payload: Mapping[str, Any]
    score: float


class Memories:
    """Every method raises SourceUnavailable where the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def waiting(self, user_id: str, without: Sequence[str], most: int) -> tuple[StoredAnswer, ...]:
        """The person's newest answers that have no vector yet; `without` those of these tools."""
        from core.store.store import StoredAnswer  # which in turn knows this file

        statement = (
            select(answers)
            .outerjoin(memories, memories.c.answer_id == answers.c.id)
            .where(answers.c.user_id == user_id, memories.c.id.is_(None))
            .where(answers.c.tool.not_in(without))
            .order_by(answers.c.asked_at.desc())
            .limit(most)
        )
        with failures(), self._engine.connect() as connection:
            rows = connection.execute(statement).all()
        found = (dict(row._mapping) for row in rows)
        return tuple(StoredAnswer(**row | {"queries": tuple(row["queries"])}) for row in found)

    def state(self, user_id: str) -> tuple[object, ...]:
        """What tells cheaply whether the person's answers are still those of the last time."""
        at = answers.c.asked_at
        statement = select(func.count(), func.min(at), func.max(at)).where(
            answers.c.user_id == user_id
        )
        with failures(), self._engine.connect() as connection:
            return tuple(connection.execute(statement).one())

    def add(self, id: str, user_id: str, vector: Sequence[float], payload: Any) -> None:
        """Keeps it. An answer that has one, or is gone meanwhile, gets none."""
        import numpy as np

        row = {
            "id": id,
            "answer_id": payload["answer"],
            "user_id": user_id,
            "place": payload["place"],
            "vector": np.asarray(vector, np.float32).tobytes(),
            "payload": payload,
        }
        try:
            with failures(), self._engine.begin() as connection:
                connection.execute(insert(memories), row)
        except IntegrityError:  # another process was faster, or it was forgotten
            return

    def nearest(
        self, user_id: str, place: str | None, vector: Sequence[float], most: int
    ) -> tuple[Near, ...]:
        """The person's memories, those most alike first; `place` narrows to what was asked there.

        Vectors have the length 1.
        """
        import numpy as np

        own = memories.c.user_id == user_id
        if place is not None:
            own &= memories.c.place == place
        with failures(), self._engine.connect() as connection:
            # The driver's own tuples: making thousands of rows of them takes longer than comparing.
            result = connection.execute(select(memories.c.id, memories.c.vector).where(own))
            rows = result.cursor.fetchall()
            if not rows:
                return ()
            known = np.frombuffer(b"".join([vector for _, vector in rows]), np.float32)
            alike = known.reshape(len(rows), -1) @ np.asarray(vector, np.float32)
            best = {rows[n][0]: float(alike[n]) for n in np.argsort(-alike)[:most]}
            wanted = select(memories.c.id, memories.c.payload).where(memories.c.id.in_(best))
            payloads = {row.id: row.payload for row in connection.execute(wanted)}
        return tuple(Near(i, payloads[i], score) for i, score in best.items() if i in payloads)
