"""What less of a loss would bring, and what the data shows of it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.context import ToolContext
from core.data.query import Query
from core.domain import oee
from core.domain.assets import LINE, Asset
from core.domain.losses import Loss
from core.domain.money import Price
from core.domain.patterns import Peak, peak_product, peak_shift, peak_weekday
from core.domain.periods import Interval, Period
from core.domain.ranking import Candidate, Gain, best_quartile_gain, rank
from core.domain.shifts import ShiftCalendar
from core.measures.counted import counted
from core.measures.measurement import Measurement, measure
from core.measures.pooling import pooled
from core.measures.prices import Prices, prices
from core.measures.series import Slot, judged, loss_minutes, of_period, slots

REJECTS = "production_rejects"
# From this share on, one reason is most of the loss.
MOST_OF_IT = 0.4
# A gain below this is not worth an answer's line.
LEAST_MINUTES = 10.0
_STARTUP = "startup_rejects"
_NOT_IMPROVED = frozenset({"unexplained"})
_STOPS = tuple(loss.value for loss in Loss if loss is not Loss.PLANNED)
_LOOK_BACK = timedelta(days=30)
_WEEK = timedelta(days=7)
# The share of a line's loss that its constraint must have, to be the one named.
_CONSTRAINTS_OWN = 0.6
_AT_THE_MACHINE = frozenset({"breakdown", "minor", "reduced_speed", REJECTS})
# So many stops per planned hour are a pattern of their own.
_FREQUENT = 1.0


@dataclass(frozen=True, slots=True)
class Range:
    low: float
    high: float

    def times(self, factor: float) -> Range:
        return Range(self.low * factor, self.high * factor)

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the data shows of a loss. `stops` and `reason` with its share come from the stops,
    `slope` is minutes (rejects: units) per day, None where it is no more than chance; `per_hour`
    is stops per planned hour."""

    lost: float
    stops: int | None = None
    reason: str = ""
    share: float | None = None
    slope: float | None = None
    shift: Peak | None = None
    weekday: Peak | None = None
    product: Peak | None = None
    per_hour: float | None = None

    @property
    def is_frequent(self) -> bool:
        return self.per_hour is not None and self.per_hour >= _FREQUENT

    @property
    def is_main(self) -> bool:
        """Whether one reason makes most of the loss."""
        return self.share is not None and self.share >= MOST_OF_IT

    @property
    def has_pattern(self) -> bool:
        return self.is_frequent or any((self.slope, self.shift, self.weekday, self.product))


@dataclass(frozen=True, slots=True)
class Idea:
    """A loss of an asset and what less of it would bring per week.

    `minutes` is None where there are too few days for a range; `units` are given only where they
    are output (at a line or its constraint), of rejects as units that become good.
    """

    asset: Asset
    loss: str
    lost_per_week: float
    minutes: Range | None
    units: Range | None
    money: Range | None
    currency: str
    evidence: Evidence

    @property
    def key(self) -> tuple[str, str]:
        return self.asset.id, self.loss


@dataclass(frozen=True, slots=True)
class Ideas:
    """Ideas, the best first; `days` is how many worked days the ranges rest on, `priced_by` cites
    the rates, `unpriced` names the assets without one."""

    ideas: tuple[Idea, ...]
    days: int
    unpriced: tuple[str, ...]
    found: Measurement
    cites: tuple[int, ...]
    priced_by: tuple[int, ...]


async def find_ideas(context: ToolContext, asked: Sequence[Asset], period: Period) -> Ideas:
    """What would help at the assets that `asked` counts and at their lines' constraints.

    The gain is the asset's own best quarter of worked days (core.domain.ranking). Raises NoData
    for places without equipment.
    """
    assets = _with_constraints(context, asked)
    windows, history = _windows(context.installation.calendar(asked[0]), period)
    hull = Interval(windows[0].interval.start, windows[-1].interval.end)
    found, products, rates = await asyncio.gather(
        measure(context, assets, hull, [slot.interval for slot in windows]),
        _products(context, assets, period.interval),
        prices(context, assets, period.end.date()),
    )
    reasons = await _reasons(context, found, period, history)
    week = _Week(found, windows, history, period, products, reasons, rates)
    ideas = [idea for asset in assets for idea in week.ideas(asset)]
    unpriced = [a.name for a in assets if a.id not in rates.downtime]
    return Ideas(
        ideas=tuple(_ranked(_attributed(context, ideas))),
        days=week.days,
        unpriced=tuple(unpriced) if context.access.money else (),
        found=of_period(found, period, pooled(found.windows[history:])),
        cites=tuple(c for c in (*found.cites, products.cite, reasons.cite) if c),
        priced_by=rates.cites,
    )


