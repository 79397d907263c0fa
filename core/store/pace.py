"""How much of one platform may be claimed: a pace that all processes share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from core.store.claiming import Delivery
from core.store.compiled_insert import insert_into
from core.store.delivery_tables import watermarks


@dataclass(frozen=True, slots=True)
class Pace:
    """What a platform takes of one app, over all places: seconds for each new message and each
    update, and how many seconds' worth of it at once. The usual fits Slack's 300 messages and 50
    updates a minute, with room for answers to questions."""

    post: float = 0.25
    update: float = 1.25
    burst: float = 15.0


def allowance(connection: Connection, channel: str, at: datetime, pace: Pace) -> int:
    """How many may be claimed now. Others that ask wait until this transaction ends."""
    own = select(watermarks.c.at).where(watermarks.c.name == _name(channel)).with_for_update()
    taken: datetime | None = connection.execute(own).scalar()
    if taken is None or taken <= at:
        return max(1, math.floor(pace.burst / pace.post))
    return math.floor((pace.burst - (taken - at).total_seconds()) / pace.post)


def spend(
    connection: Connection, channel: str, at: datetime, pace: Pace, claimed: Sequence[Delivery]
) -> None:
    """Counts what was claimed."""
    name = _name(channel)
    reached = select(watermarks.c.at).where(watermarks.c.name == name)
    taken: datetime | None = connection.execute(reached).scalar()
    cost = sum(pace.update if one.message else pace.post for one in claimed)
    to = max(taken or at, at) + timedelta(seconds=cost)
    fresh = insert_into(watermarks, connection.dialect).values(name=name, at=to)
    connection.execute(fresh.on_conflict_do_update(index_elements=["name"], set_={"at": to}))


def _name(channel: str) -> str:
    return f"pace:{channel}"
