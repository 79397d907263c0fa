"""Everything that is logged, as the log has it and as it came."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.discretion import Discretion
from bot.log import Lines, Look


@dataclass
class Heard:
    """`raw` is what a plain handler would have written: what the log must not say."""

    console: io.StringIO = field(default_factory=io.StringIO)
    json: io.StringIO = field(default_factory=io.StringIO)
    raw: io.StringIO = field(default_factory=io.StringIO)

    @property
    def log(self) -> str:
        return self.console.getvalue() + self.json.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.json.getvalue().splitlines()]

    def of(self, event: str, **fields: object) -> list[dict[str, Any]]:
        """The lines of that event with these fields."""
        return [
            line
            for line in self.lines
            if line["event"] == event and all(line.get(k) == v for k, v in fields.items())
        ]

    def open_all(self) -> None:
        """Every logger there is says everything, whatever was set."""
        for name in ("", *logging.root.manager.loggerDict):
            logging.getLogger(name).setLevel(logging.DEBUG)


@contextmanager
def listening(secrets: Iterable[str] = (), level: int = logging.DEBUG) -> Iterator[Heard]:
    """As if the log was opened with these secrets and all modules at this level."""
    heard, root, discretion = Heard(), logging.getLogger(), Discretion(secrets)
    looks: tuple[tuple[Look, io.StringIO], ...]
    looks = (("console", heard.console), ("json", heard.json))
    handlers = [logging.StreamHandler(heard.raw)]
    for look, stream in looks:
        handlers.append(logging.StreamHandler(stream))
        handlers[-1].setFormatter(Lines(discretion, look))
    handlers[1].setLevel(logging.INFO)  # drawing thousands of lines for people takes seconds
    levels = {name: logging.getLogger(name).level for name in logging.root.manager.loggerDict}
    usual = root.level
    root.setLevel(level)
    for name in levels:  # an earlier test may have opened a log of its own
        logging.getLogger(name).setLevel(logging.NOTSET)
    for handler in handlers:
        root.addHandler(handler)
    try:
        yield heard
    finally:
        for handler in handlers:
            root.removeHandler(handler)
        root.setLevel(usual)
        for name in logging.root.manager.loggerDict:
            logging.getLogger(name).setLevel(levels.get(name, logging.NOTSET))
