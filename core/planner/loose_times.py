"""Looser forms of times: "shift before last", "Nachtschicht von gestern auf heute". The same kind
of rules as in time_rules, tried around them.
"""

from __future__ import annotations

from core.planner.clock_times import (
    after_clock,
    around_clock,
    clocks_in_part,
    half_day,
    hour_of_day,
    noon_and,
    part_of_day,
    since_hour,
)
from core.planner.month_times import (
    date_alone,
    dates,
    days_of_month,
    half_month,
    half_year,
    month_of,
    month_then_days,
    of_last_year,
    part_of_month,
    part_of_unit,
    week_of,
    week_word,
    whole_year,
)
from core.planner.time_nodes import (
    Found,
    Rules,
    day_node,
    period_node,
    pick,
    value_of,
)
from core.planner.time_tokens import Day, Node, Said

SHIFTS = ("shift", "shift_on", "shifts_ago")


def _unit_node(unit: str, before: int) -> Node | None:
    """As in "Vorwoche", "vorletzte Schicht": the unit that many before the running one."""
    match unit:
        case "day":
            return day_node(Day(offset=-before))
        case "shift":
            return period_node("shifts_ago", before)
        case "night":
            return period_node("shift_on", "night", Day(offset=-before))
        case "weekend":
            return period_node("weekend", before - 1)
    return period_node("ago", unit, before)


def before_that(found: Found) -> Node | None:
    """As in "the night before last night", also of "the night before the night before"."""
    said: Day | Said = value_of(found, "dR")
    for unit in reversed(pick(found, "v")):
        said = Said("before", (unit, said))
    return Node("R", said, 0, 0)


def _workdays(found: Found) -> Node | None:
    count = value_of(found, "N") or 1.0
    return period_node("workdays", int(count)) if count == int(count) and count <= 60 else None


def _shifts_ago(found: Found) -> Node | None:
    count = value_of(found, "N") or 1.0
    whole = count == int(count) and 1 <= count <= 90
    return period_node("shifts_ago", int(count)) if whole else None


def _dated_weekday(found: Found) -> Node | None:
    """As in "Thursday, November 12": the date says it all."""
    weekday, date = pick(found, "d")
    alone = weekday.weekday is not None and weekday.weeks is None
    return day_node(date) if alone and date.month else None


def _shift_of_date(found: Found) -> Node | None:
    """As in "Nachtschicht am 12.", "the night of the 12th": of the latest month that had it."""
    date = date_alone(found)
    return date and period_node("shift_on", value_of(found, "SC"), date.value)


def _night_to(found: Found) -> Node | None:
    """As in "in der Nacht auf Dienstag": the night before that day."""
    return period_node("before", "night", value_of(found, "d"))


def _night_between(found: Found) -> Node | None:
    """As in "Nachtschicht von gestern auf heute": the night belongs to the first day."""
    name = str(value_of(found, "SC") or "night").casefold()
    days = pick(found, "d")
    said = value_of(found, "R")
    night = name == "night" and (said is None or said.arguments[:1] == ("night",))
    return period_node("shift_on", "night", days[0]) if night else None


def weeks_back(found: Found) -> Node | None:
    """As in "Friday before last", "two Mondays ago"."""
    count = value_of(found, "N") or 2.0
    whole = count == int(count) and 1 <= count <= 60
    return day_node(Day(weekday=value_of(found, "W"), back=int(count) - 1)) if whole else None


def same_day(found: Found) -> Node | None:
    """As in "am gestrigen Tag"."""
    return day_node(value_of(found, "d")) if value_of(found, "U") == "day" else None


def spoken_alone(found: Found) -> Node | None:
    if found[0].value == "night":
        return period_node("shift", "night", "last")
    return period_node("part", "morning" if found[0].value == "am" else "afternoon", Day(offset=0))


def _and_before(found: Found) -> Node | None:
    """As in "yesterday and the day before"."""
    last = value_of(found, "dR")
    return period_node("range", Said("before", (value_of(found, "v"), last)), last)


