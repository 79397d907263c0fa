"""The figures of a checked query, read from the source and put together by its keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from core.context import ToolContext
from core.data.query import Planned, Query, Span
from core.data.source import Row
from core.domain.assets import AREA, Asset
from core.domain.periods import Interval
from core.errors import NoData, UserError
from core.measures.measurement import Measurement, measure
from core.measures.row_sums import good, number, scrapped, total_of
from core.tabulated.buckets import Buckets, buckets
from core.tabulated.chosen import conditions
from core.tabulated.wanted import PLACES, TIMES, Wanted

_COUNTS = ("total_units", "good_units", "scrap_units", "rework_units")
_STOPS = ("minutes", "stops", "longest", "median")
_MOST_GROUPS = 20_000
_LISTED = {
    "downtime": ("begins", "asset", "reason", "loss", "minutes", "is_open"),
    "orders": ("id", "asset", "product", "planned_units", "start", "due", "status"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One group: the values of its keys in the order asked for, its counting unit (empty where
    none is counted in) and its measures; None is unknown."""

    keys: tuple[object, ...]
    unit: str
    values: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Found:
    """`lines` are the groups, or `rows` the rows, of which there are `many` in all (None where
    the limit cut them and nobody counted). `by_unit`: groups are told apart by unit as well.
    `held` are columns that filters hold to one value. `measured` is what caveats are told of."""

    lines: tuple[Line, ...]
    rows: tuple[Row, ...]
    many: int | None
    held: Mapping[str, str]
    cites: tuple[int, ...]
    measured: Measurement | None = None
    by_unit: bool = False
    units: int = 1


async def read(
    context: ToolContext, wanted: Wanted, asked: Sequence[Asset], assets: Sequence[Asset],
    interval: Interval,
) -> Found:  # fmt: skip
    """Figures of `assets`, each counted by itself. Raises NoData, UserError, SourceUnavailable."""
    fact = wanted.shape.fact
    if not await context.has(fact):
        raise NoData("fact_missing", fact=wanted.table)
    columns = await context.columns(fact)
    missing = [key for key in wanted.attributes if key not in columns and key != "loss"]
    if missing:
        raise NoData("data_query.not_recorded_at_all", column=", ".join(missing))
    calendar = context.installation.calendar(asked[0])
    split = buckets(wanted, calendar, interval)
    ids = tuple(sorted(asset.id for asset in assets))
    if fact == "downtime":
        return await _stops(context, wanted, assets, interval, split)
    measured = None
    if fact in ("production", "scrap"):
        measured = await measure(context, assets, interval, split.windows)
    where, held = await conditions(wanted, context, Query(fact, ids, interval), calendar)
    base = Query(fact, ids, interval, where=where)
    if wanted.is_list:
        return await _listed(context, wanted, base, held)
    by_asset = bool(set(wanted.group_by) & set(PLACES)) or len({a.unit for a in assets}) > 1
    fetched = await context.fetch(
        replace(
            base,
            measures=_summed(wanted),
            group_by=(
                *(("asset",) if by_asset else ()),
                *wanted.attributes,
                *(("window",) if split.windows else ()),
            ),
            windows=split.windows,
            limit=_MOST_GROUPS,
        )
    )
    units = {asset.id: asset.unit for asset in assets}
    usual = next(iter(units.values()), "") if not by_asset else ""
    lines = _lines(fetched.rows, wanted, split, context, lambda row: units.get(_asset(row), usual))
    return _found(lines, wanted, held, fetched.cite, measured)


def _summed(wanted: Wanted) -> tuple[str, ...]:
    if wanted.table == "production":
        return _COUNTS
    return {"scrap": ("units",), "orders": ("planned_units",)}[wanted.table]


# --- stops -----------------------------------------------------------------------------------


async def _stops(
    context: ToolContext,
    wanted: Wanted,
    assets: Sequence[Asset],
    interval: Interval,
    split: Buckets,
) -> Found:
    """Stops in planned time, as every tool counts them; see Query."""
    calendar = context.installation.calendar(assets[0])
    measured = await measure(context, assets, interval, split.windows)
    if measured.stops is None:
        raise NoData("fact_missing", fact="downtime")
    single = not context.installation.stops_are_sums
    lengths = any(one.column == "minutes" for one in wanted.where)
    if not single and (set(wanted.measures) != {"minutes"} or lengths):
        raise NoData("data_query.stops_are_sums")
    where, held = await conditions(wanted, context, measured.stops, calendar)
    base = replace(measured.stops, where=where, order_by=(), limit=None)
    base = replace(base, planned=_by_bucket(base.planned, split))
    if wanted.is_list:
        return replace(await _listed(context, wanted, base, held), measured=measured)
    regions = set(wanted.group_by) & (set(PLACES) - {"asset"})
    if regions and "median" in wanted.measures:
        raise UserError("data_query.no_median", by=", ".join(sorted(regions)))
    by_asset = bool(set(wanted.group_by) & set(PLACES))
    fetched = await context.fetch(
        replace(
            base,
            measures=tuple(name for name in _STOPS if name in wanted.measures),
            group_by=(
                *(("asset",) if by_asset else ()),
                *wanted.attributes,
                *(("window",) if split.windows else ()),
            ),
            limit=_MOST_GROUPS,
        )
    )
    # Windows are buckets already.
    whole = replace(split, of=tuple(range(len(split.keys))))
    lines = _lines(fetched.rows, wanted, whole, context, lambda _row: "")
    return _found(lines, wanted, held, fetched.cite, measured)