# --- what is looked at -----------------------------------------------------------------------


def _with_constraints(context: ToolContext, asked: Sequence[Asset]) -> tuple[Asset, ...]:
    """What is counted, and the constraints of the lines among that."""
    hierarchy = context.hierarchy
    outer = counted(hierarchy, asked)
    inner = {
        a.id: a
        for asset in outer
        if asset.kind == LINE
        for a in hierarchy.below(asset.id)
        if a.constraint
    }
    return tuple({**{asset.id: asset for asset in outer}, **inner}.values())


def _windows(calendar: ShiftCalendar, period: Period) -> tuple[tuple[Slot, ...], int]:
    """The days before the period, then the shifts of the period (its days where none are known),
    and how many the first are."""
    back = Interval(period.start - _LOOK_BACK, period.start)
    history = tuple(slot for slot in slots(calendar, back, "day") if slot.whole)
    inside = slots(calendar, period.interval, "shift") or slots(calendar, period.interval, "day")
    return (*history, *inside), len(history)


@dataclass(frozen=True, slots=True)
class _Products:
    """Units made and scrapped by asset and product."""

    made: Mapping[str, Mapping[str, float]]
    scrap: Mapping[str, Mapping[str, float]]
    cite: int = 0


async def _products(context: ToolContext, assets: Sequence[Asset], interval: Interval) -> _Products:
    if not await context.has("production", "product", "total_units"):
        return _Products({}, {})
    ids = tuple(sorted(asset.id for asset in assets))
    measures = ("total_units", "scrap_units")
    found = await context.fetch(Query("production", ids, interval, measures, ("asset", "product")))
    made: defaultdict[str, dict[str, float]] = defaultdict(dict)
    scrap: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for row in found.rows:
        asset, product = str(row["asset"]), row["product"]
        total, lost = row.get("total_units"), row.get("scrap_units")
        if product is not None and isinstance(total, int | float):
            made[asset][str(product)] = float(total)
            if isinstance(lost, int | float):
                scrap[asset][str(product)] = float(lost)
    return _Products(made, scrap, found.cite)


@dataclass(frozen=True, slots=True)
class _Reasons:
    """(asset, loss) → reason (None: not given) → minutes and stops."""

    found: Mapping[tuple[str, str], Mapping[str | None, tuple[float, int | None]]]
    cite: int = 0


async def _reasons(
    context: ToolContext, found: Measurement, period: Period, history: int
) -> _Reasons:
    """The same stops as in the measurement, those of the period, by reason."""
    if found.stops is None:
        return _Reasons({})
    known = await context.columns("downtime")
    column = next((c for c in ("reason", "reason_code") if c in known), None)
    planned = tuple(
        replace(p, spans=tuple(span for span in p.spans if span.window >= history))
        for p in found.stops.planned
    )
    if found.stops.planned and not any(p.spans for p in planned):
        return _Reasons({})
    query = replace(
        found.stops,
        interval=period.interval,
        measures=("minutes", "stops"),
        group_by=("asset", "loss", *((column,) if column else ())),
        planned=planned,
    )
    rows = await context.fetch(query)
    grouped: defaultdict[tuple[str, str], dict[str | None, tuple[float, int | None]]] = defaultdict(
        dict
    )
    for row in rows.rows:
        reason = None if column is None or row[column] is None else str(row[column])
        minutes, stops = row["minutes"], row["stops"]
        if isinstance(minutes, int | float):
            count = round(stops) if isinstance(stops, int | float) else None
            grouped[str(row["asset"]), str(row["loss"])][reason] = float(minutes), count
    return _Reasons(grouped, rows.cite)


# --- from losses to ideas --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Day:
    """A worked day (or shift) of one asset with its losses; `minutes` planned, None unknown."""

    slot: Slot
    minutes: float | None
    losses: Mapping[str, float]
    scrap: float | None


