"""What a check found: plain data with keys of core/words' topic "check" and their arguments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.data.query import Fact

Severity = Literal["error", "warning", "info"]
Reach = Literal["full", "part", "none"]
Arguments = tuple[tuple[str, object], ...]
_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong (error), odd (warning) or missing (info).

    Arguments whose name ends in `_min` are minutes; times are aware UTC, dates the plant's.
    `source` is said where there are several.
    """

    severity: Severity
    key: str
    fact: Fact | None
    arguments: Arguments = ()
    source: str = ""

    def argument(self, name: str) -> object:
        """The argument of that name; raises KeyError where there is none."""
        return dict(self.arguments)[name]

    @property
    def rank(self) -> int:
        return _ORDER[self.severity]


@dataclass(frozen=True, slots=True)
class FactState:
    """What a fact's table holds. `first` and `last` are None for facts without times, `rows` where
    they could not be counted.

    `state` "failed": a finding says why. `source` is said where there are several.
    """

    fact: Fact
    table: str
    state: Literal["read", "empty", "failed"]
    rows: int | None = None
    first: datetime | None = None
    last: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class SourceState:
    """One database or project. `problem` says why it does not answer (core.data.problems), or that
    it did not come to an end ("unfinished"); '' where all is read.

    `milliseconds` is the median of a few of the cheapest questions; `skew_seconds` how far its
    clock is ahead of ours, None where it has none of its own; `may_write` None where that cannot
    be found out; `newest` the newest time in its facts that happen. `facts` are those that it is
    the first for, `also` those that are compared with it, `fallback` those that it stands in for.
    """

    name: str
    kind: str
    problem: str = ""
    milliseconds: float | None = None
    skew_seconds: float | None = None
    may_write: bool | None = None
    rows: int | None = None
    newest: datetime | None = None
    facts: tuple[Fact, ...] = ()
    also: tuple[Fact, ...] = ()
    fallback: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a tool; `lacks` names what it needs and does not have."""

    name: str
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolReach:
    """How far a tool can answer on this data, and from which sources."""

    tool: str
    reach: Reach
    figures: tuple[Figure, ...]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The whole check; `findings` are sorted by severity."""

    source: str
    zone: str
    now: datetime
    facts: tuple[FactState, ...]
    findings: tuple[Finding, ...]
    tools: tuple[ToolReach, ...]
    sources: tuple[SourceState, ...] = ()

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
