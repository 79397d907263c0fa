"""What a check found: plain data with keys of core/words' topic "check" and their arguments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.data.query import Fact

Severity = Literal["error", "warning", "info"]
Arguments = tuple[tuple[str, object], ...]
_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong (error), odd (warning) or missing (info).

    Arguments whose name ends in `_min` are minutes; times are aware UTC, dates the plant's.
    """

    severity: Severity
    key: str
    fact: Fact | None
    arguments: Arguments = ()

    def argument(self, name: str) -> object:
        """The argument of that name; raises KeyError where there is none."""
        return dict(self.arguments)[name]

    @property
    def rank(self) -> int:
        return _ORDER[self.severity]


@dataclass(frozen=True, slots=True)
class FactState:
    """What a fact's table holds. `first` and `last` are None for facts without times.

    `state` "failed": a finding says why.
    """

    fact: Fact
    table: str
    state: Literal["read", "empty", "failed"]
    rows: int | None = None
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a tool; `lacks` names what it needs and does not have."""

    name: str
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolReach:
    """How far a tool can answer on this data."""

    tool: str
    reach: Literal["full", "part", "none"]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole check; `findings` are sorted by severity."""

    source: str
    zone: str
    now: datetime
    facts: tuple[FactState, ...]
    findings: tuple[Finding, ...]
    tools: tuple[ToolReach, ...]

    @property
    def exit_code(self) -> int:
        """2: nothing could be read; 1: there are errors; 0: none, whatever the warnings."""
        if not any(fact.state != "failed" for fact in self.facts):
            return 2
        return 1 if any(finding.severity == "error" for finding in self.findings) else 0

    def found(self, key: str) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.key == key)


def finding(severity: Severity, key: str, fact: Fact | None, **arguments: object) -> Finding:
    return Finding(severity, key, fact, tuple(arguments.items()))
