"""`andon serve`: answers on the chat platforms that are set, until it is stopped."""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from bot.clock import clock_at, instant
from bot.discretion import Discretion, is_ours
from bot.settings import Settings
from bot.settings.log import FILE
from core.errors import MisconfiguredError

log = logging.getLogger(__name__)

_AGAIN_SECONDS = 3600.0
_MOST_REMEMBERED = 1_000
_NUMBERS = re.compile(r"\d+")


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--now", type=instant, metavar="ISO", help="answer as of this time (UTC without offset)"
    )


def run(arguments: Namespace, settings: Settings) -> int:
    if settings.slack is None and settings.teams is None:
        problem = (
            "no chat platform is set; for Slack put SLACK_BOT_TOKEN and SLACK_APP_TOKEN there, "
            "as docs/slack.md shows, for Teams see docs/teams.md (without one, `andon chat` "
            "answers in the terminal)"
        )
        raise MisconfiguredError(".env", problem)
    extras = ",".join(name for name in ("slack", "teams") if getattr(settings, name) is not None)
    try:
        from bot.serve import serve

        if settings.slack is not None:
            import adapters.slack.channel
        if settings.teams is not None:
            import adapters.teams.channel  # noqa: F401
    except ModuleNotFoundError as error:
        problem = f"{error.name} is not installed: pip install 'andon[{extras},pictures]'"
        raise MisconfiguredError(".env", problem) from None

    say: Callable[[str], None] = _say
    if settings.log_look == "json":  # then every line goes to stderr, and nothing else does
        say = lambda what: log.info("%s", what)  # noqa: E731
    else:
        logging.getLogger().addHandler(Aloud(settings.home / FILE, settings.secrets))
    living: AbstractContextManager[None] = nullcontext()
    if settings.sample is not None:
        from bot.sample_plant import prepare, ticking

        prepare(settings.sample, settings.language, arguments.now)
        if arguments.now is None:
            living = ticking(settings.sample)
    with living:
        asyncio.run(serve(settings, clock_at(arguments.now), say))
    return 0


def _say(what: str) -> None:
    print(f"{what}.", file=sys.stderr, flush=True)


class Aloud(logging.Handler):
    """What goes wrong while nobody waits for an answer: one line on stderr, without secrets.

    What is tried again and again is said once an hour; the log has all of it.
    """

    def __init__(self, log_file: Path, secret_words: Iterable[str]) -> None:
        super().__init__(logging.WARNING)
        self._log_file = log_file
        self.discretion = Discretion(secret_words)
        self._said_at: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if not is_ours(record):
            return  # it is in the log, with gaps
        text = self.discretion.event(record)
        what = _NUMBERS.sub("", text)  # such as the seconds until the next try
        if record.created - self._said_at.get(what, float("-inf")) < _AGAIN_SECONDS:
            return
        if len(self._said_at) >= _MOST_REMEMBERED:
            self._said_at.clear()
        self._said_at[what] = record.created
        more = f" (more in {self._log_file})" if record.exc_info else ""
        line = f"andon: {record.levelname.lower()}: {text}{more}"
        print(line, file=sys.stderr, flush=True)
