"""Supabase's section of the environment: docs/supabase.md."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings.setting import Section, Setting
from core.errors import MisconfiguredError
from core.outgoing import is_safe

_URL = re.compile(r"https?://[^\s@]+")
_ALL_RIGHTS = "has all rights and passes by row-level security; give the publishable key"

SECTION = Section(
    "A Supabase project",
    "See docs/supabase.md. Its address, its publishable key, and what Andon signs with.",
    (
        Setting("SUPABASE_URL", "The project's address.", example="https://project.supabase.co"),
        Setting(
            "SUPABASE_KEY",
            "The publishable key, which has no rights of its own.",
            example="sb_publishable_…",
            hides="all",
        ),
        Setting(
            "SUPABASE_JWT_KEY",
            "The private key that Andon signs with: JSON, or the name of a file with it.",
            example="signing_key.json",
            hides="all",
        ),
        Setting(
            "SUPABASE_JWT_SECRET",
            "The legacy secret, only where there is no signing key.",
            hides="all",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Supabase:
    """`key` is the publishable key, which has no rights of its own. Tokens are signed with
    `jwt_key`, a private key as JSON, or with the project's legacy secret."""

    url: str
    key: str = field(repr=False)
    jwt_key: str = field(default="", repr=False)
    jwt_secret: str = field(default="", repr=False)

    @property
    def secrets(self) -> frozenset[str]:
        """To be struck from the log."""
        found = {self.key, self.jwt_key, self.jwt_secret}
        try:
            parsed = json.loads(self.jwt_key) if self.jwt_key else {}
            first = parsed[0] if isinstance(parsed, list) else parsed
            found.add(str(first.get("d", "")))
        except (ValueError, LookupError, AttributeError):
            pass  # what is wrong with it is said where it is used
        return frozenset(found - {""})


def supabase(values: Mapping[str, str]) -> Supabase | None:
    """None where nothing of Supabase is set. Raises MisconfiguredError naming the variable."""
    url, key, jwt_key, secret = (values[one.name].strip() for one in SECTION.settings)
    if not (url or key or jwt_key or secret):
        return None
    if not _URL.fullmatch(url):
        problem = "must be the project's address: https://….supabase.co" if url else "is missing"
        raise MisconfiguredError("SUPABASE_URL", problem)
    if not is_safe(url):  # tokens go there
        raise MisconfiguredError("SUPABASE_URL", "must start with https://")
    if not key:
        raise MisconfiguredError("SUPABASE_KEY", "is missing: the publishable key")
    if key.startswith("sb_secret_") or _role(key) == "service_role":
        raise MisconfiguredError("SUPABASE_KEY", _ALL_RIGHTS)
    if not (jwt_key or secret):
        problem = "is missing: what `supabase gen signing-key --algorithm ES256` prints"
        raise MisconfiguredError("SUPABASE_JWT_KEY", problem)
    return Supabase(url.rstrip("/"), key, _key_text(jwt_key), secret)


def _key_text(given: str) -> str:
    """The key itself, which may stand in a file."""
    if not given or given.startswith(("{", "[")):
        return given
    try:
        return Path(given).read_text("utf-8")
    except (OSError, UnicodeDecodeError, ValueError):
        problem = "is neither a key in JSON nor a file that can be read"
        raise MisconfiguredError("SUPABASE_JWT_KEY", problem) from None


def _role(key: str) -> str:
    """The role in a key of the retired kind, which is a token itself."""
    parts = key.split(".")
    if len(parts) != 3:
        return ""
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        return str(json.loads(base64.urlsafe_b64decode(padded)).get("role", ""))
    except (ValueError, AttributeError):
        return ""
