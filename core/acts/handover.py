"""`/handover …`: shown, completed, signed, noted in, looked up.

`/handover [places] [at ISO]` · `/handover ID` · `/handover ID complete|sign|sign alone|undo [vN]` ·
`/handover [ID or places] note WORDS` · `/handover [places] last week [WORDS]`
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from core import reports
from core.acts.action import actor
from core.answer import Answer, Notice, Text
from core.answering import Answering
from core.asking import Asking
from core.context import ToolContext
from core.domain import handing_over
from core.domain.handing_over import Handover
from core.errors import SourceUnavailable, UserError
from core.handover.report import snapshot, stored_handover
from core.kept import Kept
from core.planner.arguments import fill
from core.planner.period_words import find_period
from core.request import Request
from core.store import Kind
from core.store.audit import Entry, record
from core.store.work import Note

_ACTS = {"complete": "complete", "abschließen": "complete", "sign": "sign",
         "unterschreiben": "sign", "undo": "undo", "rückgängig": "undo"}  # fmt: skip
_ID = re.compile(r"[0-9a-f]{8}")
_NOTE = re.compile(
    r"(?P<where>.*?)(?:^|\s)(?:note|notiz)\b:?\s*(?P<said>.*)", re.IGNORECASE | re.DOTALL
)
_VERSION = re.compile(r"\s*\bv(\d{1,9})$")
_ALONE = frozenset({"alone", "allein"})
_IN_THREAD = re.compile(r"(?:note|notiz):\s*(?P<said>.+)", re.IGNORECASE | re.DOTALL)
_LONGEST = 1_000
_TOLD: frozenset[Kind] = frozenset({"handover", "briefing"})


async def handover(rest: str, asking: Asking, answering: Answering) -> Answer:
    """Raises UserError, NoData, SourceUnavailable."""
    rest = rest.strip()
    noted = _NOTE.fullmatch(rest)
    if noted and _is_place(where := noted["where"].strip(), asking):
        return await note(noted["said"], asking, answering, where)
    words = rest.split()
    if words and _ID.fullmatch(words[0]):
        if len(words) == 1:
            return await _shown({"id": words[0]}, asking, answering)
        return await _act(words[0], " ".join(words[1:]), asking, answering)
    said, at = reports.moment_of(rest)
    if find_period(said, asking.installation.shift_names):
        return await _log(said, asking, answering)
    scheduled = at is not None and not asking.request.typed
    places = reports.places_in(said, asking.installation, asking.plant) if said else ()
    try:
        return await _shown({"assets": places, "at": at}, asking, answering)
    except UserError:
        if scheduled:
            return Answer("no_data", ())
        raise


def _is_place(where: str, asking: Asking) -> bool:
    """A handover, places or nothing: "last week note …" looks for the word in the log."""
    periods = find_period(where, asking.installation.shift_names)
    return _ID.fullmatch(where) is not None or not periods


async def in_thread(text: str, request: Request, kept: Kept) -> str:
    """The words of "note: …" where a briefing or a handover is answered; "" for anything else."""
    found = _IN_THREAD.fullmatch(text.strip())
    if found is None:
        return ""
    before = await kept.context(request)
    if before.get("tool") in ("briefing", "handover"):
        return found["said"]
    if not request.addressed or request.place.private or kept.store is None:
        return ""
    here = await kept.store.subscriptions.of(request.place)
    return found["said"] if any(one.kinds & _TOLD for one in here) else ""


async def note(said: str, asking: Asking, answering: Answering, where: str = "") -> Answer:
    """Keeps people's words for the next shift: for `where` (a handover's id, or places), else for
    the places of the subscriptions here, else the asker's own. Raises UserError without words."""
    words, request = asking.words, asking.request
    if not said.strip():
        raise UserError("handover.note_missing")
    context = answering.context(asking)
    if context.store is None:
        raise UserError("handover.no_store")
    scope = await _scope(where, asking, context)
    asked = context.scope(scope)
    who = actor(request)
    kept = Note(
        request.now,
        asked[0].plant,
        tuple(sorted(asset.id for asset in asked)),
        who,
        said.strip()[:_LONGEST],
    )
    entry = Entry(request.now, who.id, request.place.key, "handover.note", " ".join(kept.scope))
    await context.store.work.add_note(kept, (partial(record, entry=entry),))
    shown = words.joined([asset.name for asset in asked][:3])
    return Answer("answer", (Text(words.say("handover.noted", assets=shown)),))


async def _scope(where: str, asking: Asking, context: ToolContext) -> tuple[str, ...]:
    if _ID.fullmatch(where):
        return (await stored_handover(context, where))[0].scope
    if where:
        return reports.places_in(where, asking.installation, asking.plant)
    assert context.store is not None
    here = await context.store.subscriptions.of(context.place)
    return next((s.scope for s in here if s.kinds & _TOLD), ())


async def _act(handover_id: str, rest: str, asking: Asking, answering: Answering) -> Answer:
    found = _VERSION.search(rest)
    seen = int(found[1]) if found else None
    words = (rest[: found.start()] if found else rest).lower().split()
    act = _ACTS.get(words[0], "") if words else ""
    if not act:
        raise UserError("handover.usage")
    context = answering.context(asking)
    before, _ = await stored_handover(context, handover_id)
    if seen is not None and seen != before.version:
        return await _stale(handover_id, asking, answering)
    alone = bool(_ALONE & set(words[1:]))
    after = _changed(act, before, asking, alone=alone)
    kept = await snapshot(context, before) if act == "complete" else None
    if not await _write(act, before, after, kept, context, asking):
        return await _stale(handover_id, asking, answering)
    return await _shown({"id": handover_id, "said": act}, asking, answering)


def _changed(act: str, before: Handover, asking: Asking, *, alone: bool) -> Handover:
    who, at = actor(asking.request), asking.request.now
    match act:
        case "complete":
            return handing_over.complete(before, who, at)
        case "sign":
            return handing_over.sign(before, who, at, alone=alone)
        case _:
            return handing_over.undo(before, who, at)


async def _write(
    act: str,
    before: Handover,
    after: Handover,
    kept: Answer | None,
    context: ToolContext,
    asking: Asking,
) -> bool:
    if context.store is None:
        raise SourceUnavailable("store", "no connection")
    request = asking.request
    detail = {"to": after.state, "version": after.version, "alone": after.alone}
    entry = Entry(
        request.now, request.user.id, request.place.key, f"handover.{act}", before.id, detail
    )
    also = (partial(record, entry=entry),)
    return await context.store.work.change_handover(before, after, kept, also)


async def _stale(handover_id: str, asking: Asking, answering: Answering) -> Answer:
    shown = await _shown({"id": handover_id}, asking, answering)
    refused = Notice(asking.words.say("handover.stale"))
    return replace(shown, outcome="clarify", parts=(refused, *shown.parts))


async def _shown(values: dict[str, object], asking: Asking, answering: Answering) -> Answer:
    command = reports.command_of("handover", values)
    shown = (await answering.ran(command, asking)).answer
    return await answering.run(command, asking) if shown.citations else shown


async def _log(said: str, asking: Asking, answering: Answering) -> Answer:
    installation = asking.installation
    fields = frozenset({"assets", "period"})
    filled = fill(fields, said, installation.names(asking.plant), installation.shift_names)
    values = {**filled.args, "about": " ".join(filled.left).strip(" “”\"'")}
    ran = await answering.ran(reports.command_of("handover_log", values), asking)
    return ran.answer
