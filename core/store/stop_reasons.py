"""Reasons that people gave for stops. The plant's own database stays as it is: they are kept here,
beside the machine's own, until somebody exports them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from core.store.alert_tables import stop_reasons
from core.store.compiled_insert import insert_into


@dataclass(frozen=True, slots=True)
class StopReason:
    """What `user_id` said of the stop; one per stop, the last one counts."""

    plant: str
    asset: str
    stop_id: str
    started_at: datetime
    machine_reason: str | None
    reason: str
    user_id: str
    place: str
    at: datetime


_COLUMNS = [stop_reasons.c[f.name] for f in fields(StopReason)]


def give(connection: Connection, given: StopReason) -> None:
    """Replaces what was said of the stop before."""
    values = asdict(given)
    statement = insert_into(stop_reasons, connection.dialect).values(values)
    unique = ["asset", "stop_id"]
    connection.execute(statement.on_conflict_do_update(index_elements=unique, set_=values))


def take_back(connection: Connection, asset: str, stop_id: str) -> None:
    own = (stop_reasons.c.asset == asset) & (stop_reasons.c.stop_id == stop_id)
    connection.execute(delete(stop_reasons).where(own))


def reason_of(connection: Connection, asset: str, stop_id: str) -> StopReason | None:
    own = (stop_reasons.c.asset == asset) & (stop_reasons.c.stop_id == stop_id)
    row = connection.execute(select(*_COLUMNS).where(own)).one_or_none()
    return None if row is None else StopReason(*row)


def reasons_at(
    connection: Connection, stops: Collection[tuple[str, datetime]]
) -> dict[tuple[str, datetime], str]:
    """(asset, start of the stop) → what was said of it."""
    wanted = stop_reasons.c.asset.in_({asset for asset, _ in stops}) & (
        stop_reasons.c.started_at.in_({start for _, start in stops})
    )
    columns = (stop_reasons.c.asset, stop_reasons.c.started_at, stop_reasons.c.reason)
    rows = connection.execute(select(*columns).where(wanted))
    found = {(row.asset, row.started_at): row.reason for row in rows}
    return {stop: said for stop, said in found.items() if stop in stops}


def usual(connection: Connection, asset: str, since: datetime, most: int) -> dict[str, int]:
    """What people said most often of the asset's stops, with how often."""
    own = (stop_reasons.c.asset == asset) & (stop_reasons.c.at >= since)
    times = func.count()
    statement = (
        select(stop_reasons.c.reason, times)
        .where(own)
        .group_by(stop_reasons.c.reason)
        .order_by(times.desc(), stop_reasons.c.reason)
        .limit(most)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def given_between(connection: Connection, start: datetime, end: datetime) -> tuple[StopReason, ...]:
    """Those of stops that started in [start, end), the oldest first."""
    within = (stop_reasons.c.started_at >= start) & (stop_reasons.c.started_at < end)
    order = (stop_reasons.c.started_at, stop_reasons.c.asset, stop_reasons.c.stop_id)
    rows = connection.execute(select(*_COLUMNS).where(within).order_by(*order))
    return tuple(StopReason(*row) for row in rows)


def prune(connection: Connection, before: datetime) -> int:
    """Deletes what was said before; how many rows."""
    return connection.execute(delete(stop_reasons).where(stop_reasons.c.at < before)).rowcount


def forget(connection: Connection, user_id: str) -> int:
    """Leaves the reasons, without who gave them; how many rows."""
    own = stop_reasons.c.user_id == user_id
    return connection.execute(update(stop_reasons).where(own).values(user_id="", place="")).rowcount
