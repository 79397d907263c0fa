"""How `andon serve` is administered and stopped: its section of the settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.settings.setting import Section, Setting
from core.errors import MisconfiguredError

_SHORTEST_TOKEN = 20
_LONGEST_SECONDS = 600
_NUMBER = re.compile(r"[0-9]{1,3}")

SECTION = Section(
    "Administration",
    "docs/deploy.md.",
    (
        Setting(
            "ANDON_ADMIN_TOKEN",
            f"Whoever shows it may use /admin/…, which is not there without one; at least "
            f"{_SHORTEST_TOKEN} characters.",
            hides="all",
        ),
        Setting(
            "ANDON_DRAIN_SECONDS",
            "For how long requests are still taken once it is told to stop: until a proxy has "
            "seen that it is not ready any more.",
            default="0",
        ),
        Setting(
            "ANDON_GRACE_SECONDS",
            "For how long it then ends what is under way; the rest is handed back to other "
            "processes, or to the next start.",
            default="10",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Serving:
    """`drain` and `grace` in seconds; without `admin_token` there is no administration by HTTP."""

    admin_token: str = field(default="", repr=False)
    drain: float = 0.0
    grace: float = 10.0


def serving(values: Mapping[str, str]) -> Serving:
    """Raises MisconfiguredError."""
    token = values["ANDON_ADMIN_TOKEN"].strip()
    if token and (len(token) < _SHORTEST_TOKEN or not token.isascii() or not token.isprintable()):
        problem = f"must be {_SHORTEST_TOKEN} ASCII characters or more: openssl rand -hex 32"
        raise MisconfiguredError("ANDON_ADMIN_TOKEN", problem)
    drain, grace = (_seconds(values, f"ANDON_{name}_SECONDS") for name in ("DRAIN", "GRACE"))
    return Serving(token, drain, grace)


def _seconds(values: Mapping[str, str], name: str) -> float:
    value = values[name]
    if not _NUMBER.fullmatch(value) or int(value) > _LONGEST_SECONDS:
        problem = f"is {value[:20]!r}; it must be a number of seconds, at most {_LONGEST_SECONDS}"
        raise MisconfiguredError(name, problem)
    return float(value)
