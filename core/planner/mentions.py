"""Stretches of a text that name assets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Sort = Literal["known", "ambiguous", "unknown"]
AREA, PLANT, LINE = "area", "plant", "line"


class Named(Protocol):
    """What is asked of an asset here; areas and plants are assets of kind "area", "plant"."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...
    @property
    def kind(self) -> str: ...
    @property
    def plant(self) -> str: ...
    @property
    def area(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of a text that names assets: all of `ids` if known, one of them if ambiguous; if
    unknown they are the nearest ones, best first."""

    start: int
    end: int
    said: str
    ids: tuple[str, ...]
    sort: Sort


def joined(ids: tuple[str, ...], *more: str) -> tuple[str, ...]:
    """All of them, each once."""
    return tuple(dict.fromkeys((*ids, *more)))
