"""Production days and shifts as what rows are grouped by: all Mondays, each week, the nights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.domain.periods import Interval
from core.domain.shifts import ShiftCalendar
from core.errors import NoData, UserError
from core.measures.series import Slot, slots
from core.tabulated.wanted import TIMES, Filter, Wanted, nearest
from core.words import catalogue

MOST = 1_000
_KEYS: dict[str, Callable[[Slot], object]] = {
    "shift": lambda slot: slot.shift,
    "day": lambda slot: slot.day,
    "week": lambda slot: slot.day - timedelta(days=slot.day.weekday()),
    "month": lambda slot: slot.day.replace(day=1),
    "weekday": lambda slot: slot.day.weekday(),
}


@dataclass(frozen=True, slots=True)
class Buckets:
    """`windows` are disjoint and in order; `of` says for each into which of `keys` it falls,
    which are the values of the time keys in the order in which they are asked for."""

    windows: tuple[Interval, ...] = ()
    of: tuple[int, ...] = ()
    keys: tuple[tuple[object, ...], ...] = ((),)


def buckets(wanted: Wanted, calendar: ShiftCalendar, interval: Interval) -> Buckets:
    """None but one empty bucket where time does not matter. Raises NoData where no shifts are
    known, UserError for too many days or a shift or weekday that there is not."""
    if not wanted.by_time:
        return Buckets()
    found = slots(calendar, interval, "shift" if "shift" in wanted.names else "day")
    if not found:
        raise NoData("data_query.no_shifts")
    for one in wanted.where:
        found = tuple(slot for slot in found if _meets(slot, one, calendar))
    if not found:
        raise NoData("data_query.no_time_left")
    if len(found) > MOST:
        raise UserError("data_query.too_long", n=MOST)
    asked = [_KEYS[name] for name in wanted.group_by if name in TIMES]
    values = [tuple(key(slot) for key in asked) for slot in found]
    keys = tuple(dict.fromkeys(values))
    place = {key: n for n, key in enumerate(keys)}
    return Buckets(
        tuple(slot.interval for slot in found), tuple(place[value] for value in values), keys
    )


def _meets(slot: Slot, one: Filter, calendar: ShiftCalendar) -> bool:
    match one.column:
        case "shift":
            return _chosen(slot.shift, [_shift(said, calendar) for said in one.values], one.op)
        case "weekday":
            return _chosen(slot.day.weekday(), [_weekday(said) for said in one.values], one.op)
        case _:
            return True


def _chosen(value: object, among: Sequence[object], op: str) -> bool:
    if op not in ("=", "<>", "in"):
        raise UserError("data_query.equal_only")
    return (value in among) != (op == "<>")


def _shift(said: str, calendar: ShiftCalendar) -> str:
    named = calendar.named(said)
    if named is None:
        known = nearest(said, calendar.names)
        raise UserError("data_query.no_value", said=said, column="shift", known=known)
    return named


def _weekday(said: str) -> int:
    """A weekday by its English or German name or the start of one, Monday is 0."""
    names = [catalogue.entry(language, "data_query.weekdays") for language in ("en", "de")]
    wanted = said.strip().casefold()
    for listed in names:
        assert isinstance(listed, list)
        for number, name in enumerate(listed):
            if len(wanted) > 1 and name.casefold().startswith(wanted):
                return number
    assert isinstance(names[0], list)
    raise UserError("data_query.no_value", said=said, column="weekday", known=", ".join(names[0]))
