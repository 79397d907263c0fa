"""`andon audit`: who did what, when and from where."""

from __future__ import annotations

import asyncio
import json
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import instant, wall_clock
from bot.settings import Settings

if TYPE_CHECKING:
    from core.store.audit import Entry

_USUAL_DAYS = 7
_UNITS = {"d": "days", "h": "hours"}


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--since", type=_since, metavar="WHEN", help="a time in ISO 8601, or 30d or 12h ago"
    )
    parser.add_argument("--most", type=int, default=1_000, metavar="N", help="the newest N")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.epilog = (
        f"Without --since: the last {_USUAL_DAYS} days. What is older than ANDON_RETENTION_DAYS "
        "is deleted."
    )


def run(arguments: Namespace, settings: Settings) -> int:
    from core.answer_text import printable
    from core.store import Store
    from core.store.audit import recent

    since = arguments.since or wall_clock() - timedelta(days=_USUAL_DAYS)
    store = Store.open(settings.store_url)
    try:
        found = asyncio.run(store.read(lambda c: recent(c, since, max(1, arguments.most))))
    finally:
        store.close()
    for entry in found:
        print(json.dumps(_json(entry), ensure_ascii=False) if arguments.json
              else printable(_line(entry)))  # fmt: skip
    if not found and not arguments.json:
        print(f"nothing was done since {since:%Y-%m-%d %H:%MZ}")
    return 0


def _since(text: str) -> datetime:
    number, unit = text[:-1], _UNITS.get(text[-1:])
    if unit and number.isascii() and number.isdigit() and len(number) <= 5:
        return wall_clock() - timedelta(**{unit: int(number)})
    try:
        return instant(text)
    except ArgumentTypeError:
        raise ArgumentTypeError(f"{text!r} is no time such as 2026-03-12 or 30d") from None


def _json(entry: Entry) -> dict[str, object]:
    return {
        "at": entry.at.isoformat(),
        "who": entry.user_id,
        "place": entry.place,
        "what": entry.what,
        "subject": entry.subject,
        "detail": dict(entry.detail),
    }


def _line(entry: Entry) -> str:
    who = entry.user_id or "(forgotten)"
    detail = " ".join(f"{name}={value}" for name, value in entry.detail.items())
    return f"{entry.at:%Y-%m-%d %H:%M:%SZ}  {who}  {entry.what}  {entry.subject}  {detail}".rstrip()