def _by_bucket(planned: Sequence[Planned], split: Buckets) -> tuple[Planned, ...]:
    """Planned time numbered by bucket instead of window: the database groups by it."""
    if not split.windows:
        return tuple(planned)
    return tuple(
        Planned(p.assets, tuple(replace(span, window=_bucket(span, split)) for span in p.spans))
        for p in planned
    )


def _bucket(span: Span, split: Buckets) -> int:
    return split.of[span.window]


async def _listed(
    context: ToolContext, wanted: Wanted, base: Query, held: Mapping[str, str]
) -> Found:
    """Rows one by one; the database orders them and gives the first."""
    names = {"start": "begins"} if wanted.table == "downtime" else {}
    by = names.get(wanted.ordered_by, wanted.ordered_by)
    order = f"-{by}" if wanted.descends else by
    asking = replace(base, order_by=(order,), limit=wanted.limit + 1)
    if wanted.table == "downtime":
        columns = await context.columns("downtime")
        reason = [name for name in ("reason", "reason_code") if name in columns][:1]
        keys = ("event", "asset", "begins", *reason, "loss", "is_open")
        asking = replace(asking, measures=("minutes",), group_by=keys)
    fetched = await context.fetch(asking)
    rows = [_shown_row(row, wanted.table) for row in fetched.rows]
    many = len(rows) if len(rows) <= wanted.limit else None
    return Found((), tuple(rows[: wanted.limit]), many, held, (fetched.cite,))


def _shown_row(row: Row, table: str) -> Row:
    """Only what may be shown: no comments, nobody's name."""
    told = {name: row.get(name) for name in _LISTED[table]}
    if table == "downtime":
        told["reason"] = row.get("reason") or row.get("reason_code")
        begins = number(row, "begins")
        told["begins"] = None if begins is None else datetime.fromtimestamp(begins, UTC)
    return told


# --- groups ----------------------------------------------------------------------------------


def _lines(
    rows: Sequence[Row],
    wanted: Wanted,
    split: Buckets,
    context: ToolContext,
    unit_of: Callable[[Row], str],
) -> list[Line]:
    """Rows of the source put together by the keys that were asked for, and by unit where things
    are counted: those of different units are never added up."""
    if len(rows) >= _MOST_GROUPS:
        raise UserError("data_query.too_much")
    is_counted = bool(set(wanted.measures) & wanted.shape.counted)
    grouped: defaultdict[tuple[tuple[object, ...], str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.get("rows"):
            unit = unit_of(row) if is_counted else ""
            grouped[_keys(row, wanted, split, context), unit].append(row)
    return [
        Line(keys, unit, {name: _value(name, members) for name in wanted.measures})
        for (keys, unit), members in grouped.items()
    ]


def _found(
    lines: list[Line],
    wanted: Wanted,
    held: Mapping[str, str],
    cite: int,
    measured: Measurement | None,
) -> Found:
    """The first lines in the order asked for, what is unknown last."""
    lines.sort(key=lambda line: _order(line, wanted), reverse=wanted.descends)
    lines.sort(key=lambda line: _of(line, wanted) is None)
    first = tuple(lines[: wanted.limit])
    apart = len({line.keys for line in lines}) < len(lines)
    units = len({line.unit for line in first})
    return Found(first, (), len(lines), held, (cite,), measured, apart, units)


def _keys(row: Row, wanted: Wanted, split: Buckets, context: ToolContext) -> tuple[object, ...]:
    window = row.get("window")
    times = split.keys[split.of[int(window)]] if isinstance(window, int | float) else ()
    by_time = dict(zip((k for k in wanted.group_by if k in TIMES), times, strict=False))
    return tuple(
        by_time[key] if key in TIMES else _place(row, key, context) if key in PLACES else row[key]
        for key in wanted.group_by
    )


def _place(row: Row, key: str, context: ToolContext) -> object:
    """The asset, area or plant by its id; None where the row names none."""
    asset = context.hierarchy.get(_asset(row))
    if asset is None or key == "asset":
        return asset.id if asset else _asset(row) or None
    if key == "plant":
        return asset.plant
    areas = (i for i in context.hierarchy.path(asset.id) if context.hierarchy[i].kind == AREA)
    return next(areas, None)


def _asset(row: Row) -> str:
    return str(row.get("asset") or "")


def _value(name: str, rows: list[Row]) -> float | None:
    """The measure of all these rows; None where one of them does not know it."""
    match name:
        case "good_units":
            return total_of(rows, good)
        case "scrap_units":
            return total_of(rows, scrapped)
        case "scrap_ratio":
            made = total_of(rows, lambda row: number(row, "total_units"))
            waste = total_of(rows, scrapped)
            return None if not made or waste is None else waste / made
        case "orders" | "events":
            return total_of(rows, lambda row: number(row, "rows"))
        case "longest" | "median":
            known = [value for row in rows if (value := number(row, name)) is not None]
            return max(known, default=None)
        case _:
            return total_of(rows, lambda row: number(row, name))


def _of(line: Line, wanted: Wanted) -> object:
    if wanted.ordered_by in wanted.measures:
        return line.values[wanted.ordered_by]
    return line.keys[wanted.group_by.index(wanted.ordered_by)]


def _order(line: Line, wanted: Wanted) -> tuple[float, str]:
    value = _of(line, wanted)
    is_number = isinstance(value, int | float)
    return (float(value), "") if is_number else (0.0, str(value))  # type: ignore[arg-type]
