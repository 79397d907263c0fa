"""The bot's own token, with which it may call the connector."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from typing import Any

import aiohttp

from adapters import NotSent
from adapters.teams.identity import Bot
from adapters.teams.times import Times

log = logging.getLogger(__name__)

_LONGEST_LIFE = 86_400.0
# Shares of a token's life: from then on the next one is fetched while this one still holds, and
# this one is not used any more, for it must last until the call arrives.
_RENEW_AT, _ENDS_AT = 0.75, 0.95
_RETRY_SECONDS = 5.0
_CODE = re.compile(r"AADSTS\d{4,9}")


class Tokens:
    """Client credentials (OAuth 2.0, RFC 6749, 4.4), fetched once for all who wait."""

    def __init__(
        self, bot: Bot, times: Times, session: Callable[[], aiohttp.ClientSession]
    ) -> None:
        self._bot = bot
        self._times = times
        self._session = session
        self._token = ""
        self._renew_at = self._ends_at = self._not_before = 0.0
        self._problem = ""
        self._fetching: asyncio.Task[None] | None = None

    async def get(self) -> str:
        """A token that holds, "" where the bot is anonymous.

        Raises NotSent where none can be had.
        """
        if self._bot.anonymous:
            return ""
        now = asyncio.get_running_loop().time()
        if now >= self._ends_at:
            self._token = ""
        if not self._token:
            await asyncio.wait([self._fetch_once()])
        elif now >= self._renew_at and now >= self._not_before:
            _ = self._fetch_once()  # beside this call
        if not self._token:
            raise NotSent(self._problem, after=_RETRY_SECONDS)
        return self._token

    def drop(self, token: str) -> None:
        """The connector refuses it; the next call gets another one."""
        if token == self._token:
            self._token = ""

    async def close(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])

    def _fetch_once(self) -> asyncio.Task[None]:
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        """Leaves the token, or in `_problem` why there is none: never the secret or an answer."""
        now = asyncio.get_running_loop().time
        if now() < self._not_before and not self._token:
            return
        try:
            answer = await self._ask()
            token, life = answer["access_token"], min(float(answer["expires_in"]), _LONGEST_LIFE)
            if not (isinstance(token, str) and token.isascii() and token.isprintable() and token):
                raise TypeError
            self._token, self._problem = token, ""
            self._renew_at = now() + life * _RENEW_AT
            self._ends_at = now() + life * _ENDS_AT
        except NotSent as refused:
            self._failed(str(refused))
        except (aiohttp.ClientError, TimeoutError, LookupError, TypeError, ValueError) as error:
            self._failed(f"the login service does not answer ({type(error).__name__})")

    async def _ask(self) -> Any:
        url = f"{self._bot.cloud.login}/{self._bot.tenant}/oauth2/v2.0/token"
        form = {
            "grant_type": "client_credentials",
            "client_id": self._bot.app_id,
            "client_secret": self._bot.secret,
            "scope": self._bot.cloud.scope,
        }
        timeout = aiohttp.ClientTimeout(total=self._times.fetch)
        async with self._session().post(
            url, data=form, timeout=timeout, allow_redirects=False
        ) as response:
            if response.status == 200:
                return await response.json(content_type=None)
            code = _CODE.search((await response.text(errors="replace"))[:2_000])
            named = code.group() if code else f"status {response.status}"
            raise NotSent(f"the login service gives no token ({named})")

    def _failed(self, problem: str) -> None:
        if problem != self._problem:  # whether it is ready is asked every few seconds
            log.error("Teams: %s; check the app id, the tenant and the secret", problem)
        self._problem = problem
        self._not_before = asyncio.get_running_loop().time() + _RETRY_SECONDS
