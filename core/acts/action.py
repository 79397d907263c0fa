"""`/action ID take|assign @name|done|not-useful WHY|carry|undo [vN]`: what people do with actions.

`vN` is the version that the clicker saw; without it the newest is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from core import reports
from core.action_card import stored_action
from core.answer import Answer, Notice
from core.answering import Answering
from core.asking import Asking
from core.context import ToolContext
from core.domain import tracking
from core.domain.assets import Asset
from core.domain.tracking import Tracked, Who
from core.errors import SourceUnavailable, UserError
from core.request import Request
from core.store.audit import Entry, record
from core.store.places import place_id
from core.store.telling import Also, in_private

_ACTS = {
    "take": "take", "nehmen": "take", "übernehmen": "take", "assign": "assign",
    "zuweisen": "assign", "done": "done", "erledigt": "done", "not-useful": "not_useful",
    "nutzlos": "not_useful", "carry": "carry", "übertragen": "carry", "undo": "undo",
    "rückgängig": "undo",
}  # fmt: skip
_VERSION = re.compile(r"\s*\bv(\d{1,9})$")
_MENTION = re.compile(r"<@(?P<id>[A-Z0-9]+)(?:\|(?P<name>[^>]*))?>")
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Said:
    """What was asked for: the act, the words after it, and the version that was seen."""

    id: str
    act: str
    rest: str = ""
    seen: int | None = None


def read(rest: str) -> Said:
    """Reads "3f2a91 take v4", also "#3f2a91". Raises UserError for what is none."""
    found = _VERSION.search(rest)
    words = (rest[: found.start()] if found else rest).split(maxsplit=2)
    if not words:
        raise UserError("action.usage")
    act = _ACTS.get(words[1].lower(), "") if len(words) > 1 else "show"
    if not act:
        raise UserError("action.usage")
    shown = words[0].removeprefix("#")
    return Said(shown, act, words[2] if len(words) > 2 else "", int(found[1]) if found else None)


async def action(rest: str, asking: Asking, answering: Answering) -> Answer:
    """Does it and shows the action. Raises UserError, NoData, SourceUnavailable."""
    said = read(rest)
    if said.act == "show":
        return await _shown(said.id, asking, answering)
    context = answering.context(asking)
    before, asset = await stored_action(context, said.id)
    if said.seen is not None and said.seen != before.version:
        return await _stale(said.id, asking, answering)
    after = _changed(said, before, _due(context, asset), asking)
    if not await _write(before, after, said, context, asking.request):
        return await _stale(said.id, asking, answering)
    name = after.now.owner.name if after.now.owner else ""
    return await _shown(said.id, asking, answering, said=said.act, name=name)


def _changed(said: Said, before: Tracked, due: datetime | None, asking: Asking) -> Tracked:
    request = asking.request
    who, at = actor(request), request.now
    match said.act:
        case "take":
            return tracking.take(before, who, at, due)
        case "assign":
            return tracking.assign(before, _whom(said, request), who, at, due)
        case "done":
            return tracking.done(before, who, at)
        case "not_useful":
            return tracking.not_useful(before, who, at, said.rest)
        case "carry":
            later = _after(due, before, asking)
            return tracking.carry(before, who.id, at, later)
        case _:
            return tracking.undo(before, who, at)


def actor(request: Request) -> Who:
    """Whoever presses or types it, and where."""
    name = request.user.name or request.user.id.rpartition(":")[2]
    return Who(request.user.id, name[:_LONGEST], place_id(request.place))


def _whom(said: Said, request: Request) -> Who:
    """Somebody of the same platform, where a mention tells who; else just a name."""
    if not said.rest.strip():
        raise UserError("action.whom_missing", id=said.id)
    place = place_id(request.place)
    mention = _MENTION.match(said.rest)
    if mention is None:
        return Who("", said.rest.strip().lstrip("@")[:_LONGEST], place)
    theirs = f"{request.user.id.rpartition(':')[0]}:{mention['id']}"
    return Who(theirs, (mention["name"] or f"<@{mention['id']}>")[:_LONGEST], place)


def _due(context: ToolContext, asset: Asset) -> datetime | None:
    """The end of the shift that runs, else of the next one."""
    calendar = context.installation.calendar(asset)
    shift = calendar.current(context.now) or calendar.next_start(context.now)
    return shift.interval.end if shift else None


def _after(due: datetime | None, before: Tracked, asking: Asking) -> datetime | None:
    """The end of the shift after the one in which it was due."""
    calendar = asking.installation.calendars[before.plant]
    last = max(before.now.due or asking.request.now, asking.request.now)
    shift = calendar.current(last) or calendar.next_start(last)
    return shift.interval.end if shift else due


async def _write(
    before: Tracked, after: Tracked, said: Said, context: ToolContext, request: Request
) -> bool:
    if context.store is None:
        raise SourceUnavailable("store", "no connection")
    entry = Entry(
        request.now,
        request.user.id,
        request.place.key,
        f"action.{said.act}",
        before.id,
        {"from": before.now.state, "to": after.now.state, "version": after.version},
    )
    also: list[Also] = [partial(record, entry=entry)]
    if said.act == "assign" and after.now.owner and after.now.owner.id:
        key = f"assigned:{after.id}:{after.version}"
        told = (after.now.owner.id, key, "note", f"/action {after.id}", request.now)
        also += await in_private(context.store, *told)
    return await context.store.work.change(before, after, also)


async def _shown(
    action_id: str, asking: Asking, answering: Answering, *, said: str = "", name: str = ""
) -> Answer:
    values = {"id": action_id, "said": said, "name": name}
    command = reports.command_of("action", values)
    shown = (await answering.ran(command, asking)).answer
    # Only what was measured has sources to show.
    return await answering.run(command, asking) if shown.citations else shown


async def _stale(action_id: str, asking: Asking, answering: Answering) -> Answer:
    """Refused, with how it stands now."""
    shown = await _shown(action_id, asking, answering)
    refused = Notice(asking.words.say("action.stale"))
    return replace(shown, outcome="clarify", parts=(refused, *shown.parts))
