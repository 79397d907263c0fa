"""What a person may choose for themselves, as a form: what it offers, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.answer import Answer
from core.request import Language

_QUIET = re.compile(r"\d\d:\d\d-\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may choose, and what they chose. `areas` are ids with names; quiet hours are
    "HH:MM" on the clock of `zone`; `language` None means "as I write"."""

    areas: tuple[tuple[str, str], ...]
    chosen: tuple[str, ...] = ()
    language: Language | None = None
    quiet_from: str = ""
    quiet_to: str = ""
    zone: str = "UTC"


def settings_in(answer: Answer) -> Settings:
    """The choices that "/andon me" tells."""
    args: Mapping[str, Any] = answer.args
    quiet = args.get("quiet") or ("", "")
    places: Mapping[str, str] = args.get("places") or {}
    return Settings(
        tuple(places.items()),
        tuple(args.get("areas") or ()),
        args.get("language"),
        quiet[0],
        quiet[1],
        args.get("zone") or "UTC",
    )


def choices(areas: str, language: str, quiet_from: str, quiet_to: str) -> list[str]:
    """The commands that say what was chosen; an empty field takes a choice back."""
    quiet = f"{quiet_from}-{quiet_to}"
    return [
        f"/andon areas {areas or 'all'}",
        f"/andon language {language if language in ('en', 'de') else 'auto'}",
        f"/andon quiet {quiet if _QUIET.fullmatch(quiet) else 'off'}",
    ]
