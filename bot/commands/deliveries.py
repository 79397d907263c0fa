"""`andon deliveries`: what was sent unasked, what waits, and what could not be brought."""

from __future__ import annotations

import asyncio
import json
from argparse import ArgumentParser, Namespace
from collections import Counter
from typing import TYPE_CHECKING, Any

from bot.settings import Settings

if TYPE_CHECKING:
    from core.store.listing import Listed

_MOST = 50


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--resend", metavar="ID", help="send one that is dead or unknown again")
    parser.add_argument("--json", action="store_true", help="one JSON object for a program")
    parser.epilog = "unknown: nobody can tell whether it was shown; dead: given up."


def run(arguments: Namespace, settings: Settings) -> int:
    from bot.clock import wall_clock
    from bot.commands.admin import me
    from core.admin import By
    from core.admin_acts import resend_from
    from core.errors import MisconfiguredError
    from core.store import Store

    store = Store.open(settings.store_url)
    try:
        if arguments.resend:
            by = By(me(), "", "console|terminal|")
            done = asyncio.run(resend_from(store, by, arguments.resend, wall_clock()))
            if not done:
                raise MisconfiguredError("--resend", "there is no dead or unknown one of that id")
        counts, listed = asyncio.run(_read(store))
    finally:
        store.close()
    if arguments.json:
        print(json.dumps({"states": counts, "deliveries": [_json(one) for one in listed]}))
    else:
        _print(counts, listed)
    return 0


async def _read(store: Any) -> tuple[dict[str, int], tuple[Listed, ...]]:
    counts: Counter[str] = Counter(await store.listing.counts())
    open_ = await store.listing.of(("dead", "unknown", "sending", "waiting"), _MOST)
    return dict(counts), open_


def _json(one: Listed) -> dict[str, object]:
    return {
        "id": one.id,
        "state": one.state,
        "place": one.place,
        "kind": one.kind,
        "command": one.command,
        "due_at": one.due_at.isoformat(),
        "attempts": one.attempt,
        "problem": one.problem,
    }


def _print(counts: dict[str, int], listed: tuple[Listed, ...]) -> None:
    from core.answer_text import printable

    said = ", ".join(f"{number} {state}" for state, number in sorted(counts.items()))
    print(said or "nothing was sent unasked yet")
    for one in listed:
        due = f"{one.due_at:%Y-%m-%d %H:%MZ}"
        line = f"{one.id}  {one.state:<8} {due}  {one.place}  {one.command}"
        print(printable(f"{line}  ({one.problem})" if one.problem else line))
