"""What an administrator sees at a glance: numbers over everyone, never per person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, and_, case, func, select

from core.store.alert_tables import alert_floods, alerts
from core.store.schema import answers, usage

DAY = timedelta(days=1)
# What is kept among the answers and answers no question: what people told of themselves.
_NO_QUESTIONS = ("", "remember")


@dataclass(frozen=True, slots=True)
class Used:
    """One day in UTC: questions that were answered and are kept, by how many people; tokens of
    language models, and what they cost in the currency of their prices."""

    day: date
    asked: int
    people: int
    tokens: int
    cost: float


@dataclass(frozen=True, slots=True)
class AlertCounts:
    """`open` are not over; of those `waiting` that nobody acknowledged, `shelved` that somebody put
    aside. `raised` came up within the last 24 hours. `floods` are those that go on."""

    open: int
    waiting: int
    shelved: int
    raised: int
    floods: int


def used(connection: Connection, days: Sequence[date]) -> tuple[Used, ...]:
    """In the order of the days."""
    spent = {
        row.day: row
        for row in connection.execute(
            select(usage.c.day, func.sum(usage.c.tokens).label("tokens"),
                   func.sum(usage.c.cost).label("cost"))
            .where(usage.c.day.in_([day.isoformat() for day in days]))
            .group_by(usage.c.day)
        )
    }  # fmt: skip
    found = []
    for day in days:
        start = datetime.combine(day, time(), UTC)
        counted = select(func.count(), func.count(answers.c.user_id.distinct())).where(
            answers.c.asked_at >= start,
            answers.c.asked_at < start + DAY,
            answers.c.tool.not_in(_NO_QUESTIONS),
        )
        asked, people = connection.execute(counted).one()
        row = spent.get(day.isoformat())
        tokens, cost = (row.tokens, row.cost) if row else (0, 0.0)
        found.append(Used(day, asked, people, tokens, cost))
    return tuple(found)


def alert_counts(connection: Connection, now: datetime) -> AlertCounts:
    living = alerts.c.active | alerts.c.acknowledged.is_(False)
    is_open = and_(alerts.c.closed_at.is_(None), living)
    aside = and_(is_open, alerts.c.shelved_until > now)
    in_sight = alerts.c.shelved_until.is_(None) | (alerts.c.shelved_until <= now)
    told = and_(is_open, in_sight, alerts.c.suppressed_by.is_(None))
    waits = and_(told, alerts.c.acknowledged.is_(False))
    each = (is_open, waits, aside, alerts.c.raised_at > now - DAY)
    sums = [func.coalesce(func.sum(case((one, 1), else_=0)), 0) for one in each]
    going_on = select(func.count()).where(alert_floods.c.ended_at.is_(None)).scalar_subquery()
    counted: tuple[int, ...] = tuple(connection.execute(select(*sums, going_on)).one())
    return AlertCounts(*counted)
