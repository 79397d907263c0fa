"""The grammar of times: how the nodes of time_words make days, and days make periods.

A rule is a regular expression over the codes of the nodes (time_words.CODES; d is a day, R a
period, t a clock time, e a date, y a year, q a quarter, i an instant) and a function of the
nodes it matched. Rules are tried in order, each over the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from core.planner.clock_times import (
    day_from,
    moments,
)
from core.planner.lexicon import fold, word_list
from core.planner.loose_times import (
    EARLIER,
    HOURS,
    LATER,
    MONTH_DAYS,
    NIGHTS,
    before_that,
    same_day,
    spoken_alone,
    weeks_back,
)
from core.planner.month_times import (
    running_month,
    week_numbers,
)
from core.planner.time_nodes import (
    Found,
    day_node,
    period_node,
    pick,
    value_of,
)
from core.planner.time_tokens import Clock, Day, Node
from core.planner.time_words import nodes
from core.planner.unit_times import (
    LONG_UNITS,
    bare_year,
    days_ago,
    last_units,
    quarter,
    so_far,
    this_unit,
    week_number,
)

OFFSETS = {
    "today": 0,
    "yesterday": -1,
    "day_before": -2,
    "week_before": -7,
    "three_before": -3,
    "tomorrow": 1,
}


def read(text: str, shift_names: tuple[str, ...] = ()) -> list[Node]:
    """The nodes of a text with every period reduced to one node of code R.

    `shift_names` are the plant's own, understood besides those of the vocabulary.
    """
    found = nodes(text, shift_names)
    for pattern, make in RULES:
        found = _reduce(found, pattern, make)
    found = _bare_counts(text, found)
    return found if any(node.code == "R" for node in found) else _reduce(found, *ALONE)


def _reduce(
    found: list[Node], pattern: re.Pattern[str], make: Callable[[Found], Node | None]
) -> list[Node]:
    codes = "".join(node.code for node in found)
    reduced: list[Node] = []
    done = 0
    for match in pattern.finditer(codes):
        end = match.start() + len(match.group().rstrip("f,"))
        part = found[match.start() : end]
        made = make(part)
        if made is not None:
            reduced += found[done : match.start()]
            reduced.append(Node(made.code, made.value, part[0].start, part[-1].end))
            done = end
    return reduced + found[done:]


def _calendar_date(found: Found) -> Node | None:
    date = value_of(found, "oN")
    if date != int(date) or not 1 <= date <= 31:
        return None
    return day_node(Day(year=value_of(found, "y"), month=value_of(found, "M"), date=int(date)))


def _weekday(found: Found) -> Node | None:
    """As in "Wednesday last week", "letzte Woche Mittwoch"."""
    weeks = None
    if any(node.code == "U" for node in found):
        if value_of(found, "U") != "week":
            return None
        weeks = 1 if any(node.code == "L" for node in found) else 0
    return day_node(Day(weekday=value_of(found, "W"), weeks=weeks))


def _clocks(found: Found) -> Node | None:
    """As in "between 2 and 4 pm": the half of the day is said once for both."""
    said = [n for n in found if n.code in "tN"]
    last = said[1].value if said[1].code == "t" else (Clock(int(said[1].value) % 24), "")
    if said[0].code == "N":
        hour = int(said[0].value)
        if hour > 24:
            return None
        later = hour + 12 if last[1] == "pm" and hour < 12 else hour
        first = Clock((later if later <= last[0].hour else hour) % 24)
    else:
        first = said[0].value[0]
    return period_node("clock", first, last[0], value_of(found, "d"))


def _hours(found: Found) -> Node | None:
    """As in "between 2 and 4", "gestern 14-22h": hours only if they can be."""
    hours = pick(found, "N")
    if value_of(found, "U") not in (None, "hour"):
        return None
    if any(hour != int(hour) or hour > 24 for hour in hours):
        return None
    first, last = (Clock(int(hour) % 24) for hour in hours)
    return period_node("clock", first, last, value_of(found, "d"))


def _since(found: Found) -> Node | None:
    """As in "since Monday", "since the swap on Sunday", "between Friday and now"."""
    clock = value_of(found, "t")
    day = value_of(found, "d")
    if clock is not None:
        return period_node("since_clock", clock[0], day)
    if day is not None:
        return period_node("since_day", day)
    return period_node("since", value_of(found, "R"))


def _named_shift(found: Found) -> Node | None:
    day, name = value_of(found, "d"), value_of(found, "SC")
    if name is None:
        name = f"#{int(value_of(found, 'oN'))}"
    return period_node("shift_on", name, day)


def _parts(found: Found) -> Node | None:
    codes = {node.code for node in found}
    day = value_of(found, "d") or Day(offset=-1 if "L" in codes else 0)
    return period_node("part", value_of(found, "P"), day)


def _range(found: Found) -> Node | None:
    first, last = (node.value for node in found if node.code in "dR")
    return period_node("range", first, last)


def _one_day(found: Found) -> Node | None:
    day = value_of(found, "d")
    return None if day is None else period_node("day", day)


def _whole(name: str, codes: str) -> Callable[[Found], Node | None]:
    return lambda found: period_node(name, *(value_of(found, code) for code in codes))


_RULES: tuple[tuple[str, Callable[[Found], Node | None]], ...] = (
    *EARLIER,
    # instants and days
    (r"F?i[O-]i", lambda found: period_node("instants", *pick(found, "i"))),
    (r"D", lambda found: day_node(Day(offset=OFFSETS[found[0].value]))),
    (r"e", lambda found: day_node(found[0].value)),
    (r"(?<=[IFOBV&-])f*s|(?<=f)s", lambda found: day_node(found[-1].value)),
    (r"[oN]f*M,?y?|Mf*[oN](?![UNHtM]),?y?", _calendar_date),
    (r"Xf*(?:N?f*[UHW]|w|M|S|C)", _whole("future", "")),
    (r"kf*W|Wf*k|NWA", weeks_back),
    (r"[LT]f*Uf*W|[LT]f*W|W(?:f*[LT]f*U)?", _weekday),
    (r"df*U(?!f*[M,y])", same_day),
    (r"(?:Nf*)?UA|Vf*N?f*U", days_ago),
    *NIGHTS,
    # parts of a day
    (r"F?f*df*tf*[O-]f*df*t", moments),
    (r"df*[IF]f*t(?!f*[O-])|df*[IF]f*N(?=$|[.,])", day_from),
    (r"[dLT]f*P", _parts),
    (r"Pf*d", _parts),
    *HOURS,
    (r"(?:df*,?f*)?[FBI]f*[tN]f*[O&-]f*t(?:f*d)?|t[O-]t(?:f*d)?|df*t[O&-]t", _clocks),
    (r"(?:df*)?Nf*[O-]f*t(?:f*d)?", _clocks),
    (
        r"(?:Bf*N&N|FNON)(?![UN%])(?:f*d)?|df*[BF]f*N[O&-]N(?![UN%])|df*N[O-]N(?![UN%])|df*N[O-]NU",
        _hours,
    ),
    # shifts
    (r"df*Hf*S|Hf*Sf*F?f*d|Sf*d", _named_shift),
    (r"df*,?f*(?:C|Sf*H?)|(?:C|SH)f*F?f*d(?!f*[O-])|(?:C|SH)f*(?=R)", _named_shift),
    (r"df*(?:oH|HN)|oHf*d|HNf*d", _named_shift),
    (r"Lf*(?:C|SH?)", lambda found: period_node("shift", value_of(found, "SC"), "last")),
    (r"Tf*(?:C|SH?)", lambda found: period_node("shift", value_of(found, "SC"), "this")),
    (r"C|SH", lambda found: period_node("shift", value_of(found, "SC"), "latest")),
    (r"Hf*S", lambda found: period_node("shift", found[-1].value, "latest")),
    (r"oH|HN", lambda found: period_node("shift", f"#{int(value_of(found, 'oN'))}", "latest")),
    (r"Lf*Nf*[UH]|Nf*L[UH]", last_units),
    (r"Lf*H", _whole("last_shift", "")),
    (r"Tf*Hz?|Hf*z", _whole("this_shift", "")),
    # calendar units
    (r"[KU]f*Nf*[O&-]f*[KU]?f*N", week_numbers),
    (r"[KU]Nf*y?z?|Ko$|[oN]f*Kf*y?", week_number),
    (r"(?:q|[oN]U|UN)f*y?", quarter),
    (r"Lf*q", lambda found: period_node("quarter", value_of(found, "q"), None)),
    (r"Lf*U", last_units),
    (r"Tf*Uz?", this_unit),
    (r"Uf*z", so_far),
    (r"zf*M|[LT]f*Mz|Mz", running_month),
    (r"[LT]?f*M,?f*y?", _whole("month", "My")),
    (r"[LT]?f*w", _whole("weekend", "")),
    (r"(?<=[FI])f*y|(?<=f)y", lambda found: period_node("year", found[-1].value)),
    (r"(?<![oNUMqK])y(?=$|[fFIOB,])", bare_year),
    *MONTH_DAYS,
    # ranges
    (r"[FB]?f*[dR]f*[O-]f*[dR]z?|Bf*[dR]f*&f*[dR]", _range),
    (r"(?:vf*F?f*)+[dR]", before_that),
    (r"If*(?:df*t|tf*d|t|d|R)|If+\.{1,3}f+d", _since),
    (r"Ff*t(?=$|[^O&-])|[FB]f*[dtR]f*z", _since),
    *LATER,
    (r"d[z]?|(?<=R)f*z|zf*d", _one_day),
)
RULES = tuple((re.compile(pattern), make) for pattern, make in _RULES)
# Where nothing else is said: "in the afternoon".
ALONE = (re.compile("a"), spoken_alone)


def joined(found: list[Node]) -> list[Node]:
    """As in "gestern und heute": one period of all the days from the first to the last."""
    return _reduce(found, re.compile(r"Rf*&f*R"), _range_in_order)


def _range_in_order(found: Found) -> Node | None:
    first, last = (node.value for node in found if node.code == "R")
    return period_node("both", first, last)


def _bare_counts(text: str, found: list[Node]) -> list[Node]:
    """As in "oee 24h", the last 24 hours; "stops longer than 5 minutes" is no period, nor is what
    stands beside one ("the 4 h yesterday")."""
    if any(node.code == "R" for node in found):
        return found
    not_before = word_list("not_before", "weak")

    def make(part: Found) -> Node | None:
        before = re.search(r"([^\W\d_]+)\W*$", text[: part[0].start][-40:])
        if before and fold(before.group(1)) in not_before:
            return None
        if not text[part[0].start].isdigit():  # "that two hour stop" is none, a last word may be
            long = part[-1].value in ("day", *LONG_UNITS) and not text[part[-1].end :].strip(" ?.!")
            return last_units(part) if long else None
        return last_units(part) if part[-1].value != "minute" else None

    return _reduce(found, re.compile(r"NU"), make)
