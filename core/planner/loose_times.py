"""Looser forms of times: "half past two this morning", "end of October", "the 3rd to the 7th",
"Nachtschicht von gestern auf heute". The same kind of rules as in time_rules, tried around them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from core.planner.time_words import Clock, Day, Node, Said

Found = Sequence[Node]

WEEK = 7
# The days of a month that "early", "mid" and "end of" mean.
MONTH_PARTS = {"early": (1, 10), "start": (1, 10), "middle": (11, 20), "end": (21, 31),
               "late": (21, 31)}  # fmt: skip
HALF_DAYS = ("afternoon", "evening")


def pick(found: Found, codes: str) -> list[Any]:
    return [node.value for node in found if node.code in codes]


def value_of(found: Found, codes: str) -> Any:
    return next((node.value for node in found if node.code in codes), None)


def day_node(value: Day | None) -> Node | None:
    return None if value is None else Node("d", value, 0, 0)


def period_node(name: str, *arguments: Any) -> Node:
    return Node("R", Said(name, arguments), 0, 0)


def _unit_node(unit: str, before: int) -> Node | None:
    return period_node("ago", unit, before) if unit != "day" else day_node(Day(offset=-before))


def _week_word(found: Found) -> Node | None:
    """As in "vergangene KW": the week's sign without a number is the week itself."""
    return period_node("last", "week", 1.0) if found[0].code == "L" else period_node("this", "week")


def _month_of(found: Found) -> Node | None:
    if value_of(found, "U") != "month":
        return None
    return period_node("month", value_of(found, "M"), value_of(found, "y"))


def _whole_year(found: Found) -> Node | None:
    return period_node("year", value_of(found, "y")) if found[0].value == "year" else None


def _of_last_year(found: Found) -> Node | None:
    """As in "October last year": minus one is the year before this."""
    if value_of(found, "U") != "year":
        return None
    month, quarter = value_of(found, "M"), value_of(found, "q")
    return period_node("month", month, -1) if month else period_node("quarter", quarter, -1)


def _part_of_month(found: Found) -> Node | None:
    part = value_of(found, "bS")
    if part not in MONTH_PARTS:
        return None
    days = MONTH_PARTS[part]
    return period_node("month_days", value_of(found, "M"), value_of(found, "y"), *days)


def _weeks_of_month(found: Found) -> Node | None:
    """The first week of a month is its first seven days, the last one its last seven."""
    if value_of(found, "U") != "week":
        return None
    count = int(value_of(found, "N") or 1)
    start = -count * WEEK if value_of(found, "L") else (int(value_of(found, "o")) - 1) * WEEK + 1
    end = 31 if start < 0 else start + count * WEEK - 1
    if not 1 <= count <= 4 or not (start < 0 or end <= 35):
        return None
    return period_node("month_days", value_of(found, "M"), value_of(found, "y"), start, end)


def _half_year(found: Found) -> Node | None:
    if value_of(found, "U") not in (None, "year") or value_of(found, "h") not in ("1", "2"):
        return None
    return period_node("half_year", int(value_of(found, "h")), value_of(found, "y"))


def _date_alone(found: Found) -> Node | None:
    """As in "between the 3rd and the 7th": of the latest month that had this day."""
    date = value_of(found, "o")
    return day_node(Day(date=int(date))) if 1 <= date <= 31 else None


def _dates(found: Found) -> Node | None:
    """As in "3. bis 7. November": the month is said once for both."""
    last, date = value_of(found, "de"), value_of(found, "oN")
    if not isinstance(last, Day) or not last.month or date != int(date):
        return None
    return period_node("range", replace(last, date=int(date)), last) if 1 <= date <= 31 else None


def _night_between(found: Found) -> Node | None:
    """As in "Nachtschicht von gestern auf heute": the night belongs to the first day."""
    name = value_of(found, "SC") or "night"
    days = pick(found, "d")
    said = value_of(found, "R")
    night = name == "night" and (said is None or said.arguments[:1] == ("night",))
    return period_node("shift_on", "night", days[0]) if night else None


def _hour(node: Node, part: str) -> Clock | None:
    clock = node.value[0] if node.code == "t" else None
    if clock is None:
        if node.value != int(node.value) or node.value > 24:
            return None
        clock = Clock(int(node.value) % 24)
    return replace(clock, hour=clock.hour + 12) if part in HALF_DAYS and clock.hour < 12 else clock


def _clocks_in_part(found: Found) -> Node | None:
    """As in "between 6 and 10 this morning", "since 6 this morning", "at 4 this morning"."""
    part = value_of(found, "R")
    if part.name != "part":
        return None
    name, day = part.arguments
    hours = [_hour(node, name) for node in found if node.code in "tN"]
    if None in hours:
        return None
    if len(hours) == 2:
        return period_node("clock", hours[0], hours[1], day)
    return period_node("since_clock" if value_of(found, "I") else "around", hours[0], day)


def _around(found: Found) -> Node | None:
    return period_node("around", value_of(found, "t")[0], value_of(found, "d"))


def _since_units(found: Found) -> Node | None:
    """As in "seit einer Woche", "since 3 days"."""
    unit, count = value_of(found, "U"), value_of(found, "N") or 1.0
    whole = count == int(count) and 0 < count < 400
    return period_node("last", unit, count) if whole else None


Rules = tuple[tuple[str, Callable[[Found], Node | None]], ...]

# Before the rules of time_rules: they would take a part of these for the whole.
EARLIER: Rules = (
    (r"G", lambda found: _unit_node(found[0].value, 1)),
    (r"g", lambda found: _unit_node(found[0].value, 2)),
    (r"[LT]f*K(?!f*N)", _week_word),
    (r"Lf*N?f*Uf+M,?f*y?|of*N?f*Uf*M,?f*y?", _weeks_of_month),
    (r"Lf*Uf*M|[Mq]f*Lf*U", _of_last_year),
    (r"Uf*M,?f*y?", _month_of),
    (r"Uf*y", _whole_year),
    (r"[bS]f*M,?f*y?", _part_of_month),
    (r"h(?:f*U|f*y)?(?!f*H)", _half_year),
)
NIGHTS: Rules = ((r"(?:[CR]|Sf*H?)f*F?f*df+d", _night_between),)
# Before the rules for ranges.
MONTH_DAYS: Rules = (
    (r"[FB]?f*[oN]f*[O&-]f*d", _dates),
    (r"(?<=[fIFBO&])o(?![UNHtM])", _date_alone),
)
# After the parts of a day are found.
HOURS: Rules = ((r"(?:[BF]f*)?[tN]f*[O&-]f*[tN]f*R|If*[tN]f*R|tf*R|(?<=f)Nf*R", _clocks_in_part),)
# After them all: what they left over.
LATER: Rules = (
    (r"(?:df*)?(?<=[fd])t(?:f*d)?|tf*d|^t$", _around),
    (r"If*N?f*U", _since_units),
)
