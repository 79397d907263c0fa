"""`andon admin …`: what an administrator does, in the same words as in chat."""

from __future__ import annotations

import asyncio
import getpass
import json
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from bot.clock import clock_at, instant
from bot.settings import Settings

if TYPE_CHECKING:
    from core.answer import Answer, Part

_WORDS = """\
(nothing)                  how everything is: sources, store, deliveries, alerts, usage
deliveries [dead]          what was sent unasked, and what could not be
resend ID                  sends one that is dead or unknown again
cache [clear]              hit rates; drops what is kept
sources                    whether they answer, and how new their data are
access [PERSON]            who may see what
usage [7]                  questions, tokens and costs of the last days
pause [HOURS] WHY          holds back what is sent unasked, but for safety
resume                     ends the pause
broadcast WORDS            shows what all subscribed places would be told
confirm ID                 sends it
"""


def configure(parser: ArgumentParser) -> None:
    from argparse import RawDescriptionHelpFormatter

    parser.formatter_class = RawDescriptionHelpFormatter
    parser.add_argument("words", nargs="*", metavar="WORDS", help="see below")
    parser.add_argument("--now", type=instant, metavar="ISO", help="as of this time")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--language", choices=("en", "de"), help="the language of the answer")
    parser.epilog = _WORDS


def run(arguments: Namespace, settings: Settings) -> int:
    answer = asyncio.run(_answer(arguments, settings))
    if arguments.json:
        from core.answer_json import to_json

        print(json.dumps(to_json(answer), ensure_ascii=False))
    else:
        from adapters.console.drawing import draw
        from adapters.console.terminal import Terminal

        terminal = Terminal(sys.stdout, settings.terminal)
        terminal.write(draw(answer, terminal.paper(answer.language), numbered=False))
    return 2 if answer.outcome == "error" else 0


async def _answer(arguments: Namespace, settings: Settings) -> Answer:
    from dataclasses import replace

    from bot.app import build
    from core.acts.admin import administered
    from core.admin import By
    from core.request import Place, Request, User
    from core.words import Words

    if settings.sample is not None:
        from bot.sample_plant import prepare

        prepare(settings.sample, settings.language, arguments.now)
    clock = clock_at(arguments.now)
    app = build(settings, clock)
    try:
        words = Words(arguments.language or settings.language, clock())
        text = " ".join(("/andon admin", *arguments.words))
        place = Place("console", "terminal")
        request = Request(User(me()), place, text, clock())
        answer = await administered(text, By.of(request), app.desk, request, words)
        return replace(answer, language=words.language, parts=tuple(map(_typed, answer.parts)))
    finally:
        await app.close()


def _typed(part: Part) -> Part:
    """Choices as they are typed here: without the chat's slash."""
    from core.answer import Action, Actions

    if not isinstance(part, Actions):
        return part
    return Actions(tuple(Action(a.label, a.command.removeprefix("/")) for a in part.actions))


def me() -> str:
    """Whose terminal it is, for the audit log."""
    try:
        return f"console:{getpass.getuser()}"
    except (ImportError, KeyError, OSError):  # a container's user may have no name
        return "console:local"
