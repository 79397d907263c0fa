"""What a person who knows SQL would write for the same figures: sqlite3 and nothing else.

The plants' own tables, the same rules (DOMAIN.md): stops cut to planned time, overlapping ones
counted once, ideal rates by product and day, the same periods to compare with.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from core.domain.periods import Interval

Rows = list[tuple[Any, ...]]

# --- statements ------------------------------------------------------------------------------

# Group first, rate then: one look-up per asset, product and window, not one per row.
_COUNTS = """
SELECT {keys}, sum(planned), sum(run), sum(total), sum(good), sum(scrap), sum(rework), sum(passed),
    sum(total / rate), sum(good / rate), sum(many), min(first), max(last) FROM (
    SELECT made.*, coalesce((SELECT per_min FROM product_rate r WHERE r.asset = made.asset
        AND r.product = made.product AND r.valid_from <= made.first
        ORDER BY r.valid_from DESC LIMIT 1), a.ideal_rate) AS rate
    FROM ({made}) made JOIN asset a ON a.id = made.asset)
GROUP BY {keys}
"""
_SUMS = """p.asset, product, sum(planned_min) AS planned, sum(run_min) AS run,
    sum(total_units) AS total, sum(good_units) AS good, sum(scrap_units) AS scrap,
    sum(rework_units) AS rework, sum(first_pass_units) AS passed, count(*) AS many,
    min(p.start) AS first, max(p."end") AS last"""
_MADE = f"""SELECT {_SUMS}, 0 AS n FROM production p
    WHERE p.asset IN (SELECT value FROM json_each(:assets)) AND p.start >= :start
    AND p.start < :end GROUP BY p.asset, product, p.start >= :cut"""
_MADE_BY_WINDOW = f"""SELECT {_SUMS}, w.n FROM (SELECT json_extract(value, '$[0]') AS start,
    json_extract(value, '$[1]') AS "end", key AS n FROM json_each(:times)) w
    CROSS JOIN production p ON p.start >= w.start AND p.start < w."end"
    WHERE p.asset IN (SELECT value FROM json_each(:assets))
    GROUP BY w.n, p.asset, product, p.start >= :cut"""

# When nothing is planned, per asset, without overlaps; then stops, of overlapping ones the first.
_OFF = """
WITH wanted(id) AS MATERIALIZED (SELECT value FROM json_each(:assets)),
w(n, b, e) AS MATERIALIZED (SELECT key, json_extract(value, '$[0]'), json_extract(value, '$[1]')
    FROM json_each(:seconds)),
rest AS (SELECT a.id AS asset, max(unixepoch(c.start), :b) AS b, min(unixepoch(c."end"), :e) AS e
    FROM calendar c JOIN asset a ON CASE WHEN c.asset IS NOT NULL THEN c.asset IN (a.id, a.parent)
        WHEN c.area IS NOT NULL THEN c.area = a.area ELSE c.plant = a.plant END
    WHERE a.id IN (SELECT id FROM wanted) AND c.kind IN ('break', 'holiday', 'planned_maintenance')
        AND c.start < :end AND c.start >= :back AND c."end" > :start),
off AS MATERIALIZED (SELECT * FROM (SELECT asset, max(b, coalesce(max(e) OVER (PARTITION BY asset
    ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), b)) AS b, e FROM rest)
    WHERE e > b)
"""
_PLANNED = (
    _OFF
    + """
SELECT wanted.id, n, (w.e - w.b - coalesce((SELECT sum(max(0, min(off.e, w.e) - max(off.b, w.b)))
    FROM off WHERE off.asset = wanted.id AND off.b < w.e AND off.e > w.b), 0)) / 60.0
FROM wanted, w
"""
)
_STOPS = (
    _OFF
    + """,
stop AS (SELECT d.asset, id, reason, reason_code, reason_group, cause_asset, loss,
    unixepoch(start) AS b, coalesce(unixepoch("end"), :until) AS e, "end" IS NULL AS is_open,
    unixepoch(repair_end) - unixepoch(repair_start) AS repair
    FROM downtime d WHERE d.asset IN (SELECT id FROM wanted) AND start < :end
    AND ("end" > :start OR "end" IS NULL) AND start >= :stop_back
    AND NOT (loss IN ('blocked', 'starved') AND cause_asset IS NOT NULL AND EXISTS (SELECT 1
        FROM asset m JOIN asset l ON l.id = d.asset AND l.kind = 'line'
        WHERE m.id = cause_asset AND (m.id = l.id OR m.parent = l.id)))),
own AS (SELECT *, max(b, coalesce(max(e) OVER (PARTITION BY asset ORDER BY b, e DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), b)) AS f,
    CASE WHEN loss IN ('breakdown', 'unclassified') AND e - b < 300 AND NOT is_open THEN 'minor'
    ELSE loss END AS kind FROM stop),
piece AS MATERIALIZED (SELECT own.*, w.n, own.b >= w.b AND own.b < w.e AS counted,
    max(0, min(own.e, w.e) - max(f, w.b)) - coalesce((SELECT sum(max(0, min(own.e, off.e, w.e)
        - max(f, off.b, w.b))) FROM off WHERE off.asset = own.asset AND off.b < own.e
        AND off.e > f), 0) AS inside
    FROM own JOIN w ON own.b < w.e AND own.e > w.b)
"""
)
_BY = (
    _STOPS
    + """
SELECT {keys}, sum(inside) / 60.0, sum(counted), sum(iif(counted, e - b, 0)) / 60.0,
    sum(iif(counted, repair, NULL)) / 60.0, sum(counted AND e - b >= 900), max(is_open)
