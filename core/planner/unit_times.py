"""Counted and named units of time as said: "3 days ago", "the last two weeks", "KW 45", "Q3"."""

from __future__ import annotations

from core.planner.time_nodes import Found, day_node, period_node, value_of
from core.planner.time_tokens import Day, Node

LONG_UNITS = ("week", "month", "quarter", "year")
# Beyond these, a count is no period that a plant has data for.
_MOST = {"minute": 100_000, "hour": 10_000, "day": 4_000, "week": 600, "month": 140,
         "quarter": 48, "year": 12, "shift": 200}  # fmt: skip


def days_ago(found: Found) -> Node | None:
    count, unit = value_of(found, "N") or 1.0, value_of(found, "U")
    if count > _MOST[unit] or count != int(count):
        return None
    if unit == "day":
        return day_node(Day(offset=-int(count)))
    if unit in LONG_UNITS:
        return period_node("ago", unit, int(count))
    return period_node("last", unit, count)


def last_units(found: Found) -> Node | None:
    unit = "shift" if any(n.code == "H" for n in found) else value_of(found, "U")
    count = value_of(found, "N") or 1.0
    if unit == "year" and count == 0.5:
        unit, count = "month", 6.0
    if (
        count > _MOST[unit]
        or count <= 0
        or (unit not in ("minute", "hour") and count != int(count))
    ):
        return None
    return period_node("last", unit, count)


def this_unit(found: Found) -> Node | None:
    unit = value_of(found, "U")
    return period_node("this", unit) if unit in ("day", *LONG_UNITS) else None


def so_far(found: Found) -> Node | None:
    return period_node("this", value_of(found, "U")) if value_of(found, "U") in LONG_UNITS else None


def week_number(found: Found) -> Node | None:
    number = value_of(found, "oN")
    if value_of(found, "U") not in (None, "week") or not 1 <= number <= 53 or number != int(number):
        return None
    return period_node("week_number", int(number), value_of(found, "y"))


def quarter(found: Found) -> Node | None:
    if value_of(found, "U") not in (None, "quarter"):
        return None
    number = int(value_of(found, "qoN"))
    return period_node("quarter", number, value_of(found, "y")) if 1 <= number <= 4 else None


def bare_year(found: Found) -> Node | None:
    """As in "oee 2025": a year as plants have data for, with nothing after it that it counts."""
    return period_node("year", found[0].value) if found[0].value >= 2000 else None
