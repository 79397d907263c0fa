"""Faults: a platform having a bad day, by method and a number of times.

`accepted=True` means that the platform did what was asked (the message is there) and the answer is
lost; that is the case in which an app cannot know and must not repeat blindly.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hang:
    """Never answers."""

    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Reset:
    """Resets the connection (TCP RST) instead of answering."""

    accepted: bool = False


@dataclass(frozen=True, slots=True)
class ServerError:
    """An HTML page with a 5xx, as a proxy in front of the platform gives it."""

    status: int = 503
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class TooMany:
    """429 with Retry-After in whole seconds; nothing was done."""

    retry_after: int = 1
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Slow:
    """Answers rightly, `seconds` (real ones) late. What was asked is done before the delay."""

    seconds: float
    accepted: bool = True


@dataclass(frozen=True, slots=True)
class Held:
    """Answers rightly once the test lets it. What was asked is done before that."""

    until: asyncio.Event
    accepted: bool = True


@dataclass(frozen=True, slots=True)
class Garbage:
    """200 with a body that is no JSON."""

    body: str = '{"ok": tru'
    accepted: bool = True


@dataclass(frozen=True, slots=True)
class Refuse:
    """An error of the API itself, in its own words; `status` where the API tells by it."""

    error: str = "internal_error"
    accepted: bool = False
    status: int = 200


Fault = Hang | Reset | ServerError | TooMany | Slow | Held | Garbage | Refuse


@dataclass(slots=True)
class Rule:
    """A fault in wait. `fired` counts how often it struck; `times=None` has no end."""

    method: str
    fault: Fault
    times: int | None
    after: int
    where: Callable[[Json], bool] | None
    fired: int = 0

    def strikes(self, method: str, args: Json) -> bool:
        if self.method not in ("*", method) or (self.where and not self.where(args)):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None and self.fired >= self.times:
            return False
        self.fired += 1
        return True


class Faults:
    """The faults that are set. The first rule that matches a call strikes.

    `refusal` writes TooMany and Refuse as this platform does.
    """

    def __init__(self, refusal: Callable[[TooMany | Refuse], web.Response]) -> None:
        self._refusal = refusal
        self.rules: list[Rule] = []
        self.closing = asyncio.Event()

    def add(
        self,
        method: str,
        fault: Fault,
        *,
        times: int | None = 1,
        after: int = 0,
        where: Callable[[Json], bool] | None = None,
    ) -> Rule:
        """Strike at `method` ("*" for all).

        `after` calls pass first, then `times` calls are struck; `where` looks at the arguments.
        """
        rule = Rule(method, fault, times, after, where)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        self.rules.clear()

    def striking(self, method: str, args: Json) -> Fault | None:
        for rule in self.rules:
            if rule.strikes(method, args):
                return rule.fault
        return None

    async def answer(
        self, fault: Fault, request: web.BaseRequest, right: web.Response | None
    ) -> web.Response:
        """What the client sees. `right` is the true answer where the call was carried out."""
        match fault:
            case Hang():
                await self.closing.wait()
                return _reset(request)
            case Reset():
                return _reset(request)
            case ServerError(status=status):
                page = "<html><body>Server Error</body></html>"
                return web.Response(status=status, text=page, content_type="text/html")
            case Slow(seconds=seconds):
                await asyncio.sleep(seconds)
                assert right is not None
                return right
            case Held(until=event):
                await event.wait()
                assert right is not None
                return right
            case Garbage(body=body):
                return web.Response(text=body, content_type="application/json")
            case TooMany() | Refuse():
                return self._refusal(fault)


def _reset(request: web.BaseRequest) -> web.Response:
    transport = request.transport
    if transport is not None:
        plain: socket.socket | None = transport.get_extra_info("socket")
        if plain is not None:
            # Without lingering, closing sends RST and not FIN: the client sees a reset.
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()
