"""The mark that a message carries, by which it is found again after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from adapters.slack.inbound import Target
from adapters.slack.web_api import OutcomeUnknown, Refused, Unreachable, WebApi

EVENT_TYPE = "andon_delivery"
_PAGE, _PAGES = 200, 10  # messages looked through for one that carries a mark


def mark(delivery: str) -> dict[str, Any]:
    """The metadata of a message."""
    return {"event_type": EVENT_TYPE, "event_payload": {"id": delivery}}


async def find(api: WebApi, target: Target, delivery: str, unmarked_since: str = "") -> str:
    """The ts of the message that carries this mark, "" if there is none.

    In a direct message everything of the bot's is marked but a stream that has not ended: with
    `unmarked_since`, the ts of the question, the first such after it is found, too.
    """
    client = api.client
    read = client.conversations_replies if target.thread else client.conversations_history
    where: dict[str, Any] = {"ts": target.thread} if target.thread else {}
    cursor, unmarked = "", ""
    for _ in range(_PAGES):  # a thread is told from its beginning, a channel from its end
        told = await api.call(
            read,
            channel=target.channel,
            include_all_metadata=True,
            limit=_PAGE,
            cursor=cursor or None,
            **where,
        )
        messages = told.get("messages") or ()
        if found := _marked(messages, delivery):
            return found
        if unmarked_since and not unmarked:
            unmarked = _unmarked(messages, unmarked_since)
        cursor = str((told.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            break
    return unmarked


async def found_late(api: WebApi, target: Target, delivery: str, unmarked_since: str = "") -> str:
    """The same, for a message of which a broken connection did not tell whether it is there.

    Raises OutcomeUnknown where nobody can be asked.
    """
    for seconds in api.times.shown_after:
        await asyncio.sleep(seconds)
        try:
            if found := await find(api, target, delivery, unmarked_since):
                return found
        except (Refused, Unreachable) as error:
            raise OutcomeUnknown(str(error)) from None
    return ""


def _marked(messages: Iterable[Mapping[str, Any]], delivery: str) -> str:
    for message in messages:
        if delivery and _mark_of(message) == delivery:
            return str(message["ts"])
    return ""


def _unmarked(messages: Iterable[Mapping[str, Any]], since: str) -> str:
    later = [str(m["ts"]) for m in messages if m.get("bot_id") and not _mark_of(m)]
    return min((ts for ts in later if float(ts) > float(since)), default="", key=float)


def _mark_of(message: Mapping[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return str(payload.get("id") or "") if metadata.get("event_type") == EVENT_TYPE else ""
