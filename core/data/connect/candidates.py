"""Which tables could hold which fact, and how well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import median

from core.data.connect import grain, times
from core.data.connect.names import best, column_fit, speaks_against, table_fit, unit_in, vocabulary
from core.data.connect.proposal import ShiftGuess
from core.data.connect.roles import Role, roles_of
from core.data.connect.survey import TableLook
from core.data.query import Fact
from core.data.schema import SCHEMA

DAY_MINUTES = 1440.0
_WEIGHTS: Mapping[str, float] = {
    "start": 2, "end": 1, "total_units": 3, "good_units": 2, "scrap_units": 1.5,
    "planned_min": 2, "run_min": 2, "asset": 2, "minutes": 2, "reason": 2, "reason_code": 1,
    "down_min": 0.5, "order": 0.5, "recorded_at": 0.5, "id": 0.5,
}  # fmt: skip
_COUNTS = ("total_units", "good_units")
_PLACING = ("asset", "start", "end", "shift")
_NAMED_ENOUGH = 0.6
_REASON_ENOUGH = 0.75  # a mere description is no reason of a stop
_LONGEST_SHIFT = 12 * 60.0
_TWO = 2  # with so few shifts a day they may be of twelve hours
_TRADE_ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A table that could hold a fact. `minutes` is how long its rows are as a rule, `shifts` what
    the plant's shifts seem to be where a date and a shift make the start (`by_shift`)."""

    fact: Fact
    table: TableLook
    roles: Mapping[str, Role]
    score: float
    minutes: float | None = None
    sums: bool = False
    by_shift: bool = False
    shifts: tuple[ShiftGuess, ...] = ()

    def look(self, logical: str) -> Role | None:
        return self.roles.get(logical)


def production_in(table: TableLook) -> Candidate | None:
    """Rows that say what was made in a stretch of time."""
    roles = _resolved(roles_of("production", table))
    counts = [name for name in _COUNTS if name in roles]
    timed = "planned_min" in roles and "run_min" in roles
    if "start" not in roles or not (counts or timed) or is_trade(table):
        return None
    about = max(
        table_fit(table.name, "production"),
        *(roles[name].score for name in counts),
        0.8 if timed else 0.0,
    )
    hints = "asset" in roles or timed or {"good_units", "scrap_units", "shift"} & set(roles)
    if about < _NAMED_ENOUGH or not (hints or table_fit(table.name, "production")):
        return None
    made = _placed(Candidate("production", table, roles, 0), "start", "end")
    if made.minutes is not None and made.minutes > 3 * DAY_MINUTES:
        return None
    return replace(made, score=_score(made))


def stops_in(table: TableLook) -> Candidate | None:
    """Rows that are one stop each."""
    roles = roles_of("downtime", table)
    if "start" not in roles or not ({"end", "minutes"} & set(roles)) or is_trade(table):
        return None
    about = table_fit(table.name, "downtime")
    words = vocabulary()["evidence"]["downtime"]
    columns = max((best(name, words) for name in table.columns), default=0.0)
    reasons = max((roles[n].score for n in ("reason", "reason_code") if n in roles), default=0.0)
    told = max(about, columns) >= _NAMED_ENOUGH or reasons >= _REASON_ENOUGH
    if not told or _holds_output(table):
        return None
    made = _placed(Candidate("downtime", table, roles, 0), "start", "end")
    return replace(made, score=_score(made) + 2 * about)


def sums_in(produced: Candidate) -> Candidate | None:
    """The same table's downtime, one sum a row: for plants without a log of stops."""
    if "down_min" not in produced.roles:
        return None
    taken = {role.look.name for role in produced.roles.values()}
    kept = {
        name: role
        for name, role in roles_of("downtime", produced.table).items()
        if name.startswith("reason") and role.look.name not in taken
    }
    kept |= {n: produced.roles[n] for n in _PLACING if n in produced.roles}
    kept["minutes"] = produced.roles["down_min"]
    return replace(produced, fact="downtime", roles=kept, sums=True)


def other_in(fact: Fact, table: TableLook) -> Candidate | None:
    """Any other fact: the table's name must say it, and nothing required may lack."""
    about = table_fit(table.name, fact)
    roles = roles_of(fact, table)
    missing = set(SCHEMA[fact].required) - set(roles) - {"asset"}
    if about < _NAMED_ENOUGH or missing or is_trade(table):
        return None
    if "asset" in SCHEMA[fact].required and "asset" not in roles:
        return None
    found = Candidate(fact, table, roles, 0)
    return replace(found, score=_score(found) + 3 * about)


def is_trade(table: TableLook) -> bool:
    """Whether the columns speak of customers and prices: a shop, not a plant."""
    against = vocabulary()["against"]["trade"]
    return sum(best(name, against) >= _NAMED_ENOUGH for name in table.columns) >= _TRADE_ENOUGH


def _holds_output(table: TableLook) -> bool:
    found = roles_of("production", table)
    counts = {name for name in _COUNTS if name in found and found[name].score >= _NAMED_ENOUGH}
    return bool(counts) and table_fit(table.name, "downtime") < _NAMED_ENOUGH


def _resolved(roles: dict[str, Role]) -> dict[str, Role]:
    """ "planned" may be minutes or pieces: the values decide where the name does not."""
    planned = roles.get("planned_min")
    total = roles.get("total_units") or roles.get("good_units")
    if planned is None or unit_in(planned.look.name) or "target_units" in roles or total is None:
        return roles
    if column_fit(planned.look.name, "target_units") < _NAMED_ENOUGH * 0.7:
        return roles
    pairs = [
        made / plan
        for made, plan in zip(total.look.numbers, planned.look.numbers, strict=True)
        if made is not None and plan
    ]
    numbers = [n for n in planned.look.numbers if n is not None]
    if not pairs or not numbers:
        return roles
    too_long = max(numbers) > 1.02 * _longest_row(roles)
    few = len(set(numbers)) <= max(6, len(numbers) // 10)
    if too_long or (0.4 <= median(pairs) <= 1.6 and not few):
        return {n: r for n, r in roles.items() if n != "planned_min"} | {"target_units": planned}
    return roles


def _longest_row(roles: Mapping[str, Role]) -> float:
    """Minutes beyond which a planned time is none."""
    lengths = [n for n in grain.spans(roles.get("start"), roles.get("end")) if n is not None]
    if lengths:
        return max(lengths)
    return _LONGEST_SHIFT if "shift" in roles else DAY_MINUTES


def _placed(found: Candidate, start: str, end: str) -> Candidate:
    """With the length of its rows, and whether a date and a shift make its start."""
    begins, ends = found.roles[start], found.roles.get(end)
    lengths = grain.spans(begins, ends)
    if lengths:
        return replace(found, minutes=grain.typical(lengths))
    is_day = begins.form is not None and times.is_day(begins.look, begins.form)
    if is_day and "shift" in found.roles:
        few = len(set(found.roles["shift"].look.known)) <= _TWO
        return replace(found, by_shift=True, minutes=_LONGEST_SHIFT if few else 8 * 60.0)
    if is_day:
        return replace(found, minutes=DAY_MINUTES)
    return replace(found, minutes=grain.spacing(begins, found.roles.get("asset")))


def _score(found: Candidate) -> float:
    """The more parts are played, by fitting names and filled columns, the better."""
    parts = sum(
        _WEIGHTS.get(name, 1.0) * role.look.filled**2 * (0.5 + role.score / 2)
        for name, role in found.roles.items()
        if not speaks_against(role.look.name, "measure")
    )
    return parts + (0 if found.table.rows else -5)