FROM piece GROUP BY {keys}
"""
)
_LONGEST = (
    _STOPS
    + """
SELECT id, asset, b, reason, kind, is_open, sum(inside) / 60.0 AS minutes FROM piece
WHERE kind <> 'planned' GROUP BY id, asset ORDER BY minutes DESC, b LIMIT 5
"""
)
_MEDIAN = (
    _STOPS
    + """
SELECT avg(length) / 60.0 FROM (SELECT e - b AS length, row_number() OVER (ORDER BY e - b) AS place,
    count(*) OVER () AS many FROM piece WHERE counted AND kind <> 'planned')
WHERE place * 2 BETWEEN many AND many + 2
"""
)
IN = "IN (SELECT value FROM json_each(:assets))"
_NEWEST = (
    f"SELECT asset, max(recorded_at) FROM production WHERE asset {IN} AND start >= :recent"
    " GROUP BY asset"
)
SCRAP = (
    f"SELECT asset, {{keys}}, sum(units) FROM scrap WHERE asset {IN} AND time >= :start"
    " AND time < :end GROUP BY asset, {keys}"
)
PRODUCTS = (
    "SELECT p.asset, p.product, sum(total_units), sum(good_units), sum(scrap_units),"
    " sum(scrap_units) * material_cost, margin FROM production p LEFT JOIN product"
    f" ON product.id = p.product WHERE p.asset {IN} AND p.start >= :start AND p.start < :end"
    " GROUP BY p.asset, p.product"
)
COST = f"SELECT a.id, c.* FROM asset a JOIN cost c USING (cost_center) WHERE a.id {IN}"
TARGET = f"SELECT * FROM target WHERE asset {IN} AND valid_from <= :end ORDER BY valid_from"
LIVE = f"SELECT * FROM live WHERE asset {IN}"
OPEN = f'SELECT * FROM downtime WHERE asset {IN} AND "end" IS NULL ORDER BY start'
ORDERS = f'SELECT * FROM "order" WHERE asset {IN} AND start < :end AND due > :start'
UNITS = (
    f'SELECT asset, sum(total_units), min(start), max("end") FROM production WHERE asset {IN}'
    " AND start >= :start AND start < :end GROUP BY asset"
)
MIX = (
    "SELECT w.n, p.asset, p.product, sum(total_units), sum(scrap_units) FROM"
    " (SELECT json_extract(value, '$[0]') AS start, json_extract(value, '$[1]') AS \"end\","
    " key AS n FROM json_each(:times)) w CROSS JOIN production p ON p.start >= w.start"
    f' AND p.start < w."end" WHERE p.asset {IN} GROUP BY 1, 2, 3'
)
SAFETY = (
    f"FROM safety WHERE (asset {IN} OR asset IS NULL AND area IN"
    " (SELECT value FROM json_each(:areas)))"
)


class Hand:
    """Runs the statements on one file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._cut = self.rows("SELECT max(valid_from) FROM product_rate")[0][0]
        longest = 'SELECT max(unixepoch("end") - unixepoch(start)) FROM downtime'
        self._longest = timedelta(seconds=self.rows(longest)[0][0])

    def rows(self, statement: str, **values: object) -> Rows:
        return self._connection.execute(statement, values).fetchall()

    def of(self, statement: str, assets: Sequence[str], period: Interval, **values: object) -> Rows:
        names = {"assets": json.dumps(assets), "start": text(period.start), **values}
        return self.rows(statement, end=text(period.end), **names)

    def made(self, assets: Sequence[str], windows: Sequence[Interval]) -> Rows:
        """asset, window, planned, run, total, good, scrap, rework, passed, ideal, good ideal …"""
        many = len(windows) > 1
        statement = _COUNTS.format(keys="asset, n", made=_MADE_BY_WINDOW if many else _MADE)
        times = json.dumps([(text(w.start), text(w.end)) for w in windows])
        return self.of(statement, assets, hull(windows), cut=self._cut, times=times)

    def planned(self, assets: Sequence[str], windows: Sequence[Interval]) -> Rows:
        return self._stopped(_PLANNED, assets, windows, windows[0].start)

    def stops(
        self, assets: Sequence[str], windows: Sequence[Interval], by: str, now: datetime
    ) -> Rows:
        """The keys `by`, minutes, stops, minutes of whole stops, repair minutes, long stops."""
        return self._stopped(_BY.format(keys=by), assets, windows, now)

    def longest(self, assets: Sequence[str], period: Interval, now: datetime) -> Rows:
        return self._stopped(_LONGEST, assets, [period], now)

    def median(self, assets: Sequence[str], period: Interval, now: datetime) -> Rows:
        return self._stopped(_MEDIAN, assets, [period], now)

    def newest(self, assets: Sequence[str], now: datetime) -> Rows:
        recent = text(now - timedelta(days=3))
        return self.of(_NEWEST, assets, Interval(now, now), recent=recent)

    def _stopped(
        self, statement: str, assets: Sequence[str], windows: Sequence[Interval], now: datetime
    ) -> Rows:
        whole = hull(windows)
        seconds = [(_seconds(w.start), _seconds(w.end)) for w in windows]
        return self.of(
            statement,
            assets,
            whole,
            seconds=json.dumps(seconds),
            b=_seconds(whole.start),
            e=_seconds(whole.end),
            until=_seconds(now),
            back=text(whole.start - timedelta(days=2)),
            stop_back=text(whole.start - self._longest),
        )


def hull(windows: Sequence[Interval]) -> Interval:
    return Interval(windows[0].start, windows[-1].end)


def text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
