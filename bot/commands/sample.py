"""`andon sample`: writes a sample plant to a file of one's own."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from bot.clock import instant, wall_clock
from bot.settings import Settings

_MOST_DAYS = 4000


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--days", type=_days, default=400, metavar="N", help="default: 400")
    parser.add_argument("--seed", type=int, default=7, metavar="S", help="default: 7")
    parser.add_argument("--now", type=instant, metavar="ISO", help="where the data ends")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="is replaced")


def run(arguments: Namespace, settings: Settings) -> int:
    from bot.sample_plant import Percent
    from core.data.sample import make_sample
    from core.errors import MisconfiguredError
    from core.words import Words

    now = arguments.now or wall_clock()
    try:
        make_sample(
            arguments.out,
            days=arguments.days,
            seed=arguments.seed,
            now=now,
            progress=Percent(settings.language),
        )
    except OSError as error:
        raise MisconfiguredError("--out", error.strerror or "cannot be written") from error
    words = Words(settings.language)
    moment = words.moment(now, "UTC")
    path = str(arguments.out)
    print(words.say("cli.sample_made", path=path, n=arguments.days, moment=moment))
    return 0


def _days(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= _MOST_DAYS:
        raise ArgumentTypeError(f"{text!r} is no number of days from 1 to {_MOST_DAYS}")
    return int(text)
