"""Assets measured in a period: the one place where production, stops, shifts and rates meet.

Every tool takes its KPIs from here, so that a figure is the same wherever it is shown.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from core.context import Fetched, ToolContext
from core.data.query import Planned, Query, Span
from core.data.source import Row
from core.domain import oee
from core.domain.assets import LINE, Asset
from core.domain.losses import Loss, parse_loss
from core.domain.oee import Kpis, Rules, Sums
from core.domain.periods import Interval
from core.domain.shifts import Busy
from core.errors import NoData

COUNTS = ("total_units", "good_units", "scrap_units", "rework_units", "first_pass_units")
TIMES = ("planned_min", "run_min", "down_min", "row_min")
STOP_MEASURES = ("minutes", "stops", "event_minutes", "repair_minutes", "repairs")
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Measurement:
    """`parts` are the sums per asset id; `windows` the same for each window asked.

    `covered` is the period that the figures are really for: `asked`, widened to whole production
    rows, or ended where the data of a running period ends. `data_time` is the newest time in the
    assets' data, `stale` names the assets whose feed is older than the plant's limit.
    `recorded_down` are stop minutes that the production rows themselves tell, per asset. `ended`
    says that the period has been over for longer than a feed may take.
    `stops` is the query that its stops were counted with: asked again with other measures, groups
    or conditions it tells more of the very same minutes.
    """

    assets: tuple[Asset, ...]
    asked: Interval
    covered: Interval
    parts: Mapping[str, Sums]
    rules: Rules
    cites: tuple[int, ...]
    windows: tuple[Mapping[str, Sums], ...] = ()
    data_time: datetime | None = None
    stale: Mapping[str, datetime] = field(default_factory=dict)
    open_stops: tuple[str, ...] = ()
    unrated: tuple[str, ...] = ()
    recorded_down: Mapping[str, float] = field(default_factory=dict)
    ended: bool = False
    until: datetime | None = None
    stops: Query | None = None

    @property
    def kpis(self) -> Kpis:
        """Of all assets together, from summed times and counts."""
        return oee.roll_up(self.parts, self.rules)

    @property
    def total(self) -> Sums:
        return oee.add_up(self.parts.values())

    @property
    def is_widened(self) -> bool:
        return self.covered.start < self.asked.start or self.covered.end > self.asked.end

    @property
    def is_preliminary(self) -> bool:
        """Until the data's time is the period's end and a little more, late rows may come."""
        if self.data_time is None:
            return False
        return self.data_time < self.asked.end + self.rules.preliminary_minutes * _MINUTE

    @property
    def has_rows(self) -> bool:
        return any(part.total is not None or part.run is not None for part in self.parts.values())


async def measure(
    context: ToolContext,
    assets: Sequence[Asset],
    asked: Interval,
    windows: Sequence[Interval] = (),
    *,
    phases: bool = False,
) -> Measurement:
    """The sums of each of `assets` (give `hierarchy.counted(asset)` for an area) in `asked`.

    With `windows`, disjoint and in order, also per window; a production row belongs to the
    window in which it starts. With `phases` start-up rejects are told apart (for the period as
    a whole). Raises NoData where neither production nor downtime is mapped.
    """
    ids = tuple(sorted(asset.id for asset in assets))
    windows = tuple(windows)
    times, (made, rates) = await asyncio.gather(
        context.data_times(ids), _made(context, ids, asked, windows)
    )
    covered = _really_covered(asked, made.rows if made else (), context)
    until = min([context.now, max(times.values())]) if times else context.now
    limit = context.now - context.installation.rules.stale_minutes * _MINUTE
    stale = {asset: at for asset, at in times.items() if at < limit < asked.end}
    planned = _planned(context, assets, covered, windows, stale)
    asking = await _stop_query(context, ids, covered, planned, until, windows=bool(windows))
    stopped, startup = await asyncio.gather(
        context.fetch(asking) if asking else _nothing(),
        _startup_scrap(context, ids, covered) if phases else _nothing(),
    )
    if made is None and stopped is None:
        raise NoData("fact_missing", fact="production")
    builder = _Builder(context, assets, planned, rates, stale, has_production=made is not None)
    rows, stop_rows = made.rows if made else None, stopped.rows if stopped else None
    per_window = tuple(
        builder.sums(_of_window(rows, n), _of_window(stop_rows, n), window, n)
        for n, window in enumerate(windows)
    )
    parts = pooled(per_window) if windows else builder.sums(rows, stop_rows, covered, 0)
    return Measurement(
        assets=tuple(assets),
        asked=asked,
        covered=covered,
        parts=_with_startup(parts, startup),
        rules=context.rules,
        cites=tuple(fetched.cite for fetched in (made, stopped) if fetched),
        windows=per_window,
        data_time=max(times.values(), default=None),
        stale=stale,
        open_stops=_open(stop_rows),
        unrated=tuple(a.id for a in assets if not rates.knows(a.id)),
        recorded_down=builder.recorded_down(rows),
        ended=asked.end < limit,
        until=until,
        stops=asking,
    )


# --- rates -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rates:
    """Ideal rates in units per minute: of an asset and product from a time on, else the asset's."""

    by_product: Mapping[tuple[str, str], tuple[tuple[datetime | None, float], ...]]
    by_asset: Mapping[str, float]

    def at(self, asset: str, product: str | None, at: datetime) -> float | None:
        since = self.by_product.get((asset, product or ""), ())
        valid = [rate for start, rate in since if start is None or start <= at]
        return valid[-1] if valid else self.by_asset.get(asset)

    def knows(self, asset: str) -> bool:
        return asset in self.by_asset or any(key[0] == asset for key in self.by_product)

    def cuts(self, interval: Interval) -> tuple[datetime, ...]:
        """The instants inside the interval at which a rate changes."""
        starts = {s for rates in self.by_product.values() for s, _ in rates if s is not None}
        return tuple(sorted(s for s in starts if interval.start < s < interval.end))


