"""One person at the console: an app, its event loop and a channel, opened and closed together."""

from __future__ import annotations

import asyncio
import gc
import secrets
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from adapters.console.channel import ConsoleChannel, DrawnScreen, JsonScreen, Screen
from adapters.console.terminal import Terminal
from bot.clock import clock_at, instant
from bot.settings import Settings
from core.answer import Answer
from core.request import Language, User


class Session:
    """Takes lines one after the other; all of them run in one event loop."""

    def __init__(
        self, runner: asyncio.Runner, channel: ConsoleChannel, arguments: Namespace
    ) -> None:
        self._runner = runner
        self._channel = channel
        self._now = clock_at(arguments.now)

    def ask(self, line: str) -> Answer:
        """Answers on the screen. Raises MisconfiguredError and SourceUnavailable."""
        return self._runner.run(self._channel.receive(line, self._now()))


def add_session_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--user", default="console:local", metavar="ID", help="who is asking")
    parser.add_argument("--plant", metavar="P", help="whose assets win where names are shared")
    parser.add_argument(
        "--now", type=instant, metavar="ISO", help="answer as of this time (UTC without offset)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per answer")
    parser.add_argument("--language", choices=("en", "de"), help="the language of the answers")


@contextmanager
def open_session(arguments: Namespace, settings: Settings, *, numbered: bool) -> Iterator[Session]:
    """Puts everything together, with the sample plant prepared where it is the one asked about.

    `numbered`: another line may follow, so choices can be made by number.
    """
    language: Language = arguments.language or settings.language
    gc.disable()  # what starting makes all stays; looking through it takes a tenth of the time
    if settings.sample is not None:
        from bot.sample_plant import prepare

        prepare(settings.sample, language, arguments.now)
    screen: Screen
    if arguments.json:
        screen = JsonScreen(sys.stdout)
    else:
        screen = DrawnScreen(
            Terminal(sys.stdout, settings.terminal),
            Terminal(sys.stderr, settings.terminal),
            numbered=numbered,
        )
    from bot.app import build  # this is what takes time, so only once the arguments are right

    app = build(settings, clock_at(arguments.now))
    gc.freeze()
    gc.enable()
    channel = ConsoleChannel(
        screen,
        User(arguments.user),
        thread=secrets.token_hex(8),
        plant=arguments.plant,
        language=arguments.language,
    )
    channel.mount(app.handle)
    with asyncio.Runner() as runner:
        try:
            yield Session(runner, channel, arguments)
        finally:
            runner.run(app.close())
