"""What `andon connect` found: every choice with how sure it is and what speaks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.data.files.problem import FileProblem
from core.data.query import Fact

Confidence = Literal["sure", "likely", "guess"]
Given = str | Mapping[str, str | float]


@dataclass(frozen=True, slots=True)
class Choice:
    """One logical column: `given` is what plant.toml says about it."""

    logical: str
    given: Given
    confidence: Confidence
    evidence: str


@dataclass(frozen=True, slots=True)
class LossGuess:
    """A reason of the plant and the loss it seems to be; `word` is what told."""

    key: str
    loss: str
    word: str


@dataclass(frozen=True, slots=True)
class FactProposal:
    """Where one fact lies. `others` are tables that would also do, with why they were not taken."""

    fact: Fact
    table: str
    confidence: Confidence
    evidence: str
    choices: tuple[Choice, ...]
    local_times: bool = False
    utc_evidence: str = ""
    where: str = ""
    rows_are: Literal["events", "sums"] = "events"
    longest_days: int | None = None
    losses: tuple[LossGuess, ...] = ()
    unguessed: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def choice(self, logical: str) -> Choice | None:
        return next((c for c in self.choices if c.logical == logical), None)


@dataclass(frozen=True, slots=True)
class ShiftGuess:
    """`days` are the weekdays it seems to be worked on; empty where the rows do not tell."""

    name: str
    start: str
    end: str
    confidence: Confidence
    evidence: str
    days: tuple[str, ...] = ()

    def minutes(self, bound: str) -> int:
        """Minutes after its day's midnight to its "start", or to its "end" beyond that."""
        opens, closes = (int(at[:2]) * 60 + int(at[3:5]) for at in (self.start, self.end))
        return opens if bound != "end" else closes + (1440 if closes <= opens else 0)


@dataclass(frozen=True, slots=True)
class AssetGuess:
    """`key` is the asset's name in the plant's tables, where it is not the id."""

    id: str
    name: str = ""
    kind: str = "machine"
    key: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A whole plant.toml with its reasons; `render` writes it down.

    Assets that are written down belong to the first of `plants`; all share the shifts.

    `unused` names the tables that no fact needs; `unread` those that could not be looked at;
    `problems` is what is to be said of a folder's files, `lacking` what a database that is not
    among the proven lacks; None for one that is.
    """

    url: str
    source: str
    plants: tuple[str, ...]
    zone: str
    zone_given: bool
    facts: tuple[FactProposal, ...]
    assets: tuple[AssetGuess, ...]
    assets_evidence: str
    shifts: tuple[ShiftGuess, ...] = ()
    unused: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    left_out: int = 0
    problems: tuple[FileProblem, ...] = ()
    lacking: tuple[str, ...] | None = None

    def fact(self, fact: Fact) -> FactProposal | None:
        return next((f for f in self.facts if f.fact == fact), None)