async def _rates(context: ToolContext, ids: Sequence[str]) -> Rates:
    by_product: defaultdict[tuple[str, str], list[tuple[datetime | None, float]]]
    by_product = defaultdict(list)
    if await context.has("product_rate"):
        for row in await context.look_up(Query("product_rate")):
            key, rate = (str(row["asset"]), str(row["product"])), _number(row, "per_min")
            since = row.get("valid_from")
            if key[0] in ids and rate:
                by_product[key].append((since if isinstance(since, datetime) else None, rate))
    for listed in by_product.values():
        listed.sort(key=lambda entry: (entry[0] is not None, entry[0] or 0))
    known = {asset: context.hierarchy[asset].ideal_rate for asset in ids}
    return Rates(
        {key: tuple(listed) for key, listed in by_product.items()},
        {asset: rate for asset, rate in known.items() if rate},
    )


# --- fetching --------------------------------------------------------------------------------


async def _made(
    context: ToolContext, ids: tuple[str, ...], asked: Interval, windows: tuple[Interval, ...]
) -> tuple[Fetched | None, Rates]:
    rates = await _rates(context, ids)
    if not await context.has("production"):
        return None, rates
    return await _production(context, ids, asked, windows, rates), rates


async def _startup_scrap(
    context: ToolContext, ids: tuple[str, ...], covered: Interval
) -> dict[str, float] | None:
    """Units scrapped while starting up, per asset; None where phases are not recorded."""
    if not await context.has("scrap", "phase"):
        return None
    found = await context.fetch(Query("scrap", ids, covered, ("units",), ("asset", "phase")))
    startup = dict.fromkeys((str(row["asset"]) for row in found.rows), 0.0)
    for row in found.rows:
        if row["phase"] == "startup":
            startup[str(row["asset"])] += _number(row, "units") or 0.0
    return startup


async def _nothing() -> None:
    return None


async def _production(
    context: ToolContext,
    ids: tuple[str, ...],
    asked: Interval,
    windows: tuple[Interval, ...],
    rates: Rates,
) -> Fetched:
    columns = await context.columns("production")
    by_product = rates.by_product and "product" in columns
    cuts = rates.cuts(asked) if by_product else ()
    group_by = (
        "asset",
        *(("product",) if by_product else ()),
        *(("segment",) if cuts else ()),
        *(("window",) if windows else ()),
    )
    times = TIMES if "planned_min" not in columns else TIMES[:-1]
    return await context.fetch(
        Query("production", ids, asked, (*times, *COUNTS), group_by, windows=windows, cuts=cuts)
    )


