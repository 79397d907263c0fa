"""Which column of a table plays which part of a fact, by its name, its kind and its values."""

from __future__ import annotations

from dataclasses import dataclass

from core.data.connect import times
from core.data.connect.names import column_fit, speaks_against, table_fit, tokens, unit_in
from core.data.connect.survey import Look, TableLook
from core.data.query import Fact
from core.data.schema import SCHEMA, Kind

_ENOUGH = 0.45
_OTHER_MEASURE = 0.6
_MINUTES_ONLY = frozenset({"down_min", "planned_min", "run_min", "minutes"})
_UNITS_ONLY = frozenset(
    {"total_units", "good_units", "scrap_units", "rework_units", "first_pass_units",
     "target_units", "units", "planned_units", "shift_units", "shift_target"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Role:
    """A column in its part; `score` says how well its name fits."""

    look: Look
    score: float
    form: times.Form | None = None


# A number in one of these columns is something else.
_WORDS_ONLY = frozenset(
    {"name", "aliases", "unit", "contact", "reason", "comment", "description", "currency",
     "state", "kind", "phase", "reason_group", "loss"}
)  # fmt: skip


def roles_of(fact: Fact, table: TableLook) -> dict[str, Role]:
    """The best assignment found: each column plays one part, each part has one column."""
    forms = {name: times.form_of(look) for name, look in table.columns.items()}
    offers: list[tuple[float, int, str, str]] = []
    for order, (name, look) in enumerate(table.columns.items()):
        for logical, kind in SCHEMA[fact].columns.items():
            score = _score(logical, kind, look, forms[name], fact)
            if score >= _ENOUGH:
                offers.append((score, -order, logical, name))
    found: dict[str, Role] = {}
    used: set[str] = set()
    for score, _, logical, name in sorted(offers, reverse=True):
        if logical not in found and name not in used:
            found[logical] = Role(table.columns[name], score, forms[name])
            used.add(name)
    return found


def _score(logical: str, kind: Kind, look: Look, form: times.Form | None, fact: Fact) -> float:
    score = _by_name(logical, look, fact)
    if score < _ENOUGH or not _fits_kind(kind, look, form):
        return 0.0
    if logical in _WORDS_ONLY and look.kind != "text":
        return 0.0
    if kind == "time" and form is not None:
        return score * (0.9 if times.is_day(look, form) else 1.0)
    if kind in ("number", "minutes"):
        return _as_number(logical, look, score)
    return score * (0.8 if kind == "text" and _is_comment(logical, look) else 1.0)


def _by_name(logical: str, look: Look, fact: Fact) -> float:
    if logical != "id":
        return column_fit(look.name, logical)
    # "downtime_id", "product_key", "MaschinenNr": a key, best of the thing itself.
    parts = tokens(look.name)
    if not parts or column_fit(parts[-1], "id") < 1:
        return 0.0
    return 1.0 if len(parts) == 1 else 0.9 if _names_fact(parts[:-1], fact) else 0.5


def _names_fact(parts: tuple[str, ...], fact: Fact) -> bool:
    """Whether these words name the fact itself."""
    return table_fit(" ".join(parts), fact) >= 0.6


def _fits_kind(kind: Kind, look: Look, form: times.Form | None) -> bool:
    match kind:
        case "time":
            return form is not None
        case "number" | "minutes":
            return look.kind == "number" and form is None
        case "flag":
            return look.kind == "flag" or set(look.known) <= {0, 1, "0", "1"}
        case _:
            return look.kind in ("text", "number", "flag") and form is None


def _as_number(logical: str, look: Look, score: float) -> float:
    is_rate = logical in ("ideal_rate", "per_min", "per_hour", "material_cost", "margin", "rate",
                          "oee")  # fmt: skip
    if not is_rate and speaks_against(look.name, "number"):
        return 0.0
    parts = tokens(look.name)
    if parts[-1:] in (("id",), ("key",), ("code",), ("no",), ("nr",)):
        return 0.0
    if logical in _UNITS_ONLY:
        if unit_in(look.name) is not None:
            return 0.0
        if speaks_against(look.name, "measure"):
            return score * _OTHER_MEASURE
    if logical in _MINUTES_ONLY and speaks_against(look.name, "measure"):
        return 0.0
    return score if _in_range(logical, look) else 0.0


def _in_range(logical: str, look: Look) -> bool:
    """Lengths of time are not below 0 as a rule; a reconciling difference is."""
    numbers = [n for n in look.numbers if n is not None]
    negative = sum(n < 0 for n in numbers)
    return not numbers or negative <= 0.1 * len(numbers) or logical == "margin"


def _is_comment(logical: str, look: Look) -> bool:
    """A reason repeats itself; free text hardly does."""
    values = [str(value) for value in look.known]
    if logical not in ("reason", "reason_group", "reason_code", "loss") or len(values) < 20:
        return False
    return len(set(values)) > 0.8 * len(values)
