"""The long questions that `rollups` asks, each also as SQL for DuckDB and Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.big_plant import END
from core.data.query import Planned, Query, Span
from core.domain.periods import Interval
from core.installation import Installation

NOW = END + timedelta(hours=6)
COUNTS = ("planned_min", "run_min", "total_units", "good_units", "scrap_units")
STOPS = ("minutes", "stops", "event_minutes")

_MADE = """SELECT {keys}, sum(planned_min), sum(run_min), sum(total_units), sum(good_units),
    sum(scrap_units) FROM production WHERE start >= '{start}' AND start < '{end}' GROUP BY {keys}"""
# The same rules as Andon's: overlapping stops once, cut to planned time; on DuckDB and Postgres.
_STOPPED = """
WITH stop AS (SELECT asset, reason, CAST(extract(epoch FROM start) AS BIGINT) AS b,
    CAST(extract(epoch FROM "end") AS BIGINT) AS e FROM downtime
    WHERE start < '{end}' AND "end" > '{start}'),
free AS (SELECT *, greatest(b, coalesce(max(e) OVER (PARTITION BY asset ORDER BY b
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), b)) AS own FROM stop)
SELECT {keys}, sum(greatest(0, least(e, span_e) - greatest(own, span_b))) / 60.0
FROM free JOIN span ON b < span_e AND e > span_b AND day BETWEEN b // 86400 AND e // 86400
GROUP BY {keys}"""


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    query: Query
    by_hand: str


def cases(installation: Installation) -> list[Case]:
    calendar = installation.calendars["bench"]
    assets = tuple(sorted(a.id for a in installation.hierarchy if a.kind == "machine"))
    line = tuple(asset for asset in assets if asset.startswith("m-04"))
    last = calendar.production_day(NOW) - timedelta(days=1)

    def days(number: int) -> Interval:
        first = calendar.day(last - timedelta(days=number - 1)).start
        return Interval(first, calendar.day(last).end)

    return [
        *(_made(f"{name} by asset", assets, days(n)) for name, n in _PERIODS),
        _made("year by line's assets", line, days(365)),
        _stopped("30 days, Pareto", installation, assets, days(30), "reason"),
        _stopped("year, Pareto", installation, assets, days(365), "reason"),
        _stopped("year, stops by asset", installation, assets, days(365), "asset"),
    ]


_PERIODS = (("day", 1), ("week", 7), ("30 days", 30), ("year", 365))


def _made(name: str, assets: tuple[str, ...], period: Interval) -> Case:
    query = Query("production", assets, period, COUNTS, ("asset", "product"))
    statement = _MADE.format(keys="asset, product", **_times(period))
    if len(assets) < 100:
        listed = ", ".join(f"'{asset}'" for asset in assets)
        statement = statement.replace("WHERE", f"WHERE asset IN ({listed}) AND")
    return Case(name, query, statement)


def _stopped(
    name: str, installation: Installation, assets: tuple[str, ...], period: Interval, by: str
) -> Case:
    calendar = installation.calendars["bench"]
    busy = calendar.busy(period, installation.hierarchy.path(assets[0])) or ()
    spans = tuple(Span(piece.start, piece.end, piece.opens) for piece in busy)
    query = Query(
        "downtime", assets, period, STOPS, (by,), planned=(Planned(assets, spans),), until=NOW,
        minor_stop_seconds=300,
    )  # fmt: skip
    listed = ", ".join(f"({b}, {e}, {day})" for b, e, day in _by_day(spans))
    statement = _STOPPED.format(keys=by, **_times(period)).replace(
        "WITH stop", f"WITH span(span_b, span_e, day) AS (VALUES {listed}), stop"
    )
    return Case(name, query, statement)


def _by_day(spans: tuple[Span, ...]) -> Iterator[tuple[int, int, int]]:
    for span in spans:
        begins, end = int(span.start.timestamp()), int(span.end.timestamp())
        while begins < end:
            cut = min(end, (begins // 86_400 + 1) * 86_400)
            yield begins, cut, begins // 86_400
            begins = cut


def _times(period: Interval) -> dict[str, str]:
    return {"start": f"{period.start:%Y-%m-%d %H:%M:%S}", "end": f"{period.end:%Y-%m-%d %H:%M:%S}"}
