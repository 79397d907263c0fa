"""The sample plant while the bot runs: there when it is needed, and kept up to the clock."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

from bot.clock import wall_clock
from bot.log import log_defect
from core.data.sample import VERSION, ensure_sample, tick, version
from core.errors import MisconfiguredError
from core.request import Language
from core.words import Words

_SECONDS = 60.0


def prepare(path: Path, language: Language, fixed: datetime | None) -> None:
    """Makes the plant where there is none, with its progress on stderr, else brings it up to the
    clock; at a fixed time a plant that is there stays as it is. Raises MisconfiguredError."""
    if fixed is not None and version(path) == VERSION:
        return
    try:
        ensure_sample(path, now=fixed or wall_clock(), progress=Percent(language))
    except (OSError, sqlite3.Error) as error:
        problem = f"the sample plant {path} cannot be written: {error}"
        raise MisconfiguredError("ANDON_HOME", problem) from error


@contextmanager
def ticking(path: Path) -> Iterator[None]:
    """Adds what happens in the plant every minute, in a thread, until the block ends."""
    stop = Event()

    def run() -> None:
        while not stop.wait(_SECONDS):
            try:
                tick(path, wall_clock())
            except Exception as error:  # noqa: BLE001 - the chat goes on without news
                log_defect(error)

    thread = Thread(target=run, name="andon-tick", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()


class Percent:
    """A share from 0 to 1, shown on stderr: in place on a terminal, else at start and end."""

    def __init__(self, language: Language) -> None:
        self._words = Words(language)
        self._shown = -1

    def __call__(self, share: float) -> None:
        percent = int(share * 100)
        if percent == self._shown:
            return
        terminal = sys.stderr.isatty()
        if not terminal and self._shown >= 0 and percent < 100:
            return
        self._shown = percent
        text = self._words.say("cli.making_sample", percent=self._words.percent(percent / 100, 0))
        if terminal:
            sys.stderr.write(f"\r\x1b[2K{text}" + ("\r\x1b[2K" if percent >= 100 else ""))
        else:
            sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
