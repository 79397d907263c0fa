"""The plant's assets and shifts, as far as the facts' tables tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.data.connect import times
from core.data.connect.candidates import Candidate
from core.data.connect.names import tokens
from core.data.connect.proposal import AssetGuess, ShiftGuess
from core.data.connect.reasons import shift_word
from core.data.connect.roles import Role
from core.data.connect.survey import Look
from core.data.mapping import WEEKDAYS

_MOST_ASSETS = 200
_MOST_SHIFTS = 6
_WEEKS_ENOUGH = 2
_USUAL = {"early": ("06:00", "14:00"), "late": ("14:00", "22:00"), "night": ("22:00", "06:00")}
_TWELVE = {"early": ("06:00", "18:00"), "night": ("18:00", "06:00")}
_LINE = re.compile(r"\b(line|linie|linha|linea)\b|^l\d+$")


def slug(text: str) -> str:
    """ "Linie 3" → "linie-3"; never empty."""
    return "-".join(tokens(text)) or "asset"


def plant_of(source: str) -> str:
    """A plant's id from the shown name of its database."""
    return slug(source.partition(" (")[0].rpartition(".")[0] or source.partition(" (")[0])


def written_assets(values: Sequence[str]) -> tuple[AssetGuess, ...]:
    """One [[assets]] entry for each value that the fact tables hold."""
    made: dict[str, AssetGuess] = {}
    for value in values[:_MOST_ASSETS]:
        found = slug(value if not value.isdigit() else f"machine {value}")
        while found in made:
            found = f"{found}-x"
        kind = "line" if _LINE.search(" ".join(tokens(value))) else "machine"
        name = value if value != found else ""
        made[found] = AssetGuess(found, name, kind, value if value != found else "")
    return tuple(made.values())


def shifts_of(found: Candidate, names: Sequence[str], zone: str) -> tuple[ShiftGuess, ...]:
    """The shift pattern: from the rows' times where there are any, else what is usual."""
    if not names or len(names) > _MOST_SHIFTS:
        return ()
    start, end, shift = found.look("start"), found.look("end"), found.look("shift")
    made: tuple[ShiftGuess, ...] = ()
    if start and shift and not found.by_shift and not _is_day(start):
        made = _seen(start, end, shift, names, ZoneInfo(zone))
    made = made or _usual(names)
    if start is None or shift is None or start.form is None:
        return made
    begins = _local(start.look, start.form, ZoneInfo(zone))
    return tuple(replace(one, days=_worked_days(one, begins, shift)) for one in made)


def _worked_days(
    one: ShiftGuess, begins: Sequence[datetime | None], shift: Role
) -> tuple[str, ...]:
    """The weekdays on which a shift has rows in a quarter of the weeks or more; empty where those
    are all seven, or where the rows are of less than two weeks."""
    named = zip(begins, shift.look.values, strict=True)
    days = {at.date() for at, name in named if at and str(name) == one.name}
    weeks = ((max(days) - min(days)).days + 1) / 7 if days else 0
    if weeks < _WEEKS_ENOUGH:
        return ()
    seen = Counter(day.weekday() for day in days)
    worked = tuple(name for n, name in enumerate(WEEKDAYS) if seen[n] >= weeks / 4)
    return worked if len(worked) < len(WEEKDAYS) else ()


def _is_day(role: Role) -> bool:
    return role.form is not None and times.is_day(role.look, role.form)


def _seen(
    start: Role, end: Role | None, shift: Role, names: Sequence[str], zone: ZoneInfo
) -> tuple[ShiftGuess, ...]:
    """Local times of day at which most rows of a shift start and end."""
    if start.form is None or end is None or end.form is None:
        return ()
    begins, ends = _local(start.look, start.form, zone), _local(end.look, end.form, zone)
    made = []
    for name in names:
        rows = [i for i, value in enumerate(shift.look.values) if str(value) == name]
        first = Counter(at.strftime("%H:%M") for i in rows if (at := begins[i]))
        last = Counter(at.strftime("%H:%M") for i in rows if (at := ends[i]))
        if not first or not last:
            return ()
        (opens, n), (closes, m) = first.most_common(1)[0], last.most_common(1)[0]
        if min(n, m) < 0.5 * len(rows):
            return _hull(names, begins, ends, shift)
        said = f"{min(n, m)} of {len(rows)} rows start and end so"
        made.append(ShiftGuess(name, opens, closes, "likely", said))
    return tuple(sorted(made, key=lambda one: one.start))


def _local(look: Look, form: times.Form, zone: ZoneInfo) -> tuple[datetime | None, ...]:
    """The readings of the plant's own clock."""
    readings = times.instants(look, form)
    if form not in times.IN_UTC:
        return readings
    return tuple(at and at.replace(tzinfo=UTC).astimezone(zone) for at in readings)


def _hull(
    names: Sequence[str],
    begins: Sequence[datetime | None],
    ends: Sequence[datetime | None],
    shift: Role,
) -> tuple[ShiftGuess, ...]:
    """Several rows a shift (one an hour): from the earliest start to the latest end."""
    made = []
    for name in names:
        rows = [i for i, value in enumerate(shift.look.values) if str(value) == name]
        hours = {at.hour for i in rows if (at := begins[i])}
        opening = [h for h in hours if (h - 1) % 24 not in hours]
        if len(opening) != 1 or len(hours) > 16:
            return ()
        closing = {(at - timedelta(minutes=1)).hour for i in rows if (at := ends[i])} | hours
        last = [h for h in closing if (h + 1) % 24 not in closing]
        if len(last) != 1:
            return ()
        opens, closes = f"{opening[0]:02}:00", f"{(last[0] + 1) % 24:02}:00"
        made.append(ShiftGuess(name, opens, closes, "guess", "from its rows' first and last hour"))
    return tuple(sorted(made, key=lambda one: one.start))


def _usual(names: Sequence[str]) -> tuple[ShiftGuess, ...]:
    """By the shifts' words or their order; nothing in the data tells when they start."""
    words = {name: shift_word(name) for name in names}
    hours = _TWELVE if set(words.values()) == {"early", "night"} else _USUAL
    said = "the table holds no times: check them"
    if None not in words.values() and len(set(words.values())) == len(names):
        made = [ShiftGuess(n, *hours[w], "guess", said) for n, w in words.items() if w in hours]
        return tuple(sorted(made, key=lambda one: one.start))
    ordered = sorted(names)
    each = 24 // len(ordered) if len(ordered) != 2 else 8
    return tuple(
        ShiftGuess(
            name,
            f"{(6 + each * number) % 24:02}:00",
            f"{(6 + each * (number + 1)) % 24:02}:00",
            "guess",
            said,
        )
        for number, name in enumerate(ordered)
    )
