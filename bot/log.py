"""The log: what went wrong, under an id that the reader was given; never on the terminal."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from pathlib import Path

FILE = "andon.log"
_LOGGER = logging.getLogger("andon")


def open_log(home: Path, secret_words: Iterable[str] = ()) -> None:
    """Sends every log record and every Python warning to a file in `home`, without secrets.

    The file appears with the first record.
    """
    log = logging.FileHandler(home / FILE, encoding="utf-8", delay=True)
    log.setFormatter(_Discreet(frozenset(secret_words)))
    log.setLevel(logging.WARNING)
    logging.getLogger().addHandler(log)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a full disk must not print a traceback


def log_defect(error: BaseException) -> str:
    """Writes the error with its traceback; the id under which it can be found."""
    defect = secrets.token_hex(4)
    _LOGGER.error("defect %s", defect, exc_info=error)
    return defect


class _Discreet(logging.Formatter):
    def __init__(self, secret_words: frozenset[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = secret_words

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for word in self._secrets:
            text = text.replace(word, "***")
        return text
