"""`andon export reasons`: the stop reasons that people gave, for the plant's own system."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import instant, wall_clock
from bot.settings import Settings

if TYPE_CHECKING:
    from core.store.stop_reasons import StopReason

COLUMNS = (
    "plant", "asset", "stop", "started_at", "machine_reason", "reason", "given_by", "given_at"
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("what", choices=["reasons"])
    parser.add_argument("--since", type=instant, metavar="ISO", help="default: 30 days ago")
    parser.add_argument("--until", type=instant, metavar="ISO", help="default: now")
    parser.add_argument("--json", action="store_true", help="one JSON object per line, not CSV")
    parser.add_argument(
        "--names", action="store_true", help="chat identities of who gave them, not person-1 …"
    )
    parser.epilog = "Times are UTC. Goes to the standard output: andon export reasons > reasons.csv"


def run(arguments: Namespace, settings: Settings) -> int:
    from core.store import Store
    from core.store.stop_reasons import given_between

    until = arguments.until or wall_clock()
    since = arguments.since or until - timedelta(days=30)
    store = Store.open(settings.store_url)
    try:
        given = asyncio.run(store.read(lambda c: given_between(c, since, until)))
    finally:
        store.close()
    rows = list(_rows(given, names=arguments.names))
    if arguments.json:
        for row in rows:
            print(json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False))
        return 0
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return 0


def _rows(given: Iterable[StopReason], *, names: bool) -> Iterable[tuple[str | None, ...]]:
    """Without `names` people are numbered anew in every export, so that nobody is followed."""
    people: dict[str, str] = {}
    for one in given:
        who = people.setdefault(one.user_id, f"person-{len(people) + 1}") if one.user_id else ""
        yield (
            one.plant,
            one.asset,
            one.stop_id,
            _utc(one.started_at),
            one.machine_reason,
            one.reason,
            one.user_id if names else who,
            _utc(one.at),
        )


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _cell(value: str | None) -> str:
    """What a person typed is no formula to a spreadsheet."""
    text = value or ""
    return f"'{text}" if text.startswith(_FORMULA) else text
