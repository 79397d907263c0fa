"""The log: one line each, as JSON or for people; with the request's id, without secrets.

Everything is logged with the standard library, so that what libraries say goes the same way.
structlog writes the lines; it is imported with the first one, for it takes longer to import than
many a question to answer. What may be said is bot/discretion.py's to decide.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from json import JSONEncoder
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot.discretion import Discretion, is_ours
from bot.settings.log import FILE, levels
from core.trace import current

if TYPE_CHECKING:
    from structlog.typing import Processor

Look = Literal["console", "json"]
LARGEST = 10_000_000  # bytes, then the file becomes the first of the kept ones
KEPT = 3
LOOK_SECONDS = 1.0
_LOGGER = logging.getLogger("andon")


def open_log(
    home: Path,
    secret_words: Iterable[str] = (),
    look: Look = "console",
    level: str = "",
    *,
    serving: bool = False,
) -> None:
    """Sends every log record and every Python warning to a file in `home`; where JSON is wanted of
    what runs until it is stopped (`serving`), to stderr instead, for whoever collects it.

    The file appears with the first record. Raises MisconfiguredError where `level` is none.
    """
    wanted = levels(level, logging.INFO if serving else logging.WARNING)
    handler: logging.Handler
    if serving and look == "json":
        handler = logging.StreamHandler(sys.stderr)
    else:
        handler = _File(home / FILE, encoding="utf-8", delay=True)
    handler.setFormatter(Lines(Discretion(secret_words), look))
    logging.getLogger().addHandler(handler)
    for name, number in wanted.items():
        logging.getLogger(name).setLevel(number)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a full disk must not print a traceback


def strike(secret_words: Iterable[str]) -> None:
    """Strikes these out from now on, too: secrets may change while a process runs."""
    for handler in logging.getLogger().handlers:
        for one in (handler, handler.formatter):
            discretion = getattr(one, "discretion", None)
            if isinstance(discretion, Discretion):
                discretion.also(secret_words)


def log_defect(error: BaseException) -> str:
    """Writes the error with its traceback; the id under which it can be found."""
    defect = secrets.token_hex(4)
    _LOGGER.error("defect %s", defect, exc_info=error, extra={"defect": defect})
    return defect


class _File(logging.FileHandler):
    """A file that does not grow for ever; several processes may write to it, and another program
    may move it away: it is looked after once a second."""

    _looked_at = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        if abs(record.created - self._looked_at) >= LOOK_SECONDS:
            self._looked_at = record.created
            with contextlib.suppress(OSError):
                self._look_after()
        super().emit(record)

    def _look_after(self) -> None:
        if self.stream is None:
            return
        own = os.fstat(self.stream.fileno())
        if own.st_size >= LARGEST:
            self._put_away()
        if not Path(self.baseFilename).exists() or not os.path.samestat(
            own, Path(self.baseFilename).stat()
        ):
            self.stream.close()
            self.stream = None  # the next line opens it anew

    def _put_away(self) -> None:
        path = Path(self.baseFilename)
        for n in range(KEPT - 1, 0, -1):
            with contextlib.suppress(FileNotFoundError):
                _kept(path, n).replace(_kept(path, n + 1))
        path.replace(_kept(path, 1))


def _kept(path: Path, n: int) -> Path:
    return path.with_name(f"{path.name}.{n}")


class Lines(logging.Formatter):
    """A record as one line (a traceback follows it, or stands in the JSON)."""

    def __init__(self, discretion: Discretion, look: Look = "console") -> None:
        super().__init__()
        self.discretion = discretion
        self._look = look
        self._render: Processor | None = None

    def format(self, record: logging.LogRecord) -> str:
        if self._render is None:
            self._render = _renderer(self._look)
        line = self._render(None, record.levelname, self._event(record))
        assert isinstance(line, str)
        return line

    def _event(self, record: logging.LogRecord) -> dict[str, object]:
        """What the line says, in this order."""
        discretion = self.discretion
        at = datetime.fromtimestamp(record.created, UTC)
        event: dict[str, object] = {
            "time": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": discretion.event(record),
        }
        if request := current().id:
            event["request"] = request
        if is_ours(record):
            for name, value in record.__dict__.items():
                if name not in _STANDARD:
                    event[name] = discretion.value(value)
        else:
            event["at"] = f"{record.module}:{record.lineno}"
        if record.exc_info and record.exc_info[1] is not None:
            event["exception"] = discretion.trace_of(record.exc_info[1])
        return event


def _renderer(look: Look) -> Processor:
    from structlog.dev import ConsoleRenderer, plain_traceback
    from structlog.processors import JSONRenderer

    if look == "json":
        encode = JSONEncoder(ensure_ascii=False, default=str).encode  # dumps makes one each time
        return JSONRenderer(lambda event, **_how: encode(event))
    return ConsoleRenderer(
        colors=False, sort_keys=False, timestamp_key="time", exception_formatter=plain_traceback
    )


_STANDARD = frozenset(
    {*logging.LogRecord("", 0, "", 0, "", (), None).__dict__, "message", "asctime", "taskName"}
)
