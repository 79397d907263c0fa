"""What reaches the one door: who asks, where, and what."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Language = Literal["en", "de"]


def language_of(locale: str) -> Language | None:
    """The language that a platform's locale ("de-AT", "en_US") is of; None for another one."""
    match locale.replace("_", "-").partition("-")[0].lower():
        case "de":
            return "de"
        case "en":
            return "en"
        case _:
            return None


@dataclass(frozen=True, slots=True)
class User:
    """A chat identity (`slack:T…:U…`, `teams:tenant:oid`, `console:local`).

    `language` was chosen by the person; `locale` is their platform's, which holds where neither a
    choice nor the question's own words tell. `groups` are the platform's user groups.
    """

    id: str
    name: str = ""
    language: Language | None = None
    plant: str | None = None
    areas: tuple[str, ...] = ()
    locale: Language | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the question was asked; `address` is the channel's own and opaque to core.

    `private`: the asker alone reads the answer. `shared`: others read what is sent there unasked,
    as in a channel where a slash command is answered to the asker alone.
    """

    channel: str
    address: str = ""
    thread: str = ""
    private: bool = True
    shared: bool = False

    @property
    def room(self) -> Place:
        """The place as what is sent there unasked is read, whatever the thread."""
        return Place(self.channel, self.address, "", self.private and not self.shared)

    @property
    def key(self) -> str:
        """Identifies the thread in the store."""
        return "|".join((self.channel, self.address, self.thread))


def direct(user: str) -> Place:
    """Where the person of that chat identity alone reads; the channel knows how to get there."""
    return Place(user.partition(":")[0], f"@{user}")


def person_of(place: Place) -> str:
    """The chat identity whose own place `direct` made this; "" for every other place."""
    return place.address.removeprefix("@") if place.address.startswith("@") else ""


@dataclass(frozen=True, slots=True)
class Request:
    """`text` is a command ("/oee line-3 yesterday") or free text; `now` is aware UTC.

    `addressed` is False for what people say to one another in a thread that the bot may be part
    of: it is answered where it is a question about the plant, and else passed over. `typed` is
    False for what a button carries, whose words tell nothing of the language of who presses it.
    """

    user: User
    place: Place
    text: str
    now: datetime
    plant: str | None = None
    language: Language | None = field(default=None)
    addressed: bool = True
    typed: bool = True
