"""`andon chat`: a question to a line, until the pipe or the person ends."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

from adapters.console.terminal import Terminal
from bot.session import add_session_arguments, open_session
from bot.settings import Settings
from core.words import Words

_ENDS = frozenset({"exit", "quit", "/exit", "/quit"})
_HISTORY_LINES = 1000


def configure(parser: ArgumentParser) -> None:
    add_session_arguments(parser)


def run(arguments: Namespace, settings: Settings) -> int:
    """2 where a pipe brought a question that ended in an error."""
    typed = sys.stdin.isatty()
    failed = False
    opened = open_session(arguments, settings, numbered=True)
    with opened as session, _living(arguments, settings):
        lines = _typed(arguments, settings) if typed else _piped(arguments, settings)
        for line in lines:
            failed |= session.ask(line).outcome == "error"
    return 2 if failed and not typed else 0


def _living(arguments: Namespace, settings: Settings) -> AbstractContextManager[None]:
    """While a person chats about the sample plant, the plant goes on working."""
    if settings.sample is None or arguments.now is not None:
        return nullcontext()
    from bot.sample_plant import ticking

    return ticking(settings.sample)


def _typed(arguments: Namespace, settings: Settings) -> Iterator[str]:
    words = Words(arguments.language or settings.language)
    print(words.say("cli.welcome"), end="\n\n", file=sys.stderr)
    with _history(settings.home / "history"):
        while True:
            try:
                line = input("> ").strip()
            except EOFError:
                print()
                return
            if line.lower() in _ENDS:
                return
            if line:
                yield line


@contextmanager
def _history(path: Path) -> Iterator[None]:
    """Earlier questions on the arrow keys, where the system has readline."""
    try:
        import readline
    except ImportError:
        yield
        return
    with suppress(OSError):
        readline.read_history_file(path)
    readline.set_history_length(_HISTORY_LINES)
    try:
        yield
    finally:
        with suppress(OSError):
            readline.write_history_file(path)


def _piped(arguments: Namespace, settings: Settings) -> Iterator[str]:
    """Each question is repeated above its answer, so that the output can be read alone."""
    terminal = Terminal(sys.stdout, settings.terminal)
    for line in sys.stdin:
        line = line.strip()
        if not line:
            continue
        if not arguments.json:
            terminal.write(terminal.paper("en").paragraph(line, "dim", ("> ", "dim")))
        yield line
