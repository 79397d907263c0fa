"""What an invoke is answered with: Teams waits for it with the connection open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from cachetools import LRUCache

Body = Mapping[str, Any]
_CARD = "application/vnd.microsoft.card.adaptive"
_TEXT = "application/vnd.microsoft.activity.message"
_REMEMBERED = 200


def card(content: Mapping[str, Any]) -> Body:
    """In the place of the card that was clicked."""
    return {"statusCode": 200, "type": _CARD, "value": content}


def toast(text: str) -> Body:
    """One line beside the card, for whoever clicked."""
    return {"statusCode": 200, "type": _TEXT, "value": text}


def dialog(info: Mapping[str, Any]) -> Body:
    """A dialog, opened or filled anew."""
    return {"task": {"type": "continue", "value": info}}


def last_word(text: str) -> Body:
    """One line in the place of a dialog, which is done with."""
    return {"task": {"type": "message", "value": text}}


def in_short(name: object, text: str) -> Body:
    """One line, in the form that fits the invoke of this name."""
    match name:
        case "task/fetch" | "task/submit":
            return last_word(text)
        case "adaptiveCard/action":
            return toast(text)
        case _:
            return {}


class Replies:
    """Who waits for what, by the inbox's keys. What comes too late is not given, and whoever made
    it shows it in another way. The same invoke delivered again gets the same answer."""

    def __init__(self) -> None:
        self._open: dict[str, asyncio.Future[Body]] = {}  # as many as connections wait
        self._given: LRUCache[str, asyncio.Future[Body]] = LRUCache(_REMEMBERED)

    def known(self, key: str) -> bool:
        return key in self._open or key in self._given

    def expect(self, key: str) -> None:
        """To be called before the work can begin; `get` or `forget` has to follow."""
        self._open[key] = asyncio.get_running_loop().create_future()

    def forget(self, key: str) -> None:
        """Nothing will come: whoever waits for the same, too, is told so."""
        if (future := self._open.pop(key, None)) is not None:
            future.cancel()

    async def get(self, key: str, seconds: float, late: Callable[[], Body]) -> Body:
        """What the work gives, `late` where it takes longer."""
        future = self._open.get(key) or self._given.get(key)
        if future is None:
            return late()
        await asyncio.wait([future], timeout=seconds)
        if not future.done():
            self.give(key, late())
        return late() if future.cancelled() else future.result()

    def waits(self, key: str) -> bool:
        return key in self._open

    def give(self, key: str, body: Body) -> bool:
        """Whether somebody still waited for it."""
        future = self._open.pop(key, None)
        if future is None:
            return False
        future.set_result(body)
        self._given[key] = future
        return True
