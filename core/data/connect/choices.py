"""A candidate's columns as lines of plant.toml, each with its evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.data.connect import grain, times
from core.data.connect.candidates import DAY_MINUTES, Candidate
from core.data.connect.names import fit, speaks_against, unit_in
from core.data.connect.proposal import Choice, Confidence, Given
from core.data.connect.roles import Role
from core.data.schema import SCHEMA

Quote = Callable[..., str]
_WRITTEN = {
    # what each dialect makes of 31.01.2026 14:00:00; {0} is the quoted column
    ("sqlite", "day_first"): "substr({0}, 7, 4) || '-' || substr({0}, 4, 2) || '-' || "
    "substr({0}, 1, 2) || ' ' || coalesce(nullif(substr({0}, 12), ''), '00:00:00')",
    ("sqlite", "month_first"): "substr({0}, 7, 4) || '-' || substr({0}, 1, 2) || '-' || "
    "substr({0}, 4, 2) || ' ' || coalesce(nullif(substr({0}, 12), ''), '00:00:00')",
    ("duckdb", "day_first"): "strptime({0}, ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M', '%d/%m/%Y', "
    "'%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H:%M', '%d.%m.%Y', '%d-%m-%Y %H:%M:%S', '%d-%m-%Y'])",
    ("duckdb", "month_first"): "strptime({0}, ['%m/%d/%Y %H:%M:%S', '%m/%d/%Y %H:%M', "
    "'%m/%d/%Y', '%m-%d-%Y %H:%M:%S', '%m-%d-%Y'])",
    ("postgresql", "day_first"): "to_timestamp({0}, 'DD.MM.YYYY HH24:MI:SS')::timestamp",
    ("postgresql", "month_first"): "to_timestamp({0}, 'MM.DD.YYYY HH24:MI:SS')::timestamp",
}

# how each adds minutes to such a time: {0} the time, {1} the minutes by shift
_ADDED = {
    "sqlite": ("datetime({0}, {1})", "'+{} minutes'"),
    "postgresql": ("({0} + {1})", "INTERVAL '{} minutes'"),
    "duckdb": ("({0} + {1})", "INTERVAL '{} minutes'"),
}


def choices_of(found: Candidate, dialect: str, quote: Quote) -> tuple[Choice, ...]:
    """Every column that has a part, in the order of the schema."""
    spans = grain.spans(found.look("start"), found.look("end"))
    made: list[Choice] = []
    for logical, kind in SCHEMA[found.fact].columns.items():
        role = found.look(logical)
        if role is None:
            if logical == "end":
                made += _end(found, dialect, quote)
        elif kind == "time":
            made += _time(logical, role, found, dialect, quote)
        elif kind == "minutes":
            made.append(_minutes(logical, role, spans, found))
        elif logical in ("ideal_rate", "per_min"):
            made.append(_rate(logical, role, quote))
        else:
            made.append(_plain(logical, role))
    return tuple(made)


def confidence_of(score: float) -> Confidence:
    return "sure" if score >= 0.95 else "likely" if score >= 0.65 else "guess"


def _plain(logical: str, role: Role) -> Choice:
    sure = confidence_of(role.score)
    said = "by its name" if sure == "sure" else _fits(role)
    if logical.endswith("_units") and speaks_against(role.look.name, "measure"):
        return Choice(logical, role.look.name, "guess", "a measure, not pieces? check it")
    return Choice(logical, role.look.name, sure, said)


def _fits(role: Role) -> str:
    share = f", filled in {role.look.filled:.0%} of the rows" if role.look.filled < 1 else ""
    seen = f", such as {str(role.look.known[0])[:24]}" if role.look.known else ""
    return f"by its name{seen}{share}"


def _minutes(logical: str, role: Role, spans: tuple[float | None, ...], found: Candidate) -> Choice:
    if not spans and found.minutes is not None:
        # No end in the table: a row's usual length still bounds what its minutes can be.
        inside = logical in ("planned_min", "run_min", "down_min") or found.sums
        usual = found.minutes if inside else None
        spans = (usual,) * len(role.look.values) if usual else ()
    whole = logical == "planned_min" or (logical == "minutes" and not found.sums)
    unit = times.unit_of(role.look, spans, whole=whole)
    given: Given = (
        role.look.name if unit.unit == "min" else {"column": role.look.name, "unit": unit.unit}
    )
    return Choice(logical, given, unit.confidence, unit.evidence)


def _rate(logical: str, role: Role, quote: Quote) -> Choice:
    """An ideal rate is per minute; a name often says that it is something else."""
    name = role.look.name
    sql, unit = quote(name), unit_in(name)
    cycle = max(fit(name, w) for w in ("cycle", "takt", "zykluszeit", "ciclo", "taktzeit"))
    if cycle:
        per = {"min": "1.0", "ms": "60000.0", "h": "1.0 / 60"}.get(unit or "s", "60.0")
        said = f"a cycle time in {unit or 's'}; the rate is its inverse, per minute"
        expression = f"{per} / NULLIF({sql}, 0)"
        return Choice(logical, {"expression": expression}, "likely" if unit else "guess", said)
    if unit == "h":
        return Choice(logical, {"expression": f"{sql} / 60.0"}, "likely", "per hour by its name")
    if unit == "s":
        return Choice(logical, {"expression": f"{sql} * 60.0"}, "likely", "per second by its name")
    if unit == "min":
        return Choice(logical, name, "likely", "per minute by its name")
    return Choice(logical, name, "guess", "pieces per minute? check the unit")


def _time(logical: str, role: Role, found: Candidate, dialect: str, quote: Quote) -> list[Choice]:
    name, form = role.look.name, role.form
    first = logical in ("start", "time")
    if first and found.by_shift:
        if form in ("day_first", "month_first"):
            return [_shift_bound(logical, found, dialect, quote)]
        shift = found.roles["shift"].look.name
        said = "a date and a shift: the times come from the plant's shifts"
        return [Choice(logical, {"date": name, "shift": shift}, "likely", said)]
    sure = confidence_of(role.score)
    match form:
        case "epoch_s" | "epoch_ms":
            unit = "milliseconds" if form == "epoch_ms" else "seconds"
            said = f"numbers that are {unit} since 1970"
            return [Choice(logical, {"column": name, "format": form}, "likely", said)]
        case "day_first" | "month_first":
            return _converted(logical, name, form, dialect, quote)
        case "text" | "text_utc" | "text_date":
            return [Choice(logical, name, sure, _fits(role))]
        case _:
            return [Choice(logical, name, sure, _fits(role))]


def _converted(logical: str, name: str, form: str, dialect: str, quote: Quote) -> list[Choice]:
    template = _WRITTEN.get((dialect, form))
    if template is None:
        return [Choice(logical, name, "guess", _unread(name))]
    given: Mapping[str, str | float] = {"expression": template.format(quote(name))}
    if dialect == "sqlite":
        given = {**given, "format": "text"}
    order = "the day first" if form == "day_first" else "the month first"
    said = f"{name} is text with {order}; a view with a real timestamp would be faster"
    return [Choice(logical, given, "likely", said)]


def _unread(name: str) -> str:
    return f"cannot be read: {name} is text, but no ISO date; a view with a real date mends it"


def _shift_bound(logical: str, found: Candidate, dialect: str, quote: Quote) -> Choice:
    """A shift's start or end from a date that is written the day or the month first."""
    day, shift = found.roles["start"], found.roles["shift"].look.name
    template = _WRITTEN.get((dialect, day.form or ""))
    if template is None:
        given: Given = {"date": day.look.name, "shift": shift}
        return Choice(logical, given, "guess", _unread(day.look.name))
    add = _ADDED[dialect]
    names = [one.name.replace("'", "''") for one in found.shifts]
    lengths = [add[1].format(one.minutes(logical)) for one in found.shifts]
    whens = " ".join(f"WHEN '{n}' THEN {m}" for n, m in zip(names, lengths, strict=True))
    expression = add[0].format(
        template.format(quote(day.look.name)), f"CASE {quote(shift)} {whens} END"
    )
    given = {"expression": expression}
    if dialect == "sqlite":
        given = {**given, "format": "text"}
    said = "a date as text and a shift; correct the shifts' minutes here, too, where they are wrong"
    return Choice(logical, given, "likely", said)


def _end(found: Candidate, dialect: str, quote: Quote) -> list[Choice]:
    start = found.look("start")
    if found.by_shift and start is not None and start.form in ("day_first", "month_first"):
        return [_shift_bound("end", found, dialect, quote)] if dialect in _ADDED else []
    return _fixed_end(found)


def _fixed_end(found: Candidate) -> list[Choice]:
    if found.by_shift or found.minutes is None or found.fact not in ("production", "downtime"):
        return []
    if found.fact == "downtime" and not found.sums:
        return []
    length = grain.length_text(found.minutes)
    said = (
        "one row a day"
        if found.minutes == DAY_MINUTES
        else f"no end in the table; rows follow one another every {length}"
    )
    return [Choice("end", {"length": length}, "guess", f"{said}: check it")]
