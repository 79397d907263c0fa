"""The queries behind a measurement: what was made, how long it stood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from core.context import Fetched, ToolContext
from core.data.query import Query
from core.data.source import Row
from core.domain.assets import LINE
from core.domain.periods import Interval
from core.measures.planned_time import PlannedTime
from core.measures.rates import Rates, rates_of
from core.measures.row_sums import number

COUNTS = ("total_units", "good_units", "scrap_units", "rework_units", "first_pass_units")
TIMES = ("planned_min", "run_min", "down_min", "row_min")
STOP_MEASURES = ("minutes", "stops", "event_minutes", "repair_minutes", "repairs")
CAUSES = ("reason", "reason_code", "reason_group")
CAUSE_MEASURES = ("long_stops", "long_minutes")
# Asset → product ("" where none is known) → units; an asset is in it that has any scrap row.
Startup = Mapping[str, Mapping[str, float]]
_MINUTE = timedelta(minutes=1)


async def made_in(
    context: ToolContext, ids: tuple[str, ...], asked: Interval, windows: tuple[Interval, ...]
) -> tuple[Fetched | None, Rates]:
    rates = await rates_of(context, ids)
    if not await context.has("production"):
        return None, rates
    return await _production(context, ids, asked, windows, rates), rates


async def startup_scrap(
    context: ToolContext, ids: tuple[str, ...], covered: Interval
) -> tuple[Startup, int] | None:
    """Units scrapped while starting up, and their citation; None where phases are not recorded."""
    columns = await context.columns("scrap")
    if "phase" not in columns:
        return None
    group_by = ("asset", "product", "phase") if "product" in columns else ("asset", "phase")
    found = await context.fetch(Query("scrap", ids, covered, ("units",), group_by))
    startup: dict[str, dict[str, float]] = {str(row["asset"]): {} for row in found.rows}
    for row in found.rows:
        if str(row["phase"]).strip().lower() == "startup":
            units, product = startup[str(row["asset"])], str(row.get("product") or "")
            units[product] = units.get(product, 0.0) + (number(row, "units") or 0.0)
    return startup, found.cite


async def nothing() -> None:
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
    return await context.fetch(
        Query("production", ids, asked, (*TIMES, *COUNTS), group_by, windows=windows, cuts=cuts)
    )


async def stop_query(
    context: ToolContext,
    ids: tuple[str, ...],
    covered: Interval,
    planned: PlannedTime,
    until: datetime,
    *,
    windows: bool,
    causes: bool = False,
) -> Query | None:
    """With `causes` the stops are told apart by all that measures.causes wants of them."""
    if not await context.has("downtime"):
        return None
    minor = 0 if context.installation.stops_are_sums else context.rules.minor_stop_minutes
    return Query(
        "downtime",
        ids,
        covered,
        (*STOP_MEASURES, *(CAUSE_MEASURES if causes else ())),
        (
            *("asset", "loss", "is_open"),
            *(("window",) if windows else ()),
            *(CAUSES if causes else ()),
        ),
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


def really_covered(asked: Interval, rows: Sequence[Row], context: ToolContext) -> Interval:
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
