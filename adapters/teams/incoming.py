"""What can come from Teams, as values: who, where, and what is to be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.request import Language, Place, User

Payload = Mapping[str, Any]
NAME = "teams"
PERSONAL = "personal"  # the type of a conversation that nobody else reads
ROOT = ";messageid="  # between a channel's id and that of the message a thread began with


@dataclass(frozen=True, slots=True)
class Author:
    """Who did something. `id` is the person in Entra ID, `account` what Teams calls them in this
    bot's conversations (29:…)."""

    tenant: str
    id: str
    account: str = ""
    name: str = ""
    locale: Language | None = None

    @property
    def key(self) -> str:
        """The chat identity that memory, access and choices hang on."""
        return f"{NAME}:{self.tenant}:{self.id}"

    @property
    def user(self) -> User:
        return User(self.key, self.name, locale=self.locale)


@dataclass(frozen=True, slots=True)
class Target:
    """Where the answer goes. `conversation` is Teams' own id, with the thread in it; `message` is
    the one that was written or clicked."""

    place: Place
    conversation: str
    service_url: str
    message: str = ""

    @property
    def personal(self) -> bool:
        return self.place.private


@dataclass(frozen=True, slots=True)
class Asked:
    """`addressed` is False for what was said without naming the bot, where it may read that.
    `typed` is False for what a button carries."""

    author: Author
    text: str
    target: Target
    addressed: bool = True
    typed: bool = True


@dataclass(frozen=True, slots=True)
class Clicked:
    """A button on a card: `data` is what it carries and what was entered beside it. Where `waits`
    is true, Teams waits for what the button is answered with."""

    author: Author
    verb: str
    data: Payload
    target: Target
    waits: bool = True


@dataclass(frozen=True, slots=True)
class DialogFetched:
    """A button that opens a dialog; Teams waits for its card."""

    author: Author
    data: Payload
    target: Target


@dataclass(frozen=True, slots=True)
class DialogSubmitted:
    """A button inside a dialog, with what was entered; Teams waits for what comes next."""

    author: Author
    data: Payload
    target: Target


@dataclass(frozen=True, slots=True)
class Rated:
    """A thumb under the message `target.message`."""

    author: Author
    up: bool
    reason: str
    target: Target


@dataclass(frozen=True, slots=True)
class Installed:
    """The bot came to the conversation: it introduces itself there, once."""

    author: Author
    target: Target


@dataclass(frozen=True, slots=True)
class Removed:
    """The bot was taken out of the conversation: nobody can be written to there."""

    target: Target


Incoming = Asked | Clicked | DialogFetched | DialogSubmitted | Rated | Installed | Removed
