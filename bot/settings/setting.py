"""What a setting is. Each is defined once, beside the code that reads it: .env.example,
docs/settings.md and `andon settings` are made from the definitions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.errors import MisconfiguredError

ON_OFF = ("on", "off")
WEB_ADDRESS = re.compile(r"https?://[^\s/?#]+\S*")


@dataclass(frozen=True, slots=True)
class Setting:
    """`default` holds where nothing is given ("{home}" is ANDON_HOME); `otherwise` says in words
    what does where no single value can. `example` is shown where there is no default; `choices`
    are the only values. `hides`: "all" for a token, "password" for URLs with one inside; either may
    stand in a file that NAME_FILE names. With `restart` a change takes one; all others are
    taken over by a running `andon serve`."""

    name: str
    meaning: str
    default: str = ""
    otherwise: str = ""
    example: str = ""
    choices: tuple[str, ...] = ()
    hides: Literal["nothing", "all", "password"] = "nothing"
    restart: bool = False

    @property
    def is_secret(self) -> bool:
        return self.hides != "nothing"

    @property
    def file_name(self) -> str:
        """The variable that may name a file with the secret; "" for what is none."""
        return f"{self.name}_FILE" if self.is_secret else ""


@dataclass(frozen=True, slots=True)
class Section:
    """Settings that belong together; `about` stands above them."""

    title: str
    about: str
    settings: tuple[Setting, ...]


def choice(values: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """The value, which is one of the choices. Raises MisconfiguredError."""
    value = values[name]
    if value not in choices:
        known = " or ".join(choices) if len(choices) == 2 else ", ".join(choices)
        raise MisconfiguredError(name, f"is {value[:20]!r}; it can be {known}")
    return value


def is_on(values: Mapping[str, str], name: str) -> bool:
    """Raises MisconfiguredError where it is neither on nor off."""
    return choice(values, name, ON_OFF) == "on"
