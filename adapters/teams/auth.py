"""Whether an activity comes from Microsoft Teams, and was meant for this bot.

The contract is Microsoft's "Authenticate requests from the Bot Connector service to your bot".
Tokens of other issuers, with which other bots and the Bot Framework Emulator may call a bot, are
not taken: nobody but Teams has anything to say here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt

from adapters.teams.identity import Bot
from adapters.teams.keys import Key, Keys
from adapters.teams.times import Times

CHANNEL = "msteams"
_SKEW_SECONDS = 300.0
_LONGEST_TOKEN = 16 * 1024


class Denied(Exception):
    """`status` is what to answer: 401 where the token is none, 403 where it is one but not for
    this. The text is for the log; it holds nothing of the token."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Claims:
    """What the token says, once it is believed. Empty where nobody is checked."""

    app_id: str
    service_url: str
    tenant: str


class TokenCheck:
    """`now` is the wall clock, also where the plant's time stands still (`--now`)."""

    def __init__(
        self, bot: Bot, now: Callable[[], datetime], *, times: Times | None = None
    ) -> None:
        self._bot = bot
        self._now = now
        self._keys = Keys(bot.cloud.metadata, times or Times())

    async def open(self) -> None:
        """Begins to fetch Microsoft's keys, so that the first message need not wait for them."""
        if not self._bot.anonymous:
            self._keys.refresh()

    async def close(self) -> None:
        await self._keys.close()

    async def verify(self, header: str, activity: Mapping[str, Any]) -> Claims:
        """`header` is the request's Authorization, "" where there is none; `activity` its body.

        Where Microsoft's keys cannot be had it is 401 as well: a forged token could else call
        forth a 5xx, and whoever wrote is told by Teams that it was not delivered.
        Raises Denied, and nothing else whatever is in the two.
        """
        url = _text(activity, "serviceUrl")
        if not self._bot.may_call(url):
            raise Denied(403, "serviceUrl is no address of Teams")
        if self._bot.anonymous:
            return Claims("", url, "")
        token = _bearer(header)
        key = await self._keys.get(_key_id(token))
        if key is None:
            raise Denied(401, "signed with a key that Microsoft does not list")
        said = _signed(token, key)
        self._is_ours(said)
        return self._fits(said, key, activity)

    def _is_ours(self, said: Mapping[str, Any]) -> None:
        now = self._now().timestamp()
        if said.get("iss") != self._bot.cloud.issuer:
            raise Denied(401, "another issuer")
        if _text(said, "aud").lower() != self._bot.app_id.lower():
            raise Denied(401, "for another bot")
        # Written so that what is no number, or none that can be compared, does not pass.
        if not now - _SKEW_SECONDS < _number(said.get("exp")):
            raise Denied(401, "expired")
        if not _number(said.get("nbf")) <= now + _SKEW_SECONDS:
            raise Denied(401, "not valid yet")

    def _fits(self, said: Mapping[str, Any], key: Key, activity: Mapping[str, Any]) -> Claims:
        url = _text(activity, "serviceUrl")
        if _text(said, "serviceurl") != url:
            raise Denied(403, "serviceUrl is not the token's")
        channel = _text(activity, "channelId")
        if channel != CHANNEL or channel not in key.channels:
            raise Denied(403, "the key does not stand for this channel")
        named = {
            _text(activity, "channelData", "tenant", "id"),
            _text(activity, "conversation", "tenantId"),
            _text(said, "tid"),
        } - {""}
        if {one.lower() for one in named} != {self._bot.tenant.lower()}:
            raise Denied(403, "another tenant")
        return Claims(self._bot.app_id, url, self._bot.tenant)


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN:
        raise Denied(401, "no token")
    return token


def _key_id(token: str) -> str:
    try:
        head = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise Denied(401, "no token") from None
    key_id = head.get("kid")
    if head.get("alg") != "RS256" or not isinstance(key_id, str):
        raise Denied(401, "not signed as Microsoft signs")
    return key_id


def _signed(token: str, key: Key) -> Mapping[str, Any]:
    """What the token says, if this key signed it. Times and names are compared by us: the library
    reads the wall clock itself."""
    unchecked = ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
    options: Any = {f"verify_{claim}": False for claim in unchecked}
    try:
        said: Mapping[str, Any] = jwt.decode(
            token, key.public, algorithms=["RS256"], options=options
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise Denied(401, "the signature is wrong") from None
    return said


def _text(given: object, *path: str) -> str:
    """The text at the end of the path, "" where there is none."""
    for step in path:
        given = given.get(step) if isinstance(given, Mapping) else None
    return given if isinstance(given, str) else ""


def _number(given: object) -> float:
    try:
        return float(given) if isinstance(given, int | float) else float("nan")
    except OverflowError:
        return float("nan")
