"""The figures that answers should give, read from the sample plant's file with plain SQL.

Nothing of the product is used here: DOMAIN's definitions are written out a second time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

Spans = list[tuple[float, float]]
Interval = tuple[str, str]

_MEMBERS = """
    SELECT id FROM asset WHERE id = :asset AND kind IN ('line', 'machine')
    UNION SELECT id FROM asset WHERE output_point AND (area = :asset OR plant = :asset)
"""
_RATE = """
    coalesce((SELECT per_min FROM product_rate r WHERE r.asset = p.asset AND r.product = p.product
              AND r.valid_from <= p.start ORDER BY r.valid_from DESC LIMIT 1),
             (SELECT ideal_rate FROM asset WHERE id = p.asset))
"""
_ROWS = f"""
    SELECT planned_min AS planned, run_min AS run, total_units AS total, good_units AS good,
           scrap_units AS scrap, {_RATE} AS rate
    FROM production p WHERE asset IN ({_MEMBERS}) AND start >= :start AND start < :end
"""
_SUMS = {
    "oee": "sum(good / rate) / sum(planned) FROM rows WHERE rate IS NOT NULL",
    "availability": "sum(run) / sum(planned) FROM rows",
    "performance": "sum(total / rate) / sum(run) FROM rows WHERE rate IS NOT NULL",
    "quality": "sum(good / rate) / sum(total / rate) FROM rows WHERE rate IS NOT NULL",
    "produced": "sum(total) FROM rows",
    "good": "sum(good) FROM rows",
    "scrap": "sum(scrap) FROM rows",
}
# A breakdown of less than five minutes is a minor stop.
_STOPS = f"""
    SELECT start, coalesce("end", :now) FROM downtime
    WHERE asset IN ({_MEMBERS}) AND start < :end AND coalesce("end", :now) > :start
      AND loss <> 'planned'
      AND (:reason <> 'breakdown' OR unixepoch(coalesce("end", :now)) - unixepoch(start) >= 300)
      AND (:reason = '' OR reason LIKE :reason OR loss = :reason)
"""
_CALENDAR = """
    SELECT c.start, c."end", c.kind IN ('work', 'overtime') FROM calendar c, asset a
    WHERE a.id = :asset AND c.start < :end AND c."end" > :start
      AND (c.asset = a.id OR c.area = a.area OR c.plant = a.plant)
"""
_RATE_PER_HOUR = """
    SELECT per_hour FROM cost c, asset a WHERE a.id = :asset AND c.cost_center = a.cost_center
    AND valid_from <= :start ORDER BY valid_from DESC LIMIT 1
"""
_INCIDENTS = """
    SELECT count(*) FROM safety WHERE time >= :start AND time < :end
    AND (asset = :asset OR area = :asset
         OR area IN (SELECT id FROM asset WHERE kind = 'area' AND plant = :asset))
"""


@dataclass(frozen=True, slots=True)
class Plant:
    """The sample file; `now` as the file writes instants."""

    path: Path
    now: str

    def figure(self, measure: str, asset: str, during: Interval) -> float:
        """A ratio, a number of units or events, minutes, or money. `measure` is one of _SUMS,
        "downtime" (with ":reason" for one reason or loss), "stops", "cost" or "incidents"."""
        name, _, reason = measure.partition(":")
        given = {"asset": asset, "start": during[0], "end": during[1], "now": self.now,
                 "reason": reason}  # fmt: skip
        with closing(sqlite3.connect(self.path)) as db:
            match name:
                case "downtime":
                    return self._downtime(db, given)
                case "cost":
                    return self._cost(db, given)
                case "incidents":
                    return float(db.execute(_INCIDENTS, given).fetchone()[0])
                case "stops":
                    return float(self._count(db, given))
                case _:
                    statement = f"WITH rows AS ({_ROWS}) SELECT {_SUMS[name]}"
                    return float(db.execute(statement, given).fetchone()[0])

    def _count(self, db: sqlite3.Connection, given: dict[str, str]) -> int:
        """An event counts where it begins, if it took anything of the planned time."""
        found = 0
        for (member,) in db.execute(_MEMBERS, given).fetchall():
            own = {**given, "asset": member}
            begun = [stop for stop in db.execute(_STOPS, own) if stop[0] >= own["start"]]
            planned = _planned(db, own)
            found += sum(any(_both(_span(*stop), span) for span in planned) for stop in begun)
        return found

    def _cost(self, db: sqlite3.Connection, given: dict[str, str]) -> float:
        found = 0.0
        for (member,) in db.execute(_MEMBERS, given).fetchall():
            own = {**given, "asset": member}
            [per_hour] = db.execute(_RATE_PER_HOUR, own).fetchone()
            found += self._downtime(db, own) / 60 * float(per_hour)
        return found

    def _downtime(self, db: sqlite3.Connection, given: dict[str, str]) -> float:
        """Minutes of planned busy time in which an asset stood; what overlaps counts once."""
        found = 0.0
        for (member,) in db.execute(_MEMBERS, given).fetchall():
            own = {**given, "asset": member}
            stops = _joined(_span(*row) for row in db.execute(_STOPS, own))
            found += sum(_both(stop, span) for stop in stops for span in _planned(db, own))
        return found / 60


def _planned(db: sqlite3.Connection, given: dict[str, str]) -> Spans:
    rows = db.execute(_CALENDAR, given).fetchall()
    within = _span(given["start"], min(given["end"], given["now"]))
    work = _joined(_span(start, end) for start, end, works in rows if works)
    work = [(max(a, within[0]), min(b, within[1])) for a, b in work if _both((a, b), within)]
    for cut in _joined(_span(start, end) for start, end, works in rows if not works):
        left = [(a, min(b, cut[0])) for a, b in work]
        right = [(max(a, cut[1]), b) for a, b in work]
        work = [(a, b) for a, b in (*left, *right) if a < b]
    return work


def _joined(spans: Iterable[tuple[float, float]]) -> Spans:
    joined: Spans = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _both(one: tuple[float, float], other: tuple[float, float]) -> float:
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))


def _span(start: str, end: str) -> tuple[float, float]:
    return (
        datetime.fromisoformat(f"{start}+00:00").timestamp(),
        datetime.fromisoformat(f"{end}+00:00").timestamp(),
    )
