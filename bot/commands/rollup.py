"""`andon rollup`: what is kept of sums of complete days; makes them, and checks them."""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.clock import clock_at, instant
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.app import App
    from core.rollup.job import Done
    from core.rollup.status import Kept
    from core.rollup.verify import Verified

DIFFERS = 1
_SHOWN = 40
_BAR = 30


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--since", type=_day, metavar="DATE", help="roll up every complete day from DATE on, now"
    )
    parser.add_argument(
        "--verify", action="store_true", help="compare with the tables (with --since: from DATE on)"
    )
    parser.add_argument("--now", type=instant, metavar="ISO", help="as of this time")
    parser.add_argument("--json", action="store_true", help="one JSON object for a program")
    parser.epilog = "Exit code 1: --verify found a difference."


def run(arguments: Namespace, settings: Settings) -> int:
    if settings.sample is not None:
        from bot.sample_plant import prepare

        prepare(settings.sample, settings.language, arguments.now)
    from bot.app import build
    from core.errors import MisconfiguredError

    clock = clock_at(arguments.now)
    app = build(settings, clock)
    if app.rollup is None:
        raise MisconfiguredError("ANDON_ROLLUP", "is off, or the store cannot be opened")
    with asyncio.Runner() as runner:
        try:
            return runner.run(_run(app, arguments, clock()))
        finally:
            runner.run(app.close())


async def _run(app: App, arguments: Namespace, now: datetime) -> int:
    from core.rollup.status import kept

    assert app.rollup is not None
    assert app.store is not None
    said = _Said(app, arguments.json)
    if arguments.verify:
        verified = await app.rollup.verify(now, arguments.since, _progress(arguments.json))
        said.verified(verified)
        return DIFFERS if verified.differences else 0
    if arguments.since is not None:
        done = await app.rollup.fill(now, arguments.since, _progress(arguments.json))
        said.filled(done)
    else:
        said.kept(await app.store.read(kept))
    return 0


class _Said:
    """What is printed, for people or for a program."""

    def __init__(self, app: App, as_json: bool) -> None:
        from core.words import Words

        self._words = Words(app.settings.language)
        self._app = app
        self._as_json = as_json

    def filled(self, done: Done) -> None:
        say = self._words.say
        if self._as_json:
            begins = done.begins.isoformat() if done.begins else None
            print(json.dumps({"days": done.read, "changed": done.changed, "begins": begins}))
            return
        if done.begins:
            print(say("rollup.begins", day=done.begins.isoformat()))
        print(say("rollup.filled", n=done.read, changed=done.changed))

    def kept(self, found: list[Kept]) -> None:
        if self._as_json:
            print(json.dumps({"kept": [_plain(one) for one in found]}))
        elif not found:
            print(self._words.say("rollup.none"))
        else:
            names = ("plant", "fact", "first", "last", "days", "doubts")
            rows = [
                (one.plant, one.fact, f"{one.start:%Y-%m-%d %H:%MZ}", f"{one.end:%Y-%m-%d %H:%MZ}",
                 str((one.end - one.start).days), str(one.doubtful))
                for one in found
            ]  # fmt: skip
            title = self._words.say("rollup.title", source=self._app.source.name)
            self._table(title, names, rows, "llllrr")

    def verified(self, found: Verified) -> None:
        if self._as_json:
            listed = [_plain(one) for one in found.differences]
            told = {"days": found.days, "absent": found.absent, "differences": listed}
            print(json.dumps(told))
            return
        say, number = self._words.say, len(found.differences)
        if found.absent:
            print(say("rollup.absent", n=found.absent))
        if not number:
            print(say("rollup.same", n=found.days))
            return
        rows = [
            (one.plant, one.fact, f"{one.day}{' +' if one.is_month else ''}", one.asset,
             one.measure, _figure(one.rolled), _figure(one.tables))
            for one in found.differences[:_SHOWN]
        ]  # fmt: skip
        names = ("plant", "fact", "day", "asset", "measure", "rolled", "tables")
        self._table(say("rollup.differs", n=number), names, rows, "lllllrr")
        if number > _SHOWN:
            print(say("rollup.more", n=number - _SHOWN))

    def _table(
        self, title: str, names: tuple[str, ...], rows: Sequence[tuple[str, ...]], aligned: str
    ) -> None:
        from adapters.console.drawing import draw
        from adapters.console.terminal import Terminal
        from core.answer import Answer, Table, Text

        heads = tuple(self._words.say(f"rollup.{name}") for name in names)
        parts = (Text(title), Table(heads, tuple(rows), aligned))
        settings = self._app.settings
        terminal = Terminal(sys.stdout, settings.terminal)
        terminal.write(draw(Answer("answer", parts), terminal.paper(settings.language)))


def _plain(one: Any) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, date | datetime) else value
        for name, value in asdict(one).items()
    }


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.12g}"


def _progress(as_json: bool) -> Callable[[int, int], None] | None:
    """A bar, where somebody looks."""
    if as_json or not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        full = round(_BAR * done / max(1, total))
        line = f"\r{'█' * full}{'░' * (_BAR - full)} {done / max(1, total):4.0%}"
        print(line, end="\n" if done == total else "", file=sys.stderr, flush=True)

    return show


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date such as 2026-01-31") from None
    if not 1990 <= day.year < 2100:
        raise ArgumentTypeError(f"{text!r} is no date that a plant has data of")
    return day
