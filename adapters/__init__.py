"""What core and bot may ask of a channel: a platform people talk on. One folder per channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from core.answer import Answer
from core.progress import Progress
from core.request import Place, Request, User

__all__ = ["Channel", "Door", "Gone", "MaybeSent", "NotSent", "Progress", "Unsupported"]

Door = Callable[[Request, Progress | None], Awaitable[Answer]]


class Unsupported(Exception):
    """The channel cannot do this; the caller chooses another way (a private message becomes a
    direct one, an update a new message)."""


class NotSent(Exception):
    """Nothing was shown, and trying again may help. `after` are the seconds that the platform
    wants one to wait, 0 where it named none."""

    def __init__(self, why: str, after: float = 0.0) -> None:
        super().__init__(why)
        self.after = after


class MaybeSent(Exception):
    """Nobody knows whether it was shown: look with `find` before it is sent again."""


class Gone(Exception):
    """Nobody can write to the place any more: it was deleted, or the bot was removed from it."""


class Channel(Protocol):
    """Translates between a platform and core. It never reads the environment.

    A message's id is the platform's own and opaque. Every method but `mount` and `send` may raise
    Unsupported. Dialogs join when a platform that has them does.
    """

    @property
    def name(self) -> str:
        """The prefix of user ids and the `channel` of places: "console"."""

    def mount(self, door: Door) -> None:
        """Gives the channel the one door to which it brings every request."""

    async def send(self, place: Place, answer: Answer, delivery: str = "") -> str:
        """Shows the answer to everyone in the place (`core.request.direct` is one, too); the
        message's id. `delivery` marks the
        message, so that `find` can tell after a crash whether it went out.

        This and every other method that writes raises NotSent, MaybeSent and Gone."""

    async def send_private(self, place: Place, user: User, answer: Answer) -> str:
        """Shows the answer to one user alone, near the place; the message's id."""

    async def update(self, place: Place, message: str, answer: Answer) -> None:
        """Puts a newer answer in the place of a message sent before."""

    def stream(self, place: Place) -> Progress:
        """A function that shows a status or a checked sentence while the work goes on."""

    async def who(self, user: str) -> User:
        """The person of that chat identity as the platform knows them now, with the groups that
        access hangs on. Raises NotSent where it does not tell."""

    async def find(self, place: Place, delivery: str) -> str | None:
        """The id of the message that was sent with this delivery mark, None if there is none."""
