"""Microsoft's signing keys: fetched beside the work, at most once a minute, held for a day."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt

from adapters.teams.times import Times

log = logging.getLogger(__name__)

_LONGEST_ANSWER = 1024**2
_MOST_KEYS = 200


@dataclass(frozen=True, slots=True)
class Key:
    """`channels` are those that Microsoft lets sign with this key (its endorsements)."""

    public: jwt.PyJWK
    channels: frozenset[str]


class Keys:
    """The keys behind an OpenID metadata address. Nobody who asks for a key can make it be fetched
    more than once in `keys_pause`, and everyone waits for the same fetch."""

    def __init__(self, metadata: str, times: Times) -> None:
        self._metadata = metadata
        self._times = times
        self._keys: Mapping[str, Key] = {}
        self._fetched_at = 0.0
        self._not_before = 0.0
        self._fetching: asyncio.Task[None] | None = None

    async def get(self, key_id: str) -> Key | None:
        """The key; None where Microsoft has none of this id, or cannot be asked now."""
        age = asyncio.get_running_loop().time() - self._fetched_at
        key = self._keys.get(key_id) if age < self._times.keys_hold else None
        if key is None:
            fetching = self.refresh()
            if fetching is not None:
                await asyncio.wait([fetching])
                key = self._keys.get(key_id)
        elif age > self._times.keys_fresh:
            self.refresh()
        return key

    def refresh(self) -> asyncio.Task[None] | None:
        """The fetch that is under way, a new one, or None where the last is too short ago."""
        now = asyncio.get_running_loop().time()
        if self._fetching is None or self._fetching.done():
            if now < self._not_before:
                return None
            self._not_before = now + self._times.keys_pause
            self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def close(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])

    async def _fetch(self) -> None:
        loop = asyncio.get_running_loop()
        timeout = aiohttp.ClientTimeout(total=self._times.fetch)
        try:
            async with (
                asyncio.timeout(self._times.fetch),
                aiohttp.ClientSession(timeout=timeout) as session,
            ):
                address = (await _json(session, self._metadata))["jwks_uri"]
                self._keys = _keys((await _json(session, address))["keys"])
                self._fetched_at = loop.time()
        except Exception as error:  # noqa: BLE001 - whatever the answer is, the old keys hold
            log.warning("Microsoft's signing keys cannot be fetched: %s", type(error).__name__)
            if loop.time() - self._fetched_at >= self._times.keys_hold or not self._keys:
                self._keys = {}
                self._not_before = loop.time() + self._times.keys_retry


async def _json(session: aiohttp.ClientSession, address: str) -> Any:
    async with session.get(address) as response:
        response.raise_for_status()
        body = bytearray()
        async for chunk in response.content.iter_chunked(64 * 1024):
            body += chunk
            if len(body) > _LONGEST_ANSWER:
                raise ValueError("longer than any list of keys")
        return json.loads(body)


def _keys(listed: Any) -> Mapping[str, Key]:
    """Those that can be used: RSA keys with an id."""
    found = {}
    for one in listed[:_MOST_KEYS]:
        try:
            public = jwt.PyJWK(one, "RS256")
        except (jwt.PyJWTError, AttributeError, TypeError, ValueError):
            continue
        if isinstance(public.key_id, str) and public.key_type == "RSA":
            channels = one.get("endorsements")
            named = channels if isinstance(channels, list) else []
            found[public.key_id] = Key(public, frozenset(map(str, named)))
    if not found:
        raise ValueError("no key")
    return found
