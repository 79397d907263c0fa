"""What was found as a sentence, a table and a chart; and what a model may say of it by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.answer import Chart, Metric, Metrics, Part, Series, Table
from core.data.source import Row
from core.domain.assets import Hierarchy
from core.domain.safety import parse_severity
from core.tabulated.reading import Found, Line
from core.tabulated.wanted import PLACES, Filter, Wanted
from core.words import Words, catalogue

_FIRST = 3  # groups that the first sentence names
_BARS = 30
# What the words of a sentence can be held to; the others only a quotation says rightly.
_SAYABLE = frozenset({"asset", "area", "plant", "shift", "day"})
_SUBJECTS = frozenset({"reason", "loss", "product", "severity"})
_HELD = frozenset({"reason", "product"})  # whose words stay as they are recorded
_MINUTES = frozenset({"minutes", "longest", "median"})
_UNITS = frozenset(
    {"good_units", "total_units", "scrap_units", "rework_units", "units", "planned_units"}
)


def attached(wanted: Wanted, found: Found) -> dict[str, object]:
    """What holds for all figures of the answer, for whoever puts them into sentences of their
    own: the row ("subject") or shift that filters hold them to; `quoted` where a sentence could
    not say all that a figure is of, so that it is only told together with the whole."""
    subjects = [key for key in wanted.group_by if key in _SUBJECTS]
    named = {"subject": "", "shift": ""}
    is_plain = not wanted.is_list and not found.by_unit and len(subjects) < 2
    is_plain = is_plain and all(key in _SAYABLE | _SUBJECTS for key in wanted.group_by)
    for one in wanted.where:
        is_held = one.op == "=" and len(one.values) == 1
        if is_held and one.column in _HELD and not subjects and not named["subject"]:
            named["subject"] = found.held.get(one.column, one.values[0])
        elif is_held and one.column == "shift" and "shift" not in wanted.group_by:
            named["shift"] = found.held["shift"]
        else:
            is_plain = False
    return {**named, "quoted": not is_plain}


def filters(wanted: Wanted, words: Words) -> tuple[str, ...]:
    """The filters in the reader's words: "Reason = jam"."""
    return tuple(f"{_head(one.column, words)} {_said(one, words)}" for one in wanted.where)


def _said(one: Filter, words: Words) -> str:
    op = {"in": "=", "<>": "≠", ">=": "≥", "<=": "≤", "contains": "∋"}.get(one.op, one.op)
    if isinstance(one.value, float | int):
        return f"{op} {words.minutes(one.value)}"
    return f"{op} {words.joined(list(one.values), 'or')}"


