"""Short-lived tokens that tell a Supabase project on whose behalf is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt
from cachetools import LRUCache

from core.data.source import Scope
from core.errors import MisconfiguredError

DEFINITIONS, READER = "andon_definitions", "andon_reader"
NOBODY = Scope(frozenset(), frozenset())
"""Sees no row, but which tables there are."""
_LASTS = timedelta(minutes=5)
_RENEWED = timedelta(minutes=1)  # before it ends: a request is on its way for a while
_SKEW = timedelta(seconds=30)  # a server whose clock is behind must not refuse it
_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What tokens are signed with: a private key that the project knows by its `kid`, or the
    legacy secret."""

    key: Any = field(repr=False)
    algorithm: str
    kid: str = ""


def signing_key(jwk: str, secret: str = "") -> SigningKey:
    """`jwk` is what `supabase gen signing-key` prints: a private key as JSON, alone or in a list.
    Raises MisconfiguredError naming the setting, never its value."""
    if not jwk:
        if not secret:
            raise MisconfiguredError("SUPABASE_JWT_KEY", "is missing; see docs/supabase.md")
        return SigningKey(secret, "HS256")
    try:
        found = json.loads(jwk)
        given: dict[str, Any] = found[0] if isinstance(found, list) else found
        key = jwt.PyJWK(given)
        private = "d" in given
    except (ValueError, LookupError, TypeError, AttributeError, jwt.PyJWTError):
        problem = "is no key as `supabase gen signing-key` prints it"
        raise MisconfiguredError("SUPABASE_JWT_KEY", problem) from None
    if not private or not given.get("kid"):
        raise MisconfiguredError("SUPABASE_JWT_KEY", "must be a private key with its kid")
    return SigningKey(key.key, key.algorithm_name, str(given["kid"]))


class Signer:
    """Makes tokens. `clock` gives aware UTC."""

    def __init__(self, key: SigningKey, issuer: str, clock: Callable[[], datetime]) -> None:
        self._key = key
        self._issuer = issuer
        self._clock = clock
        self._made: LRUCache[Scope | None, tuple[datetime, str]] = LRUCache(_KEPT)

    def token(self, scope: Scope | None) -> str:
        """One that is good for at least a minute. Without a scope it reads definitions only."""
        now = self._clock()
        until, token = self._made.get(scope, (now, ""))
        if until - now <= _RENEWED:
            until = now + _LASTS
            token = self._signed(scope, now, until)
            self._made[scope] = until, token
        return token

    def forget(self) -> None:
        """The next tokens are new: the project refused one, as after a clock was set."""
        self._made.clear()

    def _signed(self, scope: Scope | None, now: datetime, until: datetime) -> str:
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": "authenticated",
            "iat": int((now - _SKEW).timestamp()),
            "exp": int(until.timestamp()),
            "role": DEFINITIONS if scope is None else READER,
        }
        if scope is not None:
            claims["andon"] = {
                "places": _listed(scope.places),
                "audience": _listed(scope.audience),
            }
        headers = {"kid": self._key.kid} if self._key.kid else None
        return jwt.encode(claims, self._key.key, self._key.algorithm, headers=headers)


def _listed(places: frozenset[str] | None) -> str | list[str]:
    return "*" if places is None else sorted(places)
