"""What stops are put down to: the minutes of a Measurement told apart by reason or loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from core.context import ToolContext
from core.data.query import Condition, Query
from core.data.source import Row
from core.domain.assets import Asset
from core.domain.losses import Loss, parse_loss
from core.domain.periods import Interval
from core.measures.measurement import Measurement
from core.measures.planned_time import planned_time
from core.measures.reading import CAUSE_MEASURES, CAUSES, stop_query
from core.words import Words

_COLUMNS = (*CAUSES, "loss")
_MEASURES = ("minutes", "stops", "event_minutes", *CAUSE_MEASURES)
UNTOLD = frozenset({Loss.UNCLASSIFIED, Loss.MINOR})
UNPLANNED = Condition("loss", "<>", Loss.PLANNED.value)


@dataclass(frozen=True, slots=True)
class Cause:
    """The stops of one asset (in one window) that are recorded alike. None is not recorded.

    `minutes` lie inside planned time; `event_minutes` are the whole lengths of the `stops` that
    begin there, `long_minutes` those of the long ones.
    """

    asset: str
    window: int
    reason: str | None
    reason_code: str | None
    reason_group: str | None
    loss: Loss
    minutes: float
    stops: int
    event_minutes: float
    long_stops: int
    long_minutes: float

    @property
    def name(self) -> str | None:
        """The reason in words, else its code."""
        return self.reason or self.reason_code


@dataclass(frozen=True, slots=True)
class Causes:
    """Unplanned stops. `by` says what tells them apart: None where the plant records neither
    reasons nor losses, so that there are minutes but no causes. `others`: there were planned
    stops too."""

    rows: tuple[Cause, ...] = ()
    by: Literal["reason", "loss"] | None = None
    cites: tuple[int, ...] = ()
    others: bool = False

    def key(self, cause: Cause) -> str | None:
        """What the cause is called in a ranking; None for stops without any reason."""
        return cause.loss.value if self.by == "loss" else cause.name

    def said(self, key: str, words: Words) -> str:
        """A key as the reader knows it: reasons stay as they are recorded."""
        return words.say(f"losses.{key}") if self.by == "loss" else key


async def causes(context: ToolContext, found: Measurement) -> Causes:
    """The causes of the stops in `found`, whose minutes they add up to."""
    if found.stops is not None and set(CAUSES) <= set(found.stops.group_by):
        return await _causes(context, found.stop_rows, found.stop_cites)
    windows = ("window",) if found.windows else ()
    return await _told(context, found.stops, windows)


async def causes_since(context: ToolContext, assets: Sequence[Asset], asked: Interval) -> Causes:
    """The causes of stops in a stretch of time that nothing else is told of: without the
    production rows, which a Measurement sums up as well."""
    ids = tuple(sorted(asset.id for asset in assets))
    times = await context.data_times(ids)
    until = min(context.now, max(times.values(), default=context.now))
    limit = context.now - timedelta(minutes=context.installation.rules.stale_minutes)
    stale = {asset: at for asset, at in times.items() if at < limit < asked.end}
    planned = planned_time(context, assets, asked, (), stale)
    stops = await stop_query(context, ids, asked, planned, until, windows=False)
    return await _told(context, stops, ())


async def _told(context: ToolContext, stops: Query | None, windows: tuple[str, ...]) -> Causes:
    if stops is None:
        return Causes()
    group_by = ("asset", *windows, *_COLUMNS)
    fetched = await context.fetch(replace(stops, measures=_MEASURES, group_by=group_by))
    return await _causes(context, fetched.rows, (fetched.cite,))


async def _causes(context: ToolContext, found: Sequence[Row], cites: tuple[int, ...]) -> Causes:
    rows = [_cause(row) for row in found]
    unplanned = tuple(row for row in rows if row.loss is not Loss.PLANNED)
    by = await _told_by(context, unplanned)
    return Causes(unplanned, by, cites, len(unplanned) < len(rows))


@dataclass(frozen=True, slots=True)
class LongStop:
    """`minutes` lie inside planned time and the period; those of an open stop still grow.
    `given` is the reason that a person gave, where somebody did."""

    asset: str
    start: datetime
    minutes: float
    reason: str | None
    loss: Loss
    is_open: bool
    given: str | None = None


async def longest_stops(
    context: ToolContext, found: Measurement, most: int, where: Sequence[Condition] = ()
) -> tuple[tuple[LongStop, ...], tuple[int, ...]]:
    """The stops with the most minutes and what to cite for them; none where stops are not
    recorded one by one. For unplanned ones only give UNPLANNED in `where`."""
    asking = _one_by_one(context, found, where)
    if asking is None:
        return (), ()
    group_by = ("event", "asset", "begins", *_COLUMNS, "is_open")
    order = ("-minutes", "begins")
    fetched = await context.fetch(
        replace(asking, measures=("minutes",), group_by=group_by, order_by=order, limit=most)
    )
    stops = [_long_stop(row) for row in fetched.rows if _amount(row, "minutes") > 0]
    return tuple(stops), (fetched.cite,)


def _long_stop(row: Row) -> LongStop:
    return LongStop(
        asset=str(row["asset"]),
        start=datetime.fromtimestamp(_amount(row, "begins"), UTC),
        minutes=_amount(row, "minutes"),
        reason=_text(row, "reason") or _text(row, "reason_code"),
        loss=parse_loss(str(row["loss"])),
        is_open=bool(row["is_open"]),
    )


async def median_minutes(
    context: ToolContext, found: Measurement, where: Sequence[Condition] = ()
) -> float | None:
    """The middle length of the stops that begin in planned time, each taken whole."""
    asking = _one_by_one(context, found, where)
    if asking is None:
        return None
    fetched = await context.fetch(replace(asking, measures=("median",), group_by=()))
    return next((_amount(row, "median") for row in fetched.rows if row.get("median")), None)


def _one_by_one(
    context: ToolContext, found: Measurement, where: Sequence[Condition]
) -> Query | None:
    if found.stops is None or context.installation.stops_are_sums:
        return None
    return replace(found.stops, where=tuple(where))


async def _told_by(
    context: ToolContext, rows: tuple[Cause, ...]
) -> Literal["reason", "loss"] | None:
    columns = await context.columns("downtime")
    if any(row.name for row in rows) or (not rows and {"reason", "reason_code"} & columns):
        return "reason"
    if any(row.loss not in UNTOLD for row in rows) or (not rows and "loss" in columns):
        return "loss"
    return None


def _cause(row: Row) -> Cause:
    return Cause(
        asset=str(row["asset"]),
        window=round(_amount(row, "window")),
        reason=_text(row, "reason"),
        reason_code=_text(row, "reason_code"),
        reason_group=_text(row, "reason_group"),
        loss=parse_loss(str(row["loss"])),
        minutes=_amount(row, "minutes"),
        stops=round(_amount(row, "stops")),
        event_minutes=_amount(row, "event_minutes"),
        long_stops=round(_amount(row, "long_stops")),
        long_minutes=_amount(row, "long_minutes"),
    )


def _text(row: Row, name: str) -> str | None:
    value = row.get(name)
    return None if value is None else str(value).strip() or None


def _amount(row: Row, name: str) -> float:
    """A group that has no stop of its own has no sum either."""
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else 0.0
