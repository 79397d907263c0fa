"""Every error that core raises on purpose; who may act on it decides the class.

Anything else that escapes is a defect: it is logged with an id and the reader gets the id,
never the text of the exception.
"""

from __future__ import annotations

from collections.abc import Mapping

_LONGEST_SAID = 900


class AndonError(Exception):
    """The root of the tree."""


class UserError(AndonError):
    """What the asker can mend. `key` names a sentence of the catalogue in core/words."""

    def __init__(self, key: str, **arguments: object) -> None:
        super().__init__(key, arguments)
        self.key = key
        self.arguments = arguments


class NoData(UserError):
    """The question is understood, but the data cannot answer it: say which and why."""


class UnknownAsset(UserError):
    """No asset of that name; `nearest` holds ids of similar ones, best first."""

    def __init__(self, said: str, nearest: tuple[str, ...] = ()) -> None:
        super().__init__("unknown_asset", said=said)
        self.said = said
        self.nearest = nearest


class AmbiguousAsset(UserError):
    """Several assets answer to the name; the asker chooses among `candidates` (ids)."""

    def __init__(self, said: str, candidates: tuple[str, ...]) -> None:
        super().__init__("ambiguous_asset", said=said)
        self.said = said
        self.candidates = candidates


class PlantsDiffer(UserError):
    """The period asked for is not the same time in all plants; `asked` holds the ids of the
    assets asked for by the plant's name."""

    def __init__(self, asked: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__("plants_differ", plants=", ".join(asked))
        self.asked = asked


class SourceUnavailable(AndonError):
    """A system outside did not answer. `system` and `problem` are safe to show: no secret,
    no address with credentials, no driver's text."""

    def __init__(self, system: str, problem: str) -> None:
        super().__init__(system, problem)
        self.system = system
        self.problem = problem


class MisconfiguredError(AndonError):
    """The administrator's mistake, found at start: names the file or setting and the mend."""

    def __init__(self, where: str, problem: str) -> None:
        self.where = where[:_LONGEST_SAID]
        self.problem = problem[:_LONGEST_SAID]  # it may quote what is as long as a file
        super().__init__(f"{self.where}: {self.problem}")
