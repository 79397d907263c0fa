"""Calls to Bot Framework's connector: one session, time-outs, pacing, and what a failure means."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Mapping
from itertools import count
from typing import Any

import aiohttp

from adapters import Gone, MaybeSent, NotSent
from adapters.teams.identity import Bot
from adapters.teams.pace import Lane, Pace
from adapters.teams.times import Times
from adapters.teams.tokens import Tokens

# Nothing was done; the last two are to be tried again as Microsoft says ("rate limit"), but may
# have been done when the tries are over.
_NOTHING_DONE = frozenset({412, 429})
_TRY_AGAIN = frozenset({502, 504})
_TRIES = 4
_LONGEST_PAUSE = 20.0
# 403 and 404 with one of the connector's codes mean that the conversation is gone, but for these.
_STILL_THERE = frozenset(
    {"ContentStreamNotAllowed", "ActivityNotFoundInConversation", "MemberNotFoundInConversation"}
)
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,79}")


class Refused(Exception):
    """The connector understood and said no; `code` is its own word, such as BadSyntax or
    MessageSizeTooBig, `status` the HTTP status."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class _TokenRefused(Exception):
    """401: nothing was done."""


class _Failed(Exception):
    """It did not work now. `maybe`: it may have been done all the same; `again`: Microsoft wants it
    to be tried again even so. `after`: the seconds that the connector wants one to wait."""

    def __init__(
        self, why: str, *, maybe: bool = False, again: bool = True, after: float = 0.0
    ) -> None:
        super().__init__(why)
        self.maybe = maybe
        self.again = again
        self.after = after


class Calls:
    """The only caller of the connector."""

    def __init__(self, bot: Bot, times: Times) -> None:
        self._bot = bot
        self._times = times
        self._pace = Pace(times)
        self._tokens = Tokens(bot, times, self.open)
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> aiohttp.ClientSession:
        """One session for all calls: one per turn costs most of the time of a turn."""
        if self._session is None or self._session.closed:
            times = self._times
            timeout = aiohttp.ClientTimeout(total=times.call, connect=times.connect)
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session

    async def problem(self) -> str:
        """Why there is no token to call with, "" where there is one."""
        try:
            await self._tokens.get()
        except NotSent as error:
            return str(error)
        return ""

    async def close(self) -> None:
        await self._tokens.close()
        if self._session is not None:
            await self._session.close()

    async def call(
        self,
        method: str,
        service_url: str,
        path: str,
        body: bytes | None = None,
        *,
        lane: str,
        repeatable: bool = True,
        patience: float | None = None,
    ) -> Mapping[str, Any]:
        """What the connector answers. Calls of a `lane` go out in order. What is not `repeatable`
        is never sent again where it may have been done. With a `patience` of 0 s it is tried once.

        Raises Refused, Gone, NotSent and MaybeSent.
        """
        if not self._bot.may_call(service_url):
            raise Refused(0, "ServiceUrlNotAllowed")
        url = f"{service_url.rstrip('/')}/{path}"
        now = asyncio.get_running_loop().time
        until = now() + (self._times.patience if patience is None else patience)
        line = self._pace.lane(lane)
        await _first_in(line, until)
        try:
            return await self._persist(method, url, body, line, until, repeatable)
        finally:
            line.one_at_a_time.release()

    async def _persist(
        self, method: str, url: str, body: bytes | None, line: Lane, until: float, repeatable: bool
    ) -> Mapping[str, Any]:
        now = asyncio.get_running_loop().time
        maybe = refused_token = False
        try:
            for tries in count(1):
                await _wait(max(line.free_at() - now(), self._pace.take()), until, "too many")
                try:
                    return await self._once(method, url, body, line)
                except _TokenRefused:
                    if refused_token:
                        raise NotSent("the connector does not take the bot's token") from None
                    refused_token = True
                    continue
                except _Failed as error:
                    failed = error
                maybe |= failed.maybe
                if failed.maybe and (tries >= _TRIES or not (repeatable or failed.again)):
                    raise NotSent(str(failed))
                line.hold(now() + failed.after)
                await _wait(max(failed.after, self._pause(tries)), until, str(failed))
        except NotSent as given_up:
            if maybe:
                raise MaybeSent(str(given_up)) from None
            raise
        raise AssertionError("every try returns, raises or is followed by another")

    def _pause(self, tries: int) -> float:
        growing = self._times.pause * 2.0 ** min(tries - 1, 10)
        return min(growing, _LONGEST_PAUSE) * random.uniform(0.5, 1.5)

    async def _once(
        self, method: str, url: str, body: bytes | None, line: Lane
    ) -> Mapping[str, Any]:
        token = await self._tokens.get()
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            async with self.open().request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as response:
                answer = await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise _Failed(f"Teams cannot be reached ({type(error).__name__})") from None
        except (aiohttp.ClientError, TimeoutError) as error:
            why = f"no answer came ({type(error).__name__})"
            raise _Failed(why, maybe=True, again=False) from None
        finally:
            line.count(asyncio.get_running_loop().time())
        if response.status == 401:
            self._tokens.drop(token)
            raise _TokenRefused
        return _sorted(response.status, response.headers, answer)


async def _first_in(line: Lane, until: float) -> None:
    now = asyncio.get_running_loop().time()
    if not line.one_at_a_time.locked():  # the usual case needs no timer
        await line.one_at_a_time.acquire()
        return
    try:
        async with asyncio.timeout(until - now):
            await line.one_at_a_time.acquire()
    except TimeoutError:
        raise NotSent("others are before it", after=max(0.0, line.free_at() - now)) from None


async def _wait(seconds: float, until: float, why: str) -> None:
    if seconds <= 0:
        return
    if asyncio.get_running_loop().time() + seconds > until:
        raise NotSent(why, after=seconds)
    await asyncio.sleep(seconds)


def _sorted(status: int, headers: Mapping[str, str], answer: bytes) -> Mapping[str, Any]:
    """What was answered, if it was done."""
    said, code = _read(answer)
    told = code or f"status {status}"
    if status in _NOTHING_DONE:
        raise _Failed(told, after=_retry_after(headers))
    if status >= 500:
        raise _Failed(told, maybe=True, again=status in _TRY_AGAIN)
    if status in (403, 404) and code and code not in _STILL_THERE:
        raise Gone(code)
    if status >= 300:  # also what a proxy on the way forbids, which has no code
        raise Refused(status, told)
    if said is None:
        raise _Failed("the answer cannot be read", maybe=True, again=False)
    return said


def _read(answer: bytes) -> tuple[Mapping[str, Any] | None, str]:
    """The answer's object, None if it is none, and the code of its error, "" if it has none."""
    try:
        said = json.loads(answer) if answer.strip() else {}
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        return None, ""
    error = said.get("error")
    code = error.get("code") if isinstance(error, dict) else error
    return said, code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _retry_after(headers: Mapping[str, str]) -> float:
    given = headers.get("Retry-After", "")[:8]
    return float(given) if given.isascii() and given.isdecimal() else 0.0
