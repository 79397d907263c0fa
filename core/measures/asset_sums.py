"""Rows of production and stops become the Sums of each asset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from core.context import ToolContext
from core.data.source import Row
from core.domain.assets import Asset
from core.domain.losses import Loss, parse_loss
from core.domain.oee import Sums
from core.domain.periods import Interval
from core.measures.planned_time import PlannedTime
from core.measures.rates import Rates
from core.measures.reading import Startup
from core.measures.row_sums import (
    by_asset,
    good,
    number,
    repaired,
    scrapped,
    sum_known,
    sum_of,
    total_of,
)


class SumsBuilder:
    """Turns rows of one window into Sums per asset. Whatever has no row stays unknown."""

    def __init__(
        self,
        context: ToolContext,
        assets: Sequence[Asset],
        plan: PlannedTime,
        rates: Rates,
        stale: Mapping[str, datetime],
        *,
        has_production: bool,
        producing: Collection[str] = (),
    ) -> None:
        """`producing` are the assets that have production rows, whenever."""
        self._producing = frozenset(producing)
        self._has_production = has_production
        self._context = context
        self._assets = assets
        self._plan = plan
        self._paths = {asset.id: context.hierarchy.path(asset.id) for asset in assets}
        self._scheduled: dict[object, float | None] = {}
        self._rates = rates
        self._stale = stale

    def sums(
        self,
        made: Sequence[Row] | None,
        stops: Sequence[Row] | None,
        interval: Interval,
        window: int,
    ) -> dict[str, Sums]:
        by_made, by_stops = by_asset(made or ()), by_asset(stops or ())
        found = {}
        for asset in self._assets:
            rows, stopped = by_made.get(asset.id, []), by_stops.get(asset.id)
            if stops is not None and stopped is None and not self._is_silent(asset, rows, interval):
                stopped = []
            found[asset.id] = self._asset(asset, rows, stopped, interval, window)
        return found

    def _is_silent(self, asset: Asset, made: list[Row], interval: Interval) -> bool:
        """No stop is no downtime, unless nothing was recorded then: the asset's data ends before
        the period begins, or it has production but not in this period."""
        silent_since = self._stale.get(asset.id)
        if silent_since is not None and silent_since <= interval.start:
            return True
        return asset.id in self._producing and not made

    def recorded_down(self, made: Sequence[Row] | None) -> dict[str, float]:
        grouped = {asset: sum_of(rows, "down_min") for asset, rows in by_asset(made or ()).items()}
        return {asset: minutes for asset, minutes in grouped.items() if minutes is not None}

    def _asset(
        self,
        asset: Asset,
        made: list[Row],
        stops: list[Row] | None,
        interval: Interval,
        window: int,
    ) -> Sums:
        down = sum_of(made, "down_min")
        losses = losses_of(stops, down)
        planned_stops = (losses or {}).pop(Loss.PLANNED, 0.0)
        planned_min = sum_of(made, "planned_min")
        by_shifts = self._plan.minutes(asset.id, window)
        scheduled = by_shifts if by_shifts is not None else planned_min
        pbt = None if scheduled is None else scheduled - planned_stops
        recorded, lasted = planned_min, sum_of(made, "row_min")
        # Rows that fill the plan are no gap, though they plan less (a break the calendar lacks).
        if recorded is None or (lasted is not None and pbt is not None and lasted >= pbt):
            recorded = lasted
        calendar = self._calendar_minutes(asset, interval)
        failures = [row for row in stops or () if row["loss"] == Loss.BREAKDOWN]
        ended = [row for row in failures if not row["is_open"]]
        counts = stops is not None and not self._context.installation.stops_are_sums
        first_pass = sum_of(made, "first_pass_units")
        return Sums(
            pbt=pbt,
            calendar=calendar if calendar is not None else scheduled,
            planned=None if pbt is None or calendar is None else calendar - pbt,
            stops=losses,
            run=sum_of(made, "run_min"),
            ideal=self._ideal(made, "total"),
            good_ideal=self._ideal(made, "good"),
            covered=self._covered(pbt, recorded, made),
            unit=asset.unit or None,
            total=sum_of(made, "total_units"),
            good=total_of(made, good),
            scrap=total_of(made, scrapped),
            rework=sum_of(made, "rework_units"),
            first_pass=first_pass,
            inspected=None if first_pass is None else sum_of(made, "total_units"),
            failures=None if not counts else sum_known(failures, "stops"),
            mended=None if not counts else sum_known(ended, "stops"),
            mended_minutes=None if not counts else sum_known(ended, "event_minutes"),
            repair_minutes=repaired(ended) if counts else None,
        )

    def _calendar_minutes(self, asset: Asset, interval: Interval) -> float | None:
        """Worked out once for assets that share their shifts."""
        calendar, path = self._context.installation.calendar(asset), self._paths[asset.id]
        key = asset.plant, calendar.scope(path), interval
        if key not in self._scheduled:
            self._scheduled[key] = calendar.calendar_minutes(interval, path)
        return self._scheduled[key]

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
            units = number(row, "total_units") if which == "total" else good(row)
            at = row["first"]
            product = None if row.get("product") is None else str(row["product"])
            rate = self._rates.at(str(row["asset"]), product, at)  # type: ignore[arg-type]
            if units == 0:
                continue
            if units is None or rate is None:
                return None
            total += units / rate
        return total if made else None


def with_startup(
    parts: dict[str, Sums], startup: Startup | None, rates: Rates, at: datetime
) -> dict[str, Sums]:
    """An asset without a scrap row had no start-up scrap, if its production says no scrap."""
    if startup is None:
        return parts
    nothing: dict[str, Mapping[str, float]] = {a: {} for a, s in parts.items() if not s.scrap}
    told = {**nothing, **startup}
    return {
        asset: replace(
            sums,
            startup_scrap=sum(told[asset].values()),
            startup_ideal=_minutes_of(asset, told[asset], rates, at),
        )
        if asset in told
        else sums
        for asset, sums in parts.items()
    }


def _minutes_of(asset: str, units: Mapping[str, float], rates: Rates, at: datetime) -> float | None:
    total = 0.0
    for product, made in units.items():
        rate = rates.at(asset, product or None, at)
        if made and rate is None:
            return None
        total += made / rate if rate else 0.0
    return total


def losses_of(stops: list[Row] | None, down: float | None) -> dict[Loss, float] | None:
    if stops is None:
        return None if down is None else {Loss.UNCLASSIFIED: down}
    losses: defaultdict[Loss, float] = defaultdict(float)
    for row in stops:
        losses[parse_loss(str(row["loss"]))] += number(row, "minutes") or 0.0
    return dict(losses)
