"""The physical side of a mapping: SQL expressions for logical columns of one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time

from sqlalchemy import (
    String,
    TableClause,
    case,
    cast,
    func,
    literal,
    literal_column,
)

from core.data import moments
from core.data.dialects import Expression, epoch, epoch_of_text, scaled
from core.data.mapping import Column, FactMapping
from core.data.moments import Moment
from core.data.schema import LOSSES
from core.errors import MisconfiguredError, NoData

# Divisions are exact where a factor such as 1/60 is not: 300 s are 5 minutes, not 5.0000001.
_TO_MINUTES = {"min": "", "s": "/ 60E0", "ms": "/ 60000E0", "h": "* 60E0"}


@dataclass(frozen=True, slots=True)
class ShiftTimes:
    """When a named shift starts, in seconds after the midnight of its date, and its length."""

    start: int
    length: int

    @classmethod
    def of(cls, start: time, end: time, *, named_after_end: bool) -> ShiftTimes:
        begins = start.hour * 3600 + start.minute * 60 + start.second
        ends = end.hour * 3600 + end.minute * 60 + end.second
        length = (ends - begins) % 86_400 or 86_400
        over_midnight = begins + length > 86_400
        return cls(begins - 86_400 if over_midnight and named_after_end else begins, length)


class Columns:
    """One fact's table. `sample` holds a value per logical column: it tells how times and
    asset ids are stored. `shifts` are keyed by lower-case name."""

    def __init__(
        self,
        table: TableClause,
        mapping: FactMapping,
        known: Mapping[str, Column],
        sample: Mapping[str, object],
        shifts: Mapping[str, ShiftTimes],
    ) -> None:
        self.table = table
        self.mapping = mapping
        self._known = known
        self._sample = sample
        self._shifts = shifts
        # Columns taken for whole numbers: SQLite's sum of such is a whole number, too, unless there
        # is a fraction or text among them. Those need no look at every row.
        self.whole = {
            logical
            for logical, found in known.items()
            if isinstance(sample.get(logical), int) and found.column and found.unit == "min"
        }
        # Built expressions are kept: a question needs several of them, several times.
        self._moments: dict[str, Moment | None] = {}
        self._ends: dict[str, Moment | None] = {}

    def __contains__(self, logical: object) -> bool:
        return logical in self._known

    def names(self) -> frozenset[str]:
        return frozenset(self._known)

    def missing(self, logical: str) -> NoData:
        found = self._known.get(logical)
        name = found.column if found and found.column else logical
        return NoData("column_missing", column=name, table=self.mapping.table)

    def is_constant(self, logical: str) -> bool:
        return self._known[logical].constant is not None

    def plain(self, logical: str) -> Expression:
        """The value as it is: text, number or flag."""
        found = self._known.get(logical)
        if found is None:
            raise self.missing(logical)
        if found.column:
            # Qualified: SQLite takes an unknown "name" for text, but not an unknown table."name".
            return self.table.c[found.column]
        if found.expression:
            return literal_column(f"({found.expression})")
        return literal(found.constant, literal_execute=True)

    def number(self, logical: str) -> Expression:
        """Minutes are converted to minutes; other numbers are as they are."""
        value = self.plain(logical)
        convert = _TO_MINUTES[self._known[logical].unit]
        return scaled(value, convert) if convert else value

    def text(self, logical: str) -> Expression:
        """The value as text, whatever the column's type."""
        value = self.plain(logical)
        sample = self._sample.get(logical)
        return value if sample is None or isinstance(sample, str) else cast(value, String)

    def asset_key(self, asset: str) -> str | int | None:
        """An asset's id as the column holds it; None for text where all ids are numbers."""
        if not isinstance(self._sample.get("asset"), int):
            return asset
        return int(asset) if asset.isascii() and asset.isdigit() and len(asset) < 18 else None

    def holds_text(self, logical: str) -> bool:
        """Whether the column of a number holds text."""
        return isinstance(self._sample.get(logical), str)

    def moment(self, logical: str) -> Moment | None:
        """A mapped time; None where there is none, or only a length."""
        if logical not in self._moments:
            self._moments[logical] = self._moment(logical)
        return self._moments[logical]

    def end(self, start: str, end: str) -> Moment | None:
        """When a row ends: its own time, a fixed length, its shift's end, or after its minutes."""
        if end not in self._ends:
            self._ends[end] = self._end(start, end)
        return self._ends[end]

    def _moment(self, logical: str) -> Moment | None:
        found = self._known.get(logical)
        if found is None or found.length is not None:
            return None
        zone = self.mapping.time_zone
        if found.date:
            return moments.on_wall(self._shift_start(found), zone)
        sample = self._sample.get(logical)
        moment = moments.stored(self.plain(logical), sample, found.format, zone)
        if moment is not None:
            return moment
        raise NoData("not_a_time", column=found.column or logical, table=self.mapping.table)

    def day(self, logical: str) -> Moment | None:
        """The date column of a start that is made of a date and a shift."""
        found = self._known.get(logical)
        if found is None or not found.date:
            return None
        zone = self.mapping.time_zone
        return moments.stored(self.table.c[found.date], self._sample.get(logical), "", zone)

    def _end(self, start: str, end: str) -> Moment | None:
        if end in self._known and self._known[end].length is None:
            return self.moment(end)
        opening = self.moment(start)
        if opening is None or not end:
            return None
        fixed = self._known[end].length if end in self._known else None
        if fixed is not None:
            return moments.delayed(opening, fixed)
        found = self._known[start]
        if found.date and found.shift:
            length = self._by_shift(found.shift, lambda times: times.length)
            return moments.on_wall(opening.reading + length, opening.zone)
        if self._ends_by_minutes(end):
            return moments.lasting(opening, self.number("minutes") * literal_column("60"))
        return None

    def absent(self, end: str) -> Expression | None:
        """Whether a row has no end yet; None where every row has one."""
        found = self._known.get(end)
        if found is None:
            return self.plain("minutes").is_(None) if self._ends_by_minutes(end) else None
        moment = self.moment(end)
        return None if moment is None or found.date else moment.absent()

    def loss(self) -> Expression:
        """A stop's loss category: by its code where the mapping lists it, else the column's."""
        default: Expression = literal_column(f"'{self.mapping.default_loss}'")
        fallback = _known_loss(self.text("loss"), default) if "loss" in self else default
        code = next((n for n in ("reason_code", "reason", "loss") if n in self), None)
        if not self.mapping.losses or code is None:
            return fallback
        whens: dict[str, Expression] = {
            key: literal_column(f"'{loss}'") for key, loss in self.mapping.losses.items()
        }
        return case(whens, value=cast(self.plain(code), String), else_=fallback)

    def _ends_by_minutes(self, end: str) -> bool:
        return end == "end" and "minutes" in self._known and self.mapping.rows_are == "events"

    def _shift_start(self, found: Column) -> Expression:
        day = self.table.c[found.date]
        reading = epoch_of_text(day) if self.holds_text("start") else epoch(day)
        if not found.shift:
            return reading
        return reading + self._by_shift(found.shift, lambda times: times.start)

    def _by_shift(self, shift: str, value: Callable[[ShiftTimes], int]) -> Expression:
        if not self._shifts:
            raise MisconfiguredError(
                f"facts on {self.mapping.table}", "a start by shift needs [[plants.….shifts]]"
            )
        whens: dict[str, Expression] = {
            name: literal_column(str(value(times))) for name, times in self._shifts.items()
        }
        named = func.lower(cast(self.table.c[shift], String))
        return case(whens, value=named, else_=literal_column("0"))


def _known_loss(value: Expression, default: Expression) -> Expression:
    """The plant's own word where it is one of ours, whatever its case; else the default."""
    names: list[Expression] = [literal_column(f"'{name}'") for name in LOSSES]
    lowered = func.lower(func.trim(value))
    return case((value.in_(names), value), (lowered.in_(names), lowered), else_=default)
