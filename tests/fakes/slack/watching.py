"""Looking at what the app did, and waiting for it without polling."""

from collections.abc import Callable
from typing import Any, TypeVar

from tests.fakes.slack.blocks import characters
from tests.fakes.slack.events import root_of
from tests.fakes.slack.methods.context import Context
from tests.fakes.slack.state import Call, Channel, Json, Message, User, View

T = TypeVar("T")
SOON = 60.0
"""The machine may stand still for seconds, and what is waited for returns at once."""


class Watching:
    """Each wait has a twin that looks at once (`messages`, `calls`). Times are real seconds."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def messages(
        self,
        channel: Channel | None = None,
        *,
        thread: Message | str | None = None,
        to: User | None = None,
        contains: str | None = None,
        edits: int = 0,
        where: Callable[[Message], bool] | None = None,
    ) -> list[Message]:
        """The app's messages that still stand, oldest first.

        thread: replies in this thread only. to: ephemeral ones to this user only (otherwise
        both kinds). contains: in the text or in any block. edits: changed at least so often.
        """
        workspace = self.context.workspace
        found: list[Message] = []
        for place in [channel] if channel else workspace.channels.values():
            found += [m for m in (*place.messages.values(), *place.ephemeral) if m.by_bot]
        return sorted(
            (
                m
                for m in found
                if not m.deleted
                and m.subtype is None
                and (thread is None or (m.thread_ts == root_of(thread) and m.ts != root_of(thread)))
                and (to is None or m.ephemeral_to == to.id)
                and len(m.revisions) >= edits
                and (contains is None or contains in said(m))
                and (where is None or where(m))
            ),
            key=lambda m: m.ts,
        )

    async def message(
        self,
        channel: Channel | None = None,
        *,
        thread: Message | str | None = None,
        to: User | None = None,
        contains: str | None = None,
        edits: int = 0,
        where: Callable[[Message], bool] | None = None,
        n: int = 1,
        within: float = SOON,
    ) -> Message:
        """The n-th of `messages(…)`, as soon as there are so many.

        Raises:
            TimeoutError: after `within` seconds, saying what there is instead.
        """

        def find() -> Message | None:
            found = self.messages(
                channel, thread=thread, to=to, contains=contains, edits=edits, where=where
            )
            return found[n - 1] if len(found) >= n else None

        try:
            return await self.until(find, within, f"message {n}")
        except TimeoutError as error:
            there = [said(m)[:200] for m in self.messages()]
            raise TimeoutError(f"{error}; the app said: {there}") from None

    async def view(self, user: User, n: int = 1, *, updates: int = 0, within: float = SOON) -> View:
        """The n-th modal opened or pushed for a user, updated at least `updates` times."""

        def find() -> View | None:
            found = [
                v
                for v in self.context.workspace.views.values()
                if v.user == user.id and v.type == "modal" and v.updates >= updates
            ]
            return found[n - 1] if len(found) >= n else None

        return await self.until(find, within, f"view {n} of {user.name}")

    async def home(self, user: User, *, updates: int = 0, within: float = SOON) -> View:
        """The home tab of a user once it was published and then `updates` times again."""

        def find() -> View | None:
            home = self.context.workspace.homes.get(user.id)
            return home if home and home.updates >= updates else None

        return await self.until(find, within, f"the home tab of {user.name}")

    def calls(self, method: str, where: Callable[[Json], bool] | None = None) -> list[Call]:
        """The requests for a method so far, also those that were refused or struck by a fault."""
        return [
            call
            for call in self.context.workspace.calls
            if call.method == method and (where is None or where(call.args))
        ]

    async def call(self, method: str, n: int = 1, *, within: float = SOON) -> Call:
        """The n-th request for a method."""

        def find() -> Call | None:
            found = self.calls(method)
            return found[n - 1] if len(found) >= n else None

        return await self.until(find, within, f"call {n} of {method}")

    async def until(
        self, find: Callable[[], T | None], within: float = SOON, what: str = "something"
    ) -> T:
        """The first value of `find` that is neither None nor False; it is asked again on each
        change of this Slack: a call, a message, a delivery's answer, a socket."""
        return await self.context.workspace.changes.until(find, within, what)


def said(message: Message | View) -> str:
    """All that a reader sees or hears of a message: its text, then the texts of its blocks."""
    parts: list[str] = [message.text] if isinstance(message, Message) else []
    _collect(message.blocks, parts)
    return "\n".join(parts)


def _collect(node: Any, parts: list[str]) -> None:
    if isinstance(node, list):
        for item in node:
            _collect(item, parts)
    elif isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, dict | list):
                _collect(value, parts)
            elif key in ("text", "title", "label", "caption", "alt_text", "name", "value"):
                parts.append(str(value))


def length(message: Message) -> int:
    """Characters over all blocks of a message, as the limit counts them."""
    return characters(message.blocks)
