"""Parts of weeks, months and years as said: "end of October", "the 3rd to the 7th", "KW 45-47"."""

from __future__ import annotations

from dataclasses import replace

from core.planner.time_nodes import Found, day_node, period_node, pick, value_of
from core.planner.time_tokens import Day, Node

WEEK = 7
# The days of a month that "early", "mid" and "end of" mean.
MONTH_PARTS = {"early": (1, 10), "start": (1, 10), "middle": (11, 20), "end": (21, 31),
               "late": (21, 31)}  # fmt: skip
# Monday is 0: Monday and Tuesday, Wednesday and Thursday, Friday to Sunday.
WEEK_PARTS = {"early": (0, 1), "start": (0, 1), "middle": (2, 3), "end": (4, 6), "late": (4, 6)}
HALVES = {"1": (1, 15), "2": (16, 31)}


def week_word(found: Found) -> Node | None:
    """As in "vergangene KW": the week's sign without a number is the week itself."""
    return period_node("last", "week", 1.0) if found[0].code == "L" else period_node("this", "week")


def month_of(found: Found) -> Node | None:
    if value_of(found, "U") != "month":
        return None
    return period_node("month", value_of(found, "M"), value_of(found, "y"))


def whole_year(found: Found) -> Node | None:
    return period_node("year", value_of(found, "y")) if found[0].value == "year" else None


def of_last_year(found: Found) -> Node | None:
    """As in "October last year": minus one is the year before this."""
    if value_of(found, "U") != "year":
        return None
    month, quarter = value_of(found, "M"), value_of(found, "q")
    return period_node("month", month, -1) if month else period_node("quarter", quarter, -1)


def part_of_month(found: Found) -> Node | None:
    part = str(value_of(found, "bS")).casefold()
    if part not in MONTH_PARTS:
        return None
    days = MONTH_PARTS[part]
    return period_node("month_days", value_of(found, "M"), value_of(found, "y"), *days)


def days_of_month(found: Found) -> Node | None:
    """The first week of a month is its first seven days, the last ten days its last ten."""
    unit, said = value_of(found, "U"), value_of(found, "N") or 1
    if unit not in ("week", "day") or said != int(said):
        return None
    length = int(said) * (WEEK if unit == "week" else 1)
    start = -length if value_of(found, "L") else (int(value_of(found, "o")) - 1) * length + 1
    end = 31 if start < 0 else start + length - 1
    if not 1 <= length <= 28 or not (start < 0 or end <= 35):
        return None
    return period_node("month_days", value_of(found, "M"), value_of(found, "y"), start, end)


def half_year(found: Found) -> Node | None:
    """As in "first half of the year", "1. Halbjahr 2025", "letztes Halbjahr"."""
    half = value_of(found, "h")
    if half == "0" and value_of(found, "L"):
        return period_node("last", "month", 6.0)
    if half == "0":
        half = str(int(value_of(found, "oN") or 0))
    if value_of(found, "U") not in (None, "year") or half not in ("1", "2"):
        return None
    return period_node("half_year", int(half), value_of(found, "y"))


def half_month(found: Found) -> Node | None:
    """As in "first half of November"."""
    if value_of(found, "h") not in HALVES:
        return None
    days = HALVES[value_of(found, "h")]
    return period_node("month_days", value_of(found, "M"), value_of(found, "y"), *days)


def part_of_unit(found: Found) -> Node | None:
    """As in "end of last month", "Anfang der Woche"."""
    part, unit = value_of(found, "b"), value_of(found, "U")
    back = 1 if any(node.code == "L" for node in found) else 0
    if unit not in ("week", "month"):
        return None
    days = MONTH_PARTS[part] if unit == "month" else WEEK_PARTS[part]
    return period_node("part_of", unit, back, *days)


def running_month(found: Found) -> Node | None:
    """As in "so far in November": the month of this name that still runs, if it does."""
    return period_node("month_so_far", value_of(found, "M"))


def week_numbers(found: Found) -> Node | None:
    """As in "KW 45 bis 47"."""
    first, last = (int(number) for number in pick(found, "N"))
    weeks = all(value == "week" for value in pick(found, "U"))
    if not weeks or not 1 <= first < last <= 53:
        return None
    return period_node("week_numbers", first, last)


def month_then_days(found: Found) -> Node | None:
    """As in "nov 3 to 7": the month is said once, before both."""
    first, last = pick(found, "oN")
    if any(date != int(date) or not 1 <= date <= 31 for date in (first, last)):
        return None
    month = value_of(found, "M")
    return period_node("range", *(Day(month=month, date=int(date)) for date in (first, last)))


def date_alone(found: Found) -> Node | None:
    """As in "between the 3rd and the 7th": of the latest month that had this day."""
    date = value_of(found, "o")
    return day_node(Day(date=int(date))) if 1 <= date <= 31 else None


def dates(found: Found) -> Node | None:
    """As in "3. bis 7. November": the month is said once for both."""
    last, date = value_of(found, "de"), value_of(found, "oN")
    if not isinstance(last, Day) or not last.month or date != int(date):
        return None
    return period_node("range", replace(last, date=int(date)), last) if 1 <= date <= 31 else None


def week_of(found: Found) -> Node | None:
    day = value_of(found, "d")
    return period_node("week_of", day) if day.month else None
