"""One row of the outbox on its way: looked for, made, sent, ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import assert_never

from cachetools import LRUCache

from adapters import Channel, Door, Gone, MaybeSent, NotSent, Unsupported
from adapters.fence import fenced
from bot.clock import Clock
from bot.log import log_defect
from bot.unasked.times import DeliveryTimes, Lease
from core.acts.subscribe import farewells
from core.answer import Answer
from core.counted import DELIVERY_LAG
from core.errors import MisconfiguredError, SourceUnavailable
from core.request import Request
from core.store import Delivery, Store
from core.store.sending import Ending
from core.trace import current

log = logging.getLogger(__name__)

# Attempts in a row in which no answer could be made, or whose process was gone: about an hour.
_MOST_FAILURES = 60
_PATIENCE = 2.0  # seconds for which a call is tried again; the outbox's own pauses do the rest
_PAUSE = 0.5


class LastShown:
    """What this process showed last of each message, so that nothing is called for what would look
    the same. It holds only while nobody else has shown something newer."""

    def __init__(self) -> None:
        self._known: LRUCache[str, tuple[int, bytes]] = LRUCache(10_000)

    def keep(self, one: Delivery, answer: Answer) -> None:
        self._known[one.id] = (one.version, _look(answer))

    def is_same(self, one: Delivery, answer: Answer) -> bool:
        return self._known.get(one.id) == (one.shown, _look(answer))


def _look(answer: Answer) -> bytes:
    return sha256(repr((answer.parts, answer.citations, answer.language)).encode()).digest()


@dataclass(frozen=True, slots=True)
class OneDelivery:
    """`run` returns once the row is ended, or left to its lease. Raises SourceUnavailable."""

    delivery: Delivery
    lease: Lease
    channel: Channel
    door: Door
    store: Store
    now: Clock
    wall: Clock
    times: DeliveryTimes
    last: LastShown

    async def run(self) -> None:
        try:
            await self._run()
        except SourceUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - nobody knows how far it came: the mark tells
            await self._not_made(f"defect {log_defect(error)}")

    async def _run(self) -> None:
        one = self.delivery
        if one.begun and not one.message:
            try:
                found = await self.channel.find(one.place, one.id)
            except Unsupported:
                await self._end("unknown", "an attempt ended before it knew")
                return
            except (NotSent, MaybeSent, Gone) as error:
                await self._failed(error, begun=True)
                return
            if found and one.version > 1:  # what is shown may not be the newest
                await replace(self, delivery=replace(one, message=found)).run()
                return
            if found:
                await self._sent(found)
                return
            if one.until is not None and one.until <= self.now():
                await self._end("expired", "")
                return
        if one.failures >= _MOST_FAILURES:
            await self._end("dead", "every process that works on it is gone before it is sent")
            return
        answer = await self._made()
        if answer is None:
            return
        if one.message and self.last.is_same(one, answer):
            self.last.keep(one, answer)
            await self._sent(one.message)
        elif await self._begin():
            await self._show(answer)

    async def _made(self) -> Answer | None:
        """What is to be shown now; None where the row is ended or has to wait."""
        one = self.delivery
        try:
            user = await self.channel.who(one.owner)
            request = Request(
                user, one.place, one.command, self.now(), language=one.language, typed=False
            )
            answer = await self.door(request, None)
        except NotSent as error:
            await self._failed(error, begun=one.begun)
            return None
        except MisconfiguredError as error:
            await self._not_made(str(error))
            return None
        match answer.outcome:
            case "answer" if answer.parts:
                return answer
            case "error":
                await self._not_made("no answer could be made")
            case "answer" | "clarify" | "no_data" | "decline" | "unknown_asset":
                await self._nothing_to_say(answer.outcome)
            case unreachable:
                assert_never(unreachable)
        return None

    async def _not_made(self, why: str) -> None:
        one = self.delivery
        if one.failures + 1 >= _MOST_FAILURES:
            await self._end("dead", why)
            return
        next_at = self.wall() + self.times.pause(one.failures)
        await self._surely(lambda: self.store.sending.retry(one, next_at, why))

    async def _nothing_to_say(self, why: str) -> None:
        """A refusal nobody asked for is not shown; what is shown already stays."""
        if self.delivery.message:
            await self._sent(self.delivery.message)
        else:
            await self._end("cancelled", f"there is nothing to say: {why}")

    async def _begin(self) -> bool:
        until = self.wall() + timedelta(seconds=self.times.lease)
        if not await self.store.sending.begin(self.delivery, until):
            return False
        self.lease.until = until
        return True

    async def _show(self, answer: Answer) -> None:
        one = self.delivery
        try:
            with fenced(lambda: self.lease.safe, _PATIENCE):
                message = one.message
                if message:
                    await self.channel.update(one.place, message, answer)
                else:
                    message = await self.channel.send(one.place, answer, one.id)
        except Unsupported as error:
            if one.message:  # it can be read, only not the newest
                await self._sent(one.message)
            else:
                await self._end("dead", str(error))
        except (NotSent, MaybeSent, Gone) as error:
            await self._failed(error, begun=isinstance(error, MaybeSent))
        else:
            self.last.keep(one, answer)
            self._tell()
            await self._sent(message)

    def _tell(self) -> None:
        one, lag = self.delivery, (self.now() - self.delivery.due_at).total_seconds()
        if not one.message:  # else it was in time, and is renewed
            current().meter.took(DELIVERY_LAG, max(0.0, lag))
        said = {"kind": one.kind, "version": one.version, **current().milliseconds}
        log.info("delivery %s is shown", one.id, extra=said)

    async def _sent(self, message: str) -> None:
        at = self.now()
        rest = self.wall() + timedelta(seconds=self.times.pace)
        await self._surely(lambda: self.store.sending.sent(self.delivery, message, at, rest))

    async def _failed(self, error: NotSent | MaybeSent | Gone, *, begun: bool) -> None:
        one = self.delivery
        if isinstance(error, Gone):
            await self._lost(str(error))
            return
        if self.now() - one.due_at > timedelta(seconds=self.times.give_up) and not begun:
            await self._end("dead", str(error))
            return
        pause = self.times.pause(one.unreachable, error.after if isinstance(error, NotSent) else 0)
        if begun:  # what was sent has to be seen before anybody looks
            pause = max(pause, timedelta(seconds=self.times.margin))
        until = self.wall() + pause
        await self._surely(lambda: self.store.sending.hold(one, until, str(error), shown=begun))

    async def _lost(self, why: str) -> None:
        """The place is disabled, and with it its subscriptions; their owners are told."""
        one, at = self.delivery, self.now()
        subscriptions = await self.store.subscriptions.of(one.place)
        told = farewells(one.place, subscriptions, at)
        outbox = self.store.outbox

        async def lose() -> bool:
            return await self.store.sending.lose(
                one, why, at, lambda connection: outbox.want(connection, told, at)
            )

        await self._surely(lose)
        log.warning("nobody can write to %s any more: %s", one.place.address, why)

    async def _end(self, state: Ending, why: str) -> None:
        if state in ("dead", "unknown"):
            log.error("delivery %s (%s) is %s: %s", self.delivery.id, self.delivery.key, state, why)
        await self._surely(lambda: self.store.sending.end(self.delivery, state, why))

    async def _surely(self, write: Callable[[], Awaitable[bool]]) -> None:
        """Tries for as long as the row is this process's own: what is shown and not written down
        has to be looked for."""
        while True:
            try:
                await write()
                return
            except SourceUnavailable:
                if self.wall() >= self.lease.until:
                    raise
            await asyncio.sleep(_PAUSE)
