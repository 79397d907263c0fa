"""A .env file: lines of NAME=value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from core.errors import MisconfiguredError

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


def env_file(path: Path) -> dict[str, str]:
    """What is set in it; nothing where there is no such file. Raises MisconfiguredError."""
    if not path.is_file():
        return {}
    try:
        return dict(_assignments(path.read_text("utf-8")))
    except OSError as error:
        raise MisconfiguredError(str(path), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise MisconfiguredError(str(path), "cannot be read as UTF-8 text") from error


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    """NAME=value lines; values may stand in quotes, outside of which " #" starts a comment."""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:  # the line itself stays unsaid: it may hold a secret
            raise MisconfiguredError(".env", f"line {number} is not of the form NAME=value")
        name, value = found.groups()
        quote = value[:1]
        if quote in ("'", '"') and value.find(quote, 1) > 0:
            yield name, value[1 : value.find(quote, 1)]
        else:
            yield name, value.partition(" #")[0].rstrip()
