"""`andon ask QUESTION`: one answer."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from bot.session import add_session_arguments, open_session
from bot.settings import Settings


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("question", nargs="*", metavar="QUESTION", help="in words, or a command")
    add_session_arguments(parser)


def run(arguments: Namespace, settings: Settings) -> int:
    with open_session(arguments, settings, numbered=False) as session:
        answer = session.ask(" ".join(arguments.question))
    return 2 if answer.outcome == "error" else 0