@dataclass(frozen=True, slots=True)
class Shown:
    """The parts of an answer; `zone` is that of the period."""

    wanted: Wanted
    found: Found
    hierarchy: Hierarchy
    zone: str
    words: Words

    def sentence(self, *, assets: str, period: str) -> str:
        """The figures that come first, by name."""
        scope = {"assets": assets, "period": period}
        if not self.found.lines and not self.found.rows:
            return self.words.say("data_query.nothing", **scope)
        if self.found.rows:
            many = self.found.many
            key = "listed" if many is not None else "listed_first"
            said = self.words.say(f"data_query.{key}", **scope, n=len(self.found.rows))
            first = self._list().rows[0]
            return f"{said} {self.words.say('data_query.first', told=', '.join(first))}"
        firsts = [self._told(line) for line in self.found.lines[:_FIRST]]
        rest = (self.found.many or 0) - len(firsts)
        if rest > 0:
            firsts.append(self.words.say("common.more", n=rest))
        return self.words.say("data_query.groups", **scope, told="; ".join(firsts))

    def parts(self) -> tuple[Part, ...]:
        if self.found.rows:
            return (self._list(),)
        if not self.found.lines:
            return ()
        if not self.wanted.group_by and not self.found.by_unit:
            return (Metrics(tuple(self._metrics(self.found.lines[0]))),)
        return (*self._chart(), self._table())

    # -- groups

    def _told(self, line: Line) -> str:
        label = self._label(line)
        figures = [
            f"{_head(name, self.words)} {self._value(name, line)}" for name in self.wanted.measures
        ]
        return f"{label}: {', '.join(figures)}" if label else ", ".join(figures)

    def _label(self, line: Line) -> str:
        cells = [
            self._key(key, value)
            for key, value in zip(self.wanted.group_by, line.keys, strict=True)
        ]
        return ", ".join(cells)

    def _value(self, name: str, line: Line) -> str:
        value = line.values[name]
        if name in _MINUTES:
            return self.words.minutes(value)
        if name == "scrap_ratio":
            return self.words.percent(value)
        return self.words.units(value, line.unit) if name in _UNITS else self.words.number(value)

    def _key(self, key: str, value: object) -> str:
        words = self.words
        if value is None or value == "":
            return words.say("data_query.not_recorded")
        match key, value:
            case ("loss", _) if words.has(f"losses.{value}"):
                return words.say(f"losses.{value}")
            case "severity", _:
                known = parse_severity(str(value))
                return words.say(f"safety_events.{known.name.lower()}") if known else str(value)
            case "day", date():
                return words.day(value)
            case "week", date():
                return words.say("periods.week", first=words.day(value))
            case "month", date():
                return f"{value:%Y-%m}"
            case "weekday", int():
                listed = catalogue.entry(words.language, "data_query.weekdays")
                return listed[value] if isinstance(listed, list) else str(value)
            case _ if key in PLACES or key == "cause_asset":
                asset = self.hierarchy.get(str(value))
                return asset.name if asset else str(value)
            case _:
                return str(value)

    def _metrics(self, line: Line) -> Sequence[Metric]:
        return [
            Metric(
                _head(name, self.words), self._value(name, line), cites=self.found.cites,
                amount=line.values[name],
            )
            for name in self.wanted.measures
        ]  # fmt: skip

    def _table(self) -> Table:
        keys, words = self.wanted.group_by, self.words
        texts = [_head(key, words) for key in keys]
        rows = []
        durations = {
            name: words.durations([line.values[name] for line in self.found.lines])
            for name in self.wanted.measures
            if name in _MINUTES
        }
        for n, line in enumerate(self.found.lines):
            cells = [self._key(key, value) for key, value in zip(keys, line.keys, strict=True)]
            unit = [words.unit(line.unit)] if self.found.by_unit else []
            figures = [
                durations[name][n] if name in durations else self._value(name, line)
                for name in self.wanted.measures
            ]
            rows.append((*cells, *unit, *figures))
        if self.found.by_unit:
            texts.append(words.say("data_query.unit"))
        heads = [_head(name, words) for name in self.wanted.measures]
        align = "l" * len(texts) + "r" * len(heads)
        return Table((*texts, *heads), tuple(rows), align, cites=self.found.cites)

    def _chart(self) -> tuple[Chart, ...]:
        """Bars where there is one thing to compare."""
        name, lines = self.wanted.measures[0], self.found.lines
        is_one = len(self.wanted.group_by) == 1 and self.found.units == 1
        if not is_one or not 2 <= len(lines) <= _BARS:
            return ()
        factor = 100.0 if name == "scrap_ratio" else 1.0
        values = tuple(None if (v := line.values[name]) is None else v * factor for line in lines)
        counted = self.words.unit(lines[0].unit) if name in _UNITS else ""
        unit = "%" if factor > 1 else "min" if name in _MINUTES else counted
        head = _head(name, self.words)
        labels = tuple(self._label(line) for line in lines)
        return (Chart("bar", head, labels, (Series(head, values),), unit, cites=self.found.cites),)

    # -- rows one by one

    def _list(self) -> Table:
        cells: dict[str, Callable[[Row], str]]
        if self.wanted.table == "downtime":
            cells = {
                "when": lambda row: self._moment(row["begins"]),
                "asset": lambda row: self._key("asset", row["asset"]),
                "reason": lambda row: self._key("reason", row["reason"]),
                "loss": lambda row: self._key("loss", row["loss"]),
                "duration": self._lasting,
            }
        else:
            cells = {
                "orders": lambda row: str(row["id"]),
                "asset": lambda row: self._key("asset", row["asset"]),
                "product": lambda row: self._key("product", row["product"]),
                "start": lambda row: self._moment(row["start"]),
                "due": lambda row: self._moment(row["due"]),
                "status": lambda row: self._key("status", row["status"]),
                "planned_units": self._planned,
            }
        heads = tuple(_head(name, self.words) for name in cells)
        rows = tuple(tuple(cell(row) for cell in cells.values()) for row in self.found.rows)
        align = "l" * (len(heads) - 1) + "r"
        return Table(heads, rows, align, cites=self.found.cites)

    def _moment(self, at: object) -> str:
        return self.words.moment(at if isinstance(at, datetime) else None, self.zone)

    def _lasting(self, row: Row) -> str:
        minutes = row["minutes"]
        said = self.words.minutes(minutes if isinstance(minutes, int | float) else None)
        return self.words.say("data_query.still", minutes=said) if row["is_open"] else said

    def _planned(self, row: Row) -> str:
        units, asset = row["planned_units"], self.hierarchy.get(str(row["asset"]))
        known = units if isinstance(units, int | float) else None
        return self.words.units(known, asset.unit if asset else "")


def _head(name: str, words: Words) -> str:
    """The column's name for people."""
    for topic in ("data_query.column", "common"):
        key = f"{topic}_{name}" if topic.endswith("column") else f"{topic}.{name}"
        if words.has(key):
            return words.say(key)
    return name
