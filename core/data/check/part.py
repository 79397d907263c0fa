"""One source's part of a check: what it holds, what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Literal, Protocol, TypeVar

from core.data.check import definitions
from core.data.check.definitions import KnownAsset
from core.data.check.report import FactState, Finding, finding
from core.data.mapping import PlantFile
from core.data.query import Fact
from core.data.schema import SCHEMA
from core.errors import MisconfiguredError, NoData, SourceUnavailable

T = TypeVar("T")
WANTED: Mapping[Fact, tuple[str, ...]] = {
    "production": (
        "total_units", "good_units", "scrap_units", "planned_min", "run_min", "down_min",
        "target_units",
    ),
    "downtime": ("reason_code", "reason", "reason_group", "loss", "repair_start"),
    "product": ("material_cost",),
}  # fmt: skip
"""Columns of which it counts whether they hold anything: core/data/check/given.py."""
# After so many questions that took too long, the source is not asked any more.
_MOST_TIMEOUTS = 3


class Away(Exception):
    """The source does not answer: `problem` is a key of core.data.problems."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(slots=True)
class Found:
    """What is known of a source so far; it is filled while the check goes on.

    `zone` is the one in which the report tells times.
    """

    plant: PlantFile
    now: datetime
    zone: str
    name: str
    kind: str
    problem: str = ""
    milliseconds: float | None = None
    skew: float | None = None
    writable: tuple[str, ...] | None = None
    states: dict[Fact, FactState] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    listed: tuple[KnownAsset, ...] = ()
    named: dict[Fact, frozenset[str]] = field(default_factory=dict)
    values: dict[Fact, frozenset[str]] = field(default_factory=dict)
    centers: frozenset[str] | None = None
    _began: float = field(default_factory=perf_counter)
    _timeouts: int = 0

    @property
    def time(self) -> float:
        """What our clock shows by now, in epoch seconds."""
        return self.now.timestamp() + perf_counter() - self._began

    def is_filled(self, fact: Fact) -> bool:
        return fact in self.states and self.states[fact].state == "read"

    def add(self, found: Iterable[Finding]) -> None:
        self.findings += [one for one in found if one not in self.findings]

    def tried(self, fact: Fact | None, work: Callable[[], T]) -> T | None:
        """What `work` gives; a failure becomes a finding and ends only this piece of work."""
        try:
            return work()
        except (NoData, SourceUnavailable, MisconfiguredError) as error:
            self.note(fact, error)
        return None

    def note(
        self, fact: Fact | None, error: NoData | SourceUnavailable | MisconfiguredError
    ) -> None:
        """The failure as a finding. Raises Away where the source has taken too long too often."""
        table = self.plant.facts[fact].table if fact in self.plant.facts else self.name
        match error:
            case NoData():
                column = str(error.arguments.get("column", ""))
                key = "no_times" if error.key == "not_a_time" else error.key
                self.add([finding("error", key, fact, column=column, table=table)])
            case SourceUnavailable():
                self.add([finding("error", "unreadable", fact, table=table, problem=error.problem)])
                self._timeouts += error.problem == "timeout"
            case MisconfiguredError():
                said = f"{error.where} {error.problem}"
                self.add([finding("error", "misconfigured", fact, table=table, problem=said)])
        if self._timeouts >= _MOST_TIMEOUTS:
            raise Away("timeout") from None

    def failed(self, fact: Fact) -> None:
        self.states[fact] = FactState(fact, self.plant.facts[fact].table, "failed")

    def held(
        self,
        fact: Fact,
        table: str,
        rows: int | None = None,
        first: datetime | None = None,
        last: datetime | None = None,
    ) -> None:
        """`rows` None: there are some, which nobody counted."""
        state: Literal["read", "empty"] = "empty" if rows == 0 else "read"
        self.states[fact] = FactState(fact, table, state, rows, first, last)
        if state == "empty":
            self.add([finding("warning", "no_rows", fact, table=table)])

    def held_against(self, known: Sequence[KnownAsset]) -> None:
        """Assets in the rows that are none, and cost centers of assets without a rate."""
        if self.centers is not None:
            self.add(definitions.unpriced(self.centers, known))
        for fact, named in self.named.items():
            if "asset" in SCHEMA[fact].required:
                self.add(definitions.unknown_assets(fact, named, known))


class Part(Protocol):
    """`look` and then `examine` run in a thread; they raise Away, MisconfiguredError."""

    found: Found

    def look(self) -> None:
        """Whether it answers, what its tables hold, which assets it knows."""

    def examine(self, known: Sequence[KnownAsset] | None) -> None:
        """What is wrong with it, by the assets that all sources know; None: they do not tell."""
