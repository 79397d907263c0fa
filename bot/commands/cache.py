"""`andon cache`: hit rates of the sessions so far, and a way to clear."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace

from bot.settings import Settings


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--clear", action="store_true", help="open sessions drop their values too")
    parser.add_argument("--json", action="store_true")


def run(arguments: Namespace, settings: Settings) -> int:
    from adapters.console.drawing import draw
    from adapters.console.terminal import Terminal
    from bot.cache_ledger import CacheLedger
    from core.answer import Answer, Table, Text
    from core.words import Words

    words = Words(settings.language)
    ledger = CacheLedger(settings.home)
    if arguments.clear:
        ledger.clear()
        print(words.say("cli.cache_cleared"), file=sys.stderr if arguments.json else sys.stdout)
    sums = ledger.read()
    if arguments.json:
        shown = {
            tier: {
                "hits": c.hits,
                "shared": c.shared,
                "misses": c.misses,
                "stale": c.stale,
                "hit_rate": c.hit_rate,
            }
            for tier, c in sums.items()
        }
        print(json.dumps(shown))
        return 0
    if not sums:
        if not arguments.clear:
            print(words.say("cli.cache_none"))
        return 0
    names = ("tier", "hits", "shared", "misses", "stale", "rate")
    rows = tuple(
        (tier, *map(words.number, (c.hits, c.shared, c.misses, c.stale)), words.percent(c.hit_rate))
        for tier, c in sums.items()
    )
    table = Table(tuple(words.say(f"cli.cache_{name}") for name in names), rows, "lrrrrr")
    terminal = Terminal(sys.stdout, settings.terminal)
    parts = (Text(words.say("cli.cache_title")), table)
    terminal.write(draw(Answer("answer", parts), terminal.paper(settings.language)))
    return 0
