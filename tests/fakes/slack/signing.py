"""Slack's request signature, and wrong ones.

docs.slack.dev/authentication/verifying-requests-from-slack: `v0=` and the HMAC-SHA256 of
`v0:<timestamp>:<raw body>`; a request older than 5 min is to be refused.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal, assert_never

Signature = Literal[
    "good",
    "bad",
    "missing",
    "missing_timestamp",
    "missing_signature",
    "old",
    "future",
    "non_numeric",
    "empty",
    "wrong_secret",
    "other_body",
    "not_ascii",
]


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """Bytes and headers, ready to be sent once or, as a replay, again and again."""

    body: bytes
    headers: dict[str, str]


def signature(secret: str, timestamp: str, body: bytes) -> str:
    message = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def sign(
    secret: str, body: bytes, content_type: str, now: float, how: Signature = "good"
) -> SignedRequest:
    """A request signed at `now` (Unix seconds), or wrongly: "old" and "future" are 301 s off."""
    timestamp, key, signed = str(int(now)), secret, body
    match how:
        case "old":
            timestamp = str(int(now) - 301)
        case "future":
            timestamp = str(int(now) + 302)  # one more: the second may pass on the way
        case "non_numeric":
            timestamp = "yesterday"
        case "empty":
            timestamp = ""
        case "wrong_secret":
            key = secret[::-1]
        case "other_body":
            signed = body + b" "
        case "good" | "bad" | "missing" | "missing_timestamp" | "missing_signature" | "not_ascii":
            pass
        case _:
            assert_never(how)
    value = signature(key, timestamp, signed)
    if how == "bad":
        value = "v0=" + "0" * 64
    if how == "not_ascii":
        value = "v0=é" + value[4:]
    headers = {"Content-Type": content_type}
    if how not in ("missing", "missing_timestamp"):
        headers["X-Slack-Request-Timestamp"] = timestamp
    if how not in ("missing", "missing_signature"):
        headers["X-Slack-Signature"] = value
    return SignedRequest(body, headers)