def _whole_day(found: Found) -> Node | None:
    return day_node(value_of(found, "d") or Day(offset=0))


def _weekday_and_date(found: Found) -> Node | None:
    date = date_alone(found)
    return date if date and found[0].value.weekday is not None else None


def _shift_itself(found: Found) -> Node | None:
    """As in "last night's shift"."""
    said: Said = found[0].value
    return period_node(said.name, *said.arguments) if said.name in SHIFTS else None


def _since_units(found: Found) -> Node | None:
    """As in "seit einer Woche", "since 3 days"."""
    unit, count = value_of(found, "U") or "shift", value_of(found, "N") or 1.0
    whole = count == int(count) and 0 < count < 400
    return period_node("last", unit, count) if whole else None


def _since_part(found: Found) -> Node | None:
    """As in "since morning"."""
    return period_node("since", Said("part", (value_of(found, "P"), Day(offset=0))))


# Before the rules of time_rules: they would take a part of these for the whole.
EARLIER: Rules = (
    (r"G", lambda found: _unit_node(found[0].value, 1)),
    (r"g", lambda found: _unit_node(found[0].value, 2)),
    (r"[LT]f*K(?!f*N)", week_word),
    (r"Lf*N?f*Uf+M,?f*y?|of*N?f*Uf*M,?f*y?", days_of_month),
    (r"hf+M,?f*y?", half_month),
    (r"bf*[LT]?f*U(?!f*[My])", part_of_unit),
    (r"Lf*N?f*j", _workdays),
    (r"(?:Nf*)?HA|Vf*Nf*H", _shifts_ago),
    (r"Mf*[oN]f*[O-]f*[oN](?![UNHtMq])", month_then_days),
    (r"Nuf*a?|[tN]f*a|tu|af+[tN](?![UN])", half_day),
    (r"Lf*Uf*M|[Mq]f*Lf*U", of_last_year),
    (r"Uf*M,?f*y?", month_of),
    (r"Uf*y", whole_year),
    (r"[bS]f*M,?f*y?", part_of_month),
    (r"Lf*h(?!f*[HU])|[oN]f*hf*y?|h(?:f*U|f*y)?(?!f*H)", half_year),
)
NIGHTS: Rules = (
    (r"df*,?f*d", _dated_weekday),
    (r"(?:[CR]|Sf*H?)f*F?f*d(?:f+|f*Of*)d", _night_between),
    (r"nf*d", _night_to),
    (r"Qf*d|df*Q|Q", _whole_day),
    (r"d,?f+o(?![UNHtMq])", _weekday_and_date),
    (r"(?:C|Sf*H?)f*F?f+o(?![UNHtMq])", _shift_of_date),
)
# Before the rules for ranges.
MONTH_DAYS: Rules = (
    (r"[FB]?f*[oN]f*[O&-]f*d", dates),
    (r"(?<=[fIFBO&])o(?![UNHtM])", date_alone),
)
# After the parts of a day are found.
HOURS: Rules = (
    (r"df*R", part_of_day),
    (r"[BF]f*t[O&-]f*N(?![UNt%])", noon_and),
    (r"(?:[BF]f*)?[tN]f*[O&-]f*[tN]f*R|Rf*[BF]f*[tN]f*[O&-]f*[tN]", clocks_in_part),
    (r"If*[tN]f*R|tf*R|(?<=f)Nf*R|Rf*t|Rf+N(?=$|[.,])", clocks_in_part),
)
# After them all: what they left over.
LATER: Rules = (
    (r"(?:df*)?(?<=[fd])t(?:f*d)?|tf*d|^t$", around_clock),
    (r"df+N(?=$|[.,])", hour_of_day),
    (r"If*N?f*[UH]", _since_units),
    (r"If*P", _since_part),
    (r"Ef*t(?:f*d)?|df*Ef*t", after_clock),
    (r"Rf+H", _shift_itself),
    (r"[dR]f*&f*v", _and_before),
    (r"IN(?![UNHMt%&])", since_hour),
    (r"[KU]f+d", week_of),
)
