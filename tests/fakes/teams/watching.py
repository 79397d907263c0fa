"""Looking at what the bot did, and waiting for it without polling."""

import json
from collections.abc import Callable
from typing import TypeVar

from tests.fakes.teams.state import Call, Conversation, Message, Tenant

T = TypeVar("T")
SOON = 60.0
"""The machine may stand still for seconds, and what is waited for returns at once."""


class Watching:
    """Each wait has a twin that looks at once (`messages`, `calls`). Times are real seconds."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    def messages(
        self,
        place: Conversation | None = None,
        *,
        thread: Message | str | None = None,
        contains: str | None = None,
        edits: int = 0,
    ) -> list[Message]:
        """The bot's messages that still stand, oldest first.

        contains: in the text or anywhere in a card. edits: changed at least so often.
        """
        root = thread.id if isinstance(thread, Message) else thread
        places = [place] if place else self.tenant.conversations.values()
        found = [one for where in places for one in where.messages.values() if one.by_bot]
        return sorted(
            (
                one
                for one in found
                if not one.deleted
                and (root is None or one.thread == root)
                and len(one.revisions) >= edits
                and (contains is None or contains in said(one))
            ),
            key=lambda one: one.id,
        )

    async def message(
        self,
        place: Conversation | None = None,
        *,
        thread: Message | str | None = None,
        contains: str | None = None,
        edits: int = 0,
        n: int = 1,
        within: float = SOON,
    ) -> Message:
        """The n-th of `messages(…)`, as soon as there are so many.

        Raises:
            TimeoutError: after `within` seconds, saying what there is instead.
        """

        def find() -> Message | None:
            found = self.messages(place, thread=thread, contains=contains, edits=edits)
            return found[n - 1] if len(found) >= n else None

        try:
            return await self.until(find, within, f"message {n}")
        except TimeoutError as error:
            there = [said(one)[:200] for one in self.messages()]
            raise TimeoutError(f"{error}; the bot said: {there}") from None

    def calls(self, operation: str | None = None) -> list[Call]:
        """The requests so far, also those that were refused or struck by a fault: create, send,
        reply, update, delete, member, members, pagedmembers."""
        return [one for one in self.tenant.calls if operation in (None, one.operation)]

    async def until(
        self, find: Callable[[], T | None], within: float = SOON, what: str = "something"
    ) -> T:
        """The first value of `find` that is neither None nor False; it is asked again on each
        change: a call, a message, a delivery's answer."""
        return await self.tenant.changes.until(find, within, what)


def said(message: Message) -> str:
    """All that a reader may see of a message: its text, then its cards as JSON."""
    return "\n".join(
        [message.text, *(json.dumps(card, ensure_ascii=False) for card in message.cards)]
    )
