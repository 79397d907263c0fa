"""`/andon admin …`: how everything is, and what an administrator does about it.

It needs no plant: where its database is away, this is what tells so. Never offered to a model, and
answered to the asker alone.
"""

from __future__ import annotations

import re
from datetime import timedelta

from core import admin_acts as acts
from core.access import Access
from core.acts import admin_cards as cards
from core.acts.admin_access import access_card
from core.admin import By, Desk, status, usage
from core.admin_acts import LONGEST_PAUSE, USUAL_PAUSE
from core.answer import Action, Actions, Answer, Notice, Text
from core.errors import SourceUnavailable, UserError
from core.request import Request
from core.store import Store
from core.store.notices import notice_of
from core.words import Words

_VERBS = {
    "deliveries": "deliveries", "zustellungen": "deliveries",
    "resend": "resend", "erneut": "resend",
    "cache": "cache",
    "sources": "sources", "quellen": "sources",
    "access": "access", "rechte": "access",
    "usage": "usage", "nutzung": "usage",
    "pause": "pause",
    "resume": "resume", "weiter": "resume", "fortsetzen": "resume",
    "broadcast": "broadcast", "durchsage": "broadcast",
    "confirm": "confirm", "bestätigen": "confirm",
}  # fmt: skip
_ADMIN = re.compile(r"/andon\s+(?:admin|verwaltung)\b", re.IGNORECASE)
_HOURS = re.compile(r"(\d{1,4})\s*(?:h|hours?|std|stunden?)?(?:\s+(.*))?", re.IGNORECASE)
_DAYS = re.compile(r"(\d{1,3})\s*(?:d|days?|tage?)?", re.IGNORECASE)
_MOST_DAYS = 31
_HOUR = timedelta(hours=1)


def is_admin(text: str) -> bool:
    """Whether it is "/andon admin …"."""
    return _ADMIN.match(text) is not None


async def admin(
    text: str, request: Request, access: Access, desk: Desk | None, words: Words
) -> Answer:
    """The answer to whoever may, one sentence to everyone else. Raises UserError,
    SourceUnavailable."""
    if desk is None or not request.place.private or not access.administers:
        if desk is not None and not access.administers:
            await _note_refused(desk, request)
        return Answer("decline", (Text(words.say("admin.not_for_you")),))
    return await administered(text, By.of(request), desk, request, words)


async def administered(text: str, by: By, desk: Desk, request: Request, words: Words) -> Answer:
    """The same for whoever is known to be an administrator, as at the terminal."""
    said, _, rest = _ADMIN.sub("", text, count=1).strip().partition(" ")
    verb, rest = _VERBS.get(said.lower(), said.lower()), rest.strip()
    looked = await _looked(verb, rest, by, desk, request, words)
    return looked or await _done(verb, rest, by, desk, request, words)


async def _looked(
    verb: str, rest: str, by: By, desk: Desk, request: Request, words: Words
) -> Answer | None:
    """What changes nothing; None for anything else."""
    now = request.now
    match verb:
        case "":
            return cards.status_card(await status(desk, now), words)
        case "deliveries":
            return await cards.deliveries_card(desk.opened, rest.lower(), words)
        case "cache" if not rest:
            return cards.cache_card(desk.house.cache(), words)
        case "sources":
            return cards.sources_card(await desk.house.sources(now), words)
        case "access":
            return await access_card(rest, by, desk, request, words)
        case "usage":
            return cards.usage_card(await usage(desk, _days(rest), now), words)
        case _:
            return None


async def _done(verb: str, rest: str, by: By, desk: Desk, request: Request, words: Words) -> Answer:
    now = request.now
    match verb:
        case "resend":
            if not await acts.resend(desk, by, rest, now):
                raise UserError("admin.not_resent", id=rest[:20])
            return cards.said(words.say("admin.resent", id=rest))
        case "cache" if rest.lower() in ("clear", "leeren"):
            cleared = await acts.clear_cache(desk, by, now)
            return cards.said(words.say("admin.cache_cleared", n=cleared))
        case "pause":
            return await _paused(rest, by, desk, request, words)
        case "resume":
            ended = await acts.resume(desk, by, now)
            return cards.said(words.say("admin.resumed" if ended else "admin.no_pause"))
        case "broadcast":
            return await _preview(rest, by, desk, request, words)
        case "confirm":
            places = await acts.send(desk, by, rest, now)
            return cards.said(words.say("admin.broadcast", n=places))
        case _:
            raise UserError("admin.bad_verb", said=f"{verb} {rest}".strip()[:20])


async def notice(id: str, store: Store | None, words: Words) -> Answer:
    """What an administrator told everyone: their own words, quoted. Nothing where it is none, or
    was not sent. Raises SourceUnavailable."""
    if store is None:
        raise SourceUnavailable("store", "no connection")
    told = await store.read(lambda connection: notice_of(connection, id))
    if told is None or told.sent_at is None:
        return Answer("no_data", ())
    return Answer("answer", cards.quoted(told, words))


async def _note_refused(desk: Desk, request: Request) -> None:
    """Where the store is away nothing is lost but the line of the log."""
    try:
        await acts.refused(desk, By.of(request), request.now)
    except SourceUnavailable:
        return


def _days(rest: str) -> int:
    found = _DAYS.fullmatch(rest or "7")
    if found is None or not 0 < int(found[1]) <= _MOST_DAYS:
        raise UserError("admin.bad_days", most=_MOST_DAYS)
    return int(found[1])


async def _paused(rest: str, by: By, desk: Desk, request: Request, words: Words) -> Answer:
    """Pauses for so long and this reason; without a reason asks for one."""
    given = _HOURS.fullmatch(rest)
    hold = _HOUR * int(given[1]) if given else USUAL_PAUSE
    why = (given[2] or "") if given else rest
    if not why and hold <= LONGEST_PAUSE:
        return _why(int(hold / _HOUR), words)
    held = await acts.pause(desk, by, hold, why, request.now)
    lead = words.say("admin.paused", until=words.moment(held.until, "UTC"), why=held.why)
    return Answer("answer", (Text(lead), *cards.what_is_held(words)))


def _why(hours: int, words: Words) -> Answer:
    """The usual reasons as buttons."""
    reasons = [words.say(f"admin.why_{name}") for name in ("stop", "test", "noise")]
    offered = [
        Action(words.say("admin.pause_for", n=hours, why=why), f"/andon admin pause {hours} {why}")
        for why in reasons
    ]
    ask = Text(words.say("admin.pause_why"))
    note = Notice(words.say("admin.held"), "neutral")
    return Answer("clarify", (ask, note, Actions(tuple(offered))))


async def _preview(said: str, by: By, desk: Desk, request: Request, words: Words) -> Answer:
    """What would be sent, and to how many: only the button sends it."""
    told, places, alone = await acts.draft(desk, by, said, request.now)
    if not places:
        return Answer("decline", (Text(words.say("admin.nobody")),))
    lead = Text(words.say("admin.preview", n=places, direct=alone))
    button = Action(words.say("admin.send", n=places), f"/andon admin confirm {told.id}")
    return Answer("clarify", (lead, *cards.quoted(told, words), Actions((button,))))
