"""`/andon subscribe|unsubscribe|change|list`: what is sent unasked to this place."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.acts.subscribe_list import about, choosing, listed
from core.acts.subscribe_words import Said, act_of, read, trimmed
from core.answer import Answer, Outcome, Text
from core.asking import Asking
from core.domain.assets import AREA, PLANT
from core.errors import NoData, SourceUnavailable, UserError
from core.kept import Kept
from core.request import Place, direct
from core.store import Kind, Store, Subscription, Wanted
from core.store.subscriptions import KINDS

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
        case "change":
            return await _change(text, asking, store)
        case "farewell":
            return await _farewell(text, asking, store)
        case _:
            return await listed(asking, store, "")


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
    return await listed(asking, store, "subscribed")


def _scope(said: Said, asking: Asking) -> tuple[str, ...]:
    """Ids of what is meant: what was named, else the asker's areas, else what they may see.

    Raises UserError where a word is neither a place nor a kind, so that a slip of the pen does not
    subscribe something else.
    """
    hierarchy, access = asking.installation.hierarchy, asking.access
    if said.places:
        names = asking.installation.names(asking.plant)
        ids = names.resolve_all(said.places)
        if left := trimmed(" ".join(map(names.left_of, said.places)).split()):
            raise UserError("subscribe.not_understood", said=" ".join(left)[:40])
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


async def _change(text: str, asking: Asking, store: Store) -> Answer:
    """Gives a subscription other places and kinds, and to whoever does so. Without any, what there
    is to choose from."""
    user, here = asking.request.user.id, await store.subscriptions.of(asking.request.place)
    given, _, rest = " ".join(text.split()[2:]).partition(" ")
    if not _may(asking):
        return _told("decline", asking.words.say("subscribe.not_allowed"))
    one = next((one for one in here if one.id == given), None)
    if one is None and given:
        return await listed(asking, store, "not_here")
    if one is None or not rest:
        return choosing(one or (here[0] if len(here) == 1 else None), asking)
    said = read(f"/andon change {rest}")
    scope = _scope(said, asking)
    kinds = frozenset(KINDS if said.all and not said.kinds else said.kinds) or one.kinds
    for other in here:
        if other.scope == scope and other.id != one.id:
            kinds |= other.kinds
            await store.subscriptions.remove(other.id)
    await store.subscriptions.save(replace(one, scope=scope, kinds=kinds, owner=user))
    return await listed(asking, store, "changed")


async def _unsubscribe(text: str, asking: Asking, store: Store) -> Answer:
    """Ends all of it, one of them by its id, or some kinds of what comes here; by its id also what
    one subscribed oneself in another place."""
    words, said = asking.words, read(text)
    here = await store.subscriptions.of(asking.request.place)
    own = await store.subscriptions.owned(asking.request.user.id)
    elsewhere = [one for one in own if one.id in said.places and one not in here]
    if elsewhere:
        for one in elsewhere:
            await store.subscriptions.remove(one.id)
        return await listed(asking, store, "unsubscribed")
    if not here:
        return await listed(asking, store, "")
    if not _may(asking):
        return _told("decline", words.say("subscribe.not_allowed"))
    named = [one for one in here if one.id in said.places]
    if said.places and not named:
        scope = _scope(said, asking)
        named = [one for one in here if set(one.scope) & set(scope)]
        if not named:
            return await listed(asking, store, "not_here")
    elif not named and not said.kinds and not said.all and len(here) > 1:
        return await listed(asking, store, "which")
    for one in named or here:
        left = one.kinds - set(said.kinds) if said.kinds else frozenset[Kind]()
        if left:
            await store.subscriptions.save(replace(one, kinds=left))
        else:
            await store.subscriptions.remove(one.id)
    return await listed(asking, store, "unsubscribed")


async def _farewell(text: str, asking: Asking, store: Store) -> Answer:
    """Tells an owner that their subscription rests; nothing where it is no more, or not theirs."""
    words = asking.words
    own = await store.subscriptions.owned(asking.request.user.id)
    gone = await store.places.gone()
    found = [one for one in own if one.id in text.split()[2:] and _key(one.place) in gone]
    if not found:
        return Answer("no_data", ())
    return _told("answer", words.say("subscribe.gone", what=about(found[0], asking)))


def _may(asking: Asking) -> bool:
    return asking.request.place.room.private or asking.access.subscribes


def _key(place: Place) -> str:
    return f"{place.channel}|{place.address}"


def _told(outcome: Outcome, text: str) -> Answer:
    return Answer(outcome, (Text(text),))
