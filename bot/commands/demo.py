"""`andon demo`: a chat on the sample plant whatever is connected; with `--fast` a day of it."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import replace

from bot.commands import chat
from bot.settings import Settings

_SLOWEST, _FASTEST = 1.0, 600.0


def configure(parser: ArgumentParser) -> None:
    chat.configure(parser)
    fast = "show what comes unasked in a day, on a clock N times as fast"
    parser.add_argument("--fast", type=_factor, metavar="N", help=fast)
    parser.add_argument(
        "--hours", type=float, default=24.0, metavar="H", help="of the plant's day, with --fast"
    )


def run(arguments: Namespace, settings: Settings) -> int:
    if arguments.fast is None:
        return chat.run(arguments, replace(settings, plant_file=None, database_url=""))
    from bot.clock import wall_clock
    from bot.fast_day import play

    language = arguments.language or settings.language
    now = arguments.now or wall_clock()
    return play(settings, arguments.fast, arguments.hours, now, language)


def _factor(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not _SLOWEST <= factor <= _FASTEST:
        raise ArgumentTypeError(f"{text!r} is no number from {_SLOWEST:g} to {_FASTEST:g}")
    return factor
