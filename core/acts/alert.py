"""`/alert ID`, `/alert ID take`, `/alert ID shelve 60 being repaired` …: one alert as a card, and
what a person does to it. Never offered to a model; only what the clicker may see."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import Connection

from core.acts.alert_cards import card_of, refused
from core.acts.alert_changes import (
    Act,
    acknowledged,
    closed,
    shelved,
    taken,
    unshelved,
)
from core.acts.alert_deed import Deed, Do, written
from core.acts.alert_load import load
from core.acts.alert_messages import bundle
from core.acts.alert_reason import chosen_reason
from core.alerts.snapshot import STOPS
from core.answer import Action, Actions, Answer, Notice, Text
from core.answering import Answering
from core.asking import Asking
from core.context import ToolContext
from core.errors import NoData, SourceUnavailable, UserError
from core.store import Store
from core.store.alerts import StoredAlert, alert_of

_VERBS: dict[str, Act] = {
    "take": "take", "übernehmen": "take", "ack": "ack", "acknowledge": "ack", "quittieren": "ack",
    "close": "close", "schließen": "close", "shelve": "shelve", "zurückstellen": "shelve",
    "unshelve": "unshelve", "reason": "reason", "grund": "reason", "undo": "undo",
    "rückgängig": "undo",
}  # fmt: skip
_COMMAND = re.compile(
    r"(?P<id>\S+)(?:\s+(?P<verb>\S+))?(?:\s+v(?P<seen>\d{1,6})(?=\s|$))?\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_MINUTES = re.compile(
    r"(\d{1,4})\s*(h|hours?|std|stunden?|m|min|minutes?|minuten?)?\b\s*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_SHIFT = re.compile(r"(?:shift|schicht)\b\s*(.*)", re.IGNORECASE | re.DOTALL)


async def alert(rest: str, asking: Asking, answering: Answering) -> Answer:
    """Shows the alert, or does what is asked to it: "3f2a91 take v4". Raises UserError, NoData,
    SourceUnavailable."""
    context = answering.context(asking)
    store = context.store
    if store is None:
        raise SourceUnavailable("store", "no connection")
    if rest.split()[:1] in (["load"], ["last"]):  # German "Last" is a load
        return await load(" ".join(rest.split()[1:]), context, store)
    found = _COMMAND.fullmatch(rest.strip())
    if found is None:
        raise UserError("alert_card.which")
    verb, words = (found["verb"] or "").lower(), found["rest"].strip()
    if found["id"].startswith(("flood:", "digest:")):
        return await bundle(found["id"], asking, context, store)
    shown = await store.read(lambda c: alert_of(c, found["id"].lower()))
    if shown is None:
        raise UserError("alert_card.unknown", id=found["id"][:20])
    if not _may_see(shown, asking):
        if verb == "push":
            return Answer("no_data", ())
        asset = asking.installation.hierarchy.get(shown.asset)
        raise NoData("not_allowed_asset", asset=asset.name if asset else shown.asset)
    if not verb or verb == "push":
        return Answer("answer", (await card_of(shown, asking, context)).parts)
    act = _VERBS.get(verb)
    if act is None:
        raise UserError("alert_card.bad_verb", said=verb[:20])
    seen = int(found["seen"]) if found["seen"] else None
    deed = await _deed(act, seen, words, shown, asking, context)
    if isinstance(deed, Answer):
        return deed
    return await _do(deed, shown, asking, context, store)


def _may_see(shown: StoredAlert, asking: Asking) -> bool:
    hierarchy = asking.installation.hierarchy
    asset = hierarchy.get(shown.asset)
    return asset is not None and asking.access.allows(asset, hierarchy)


async def _deed(
    act: Act, seen: int | None, rest: str, shown: StoredAlert, asking: Asking, context: ToolContext
) -> Deed | Answer:
    """What is to be done; or the choices, where the command leaves something open."""
    now, user = asking.request.now, asking.request.user
    if act not in ("reason", "undo") and shown.is_over(now):
        raise UserError("alert_card.is_over")
    match act:
        case "take":
            return Deed(act, seen, lambda a: taken(a, user, now))
        case "ack":
            return Deed(act, seen, lambda a: acknowledged(a, now))
        case "close":
            return Deed(act, seen, lambda a: closed(a, now))
        case "unshelve":
            return Deed(act, seen, unshelved)
        case "undo":
            return Deed(act, seen, lambda a: a)
        case "shelve":
            return Deed(act, seen, _shelving(rest, shown, asking)) if rest else _when(shown, asking)
        case "reason":
            if shown.rule not in STOPS:
                raise UserError("alert_card.no_stop")
            chosen = await chosen_reason(rest, shown, asking, context)
            if isinstance(chosen, Answer):
                return chosen
            return Deed(act, seen, lambda a: acknowledged(a, now), chosen)


def _shelving(rest: str, shown: StoredAlert, asking: Asking) -> Do:
    now, installation = asking.request.now, asking.installation
    longest = timedelta(hours=installation.alert_rules.states.longest_shelving_hours)
    to_end, given = _SHIFT.fullmatch(rest), _MINUTES.fullmatch(rest)
    if to_end is not None:
        running = installation.calendars[shown.plant].current(now)
        if running is None:
            raise UserError("alert_card.no_shift")
        duration, why = min(running.interval.end - now, longest), to_end[1]
    elif given is not None:
        hours = (given[2] or "").lower().startswith(("h", "st"))
        duration, why = timedelta(minutes=int(given[1]) * (60 if hours else 1)), given[3]
    else:
        raise UserError("alert_card.bad_minutes", said=rest[:30], id=shown.id)
    return lambda a: shelved(a, now, duration, why, longest)


def _when(shown: StoredAlert, asking: Asking) -> Answer:
    """The usual times and reasons as buttons."""
    words, own = asking.words, f"/alert {shown.id} shelve v{shown.version}"
    asset = asking.installation.hierarchy[shown.asset].name
    times = [(words.minutes(15), "15", "repair"), (words.minutes(60), "60", "repair")]
    times += [(words.minutes(60), "60", "parts")]
    if asking.installation.calendars[shown.plant].current(asking.request.now) is not None:
        end = words.say("alert_card.to_shift_end")
        times += [(end, "shift", "parts"), (end, "shift", "planned")]
    offered = []
    for duration, said, key in times:
        why = words.say(f"alert_card.why_{key}")
        label = words.say("alert_card.shelve_for", duration=duration, why=why)
        offered.append(Action(label, f"{own} {said} {why}"))
    ask = Text(words.say("alert_card.shelve_ask", asset=asset))
    hint = Notice(words.say("alert_card.shelve_own", id=shown.id), "neutral")
    return Answer("clarify", (ask, hint, Actions(tuple(offered))))


async def _do(
    deed: Deed, shown: StoredAlert, asking: Asking, context: ToolContext, store: Store
) -> Answer:
    """All of it in one transaction: the alert, its history, who did it, and the messages that are
    to show it."""

    def write(connection: Connection) -> tuple[StoredAlert, bool]:
        now = alert_of(connection, shown.id, lock=True)
        if now is None:
            raise UserError("alert_card.unknown", id=shown.id)
        if deed.seen is not None and deed.seen != now.version:
            return now, False
        return written(connection, deed, now, asking, store), True

    fresh, is_done = await store.write(write)
    card = await card_of(fresh, asking, context)
    if not is_done:
        return refused(card)
    return _said(deed, fresh, asking, card.line)


def _said(deed: Deed, fresh: StoredAlert, asking: Asking, line: str) -> Answer:
    words, zone = asking.words, asking.installation.plants[fresh.plant].zone
    name = asking.request.user.name or words.say("alert_card.somebody")
    said = words.say(
        f"alert_card.said_{deed.act}",
        name=name[:1].upper() + name[1:],
        until=words.clock(fresh.shelved_until, zone),
        why=fresh.shelved_because,
        reason=deed.reason.text if deed.reason else None,
    )
    offered = [Action(words.say("alert_card.undo"), f"/alert {fresh.id} undo")]
    if deed.act == "undo":
        offered = [Action(words.say("alert_card.details"), f"/alert {fresh.id}")]
    return Answer("answer", (Text(said), Text(line), Actions(tuple(offered))))
