"""What a button carries: signed, so that nobody can make it say something else."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

LONGEST = 2_000  # what a button in Slack may carry; plenty for one in Teams
_SIGNATURE = 16


class Seal:
    """Signs and opens values with a key derived from one of the app's secrets."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"andon button value", "sha256")

    def close(self, text: str) -> str:
        """The signed value; "" where it would be longer than a button may carry."""
        value = f"{self._signature(text)}.{text}"
        return value if len(value) <= LONGEST else ""

    def open(self, value: str) -> str | None:
        """The text, None where somebody else wrote it."""
        signature, _, text = value.partition(".")
        right = self._signature(text)
        return (
            text
            if hmac.compare_digest(signature.encode("utf-8", "replace"), right.encode())
            else None
        )

    def _signature(self, text: str) -> str:
        made = hmac.new(self._key, text.encode("utf-8", "replace"), sha256).digest()
        return urlsafe_b64encode(made)[:_SIGNATURE].decode()