class _Week:
    """Finds ideas; gains are per week, of as many worked days as a week of the period had."""

    def __init__(
        self,
        found: Measurement,
        windows: Sequence[Slot],
        history: int,
        period: Period,
        products: _Products,
        reasons: _Reasons,
        rates: Prices,
    ) -> None:
        self._found, self._windows, self._history = found, windows, history
        self._weeks = (period.end - period.start) / _WEEK
        self._products, self._reasons, self._rates = products, reasons, rates
        self.days = 0

    def ideas(self, asset: Asset) -> list[Idea]:
        before = [self._day(asset, n) for n in range(self._history)]
        pieces = [self._day(asset, n) for n in range(self._history, len(self._windows))]
        shifts = [piece for piece in pieces if piece is not None]
        days = _by_day(shifts)
        self.days = max(self.days, len(days))
        losses = {name for day in days for name in day.losses} - _NOT_IMPROVED
        made = [
            self._idea(asset, loss, [d for d in before if d], days, shifts)
            for loss in sorted(losses)
        ]
        return [idea for idea in made if idea is not None]

    def _day(self, asset: Asset, window: int) -> _Day | None:
        """None where nothing was planned, or too little is known: a day without rows was not a
        perfect one."""
        sums = self._found.windows[window][asset.id]
        parts, rules = {asset.id: sums}, self._found.rules
        kpis = oee.roll_up(parts, rules, ())  # for the coverage
        is_silent = sums.total is None and sums.run is None
        if sums.pbt == 0:
            return None
        if self._found.has_rows and (is_silent or kpis.coverage_state == "withheld"):
            return None
        losses = {n: max(0.0, m) for n, m in loss_minutes(parts, rules).items()}
        if startup := losses.pop(_STARTUP, 0.0):
            losses[REJECTS] = losses.get(REJECTS, 0.0) + startup
        if sums.stops is not None:
            losses = {**dict.fromkeys(_STOPS, 0.0), **losses}
        return _Day(self._windows[window], sums.pbt, losses, sums.scrap)

    def _idea(
        self,
        asset: Asset,
        loss: str,
        before: Sequence[_Day],
        days: Sequence[_Day],
        shifts: Sequence[_Day],
    ) -> Idea | None:
        daily = [day.losses.get(loss, 0.0) for day in days]
        per_week = len(days) / self._weeks
        lost = sum(daily) / self._weeks
        gain = best_quartile_gain(daily)
        minutes = _range(gain, per_week)
        if max(minutes.high if minutes else 0.0, 0.0 if minutes else lost) < LEAST_MINUTES:
            return None
        units = self._units(asset, loss, days, minutes, per_week)
        money, currency = self._money(asset, loss, minutes, units)
        return Idea(
            asset,
            loss,
            lost,
            minutes,
            units,
            money,
            currency,
            self._evidence(asset, loss, before, days, shifts),
        )

    def _units(
        self,
        asset: Asset,
        loss: str,
        days: Sequence[_Day],
        minutes: Range | None,
        per_week: float,
    ) -> Range | None:
        if loss == REJECTS:
            scrap = [day.scrap for day in days if day.scrap is not None]
            return _range(best_quartile_gain(scrap), per_week)
        if minutes is None or not (asset.constraint or asset.kind == LINE):
            return None
        windows = self._found.windows[self._history :]
        parts = [window[asset.id] for window in windows]
        made = sum(part.total for part in parts if part.total is not None and part.ideal)
        ideal = sum(part.ideal for part in parts if part.total is not None and part.ideal)
        return minutes.times(made / ideal) if ideal else None

    def _money(
        self, asset: Asset, loss: str, minutes: Range | None, units: Range | None
    ) -> tuple[Range | None, str]:
        """Time at the cost per hour, rejects at their material."""
        if loss == REJECTS:
            price = self._material(asset)
            return (units.times(price.amount), price.currency) if units and price else (None, "")
        price = self._rates.downtime.get(asset.id)
        if price is None or minutes is None:
            return None, ""
        return minutes.times(price.amount / 60), price.currency

    def _material(self, asset: Asset) -> Price | None:
        """The material of a scrapped unit, on average of what was scrapped."""
        scrap = self._products.scrap.get(asset.id, {})
        known = {p: self._rates.material.get(p) for p, units in scrap.items() if units}
        total = sum(scrap[p] for p in known)
        listed = [price for price in known.values() if price is not None]
        if not total or len(listed) < len(known) or len({p.currency for p in listed}) != 1:
            return None
        amount = sum(scrap[p] * price.amount for p, price in known.items() if price) / total
        return Price(amount, listed[0].currency)

    def _evidence(
        self,
        asset: Asset,
        loss: str,
        before: Sequence[_Day],
        days: Sequence[_Day],
        shifts: Sequence[_Day],
    ) -> Evidence:
        of = _scrap_of if loss == REJECTS else _minutes_of(loss)
        history, points = [of(day) for day in before], [of(day) for day in days]
        slope = judged("downtime", history, points).slope
        rates: defaultdict[str, list[float | None]] = defaultdict(list)
        for shift in shifts:
            if shift.slot.shift and shift.slot.whole and shift.minutes:
                rates[shift.slot.shift].append(shift.losses.get(loss, 0.0) / shift.minutes * 60)
        weekdays = [(day.slot.day, of(day)) for day in (*before, *days)]
        product = None
        if loss == REJECTS:
            scrap = self._products.scrap.get(asset.id, {})
            product = peak_product(scrap, self._products.made.get(asset.id, {}))
        stops, reason, share = self._reason(asset, loss)
        hours = sum(day.minutes or 0.0 for day in days) / 60
        return Evidence(
            lost=sum(day.losses.get(loss, 0.0) for day in days),
            stops=stops,
            reason=reason,
            share=share,
            slope=slope if slope and slope > 0 else None,
            # Changeovers fall into the shift that the order sequence puts them in.
            shift=peak_shift(rates) if len(rates) > 1 and loss != "setup" else None,
            weekday=peak_weekday(weekdays),
            product=product,
            per_hour=stops / hours if stops is not None and hours else None,
        )

    def _reason(self, asset: Asset, loss: str) -> tuple[int | None, str, float | None]:
        """How many stops, and the main reason with its share of the minutes."""
        known = self._reasons.found.get((asset.id, loss))
        if not known:
            return None, "", None
        counts = [count for _, count in known.values() if count is not None]
        stops = sum(counts) if len(counts) == len(known) else None
        total = sum(minutes for minutes, _ in known.values())
        named = {reason: minutes for reason, (minutes, _) in known.items() if reason}
        if not named or not total:
            return stops, "", None
        main = max(named, key=lambda reason: (named[reason], reason))
        return stops, main, named[main] / total


