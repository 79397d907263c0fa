"""`andon settings`: what is set, without its secrets, and where each value comes from.

In English whatever ANDON_LANGUAGE is, like the settings' names and every error at the start.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, get_args

from bot.settings import SECTIONS, Settings, effective, load
from bot.settings.given import Given, Origin
from bot.settings.setting import Setting
from bot.settings.url_secrets import STRUCK, struck

if TYPE_CHECKING:
    from adapters.console.paper import Paper, Row, Style

_NARROWEST = 16


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="also what is not set")
    parser.epilog = "Secrets are not shown. Exit code 2: a setting is wrong."


def run(arguments: Namespace, settings: Settings | None) -> int:
    """`settings` is None where they are wrong: then they are shown all the same, for that is when
    one looks for where they come from, and the mistake is raised."""
    from adapters.console.terminal import Terminal

    terminal = Terminal(sys.stdout, settings.terminal if settings else "")
    terminal.write(rows(effective(), terminal.paper("en"), every=arguments.all))
    if settings is None:
        load()
    return 0


def rows(found: Mapping[str, Given], paper: Paper, *, every: bool) -> Iterator[Row]:
    """A row for each setting: its name, its value and where that comes from."""
    names = max(map(len, found))
    blank: list[Row] = []
    for section in SECTIONS:
        shown = [one for one in section.settings if every or _is_set(found[one.name])]
        if not shown:
            continue
        yield from (*blank, ((paper.clean(section.title), "strong"),))
        for setting in shown:
            yield from _rows(setting, found[setting.name], paper, names)
        blank = [()]
    unset = sum(not _is_set(one) for one in found.values())
    if unset and not every:
        more = f"{unset} more are not set; `andon settings --all` shows what holds for them."
        yield from (*blank, *paper.paragraph(more, "dim"))


def _rows(setting: Setting, given: Given, paper: Paper, names: int) -> Iterator[Row]:
    from adapters.console.paper import pad, wrap

    width = max(_NARROWEST, paper.width - names - max(map(len, get_args(Origin))) - 4)
    style: Style = "bad" if given.problem else "" if _is_set(given) else "dim"
    first, *more = wrap(paper.clean(_shown(setting, given)), width)
    yield (
        (f"{pad(setting.name, names)}  ", style),
        (f"{pad(first, width)}  ", style),
        (given.origin if given.value or _is_set(given) else "", "dim"),
    )
    for line in more:
        yield ((" " * (names + 2), ""), (line, style))


def _is_set(given: Given) -> bool:
    return given.origin != "default"


def _shown(setting: Setting, given: Given) -> str:
    """Of a secret neither its beginning nor its length."""
    if given.problem is not None:
        return str(given.problem)
    if not given.value:
        return setting.otherwise or "not set"
    value = given.value
    if setting.hides == "all":
        value = STRUCK
    elif setting.hides == "password" or "://" in value:
        value = struck(value)
    return value if given.file is None else f"{value} from {given.file}"
