"""The bot's own section of the settings: its state, its rules, and where it listens."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from bot.settings.log import FILE
from bot.settings.plant import file_at
from bot.settings.setting import ON_OFF, Section, Setting
from core.errors import MisconfiguredError

LANGUAGES = ("en", "de")
_LONGEST_DAYS = 36_500
_MOST_QUESTIONS = 6_000
_NUMBER = re.compile(r"[0-9]{1,5}")

STATE = Section(
    "Andon itself",
    "Its own state, who sees what, and what it keeps.",
    (
        Setting(
            "ANDON_HOME",
            "Where the bot keeps its own files: the sample plant, its state and its log.",
            default=".andon",
            restart=True,
        ),
        Setting(
            "ANDON_STORE_URL",
            "The bot's own state: threads, answers, feedback, what was delivered. Postgres when "
            "several bots share it. Another login is taken over at once.",
            default="sqlite:///{home}/andon.db",
            restart=True,
            hides="password",
        ),
        Setting(
            "ANDON_LANGUAGE",
            "The language of answers where the reader's is not known.",
            default="en",
            choices=LANGUAGES,
        ),
        Setting(
            "ANDON_ACCESS_FILE",
            "Who sees which plants and areas, and money (docs/access.md).",
            otherwise="everyone sees everything",
            example="access.toml",
        ),
        Setting(
            "ANDON_ALERTS_FILE",
            "When there is an alert, and who is told; what is not in it is as shipped "
            "(docs/alerts.md).",
            otherwise="alerts.toml beside the plant file, where there is one",
            example="alerts.toml",
        ),
        Setting(
            "ANDON_RATE_LIMIT",
            "How many questions a minute one person may ask in chat, ten of them at once; 0 for no "
            "limit (docs/admin.md).",
            default="20",
        ),
        Setting(
            "ANDON_MEMORY",
            "Whether people can look back at what they asked (/recall).",
            default="on",
            choices=ON_OFF,
        ),
        Setting(
            "ANDON_RETENTION_DAYS",
            f"For how many days answers are kept, at most {_LONGEST_DAYS}.",
            default="180",
        ),
        Setting(
            "ANDON_ROLLUP",
            "Whether sums of complete production days are kept with the bot's own state, so that "
            "questions about months and years take no longer as the data grow (docs/rollups.md).",
            default="off",
            choices=ON_OFF,
        ),
    ),
)
WEB = Section(
    "Where it listens",
    "`andon serve` answers there: Slack over HTTP, Teams, /healthz and /metrics.",
    (
        Setting(
            "ANDON_HOST",
            "The address of this machine that is listened on; 0.0.0.0 for all of them.",
            default="127.0.0.1",
            restart=True,
        ),
        Setting("ANDON_PORT", "The port.", default="8080", restart=True),
    ),
)


def port(value: str) -> int:
    """Raises MisconfiguredError."""
    if value.startswith("tcp://"):
        problem = (
            "is an address that Kubernetes sets for a Service named andon; give a port number "
            "in the pod, or enableServiceLinks: false"
        )
        raise MisconfiguredError("ANDON_PORT", problem)
    if not (_NUMBER.fullmatch(value) and int(value) < 65_536):
        raise MisconfiguredError("ANDON_PORT", f"is {value[:20]!r}; it must be a port number")
    return int(value)


def retention_days(value: str) -> int:
    """Raises MisconfiguredError."""
    if not (_NUMBER.fullmatch(value) and 0 < int(value) <= _LONGEST_DAYS):
        problem = f"is {value[:20]!r}; it must be a number of days, at most {_LONGEST_DAYS}"
        raise MisconfiguredError("ANDON_RETENTION_DAYS", problem)
    return int(value)


def rate_limit(value: str) -> int:
    """Raises MisconfiguredError."""
    if not (_NUMBER.fullmatch(value) and int(value) <= _MOST_QUESTIONS):
        problem = f"is {value[:20]!r}; it must be a number of questions, at most {_MOST_QUESTIONS}"
        raise MisconfiguredError("ANDON_RATE_LIMIT", problem)
    return int(value)


def alerts_file(values: Mapping[str, str]) -> Path | None:
    """The one that is named, else the one beside the mapping. Raises MisconfiguredError."""
    named, plant = file_at(values, "ANDON_ALERTS_FILE"), values["ANDON_PLANT_FILE"]
    beside = Path(plant).with_name("alerts.toml") if plant else None
    return named or (beside if beside is not None and beside.is_file() else None)


def made_home(given: str) -> Path:
    """The folder, made where there is none. Raises MisconfiguredError."""
    home = Path(given)
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"the folder {home} cannot be made: {error.strerror}"
        raise MisconfiguredError("ANDON_HOME", problem) from None
    if not os.access(home, os.W_OK):
        raise MisconfiguredError("ANDON_HOME", f"the folder {home} cannot be written")
    log = home / FILE
    if log.exists() and not os.access(log, os.W_OK):  # made by another user, such as root
        raise MisconfiguredError("ANDON_HOME", f"the file {log} cannot be written")
    return home