def _minutes_of(loss: str) -> Callable[[_Day], float | None]:
    return lambda day: day.losses.get(loss, 0.0)


def _scrap_of(day: _Day) -> float | None:
    return day.scrap


def _by_day(shifts: Sequence[_Day]) -> list[_Day]:
    """The shifts of each production day together."""
    days: dict[date, _Day] = {}
    for shift in shifts:
        day = days.get(shift.slot.day)
        if day is None:
            days[shift.slot.day] = shift
            continue
        names_ = {**day.losses, **shift.losses}
        losses = {n: day.losses.get(n, 0.0) + shift.losses.get(n, 0.0) for n in names_}
        minutes = (
            None if day.minutes is None or shift.minutes is None else (day.minutes + shift.minutes)
        )
        scrap = None if day.scrap is None or shift.scrap is None else day.scrap + shift.scrap
        days[shift.slot.day] = _Day(day.slot, minutes, losses, scrap)
    return list(days.values())


def _range(gain: Gain | None, times: float) -> Range | None:
    return None if gain is None else Range(gain.low * times, gain.high * times)


def _attributed(context: ToolContext, ideas: Sequence[Idea]) -> list[Idea]:
    """Each loss once for a line and its constraint: at the constraint where most of it is made
    there and it is a machine's loss, else at the line."""
    known = {idea.key: idea for idea in ideas}
    dropped = set()
    for idea in ideas:
        line = context.hierarchy.get(idea.asset.parent)
        if not idea.asset.constraint or line is None or line.kind != LINE:
            continue
        theirs = known.get((line.id, idea.loss))
        if not any(asset == line.id for asset, _ in known):
            continue
        own = theirs is not None and idea.lost_per_week >= _CONSTRAINTS_OWN * theirs.lost_per_week
        if theirs is not None and own and idea.loss in _AT_THE_MACHINE:
            dropped.add(theirs.key)
        else:
            dropped.add(idea.key)
    return [idea for idea in ideas if idea.key not in dropped]


def _ranked(ideas: Sequence[Idea]) -> list[Idea]:
    """By money, what has no price after that by minutes; by minutes alone where no time has a
    price, since scrap would stand above all of it."""
    known = {idea.key: idea for idea in ideas}
    by_money = any(idea.money for idea in ideas if idea.loss != REJECTS)
    candidates = [
        Candidate(
            idea.asset.id,
            idea.loss,
            money=idea.money.middle if idea.money and by_money else None,
            currency=idea.currency if idea.money and by_money else None,
            minutes=idea.minutes.middle if idea.minutes else idea.lost_per_week,
            gap=idea.minutes.middle if idea.minutes else idea.lost_per_week,
        )
        for idea in ideas
    ]
    return [known[found.asset, found.subject] for found in rank(candidates)]
