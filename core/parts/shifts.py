"""What shifts made, in words and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.answer import Part
from core.domain import oee
from core.domain.oee import Sums
from core.domain.shifts import Shift
from core.measures.measurement import Measurement
from core.parts.kpi_metrics import outputs
from core.tables import durations, figures, table, texts
from core.words import Words


def named(shift: Shift, words: Words) -> str:
    return f"{shift.name}, {words.day(shift.day)}"


def made(parts: Mapping[str, Sums], words: Words) -> str:
    """What was made, per counting unit; unknown parts are not counted as nothing."""
    shown = [words.units(sums.total, unit) for unit, sums in outputs(parts).items()]
    return words.joined(shown) or words.unknown


def oee_of(parts: Mapping[str, Sums], recent: Measurement, words: Words) -> str:
    """With the part of the planned time that there is data for, where that is too little."""
    kpis = oee.roll_up(parts, recent.rules)
    if kpis.oee is None or kpis.coverage_state != "warn":
        return words.percent(kpis.oee)
    part = words.percent(kpis.coverage, 0)
    return words.say("asset_lookup.partly", oee=words.percent(kpis.oee), coverage=part)


def last_of(shifts: Sequence[Shift], found: Measurement, words: Words) -> list[str]:
    """What the last of the `shifts` made, in a sentence; none where nothing is known of it."""
    if not shifts:
        return []
    parts = found.windows[-1]
    kpis = oee.roll_up(parts, found.rules)
    if kpis.oee is None and all(part.total is None for part in parts.values()):
        return []
    said = {
        "shift": named(shifts[-1], words),
        "made": made(parts, words),
        "oee": oee_of(parts, found, words),
    }
    return [words.say("asset_lookup.last_shift", **said)]


def listed(shifts: Sequence[Shift], found: Measurement, words: Words) -> tuple[Part, ...]:
    """The newest first; the windows of `found` are the `shifts`, in order of time."""

    def stopped(entry: tuple[Shift, Mapping[str, Sums]]) -> float | None:
        known = [part.stopped for part in entry[1].values() if part.stopped is not None]
        return sum(known) if known else None

    return table(
        [*reversed([*zip(shifts, found.windows, strict=True)])],
        texts(words.say("common.shift"), lambda entry: named(entry[0], words)),
        figures(words.say("kpis.output"), lambda entry: made(entry[1], words)),
        figures(words.say("kpis.oee"), lambda entry: oee_of(entry[1], found, words)),
        durations(words.say("kpis.downtime"), stopped, words),
        title=words.say("asset_lookup.shifts"),
        cites=found.cites,
    )
