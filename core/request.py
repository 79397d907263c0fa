"""What reaches the one door: who asks, where, and what."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Language = Literal["en", "de"]


@dataclass(frozen=True, slots=True)
class User:
    """A chat identity (`slack:T…:U…`, `teams:tenant:oid`, `console:local`)."""

    id: str
    name: str = ""
    language: Language | None = None
    plant: str | None = None
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the question was asked; `address` is the channel's own and opaque to core."""

    channel: str
    address: str = ""
    thread: str = ""
    private: bool = True

    @property
    def key(self) -> str:
        """Identifies the thread in the store."""
        return "|".join((self.channel, self.address, self.thread))


@dataclass(frozen=True, slots=True)
class Request:
    """`text` is a command ("/oee line-3 yesterday") or free text; `now` is aware UTC."""

    user: User
    place: Place
    text: str
    now: datetime
    plant: str | None = None
    language: Language | None = field(default=None)
