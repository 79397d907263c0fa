"""`/andon subscribe|unsubscribe|list`: what is sent unasked to this place."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.acts.subscribe_words import Said, act_of, read
from core.answer import Action, Actions, Answer, Outcome, Part, Table, Text
from core.asking import Asking
from core.domain.assets import AREA, PLANT
from core.errors import NoData, SourceUnavailable
from core.kept import Kept
from core.request import Place, direct
from core.store import Kind, Store, Subscription, Wanted
from core.store.subscriptions import KINDS
from core.words import Words

USUAL: frozenset[Kind] = frozenset({"briefing", "alerts"})
_FAREWELL = timedelta(days=7)


async def subscriptions(text: str, asking: Asking, kept: Kept) -> Answer:
    """Makes, ends or lists them. Raises UserError, NoData, SourceUnavailable."""
    store = kept.store
    if store is None:
        raise SourceUnavailable("store", "no connection")
    match act_of(text):
        case "subscribe":
            return await _subscribe(read(text), asking, kept, store)
        case "unsubscribe":
            return await _unsubscribe(text, asking, store)
        case "farewell":
            return await _farewell(text, asking, store)
        case _:
            return await _listed(asking, store, "")


def farewells(place: Place, gone: Sequence[Subscription], at: datetime) -> list[Wanted]:
    """A word to each owner of a subscription whose place is gone, once."""
    if place.private:
        return []
    return [
        Wanted(
            key=f"farewell:{one.id}:{at.isoformat()}",
            place=direct(one.owner),
            kind="note",
            rank=4,
            command=f"/andon farewell {one.id}",
            user=one.owner,
            language=one.language,
            due_at=at,
            until=at + _FAREWELL,
        )
        for one in {one.owner: one for one in reversed(gone)}.values()
    ]


async def _subscribe(said: Said, asking: Asking, kept: Kept, store: Store) -> Answer:
    request, words = asking.request, asking.words
    if not _may(asking):
        return _told("decline", words.say("subscribe.not_allowed"))
    scope = _scope(said, asking)
    kinds = frozenset(KINDS if said.all and not said.kinds else said.kinds) or USUAL
    here = await store.subscriptions.of(request.place)
    same = next((one for one in here if one.scope == scope), None)
    if same is not None:
        made = replace(same, kinds=same.kinds | kinds)
    else:
        person = await kept.person(request.user.id)
        made = Subscription(
            secrets.token_hex(3),
            request.place.room,
            scope,
            kinds,
            request.user.id,
            words.language,
            "",
            person.quiet if request.place.room.private else None,
            request.now,
        )
    await store.subscriptions.save(made)
    return await _listed(asking, store, "subscribed")


def _scope(said: Said, asking: Asking) -> tuple[str, ...]:
    """Ids of what is meant: what was named, else the asker's areas, else what they may see."""
    hierarchy, access = asking.installation.hierarchy, asking.access
    if said.places:
        ids = asking.installation.names(asking.plant).resolve_all(said.places)
    else:
        ids = asking.request.user.areas or (asking.plant,)
        if not said.places and not access.allows(hierarchy[asking.plant], hierarchy):
            seen = [a for a in hierarchy if a.kind in (PLANT, AREA)]
            mine = tuple(a.id for a in seen if access.allows(a, hierarchy))
            ids = tuple(i for i in asking.request.user.areas if i in mine) or mine
    hidden = [i for i in ids if not access.allows(hierarchy[i], hierarchy)]
    if hidden or not ids:
        shown = asking.words.joined([hierarchy[i].name for i in hidden or [asking.plant]])
        raise NoData("not_allowed_asset", asset=shown)
    return tuple(sorted(dict.fromkeys(ids)))


