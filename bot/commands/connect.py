"""`andon connect URL`: looks at a database or a folder and writes down what it seems to hold."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot import files
from bot.settings import Settings

if TYPE_CHECKING:
    from core.answer import Part
    from core.data.connect import Proposal
    from core.words import Words

_MOST_SAID = 20


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "url", metavar="URL", help="such as sqlite:///plant.db, or a folder of CSV, XLSX, Parquet"
    )
    parser.add_argument("--zone", help="the plant's time zone, such as America/Chicago")
    parser.add_argument("--out", type=Path, default=Path("plant.toml"), metavar="FILE")
    parser.add_argument("--force", action="store_true", help="replace FILE if it is there")


def run(arguments: Namespace, settings: Settings) -> int:
    from adapters.console.drawing import draw
    from adapters.console.terminal import Terminal
    from core.answer import Answer
    from core.data.connect import propose, render
    from core.data.files.address import kept_in
    from core.errors import MisconfiguredError
    from core.words import Words

    out: Path = arguments.out
    if out.exists() and not arguments.force:
        raise MisconfiguredError(str(out), "is there already; --force replaces it")
    url = files.address(arguments.url)
    kept = kept_in(url, settings.home)
    files.read_in(kept)
    proposal = replace(propose(kept, zone=arguments.zone or ""), url=url)
    _write(out, render(proposal))
    words = Words(settings.language)
    terminal = Terminal(sys.stdout, settings.terminal)
    parts = _parts(proposal, str(out), words)
    terminal.write(draw(Answer("answer", parts), terminal.paper(settings.language)))
    return 0


def _write(out: Path, text: str) -> None:
    """For its owner's eyes: the address in it may hold a password."""
    from core.errors import MisconfiguredError

    try:
        out.touch(mode=0o600)
        out.write_text(text, "utf-8")
    except OSError as error:
        raise MisconfiguredError(str(out), error.strerror or "cannot be written") from error


def _parts(proposal: Proposal, out: str, words: Words) -> tuple[Part, ...]:
    from core.answer import Notice, Table, Text

    names = ("fact", "table", "confidence", "why")
    columns = tuple(words.say(f"cli.connect_{name}") for name in names)
    rows = tuple(
        (fact.fact, fact.table, words.say(f"cli.connect_{fact.confidence}"), fact.evidence)
        for fact in proposal.facts
    )
    written = Text(words.say("cli.connect_written", path=out, n=len(rows)))
    unused = words.joined(proposal.unused)
    left: tuple[Part, ...] = (
        (Notice(words.say("cli.connect_unused", tables=unused), "neutral"),) if unused else ()
    )
    said = (words.say(f"files.{p.key}", **p.filled()) for p in proposal.problems[:_MOST_SAID])
    left += tuple(Notice(sentence, "warning") for sentence in said)
    if proposal.lacking is not None:
        key = "cli.connect_lacks" if proposal.lacking else "cli.connect_unproven"
        sentence = words.say(key, features=words.joined(proposal.lacking))
        left += (Notice(sentence, "warning"),)
    following = Notice(words.say("cli.connect_next", path=out), "neutral")
    return (written, Table(columns, rows), *left, following)
