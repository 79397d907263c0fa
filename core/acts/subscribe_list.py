"""What comes to a place by itself, as a list and as what a form is made of."""

from __future__ import annotations

from collections.abc import Sequence

from core.answer import Action, Actions, Answer, Notice, Part, Table, Text
from core.asking import Asking
from core.domain.assets import AREA, PLANT
from core.store import Store, Subscription
from core.store.pauses import pause_at
from core.store.subscriptions import KINDS
from core.words import Words


async def listed(asking: Asking, store: Store, said: str) -> Answer:
    """What comes here; in private also what the person subscribed elsewhere."""
    request, words = asking.request, asking.words
    here = await store.subscriptions.of(request.place)
    parts: list[Part] = [Text(words.say(f"subscribe.{said}"))] if said else []
    if here:
        parts += [Text(words.say("subscribe.here"))] if not said else []
        parts.append(table(here, asking))
    elif said != "unsubscribed":
        parts.append(Text(words.say("subscribe.none")))
    pause = await store.read(lambda connection: pause_at(connection, request.now))
    if pause is not None:
        until = words.moment(pause.until, asking.installation.plants[asking.plant].zone)
        parts.append(Notice(words.say("admin.is_paused", until=until, why=pause.why)))
    if request.place.room.private:
        ids = {one.id for one in here}
        mine = [o for o in await store.subscriptions.owned(request.user.id) if o.id not in ids]
        if mine:
            parts += [Text(words.say("subscribe.elsewhere")), table(mine, asking)]
    parts.append(Actions(tuple(_offered(here, asking))))
    return Answer("clarify" if said == "which" else "answer", tuple(parts))


def ends(several: Sequence[Subscription], asking: Asking) -> tuple[Action, ...]:
    """Buttons that end the first three of them."""
    say = asking.words.say
    return tuple(
        Action(say("subscribe.end", what=_places(one, asking)), f"/andon unsubscribe {one.id}")
        for one in several[:3]
    )


def _offered(here: Sequence[Subscription], asking: Asking) -> list[Action]:
    words = asking.words
    if here:
        changes = [
            Action(words.say("subscribe.change", what=_places(one, asking)),
                   f"/andon change {one.id}")
            for one in here[:3]
        ]  # fmt: skip
        missing = [kind for kind in KINDS if all(kind not in one.kinds for one in here)]
        scope = ",".join(here[0].scope)
        more = [
            Action(
                words.say("subscribe.add", kind=words.say(f"subscribe.{kind}")),
                f"/andon subscribe {scope},{kind}",
            )
            for kind in missing[:2]
        ]
        return [*more, *changes, *ends(here, asking)]
    return [Action(words.say("subscribe.begin"), "/andon subscribe")]


def choosing(one: Subscription | None, asking: Asking) -> Answer:
    """What may be chosen, and what is: in words, and in `args` for a form. `one` is what is to be
    changed, None for a new one."""
    words, hierarchy = asking.words, asking.installation.hierarchy
    chosen = [i for i in (one.scope if one else ()) if i in hierarchy]
    offered = [a.id for a in hierarchy if a.kind in (PLANT, AREA)]
    seen = [i for i in dict.fromkeys((*offered, *chosen))
            if asking.access.allows(hierarchy[i], hierarchy)]  # fmt: skip
    kinds = [kind for kind in KINDS if one and kind in one.kinds]
    form: dict[str, object] = {
        "id": one.id if one else "",
        "places": {i: hierarchy[i].name for i in seen},
        "chosen": [i for i in (chosen or asking.request.user.areas) if i in seen],
        "kinds": {kind: words.say(f"subscribe.{kind}") for kind in KINDS},
        "chosen_kinds": kinds or ["briefing", "alerts"],
    }
    known = (Text(about(one, asking)),) if one else ()
    command = f"/andon change {one.id}" if one else "/andon subscribe"
    how = Text(words.say("subscribe.how", command=command))
    buttons = _offered((one,) if one else (), asking)
    more = Actions(tuple(a for a in buttons if a.command != command))
    return Answer("answer", (*known, how, more), args={"form": form})


def table(several: Sequence[Subscription], asking: Asking) -> Table:
    words = asking.words
    columns = tuple(words.say(f"subscribe.{name}") for name in ("places", "kinds", "id"))
    rows = tuple((_places(one, asking), _kinds(one, words), one.id) for one in several)
    return Table(columns, rows, "lll")


def about(one: Subscription, asking: Asking) -> str:
    return f"{_places(one, asking)}: {_kinds(one, asking.words)}"


def _places(one: Subscription, asking: Asking) -> str:
    hierarchy = asking.installation.hierarchy
    return ", ".join(asset.name if (asset := hierarchy.get(i)) else i for i in one.scope)


def _kinds(one: Subscription, words: Words) -> str:
    return ", ".join(words.say(f"subscribe.{kind}") for kind in KINDS if kind in one.kinds)
