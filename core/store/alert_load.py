"""How many alerts there were and how long they waited: per area, never per person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Float, case, cast, extract, func, select

from core.domain.alarms import STALE_AFTER
from core.store.alert_tables import alert_events, alerts


def activations(connection: Connection, since: datetime) -> Counter[tuple[str, str]]:
    """(rule, asset) → how often alerts came up since then."""
    statement = (
        select(alerts.c.rule, alerts.c.asset, func.count())
        .join(alert_events, alert_events.c.alert_id == alerts.c.id)
        .where(alert_events.c.kind.in_(("raised", "again")), alert_events.c.at > since)
        .group_by(alerts.c.rule, alerts.c.asset)
    )
    return Counter({(row[0], row[1]): row[2] for row in connection.execute(statement)})


@dataclass(frozen=True, slots=True)
class AreaLoad:
    """The alerts of an area that were raised in a period. `response` are the mean minutes until
    somebody acknowledged or took one, of those `answered`; `resolution` those from then until it
    was over, of those `resolved`."""

    area: str
    alerts: int
    high: int
    answered: int
    response: float | None
    resolved: int
    resolution: float | None


def load_by_area(
    connection: Connection, plants: Collection[str], start: datetime, end: datetime
) -> tuple[AreaLoad, ...]:
    """Those with any alert, by name."""
    seconds = _seconds(connection)
    answered = func.coalesce(alerts.c.taken_at, alerts.c.acknowledged_at)
    response = (seconds(answered) - seconds(alerts.c.raised_at)) / 60.0
    resolution = (seconds(alerts.c.ended_at) - seconds(alerts.c.taken_at)) / 60.0
    statement = (
        select(
            alerts.c.area,
            func.count(),
            func.sum(case((alerts.c.priority == 3, 1), else_=0)),
            func.count(answered),
            func.avg(cast(response, Float)),
            func.count(resolution),
            func.avg(cast(resolution, Float)),
        )
        .where(alerts.c.plant.in_(list(plants)))
        .where(alerts.c.raised_at >= start, alerts.c.raised_at <= end)
        .group_by(alerts.c.area)
        .order_by(alerts.c.area)
    )
    return tuple(AreaLoad(*row) for row in connection.execute(statement))


@dataclass(frozen=True, slots=True)
class BadActor:
    """What comes and goes too often ("chattering"), or stays for over a day ("stale")."""

    kind: str
    rule: str
    asset: str
    times: int
    since: datetime


def bad_actors(
    connection: Connection, plants: Collection[str], since: datetime, now: datetime
) -> tuple[BadActor, ...]:
    """Those that chattered since then, the most often first; then what is active for over 24 h,
    the oldest first."""
    here = alerts.c.plant.in_(list(plants))
    noisy = (
        select(alerts.c.rule, alerts.c.asset, func.count(), func.min(alert_events.c.at))
        .join(alert_events, alert_events.c.alert_id == alerts.c.id)
        .where(here, alert_events.c.kind == "chattering", alert_events.c.at >= since)
        .group_by(alerts.c.rule, alerts.c.asset)
        .order_by(func.count().desc(), alerts.c.asset)
    )
    stale = (
        select(alerts.c.rule, alerts.c.asset, alerts.c.raised_at)
        .where(here, alerts.c.active, alerts.c.closed_at.is_(None))
        .where(alerts.c.raised_at < now - STALE_AFTER)
        .order_by(alerts.c.raised_at)
    )
    chattering = [BadActor("chattering", *row) for row in connection.execute(noisy)]
    lasting = [BadActor("stale", r[0], r[1], 1, r[2]) for r in connection.execute(stale)]
    return (*chattering, *lasting)


def _seconds(connection: Connection):  # type: ignore[no-untyped-def]
    """Epoch seconds of a moment, in each dialect's way."""
    if connection.dialect.name == "sqlite":
        return lambda at: cast(func.julianday(at), Float) * 86_400.0
    return lambda at: extract("epoch", at)
