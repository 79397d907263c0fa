"""The unplanned stops of a period that were asked for, and the MTBF of the machines in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from core.context import ToolContext
from core.data.query import Condition
from core.domain.assets import Asset
from core.domain.pareto import Bar, pareto
from core.domain.reliability import Reliability, reliability
from core.errors import SourceUnavailable
from core.measures.causes import (
    UNPLANNED,
    UNTOLD,
    Cause,
    Causes,
    LongStop,
    causes,
    longest_stops,
    median_minutes,
)
from core.measures.counted import machines
from core.measures.measurement import Measurement, measure
from core.store.stop_reasons import reasons_at
from core.words import Words

# Minutes by which a sum of many stops may differ without meaning anything.
_ROUNDING = 1.0
# Above this part the two records of the same minutes are said to differ.
_GAP = 0.01
Key = Callable[[Cause], str | None]


@dataclass(frozen=True, slots=True)
class Stopped:
    """The unplanned stops of a period that were asked for.

    `minutes` is None where unknown, `all_minutes` counts those of other reasons too. `single`
    says whether stops are recorded one by one, so that they can be counted. `cites` are for the
    minutes; MTBF and MTTR are of `machines` and have their own.
    """

    found: Measurement
    told: Causes
    rows: tuple[Cause, ...]
    minutes: float | None
    all_minutes: float | None
    single: bool
    cites: tuple[int, ...]
    machines: tuple[Asset, ...]
    reliability: Reliability | None
    reliability_cites: tuple[int, ...]

    @property
    def stops(self) -> int:
        return sum(row.stops for row in self.rows)

    @property
    def nameless(self) -> float:
        """Minutes of stops that have no reason."""
        return sum(row.minutes for row in self.rows if not row.name)

    @property
    def is_of_machines(self) -> bool:
        """Whether what was asked about are the machines themselves."""
        return {one.id for one in self.machines} == {one.id for one in self.found.assets}

    @property
    def of_all_reasons(self) -> Stopped:
        return replace(self, rows=self.told.rows, minutes=self.all_minutes)

    def ranked(self, key: Key | None = None, top: int | None = None) -> list[Bar]:
        """By minutes, of reasons unless told otherwise. Shares are of the minutes of `rows`; ""
        stands for stops without any reason."""
        key = key or self.told.key
        sums: dict[str, tuple[float, int]] = {}
        for row in self.rows:
            minutes, stops = sums.get(key(row) or "", (0.0, 0))
            sums[key(row) or ""] = minutes + row.minutes, stops + row.stops
        counted = [(name, m, n if self.single else None) for name, (m, n) in sums.items()]
        return pareto([entry for entry in counted if entry[1] > 0 or entry[2]], top)

    def mostly(self, key: Key, value: str | None) -> str | None:
        """The worst named reason of the stops whose `key` is `value`."""
        own = replace(self, rows=tuple(row for row in self.rows if key(row) == value))
        return next((bar.key for bar in own.ranked() if bar.key), None)

    def overlapping(self) -> tuple[float, float] | None:
        """Minutes as logged and as counted, where all of the period counts (so that nothing but
        overlaps and its edges shortens a stop) and they differ."""
        logged = sum(row.event_minutes for row in self.rows)
        minutes = self.minutes or 0.0
        if self.single and logged - minutes > _ROUNDING and _counts_always(self.found):
            return logged, minutes
        return None

    def second_opinion(self) -> tuple[float, float] | None:
        """Stop minutes of the events and of the production rows, where the two really differ:
        rows may or may not count the planned stops with them."""
        if self.found.stops is None or not self.found.recorded_down:
            return None
        parts = [self.found.parts[asset] for asset in self.found.recorded_down]
        events = sum(part.stopped or 0.0 for part in parts)
        planned = sum(part.planned or 0.0 for part in parts)
        recorded = sum(self.found.recorded_down.values())
        gap = min(abs(events - recorded), abs(events + planned - recorded))
        return (events, recorded) if gap > _GAP * max(events, recorded) else None


def _counts_always(found: Measurement) -> bool:
    if found.stops is None or found.stops.interval is None:
        return False
    whole = found.stops.interval
    return all(
        [(span.start, span.end) for span in planned.spans] == [(whole.start, whole.end)]
        for planned in found.stops.planned
    )


@dataclass(frozen=True, slots=True)
class Lengths:
    """The longest stops, and the median of whole stops in minutes."""

    longest: tuple[LongStop, ...]
    longest_cites: tuple[int, ...]
    median: float | None


async def stopped(
    context: ToolContext,
    asked: Sequence[Asset],
    found: Measurement,
    told: Causes,
    wanted: Condition | None,
) -> Stopped:
    """Those that meet `wanted`; MTBF is of all failures, so there is none for some reasons only."""
    rows = tuple(row for row in told.rows if wanted is None or _meets(row, wanted))
    known = [part.stopped for part in found.parts.values()]
    whole = sum(minutes for minutes in known if minutes is not None)
    minutes = None if all(part is None for part in known) else whole
    inside = () if wanted else machines(context.hierarchy, asked)
    return Stopped(
        found,
        told,
        rows,
        minutes if wanted is None or minutes is None else sum(row.minutes for row in rows),
        minutes,
        not context.installation.stops_are_sums and found.stops is not None,
        told.cites or found.cites,
        inside,
        *await _reliability(context, inside, found),
    )


async def stopped_before(
    context: ToolContext,
    asked: Sequence[Asset],
    before: Measurement | None,
    wanted: Condition | None,
) -> Stopped | None:
    if before is None:
        return None
    return await stopped(context, asked, before, await causes(context, before), wanted)


async def lengths(
    context: ToolContext, found: Measurement, told: Causes, wanted: Condition | None, most: int
) -> Lengths:
    """The `most` longest of the unplanned stops that meet `wanted`."""
    where = (*((UNPLANNED,) if told.others else ()), *((wanted,) if wanted else ()))
    longest, median = await asyncio.gather(
        longest_stops(context, found, most, where), median_minutes(context, found, where)
    )
    stops, cites = longest
    return Lengths(await _with_given(context, stops), cites, median)


async def _with_given(context: ToolContext, stops: tuple[LongStop, ...]) -> tuple[LongStop, ...]:
    """The stops with the reasons that people gave; without where the store does not answer."""
    if context.store is None or not stops:
        return stops
    known = {(stop.asset, stop.start) for stop in stops}
    try:
        given = await context.store.read(lambda c: reasons_at(c, known))
    except SourceUnavailable:
        return stops
    return tuple(replace(stop, given=given.get((stop.asset, stop.start))) for stop in stops)


async def _reliability(
    context: ToolContext, inside: Sequence[Asset], found: Measurement
) -> tuple[Reliability | None, tuple[int, ...]]:
    """Of the machines `inside` what was asked; None where none of them has records, or where
    nothing tells which stops were breakdowns."""
    if found.stops is None or not inside:
        return None, ()
    others = [asset for asset in inside if asset.id not in found.parts]
    more = await measure(context, others, found.asked) if others else None
    parts = [found.parts[asset.id] for asset in inside if asset.id in found.parts]
    parts += more.parts.values() if more else ()
    cites = (*(found.cites if len(others) < len(inside) else ()), *(more.cites if more else ()))
    recorded = [part for part in parts if part.total is not None or part.run or part.stops]
    told = {loss for part in recorded for loss in part.stops or ()} - UNTOLD
    if not recorded or not (told or "loss" in await context.columns("downtime")):
        return None, ()
    return reliability(recorded), cites


# --- reasons in words ------------------------------------------------------------------------


def meant(said: str, rows: Iterable[Cause], words: Words) -> Condition:
    """The stops that are meant: those whose reason holds all the words, else whose group, code
    or loss does. Nothing meets it where no reason does."""
    parts = [_stem(part) for part in said.casefold().split()]
    for column in ("reason", "reason_group", "reason_code", "loss"):
        values = {str(v) for row in rows if (v := getattr(row, column)) is not None}
        shown = {v: words.say(f"losses.{v}") if column == "loss" else v for v in values}
        fitting = {
            value
            for value, text in shown.items()
            if all(part in f"{value} {text}".casefold() for part in parts)
        }
        if fitting:
            return Condition(column, "in", tuple(sorted(fitting)))
    return Condition("reason", "in", (said,))


def _stem(word: str) -> str:
    """A plural finds the singular."""
    for ending in ("en", "s"):
        if len(word) > len(ending) + 2 and word.endswith(ending):
            return word.removesuffix(ending)
    return word


def _meets(row: Cause, wanted: Condition) -> bool:
    value, among = getattr(row, wanted.column), wanted.value
    return isinstance(among, tuple) and value is not None and str(value) in among
