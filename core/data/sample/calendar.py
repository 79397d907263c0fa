"""When the sample plant works: shifts, breaks, maintenance, holidays, overtime."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.data.sample.clock import HOUR, MINUTE, Window, text, union
from core.data.sample.plant import MACHINES

ZONES = {"riverside": ZoneInfo("America/Chicago"), "hamburg": ZoneInfo("Europe/Berlin")}
SHIFTS = {
    "riverside": (("Early", 6, 14), ("Late", 14, 22), ("Night", 22, 30)),
    "hamburg": (("Früh", 6, 14), ("Spät", 14, 22)),
}
CalendarRow = tuple[str | None, str | None, str | None, str, str, str | None, str]


@dataclass(frozen=True, slots=True)
class Shift:
    """`number` counts the plant's shifts since year 1, worked or not.

    `day` is the production day: the local date on which the shift starts.
    """

    plant: str
    day: date
    name: str
    number: int
    start: int
    end: int
    overtime: bool = False

    @property
    def hours(self) -> int:
        return (self.end - self.start) // HOUR


def _instant(plant: str, day: date, hour: int) -> int:
    local = datetime.combine(day + timedelta(hour // 24), time(hour % 24), ZONES[plant])
    return int(local.astimezone(UTC).timestamp())


def _nth(day: date, weekday: int, nth: int) -> bool:
    return day.weekday() == weekday and (day.day - 1) // 7 == nth - 1


def _easter(year: int) -> date:
    """Gregorian computus (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    return date(year, (h + k - 7 * m + 114) // 31, (h + k - 7 * m + 114) % 31 + 1)


def holiday(plant: str, day: date) -> bool:
    """Whether the whole production day is off."""
    if plant == "hamburg":
        movable = (day - _easter(day.year)).days in (-2, 1, 39, 50)
        fixed = ((1, 1), (5, 1), (10, 3), (10, 31), (12, 25), (12, 26))
        return movable or (day.month, day.day) in fixed
    memorial = day.month == 5 and day.weekday() == 0 and day.day > 24
    labor = day.month == 9 and _nth(day, 0, 1)
    thanksgiving = day.month == 11 and _nth(day, 3, 4)
    return memorial or labor or thanksgiving or (day.month, day.day) in ((1, 1), (7, 4), (12, 25))


def shifts(plant: str, first: date, last: date) -> Iterator[Shift]:
    """The worked shifts of the production days from `first` to `last`, both included."""
    for offset in range((last - first).days + 1):
        day = first + timedelta(offset)
        pattern = SHIFTS[plant]
        overtime = plant == "hamburg" and (_nth(day, 5, 2) or _nth(day, 5, 4))
        if holiday(plant, day) or (plant == "hamburg" and day.weekday() > 4 and not overtime):
            continue
        for index, (name, start, end) in enumerate(pattern[:1] if overtime else pattern):
            number = day.toordinal() * len(pattern) + index
            begin, finish = _instant(plant, day, start), _instant(plant, day, end)
            yield Shift(plant, day, name, number, begin, finish, overtime)


def break_time(shift: Shift) -> Window:
    """Half an hour, four hours into the shift."""
    return shift.start + 4 * HOUR, shift.start + 4 * HOUR + 30 * MINUTE


def area_maintenance(shift: Shift) -> dict[str, Window]:
    """Maintenance of a whole area: cleaning in place in packaging, Wednesdays 12:00 to 13:00."""
    if shift.name == "Early" and shift.day.weekday() == 2:
        return {"packaging": (shift.start + 6 * HOUR, shift.start + 7 * HOUR)}
    return {}


def asset_maintenance(shift: Shift) -> dict[str, Window]:
    """Maintenance of single assets in this shift: oven-1 on Sundays, the others once a month."""
    if shift.name not in ("Early", "Früh"):
        return {}
    windows: dict[str, Window] = {}
    for index, machine in enumerate(MACHINES[shift.plant]):
        # A filler is maintained with its line, which stands next to it in the list.
        turn = index - 1 if machine.id.startswith("filler") else index
        if machine.id == "oven-1":
            if shift.day.weekday() == 6:
                windows[machine.id] = (shift.start, shift.start + 4 * HOUR)
        elif shift.day.day == 1 + turn * 5 % 28:
            windows[machine.id] = (shift.start + HOUR, shift.start + 3 * HOUR)
    return windows


def off_times(shift: Shift) -> dict[str, list[Window]]:
    """What of the shift is planned not to be worked, by asset; in order, without overlaps."""
    areas, assets = area_maintenance(shift), asset_maintenance(shift)
    rest = break_time(shift)
    return {
        machine.id: union(
            window
            for window in (rest, areas.get(machine.place.id), assets.get(machine.id))
            if window
        )
        for machine in MACHINES[shift.plant]
    }


def calendar_rows(plant: str, first: date, last: date) -> Iterator[CalendarRow]:
    """Rows of the table `calendar`; each names exactly one of plant, area, asset."""
    for offset in range((last - first).days + 1):
        day = first + timedelta(offset)
        if holiday(plant, day):
            begin, end = _instant(plant, day, 6), _instant(plant, day, 30)
            yield plant, None, None, text(begin), text(end), None, "holiday"
    for shift in shifts(plant, first, last):
        kind = "overtime" if shift.overtime else "work"
        yield plant, None, None, text(shift.start), text(shift.end), shift.name, kind
        start, end = break_time(shift)
        yield plant, None, None, text(start), text(end), shift.name, "break"
        for area, (start, end) in area_maintenance(shift).items():
            yield None, area, None, text(start), text(end), shift.name, "planned_maintenance"
        for asset, (start, end) in asset_maintenance(shift).items():
            yield None, None, asset, text(start), text(end), shift.name, "planned_maintenance"
