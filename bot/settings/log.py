"""How the log is written, and how much of it, by module."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Literal, cast

from bot.settings.setting import Section, Setting, choice
from core.errors import MisconfiguredError

LOOKS = ("console", "json")
SECTION = Section(
    "The log",
    "What is logged, and where: docs/logs.md. No secret, no name and no question stands in it.",
    (
        Setting(
            "ANDON_LOG_FORMAT",
            "Lines for people in ANDON_HOME/andon.log, with warnings on stderr; or one JSON object "
            "a line, which `andon serve` writes to stderr.",
            default="console",
            restart=True,
            choices=LOOKS,
        ),
        Setting(
            "ANDON_LOG_LEVEL",
            "How much: debug, info, warning or error, then MODULE=LEVEL for modules that differ; "
            "libraries speak from warning on unless named.",
            otherwise="info while serving, else warning",
            example="info,core.data=debug,httpx=info",
            restart=True,
        ),
    ),
)
LEVELS: Mapping[str, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
FILE = "andon.log"  # in ANDON_HOME
OURS = frozenset({"__main__", "adapters", "andon", "bot", "core"})
THEIRS = frozenset({"adapters.slack.bolt", "adapters.slack.sdk"})
"""Names that we gave to what libraries say."""
LIBRARIES = "libraries"
"""The name under which the level of everything that is not ours is set."""
# One line for every run of every job, and none that our own line does not say.
_QUIET = {"apscheduler": logging.ERROR}
_NAME = re.compile(r"[A-Za-z_][\w.]*")


def levels(given: str, usual: int) -> dict[str, int]:
    """Logger → level, "" for the root's. "info,core.data=debug" is one for ours, then those that
    differ; libraries speak from warning on unless named. `usual` holds where nothing is given.

    Raises MisconfiguredError.
    """
    ours, named = usual, dict(_QUIET)
    for part in filter(None, (one.strip() for one in given.split(","))):
        name, equals, word = part.rpartition("=")
        level = LEVELS.get(word.strip().lower())
        if level is None or (equals and not _NAME.fullmatch(name.strip())):
            problem = (
                f"has {part[:40]!r}; it is a level ({', '.join(LEVELS)}), then MODULE=LEVEL, as in "
                "info,core.data=debug"
            )
            raise MisconfiguredError("ANDON_LOG_LEVEL", problem)
        if equals:
            named[name.strip()] = level
        else:
            ours = level
    root = named.pop(LIBRARIES, max(ours, logging.WARNING))
    return {"": root, **dict.fromkeys(sorted(OURS), ours), **named}


def look(values: Mapping[str, str]) -> Literal["console", "json"]:
    """Raises MisconfiguredError."""
    return cast('Literal["console", "json"]', choice(values, "ANDON_LOG_FORMAT", LOOKS))


def level(values: Mapping[str, str]) -> str:
    """As it was given. Raises MisconfiguredError where `levels` would."""
    given = values["ANDON_LOG_LEVEL"]
    levels(given, logging.INFO)
    return given
