"""The sample plant's figures worked out a second time: plain SQL and a little arithmetic, nothing
of the product. Riverside works around the clock, so planned time is the period less the breaks."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

UNPLANNED = "loss <> 'planned'"
# Of the sample at NOW (Thu 12 Mar 2026, 06:20 in Riverside); the clocks changed on 8 March.
PERIODS = {
    "last night": ("2026-03-12 03:00:00", "2026-03-12 11:00:00"),
    "yesterday": ("2026-03-11 11:00:00", "2026-03-12 11:00:00"),
    "last 7 days": ("2026-03-05 12:00:00", "2026-03-12 11:00:00"),
    "last 30 days": ("2026-02-10 12:00:00", "2026-03-12 11:00:00"),
}
BEFORE = {
    "yesterday": ("2026-03-10 11:00:00", "2026-03-11 11:00:00"),
    "last 7 days": ("2026-02-26 12:00:00", "2026-03-05 12:00:00"),
}
NOW = "2026-03-12 11:20:00"


@dataclass
class Stopped:
    """`lengths` are those of whole stops in minutes, also of the part that is not planned."""

    minutes: float = 0.0
    stops: int = 0
    lengths: list[float] = field(default_factory=list)


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def counted(db: sqlite3.Connection, asset: str) -> list[str]:
    """The assets whose figures make up this one's."""
    kind = db.execute("SELECT kind FROM asset WHERE id = ?", (asset,)).fetchone()[0]
    if kind not in ("plant", "area"):
        return [asset]
    column = "plant" if kind == "plant" else "area"
    rows = db.execute(f"SELECT id FROM asset WHERE {column} = ? AND output_point", (asset,))
    return [row[0] for row in rows]


def breaks(db: sqlite3.Connection, asset: str, start: str, end: str) -> list[tuple[int, int]]:
    """When the asset is not planned to run, joined where they touch."""
    rows = db.execute(
        """
        SELECT c.start, c."end" FROM calendar c JOIN asset a ON a.id = ?
        WHERE c.kind IN ('break', 'holiday', 'planned_maintenance')
          AND (c.asset IN (a.id, a.parent) OR c.asset IS NULL AND c.area = a.area
            OR c.asset IS NULL AND c.area IS NULL AND c.plant = a.plant)
          AND c.start < ? AND c."end" > ? ORDER BY 1
        """,
        (asset, end, start),
    )
    joined: list[tuple[int, int]] = []
    for begins, ends in ((seconds(row[0]), seconds(row[1])) for row in rows):
        if joined and begins <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(ends, joined[-1][1])
        else:
            joined.append((begins, ends))
    return joined


def planned_minutes(db: sqlite3.Connection, asset: str, start: str, end: str) -> float:
    first, last = seconds(start), seconds(end)
    off = sum(min(e, last) - max(b, first) for b, e in breaks(db, asset, start, end))
    return (last - first - off) / 60


def down(
    db: sqlite3.Connection,
    assets: Iterable[str],
    start: str,
    end: str,
    by: str = "reason",
    where: str = UNPLANNED,
) -> dict[tuple[str, str | None], Stopped]:
    """(asset, value of `by`) → minutes in planned time, and stops that begin in the period."""
    found: defaultdict[tuple[str, str | None], Stopped] = defaultdict(Stopped)
    for asset in assets:
        off = breaks(db, asset, start, end)
        reached = 0
        rows = db.execute(
            f"""
            SELECT start, coalesce("end", ?) AS "end", {by} AS key, {where} AS wanted
            FROM downtime d WHERE asset = ? AND start < ? AND coalesce("end", ?) > ?
              AND NOT (loss IN ('blocked', 'starved') AND cause_asset IS NOT NULL
                AND (SELECT kind FROM asset WHERE id = d.asset) = 'line'
                AND cause_asset IN (SELECT id FROM asset WHERE id = d.asset OR parent = d.asset))
            ORDER BY start
            """,
            (NOW, asset, end, NOW, start),
        ).fetchall()
        for row in rows:
            begins, ends = seconds(row["start"]), min(seconds(row["end"]), seconds(end))
            free_from = max(begins, reached, seconds(start))
            reached = max(reached, ends)
            inside = max(0, ends - free_from) - sum(
                max(0, min(ends, e) - max(free_from, b)) for b, e in off
            )
            if row["wanted"]:
                stopped = found[asset, row["key"]]
                stopped.minutes += inside / 60
                only_in_break = any(b <= begins and ends <= e for b, e in off)
                if begins >= seconds(start) and not only_in_break:
                    stopped.stops += 1
                    stopped.lengths.append((seconds(row["end"]) - begins) / 60)
    return dict(found)


def total(found: dict[tuple[str, str | None], Stopped]) -> Stopped:
    whole = Stopped()
    for stopped in found.values():
        whole.minutes += stopped.minutes
        whole.stops += stopped.stops
        whole.lengths += stopped.lengths
    return whole


def by_key(found: dict[tuple[str, str | None], Stopped]) -> dict[str | None, Stopped]:
    sums: defaultdict[str | None, Stopped] = defaultdict(Stopped)
    for (_, key), stopped in found.items():
        sums[key].minutes += stopped.minutes
        sums[key].stops += stopped.stops
    return dict(sums)


def waste(db: sqlite3.Connection, asset: str, start: str, end: str) -> tuple[float, float]:
    """Scrapped units, and what their material cost."""
    units, cost = db.execute(
        """
        SELECT sum(scrap_units), sum(scrap_units * material_cost)
        FROM production LEFT JOIN product ON product.id = production.product
        WHERE asset = ? AND start >= ? AND start < ?
        """,
        (asset, start, end),
    ).fetchone()
    return units, cost


def per_hour(db: sqlite3.Connection, asset: str, day: str) -> float | None:
    row = db.execute(
        """
        SELECT per_hour FROM cost JOIN asset USING (cost_center)
        WHERE asset.id = ? AND valid_from <= ? ORDER BY valid_from DESC LIMIT 1
        """,
        (asset, day),
    ).fetchone()
    return None if row is None else float(row[0])


def ideal_minutes(db: sqlite3.Connection, asset: str, start: str, end: str, units: str) -> float:
    """Σ units / ideal rate, the rate of the product at the time before that of the asset."""
    row = db.execute(
        f"""
        SELECT sum({units} / coalesce(
            (SELECT per_min FROM product_rate r WHERE r.asset = p.asset AND r.product = p.product
             AND r.valid_from <= p.start ORDER BY r.valid_from DESC LIMIT 1), a.ideal_rate))
        FROM production p JOIN asset a ON a.id = p.asset
        WHERE p.asset = ? AND p.start >= ? AND p.start < ?
        """,
        (asset, start, end),
    ).fetchone()
    return float(row[0])
