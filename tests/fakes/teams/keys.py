"""The signing keys of Bot Framework's connector, and tokens: right ones and every wrong one.

What a token holds: learn.microsoft.com, "Authenticate requests with the Bot Connector API".
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://api.botframework.com"
LIFE = 3_600.0
Forgery = Literal[
    "no header", "other scheme", "no token", "garbage", "nested", "wrong audience", "two audiences",
    "wrong issuer", "tenant's issuer", "no issuer", "none", "HS256 with the public key", "RS512",
    "unknown key", "another key", "no key id", "key id is no text", "expired", "not yet valid",
    "no expiry", "endless", "no beginning", "other service", "no service", "not endorsed",
    "tenant in the token", "cut off", "claims are no object",
]  # fmt: skip
FORGERIES: tuple[Forgery, ...] = get_args(Forgery)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """`channels` are its endorsements."""

    id: str
    private: rsa.RSAPrivateKey
    channels: tuple[str, ...] = ("msteams", "webchat", "directline")

    def public(self) -> dict[str, Any]:
        """As the list of keys shows it."""
        jwk: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        return {**jwk, "kid": self.id, "use": "sig", "x5t": self.id,
                "endorsements": list(self.channels)}  # fmt: skip


@cache
def _private(number: int) -> rsa.RSAPrivateKey:
    """Made once for all tests: each costs a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


class SigningKeys:
    """Several keys are listed at once; the newest signs."""

    def __init__(self) -> None:
        self._made = 0
        self.unendorsed = SigningKey("unendorsed", _private(-1), ("webchat",))
        self.hidden = SigningKey("hidden", _private(-2))
        self.listed: list[SigningKey] = [self.unendorsed]
        self.current = self.rotate()

    def rotate(self, *, keep: bool = True) -> SigningKey:
        """A new key signs from now on; the old ones stay listed, or are gone at once."""
        self._made += 1
        self.current = SigningKey(f"key-{self._made}", _private(self._made))
        self.listed = [*(self.listed if keep else [self.unendorsed]), self.current]
        return self.current

    def header(
        self, app_id: str, tenant: str, service_url: str, now: float, forged: Forgery | None = None
    ) -> str | None:
        """The Authorization header; None for none."""
        claims = {
            "iss": ISSUER,
            "aud": app_id,
            "serviceurl": service_url,
            "nbf": now - 60.0,
            "exp": now + LIFE,
        }
        if forged is None:
            return f"Bearer {_signed(claims, self.current)}"
        return self._forged(forged, claims, tenant, now)

    def _forged(
        self, forged: Forgery, claims: dict[str, Any], tenant: str, now: float
    ) -> str | None:
        changed: dict[str, dict[str, Any]] = {
            "wrong audience": {"aud": "00000000-0000-0000-0000-000000000000"},
            "two audiences": {"aud": [claims["aud"], "another"]},
            "wrong issuer": {"iss": "https://api.botframework.example"},
            "tenant's issuer": {
                "iss": f"https://login.microsoftonline.com/{tenant}/v2.0",
                "azp": claims["aud"], "tid": tenant, "ver": "2.0",
            },
            "no issuer": {"iss": None},
            "expired": {"exp": now - 301.0, "nbf": now - LIFE},
            "not yet valid": {"nbf": now + 301.0},
            "no expiry": {"exp": None},
            "endless": {"exp": float("nan")},
            "no beginning": {"nbf": None},
            "other service": {"serviceurl": "https://smba.trafficmanager.net/other/"},
            "no service": {"serviceurl": None},
            "tenant in the token": {"tid": "99999999-0000-0000-0000-000000000000"},
        }  # fmt: skip
        if forged in changed:
            said = {**claims, **changed[forged]}
            kept = {name: value for name, value in said.items() if value is not None}
            return f"Bearer {_signed(kept, self.current)}"
        good, current = _signed(claims, self.current), self.current
        deep = _part("[" * 3_000 + "]" * 3_000)
        other = SigningKey(current.id, self.hidden.private)
        head = _part(json.dumps({"alg": "RS256", "kid": ["key-1"]}))
        made: dict[str, str | None] = {
            "no header": None,
            "other scheme": f"Basic {good}",
            "no token": "Bearer ",
            "garbage": "Bearer not.a.token",
            "nested": f"Bearer {deep}.{deep}.{deep}",
            "cut off": f"Bearer {good[:-40]}",
            "claims are no object": f"Bearer {_as_bytes(b'[1]', current)}",
            "none": f"Bearer {_unsigned(claims, current.id)}",
            "HS256 with the public key": f"Bearer {_mac(claims, current)}",
            "RS512": f"Bearer {_signed(claims, current, 'RS512')}",
            "unknown key": f"Bearer {_signed(claims, self.hidden)}",
            "another key": f"Bearer {_signed(claims, other)}",
            "no key id": f"Bearer {jwt.encode(claims, current.private, 'RS256')}",
            "key id is no text": f"Bearer {head}.{good.partition('.')[2]}",
            "not endorsed": f"Bearer {_signed(claims, self.unendorsed)}",
        }
        return made[forged]


def _signed(claims: dict[str, Any], key: SigningKey, algorithm: str = "RS256") -> str:
    return jwt.encode(claims, key.private, algorithm, headers={"kid": key.id, "x5t": key.id})


def _as_bytes(payload: bytes, key: SigningKey) -> str:
    return jwt.PyJWS().encode(payload, key.private, "RS256", headers={"kid": key.id})


def _unsigned(claims: dict[str, Any], key_id: str) -> str:
    head = _part(json.dumps({"alg": "none", "typ": "JWT", "kid": key_id}))
    return f"{head}.{_part(json.dumps(claims))}."


def _mac(claims: dict[str, Any], key: SigningKey) -> str:
    """The classic confusion: the public key, which everyone has, taken as a shared secret. Written
    by hand, for the library refuses to."""
    pem = key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head = _part(json.dumps({"alg": "HS256", "typ": "JWT", "kid": key.id}))
    signed = f"{head}.{_part(json.dumps(claims))}"
    mac = hmac.new(pem, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _part(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
