"""Clock times as said: "half past two this morning", "gestern ab 22 Uhr", "between noon and 3"."""

from __future__ import annotations

from dataclasses import replace

from core.planner.time_nodes import Found, period_node, pick, value_of
from core.planner.time_tokens import Clock, Day, Node, Said

HALF_DAYS = ("afternoon", "evening")
# "At 10 at night" is 22:00, "at 4 at night" is 4:00.
EVENING = 7


def half_day(found: Found) -> Node | None:
    """As in "4 in the morning", "um 3 Uhr nachts", "drei Uhr"."""
    half, said = value_of(found, "a"), value_of(found, "tN")
    clock = said[0] if isinstance(said, tuple) else None
    if clock is None:
        if said != int(said) or said > 24:
            return None
        clock = Clock(int(said) % 24)
    if clock.hour < 12 and (half == "pm" or (half == "night" and clock.hour >= EVENING)):
        clock = replace(clock, hour=clock.hour + 12)
    return Node("t", (clock, ""), 0, 0)


def _hour(node: Node, part: str) -> Clock | None:
    clock = node.value[0] if node.code == "t" else None
    if clock is None:
        if node.value != int(node.value) or node.value > 24:
            return None
        clock = Clock(int(node.value) % 24)
    return replace(clock, hour=clock.hour + 12) if part in HALF_DAYS and clock.hour < 12 else clock


def clocks_in_part(found: Found) -> Node | None:
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


def around_clock(found: Found) -> Node | None:
    return period_node("around", value_of(found, "t")[0], value_of(found, "d"))


def since_hour(found: Found) -> Node | None:
    """As in "seit 6", "since 22"."""
    hour = value_of(found, "N")
    whole = hour == int(hour) and 0 <= hour <= 24
    return period_node("since_clock", Clock(int(hour) % 24), None) if whole else None


def moments(found: Found) -> Node | None:
    """As in "from yesterday 6am to today 6am"."""
    first, last = pick(found, "d")
    start, end = pick(found, "t")
    return period_node("moments", first, start[0], last, end[0])


def day_from(found: Found) -> Node | None:
    """As in "gestern ab 22 Uhr", "today since 6"."""
    said = value_of(found, "tN")
    if not isinstance(said, tuple) and not 0 <= said < 24:
        return None
    clock = said[0] if isinstance(said, tuple) else Clock(int(said))
    return period_node("day_from", value_of(found, "d"), clock)


def hour_of_day(found: Found) -> Node | None:
    """As in "heute um 9": hours that are not both of the morning and of the afternoon."""
    hour = value_of(found, "N")
    if hour != int(hour) or not 6 <= hour <= 24:
        return None
    return period_node("around", Clock(int(hour) % 24), value_of(found, "d"))


def noon_and(found: Found) -> Node | None:
    """As in "between noon and 3", "from midnight to 5"."""
    first, hour = value_of(found, "t")[0], value_of(found, "N")
    if hour != int(hour) or hour > 24:
        return None
    last = int(hour) + 12 if hour <= first.hour and hour < 12 else int(hour)
    return period_node("clock", first, Clock(last % 24), None)


def part_of_day(found: Found) -> Node | None:
    """As in "gestern am Nachmittag"."""
    said: Said = value_of(found, "R")
    alone = said.name == "part" and said.arguments[1] == Day(offset=0)
    return period_node("part", said.arguments[0], value_of(found, "d")) if alone else None


def after_clock(found: Found) -> Node | None:
    return period_node("since_clock", value_of(found, "t")[0], value_of(found, "d"))
