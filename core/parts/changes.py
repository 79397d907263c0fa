"""What of the definitions changed lately, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.answer import Part
from core.measures.changes import Change
from core.tables import table, texts
from core.words import Words


def listed(
    changes: Sequence[Change],
    names: Mapping[str, str],
    subject: str,
    cites: tuple[int, ...],
    words: Words,
) -> tuple[Part, ...]:
    """`names` by asset id; that of the `subject` itself is not repeated."""

    def what(change: Change) -> str:
        said = words.say(f"asset_lookup.changed_{change.kind}")
        of = f", {change.subject}" if change.subject else ""
        place = "" if change.asset == subject else f"{names[change.asset]}: "
        return f"{place}{said}{of}"

    def step(change: Change) -> str:
        values = (_value(change, value, words) for value in (change.before, change.after))
        return " → ".join(values)

    return table(
        changes,
        texts(words.say("asset_lookup.since"), lambda c: words.day(c.at.date(), year=True)),
        texts(words.say("asset_lookup.what"), what),
        texts(words.say("common.change"), step),
        title=words.say("asset_lookup.changes"),
        cites=cites,
    )


def _value(change: Change, value: float | None, words: Words) -> str:
    match change.kind:
        case "oee_target":
            return words.percent(value)
        case "cost":
            return words.say("common.per_hour", value=words.money(value, change.currency))
        case "rate":
            digits = 0 if value is None or value >= 10 else 2
            return words.say("common.per_minute", value=words.number(value, digits))
        case "units_target":
            return words.number(value)