async def _unsubscribe(text: str, asking: Asking, store: Store) -> Answer:
    """Ends all of it, one of them by its id, or some kinds of what comes here."""
    words, said = asking.words, read(text)
    here = await store.subscriptions.of(asking.request.place)
    if not here:
        return await _listed(asking, store, "")
    if not _may(asking):
        return _told("decline", words.say("subscribe.not_allowed"))
    named = [one for one in here if one.id in said.places]
    if said.places and not named:
        scope = _scope(said, asking)
        named = [one for one in here if set(one.scope) & set(scope)]
        if not named:
            return await _listed(asking, store, "not_here")
    elif not named and not said.kinds and not said.all and len(here) > 1:
        return await _listed(asking, store, "which")
    for one in named or here:
        left = one.kinds - set(said.kinds) if said.kinds else frozenset[Kind]()
        if left:
            await store.subscriptions.save(replace(one, kinds=left))
        else:
            await store.subscriptions.remove(one.id)
    return await _listed(asking, store, "unsubscribed")


async def _farewell(text: str, asking: Asking, store: Store) -> Answer:
    """Tells an owner that their subscription rests; nothing where it is no more, or not theirs."""
    words = asking.words
    own = await store.subscriptions.owned(asking.request.user.id)
    gone = await store.places.gone()
    found = [one for one in own if one.id in text.split()[2:] and _key(one.place) in gone]
    if not found:
        return Answer("no_data", ())
    return _told("answer", words.say("subscribe.gone", what=_about(found[0], asking)))


async def _listed(asking: Asking, store: Store, said: str) -> Answer:
    """What comes here; in private also what the person subscribed elsewhere."""
    request, words = asking.request, asking.words
    here = await store.subscriptions.of(request.place)
    parts: list[Part] = [Text(words.say(f"subscribe.{said}"))] if said else []
    if here:
        parts += [Text(words.say("subscribe.here"))] if not said else []
        parts.append(_table(here, asking))
    elif said != "unsubscribed":
        parts.append(Text(words.say("subscribe.none")))
    if request.place.room.private:
        ids = {one.id for one in here}
        mine = [o for o in await store.subscriptions.owned(request.user.id) if o.id not in ids]
        if mine:
            parts += [Text(words.say("subscribe.elsewhere")), _table(mine, asking)]
    parts.append(Actions(tuple(_offered(here, asking))))
    return Answer("clarify" if said == "which" else "answer", tuple(parts))


def _offered(here: Sequence[Subscription], asking: Asking) -> list[Action]:
    words = asking.words
    ends = [
        Action(
            words.say("subscribe.end", what=_places(one, asking)), f"/andon unsubscribe {one.id}"
        )
        for one in here[:3]
    ]
    if here:
        missing = [kind for kind in KINDS if all(kind not in one.kinds for one in here)]
        scope = ",".join(here[0].scope)
        more = [
            Action(
                words.say("subscribe.add", kind=words.say(f"subscribe.{kind}")),
                f"/andon subscribe {scope},{kind}",
            )
            for kind in missing[:2]
        ]
        return more + ends
    return [Action(words.say("subscribe.begin"), "/andon subscribe")]


def _table(several: Sequence[Subscription], asking: Asking) -> Table:
    words = asking.words
    columns = tuple(words.say(f"subscribe.{name}") for name in ("places", "kinds", "id"))
    rows = tuple((_places(one, asking), _kinds(one, words), one.id) for one in several)
    return Table(columns, rows, "lll")


def _about(one: Subscription, asking: Asking) -> str:
    return f"{_places(one, asking)}: {_kinds(one, asking.words)}"


def _places(one: Subscription, asking: Asking) -> str:
    hierarchy = asking.installation.hierarchy
    return ", ".join(asset.name if (asset := hierarchy.get(i)) else i for i in one.scope)


def _kinds(one: Subscription, words: Words) -> str:
    return ", ".join(words.say(f"subscribe.{kind}") for kind in KINDS if kind in one.kinds)


def _may(asking: Asking) -> bool:
    return asking.request.place.room.private or asking.access.subscribes


def _key(place: Place) -> str:
    return f"{place.channel}|{place.address}"


def _told(outcome: Outcome, text: str) -> Answer:
    return Answer(outcome, (Text(text),))
