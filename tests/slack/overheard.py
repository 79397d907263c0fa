"""What the process logs while a test runs, all of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class Overheard(logging.Handler):
    """Every record from WARNING on as the log file would have it, and of all levels `whole`."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def whole(self) -> str:
        return "\n".join(logging.Formatter().format(record) for record in self.records)

    @property
    def warnings(self) -> list[str]:
        return [r.getMessage() for r in self.records if r.levelno >= logging.WARNING]

    @property
    def defects(self) -> list[str]:
        """What was logged with a traceback."""
        return [logging.Formatter().format(r) for r in self.records if r.exc_info]


@contextmanager
def overheard(level: int = logging.WARNING) -> Iterator[Overheard]:
    root, ears = logging.getLogger(), Overheard()
    before = root.level
    root.addHandler(ears)
    root.setLevel(level)
    try:
        yield ears
    finally:
        root.setLevel(before)
        root.removeHandler(ears)