async def _stop_query(
    context: ToolContext,
    ids: tuple[str, ...],
    covered: Interval,
    planned: _Plan,
    until: datetime,
    *,
    windows: bool,
) -> Query | None:
    if not await context.has("downtime"):
        return None
    minor = 0 if context.installation.stops_are_sums else context.rules.minor_stop_minutes
    return Query(
        "downtime",
        ids,
        covered,
        STOP_MEASURES,
        ("asset", "loss", "is_open", *(("window",) if windows else ())),
        planned=planned.query_part(),
        members=line_members(context, ids),
        until=until,
        minor_stop_seconds=round(minor * 60),
        long_stop_seconds=round(context.installation.rules.long_stop_minutes * 60),
    )


def line_members(context: ToolContext, ids: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(line, asset inside it) for the lines among `ids`; see Query.members."""
    hierarchy = context.hierarchy
    return tuple(
        (asset, inner.id)
        for asset in ids
        if hierarchy[asset].kind == LINE
        for inner in (hierarchy[asset], *hierarchy.below(asset))
    )


def _really_covered(asked: Interval, rows: Sequence[Row], context: ToolContext) -> Interval:
    """`asked`, widened to whole rows; one that still runs ends where its rows end."""
    firsts = [at for row in rows if isinstance(at := row.get("first"), datetime)]
    lasts = [at for row in rows if isinstance(at := row.get("last"), datetime)]
    if not firsts or not lasts:
        return asked
    start, last = min(asked.start, *firsts), max(lasts)
    still_runs = asked.end > context.now - 2 * _MINUTE
    limit = timedelta(minutes=max(60.0, context.installation.rules.stale_minutes))
    if last > asked.end or (still_runs and asked.end - last <= limit):
        return Interval(start, max(last, start))
    return Interval(start, asked.end)


# --- planned busy time -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plan:
    """Planned busy pieces per window for each group of assets that share them.

    `busy` is None where no shifts are known: then the production rows tell the planned time.
    """

    windows: tuple[Interval, ...]
    groups: tuple[tuple[tuple[str, ...], tuple[tuple[Busy, ...], ...] | None], ...]

    def minutes(self, asset: str, window: int) -> float | None:
        busy = next(busy for ids, busy in self.groups if asset in ids)
        return None if busy is None else sum(piece.minutes for piece in busy[window])

    def query_part(self) -> tuple[Planned, ...]:
        """Where no shifts are known, all of each window counts."""
        whole = tuple(Span(w.start, w.end, w.start, n) for n, w in enumerate(self.windows))
        return tuple(
            Planned(ids, whole if busy is None else _spans(busy)) for ids, busy in self.groups
        )


def _planned(
    context: ToolContext,
    assets: Sequence[Asset],
    covered: Interval,
    windows: tuple[Interval, ...],
    stale: Mapping[str, datetime],
) -> _Plan:
    """In a period that still runs, an asset whose feed is stale has no plan beyond its data:
    what nobody knows is neither run time nor a stop."""
    groups: defaultdict[tuple[str, Any, datetime | None], list[Asset]] = defaultdict(list)
    for asset in assets:
        calendar = context.installation.calendar(asset)
        path = context.hierarchy.path(asset.id)
        groups[asset.plant, calendar.scope(path), stale.get(asset.id)].append(asset)
    planned = []
    for (_, _, data_end), members in groups.items():
        calendar = context.installation.calendar(members[0])
        path = context.hierarchy.path(members[0].id)
        ends = data_end or covered.end
        asked = [_until(window, ends) for window in windows or (covered,)]
        found = [calendar.busy(window, path) for window in asked]
        busy = None if any(f is None for f in found) else tuple(f for f in found if f is not None)
        planned.append((tuple(sorted(a.id for a in members)), busy))
    return _Plan(windows or (covered,), tuple(planned))


def _until(interval: Interval, end: datetime) -> Interval:
    return Interval(interval.start, max(interval.start, min(interval.end, end)))


def _spans(windows: Sequence[Sequence[Busy]]) -> tuple[Span, ...]:
    """Pieces as the query wants them; neighbours without a gap are joined to keep it short."""
    spans: list[Span] = []
    for number, pieces in enumerate(windows):
        for piece in pieces:
            last = spans[-1] if spans else None
            if last and last.window == number and last.end == piece.start == piece.opens:
                spans[-1] = Span(last.start, piece.end, last.opens, number)
            else:
                spans.append(Span(piece.start, piece.end, piece.opens, number))
    return tuple(spans)


# --- sums ------------------------------------------------------------------------------------


class _Builder:
    """Turns rows of one window into Sums per asset. Whatever has no row stays unknown."""

    def __init__(
        self,
        context: ToolContext,
        assets: Sequence[Asset],
        plan: _Plan,
        rates: Rates,
        stale: Mapping[str, datetime],
        *,
        has_production: bool,
    ) -> None:
        self._has_production = has_production
        self._context = context
        self._assets = assets
        self._plan = plan
        self._rates = rates
        self._stale = stale

    def sums(
        self,
        made: Sequence[Row] | None,
        stops: Sequence[Row] | None,
        interval: Interval,
        window: int,
    ) -> dict[str, Sums]:
        by_made, by_stops = _by_asset(made or ()), _by_asset(stops or ())
        return {
            asset.id: self._asset(
                asset,
                by_made.get(asset.id, []),
                None if stops is None else self._known(by_stops.get(asset.id), asset, interval),
                interval,
                window,
            )
            for asset in self._assets
        }

    def _known(self, stops: list[Row] | None, asset: Asset, interval: Interval) -> list[Row] | None:
        """No stop is no downtime, unless the asset's data ends before the period begins."""
        silent_since = self._stale.get(asset.id)
        if stops is None and silent_since is not None and silent_since <= interval.start:
            return None
        return stops or []

    def recorded_down(self, made: Sequence[Row] | None) -> dict[str, float]:
        grouped = {asset: _sum(rows, "down_min") for asset, rows in _by_asset(made or ()).items()}
        return {asset: minutes for asset, minutes in grouped.items() if minutes is not None}

    def _asset(
        self,
        asset: Asset,
        made: list[Row],
        stops: list[Row] | None,
        interval: Interval,
        window: int,
    ) -> Sums:
        down = _sum(made, "down_min")
        losses = _losses(stops, down)
        planned_stops = (losses or {}).pop(Loss.PLANNED, 0.0)
        planned_min = _sum(made, "planned_min")
        by_shifts = self._plan.minutes(asset.id, window)
        scheduled = by_shifts if by_shifts is not None else planned_min
        pbt = None if scheduled is None else scheduled - planned_stops
        recorded = planned_min if planned_min is not None else _sum(made, "row_min")
        calendar = self._context.installation.calendar(asset).calendar_minutes(
            interval, self._context.hierarchy.path(asset.id)
        )
        failures = [row for row in stops or () if row["loss"] == Loss.BREAKDOWN]
        ended = [row for row in failures if not row["is_open"]]
        counts = stops is not None and not self._context.installation.stops_are_sums
        first_pass = _sum(made, "first_pass_units")
        return Sums(
            pbt=pbt,
            calendar=calendar if calendar is not None else scheduled,
            planned=None if pbt is None or calendar is None else calendar - pbt,
            stops=losses,
            run=_sum(made, "run_min"),
            ideal=self._ideal(made, "total"),
            good_ideal=self._ideal(made, "good"),
            covered=self._covered(pbt, recorded, made),
            unit=asset.unit or None,
            total=_sum(made, "total_units"),
            good=_total(made, _good),
            scrap=_total(made, scrapped),
            rework=_sum(made, "rework_units"),
            first_pass=first_pass,
            inspected=None if first_pass is None else _sum(made, "total_units"),
            failures=None if not counts else _sum_known(failures, "stops"),
            mended=None if not counts else _sum_known(ended, "stops"),
            mended_minutes=None if not counts else _sum_known(ended, "event_minutes"),
            repair_minutes=_repaired(ended) if counts else None,
        )

    def _covered(self, pbt: float | None, recorded: float | None, made: list[Row]) -> float | None:
        """Minutes of planned time with data. No row at all is no coverage, not unknown."""
        if pbt is None:
            return None
        if recorded is not None:
            return min(pbt, recorded)
        return None if made or not self._has_production else 0.0

    def _ideal(self, made: list[Row], which: str) -> float | None:
        """Σ units / ideal rate in minutes; None where a count or a rate is unknown."""
        total = 0.0
        for row in made:
            units = _number(row, "total_units") if which == "total" else _good(row)
            at = row["first"]
            product = None if row.get("product") is None else str(row["product"])
            rate = self._rates.at(str(row["asset"]), product, at)  # type: ignore[arg-type]
            if units == 0:
                continue
            if units is None or rate is None:
                return None
            total += units / rate
        return total if made else None


def _with_startup(parts: dict[str, Sums], startup: Mapping[str, float] | None) -> dict[str, Sums]:
    """An asset without a scrap row had no start-up scrap, if its production says no scrap."""
    if startup is None:
        return parts
    return {
        asset: replace(sums, startup_scrap=startup.get(asset, None if sums.scrap else 0.0))
        for asset, sums in parts.items()
    }


def pooled(windows: Sequence[Mapping[str, Sums]]) -> dict[str, Sums]:
    """The sums of several windows per asset. A window of which there is no row adds its planned
    time and, as in a period without windows, nothing else; the coverage tells of it."""
    by_asset: defaultdict[str, list[Sums]] = defaultdict(list)
    for window in windows:
        for asset, sums in window.items():
            by_asset[asset].append(sums)
    return {asset: _pooled(parts) for asset, parts in by_asset.items()}


def _pooled(parts: list[Sums]) -> Sums:
    told = [sums for sums in parts if sums.total is not None or sums.run is not None]
    if not told:
        return oee.add_up(parts)
    whole = oee.add_up(told)
    for sums in parts:
        if sums.total is None and sums.run is None:
            whole += _with_nothing_more(sums, whole)
    return whole


def _with_nothing_more(silent: Sums, whole: Sums) -> Sums:
    added = {
        part.name: 0.0
        for part in fields(Sums)
        if part.name not in ("unit", "stops")
        and getattr(silent, part.name) is None
        and getattr(whole, part.name) is not None
    }
    stops = silent.stops if silent.stops is not None or whole.stops is None else {}
    return replace(silent, unit=whole.unit, stops=stops, **added)


def _losses(stops: list[Row] | None, down: float | None) -> dict[Loss, float] | None:
    if stops is None:
        return None if down is None else {Loss.UNCLASSIFIED: down}
    losses: defaultdict[Loss, float] = defaultdict(float)
    for row in stops:
        losses[parse_loss(str(row["loss"]))] += _number(row, "minutes") or 0.0
    return dict(losses)


def _good(row: Row) -> float | None:
    """Good units as mapped, else made − scrap − rework where scrap is mapped."""
    good, total, scrap = (_number(row, n) for n in ("good_units", "total_units", "scrap_units"))
    if good is not None or total is None or scrap is None:
        return good
    return total - scrap - (_number(row, "rework_units") or 0.0)


def scrapped(row: Row) -> float | None:
    """Scrap as mapped, else made − good − rework where good is mapped."""
    scrap, total, good = (_number(row, n) for n in ("scrap_units", "total_units", "good_units"))
    if scrap is not None or total is None or good is None:
        return scrap
    return total - good - (_number(row, "rework_units") or 0.0)


def _total(rows: list[Row], value: Any) -> float | None:
    found = [value(row) for row in rows]
    return None if not found or None in found else sum(found)


def _sum(rows: list[Row], name: str) -> float | None:
    """None where no row knows the figure."""
    known = [value for row in rows if (value := _number(row, name)) is not None]
    return sum(known) if known else None


def _sum_known(rows: list[Row], name: str) -> float | None:
    """0 for no rows; None where a row does not know the figure."""
    values = [_number(row, name) for row in rows]
    return None if None in values else sum(value for value in values if value is not None)


def _repaired(failures: list[Row]) -> float | None:
    """0 where nothing failed, so that it adds up with other assets; None where not recorded."""
    return _sum(failures, "repair_minutes") if failures else 0.0


def _number(row: Row, name: str) -> float | None:
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else None


def _by_asset(rows: Sequence[Row]) -> dict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[str(row["asset"])].append(row)
    return dict(grouped)


def _of_window(rows: Sequence[Row] | None, number: int) -> list[Row] | None:
    return None if rows is None else [row for row in rows if row["window"] == number]


def _open(rows: Sequence[Row] | None) -> tuple[str, ...]:
    return tuple(sorted({str(row["asset"]) for row in rows or () if row["is_open"]}))
