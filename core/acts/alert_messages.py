"""`/alert flood:ID` and `/alert digest:ID`: one message that stands for many alerts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from core.acts.alert_cards import card_of
from core.alerts.card import Card
from core.answer import Action, Actions, Answer, Part, Table, Text
from core.asking import Asking
from core.context import ToolContext
from core.errors import UserError
from core.store import Store
from core.store.alert_messages import Flood, flood_of, shown_in
from core.store.alerts import StoredAlert, alerts_of

_MINUTE = timedelta(minutes=1)
_ROWS = 12


async def bundle(key: str, asking: Asking, context: ToolContext, store: Store) -> Answer:
    """The message as it stands now, with what the reader may see of it; without anything of that
    there is nothing to be told. Raises UserError, SourceUnavailable."""
    kind, _, flood_id = key.partition(":")
    ids = await store.read(lambda c: shown_in(c, key))
    known = await store.read(lambda c: alerts_of(c, ids))
    hierarchy = asking.installation.hierarchy
    listed = [known[i] for i in ids if i in known]
    assets = {a.id: hierarchy.get(a.asset) for a in listed}
    visible = [a for a in listed if (at := assets[a.id]) and asking.access.allows(at, hierarchy)]
    if not visible:
        return Answer("no_data", ())
    if kind == "digest":
        return _digest(visible, asking)
    flood = await store.read(lambda c: flood_of(c, flood_id))
    if flood is None:
        raise UserError("alert_card.unknown", id=key[:20])
    first = known.get(flood.first_out)
    return await _flood(flood, first if first in visible else visible[0], visible, asking, context)


async def _flood(
    flood: Flood,
    first: StoredAlert,
    visible: Iterable[StoredAlert],
    asking: Asking,
    context: ToolContext,
) -> Answer:
    """The card of what came first, with how many followed."""
    words, zone = asking.words, asking.installation.plants[flood.plant].zone
    card = await card_of(first, asking, context)
    end = flood.ended_at or asking.request.now
    said = words.say(
        "alert_card.flood_over" if flood.ended_at else "alert_card.flood",
        n=flood.count,
        minutes=words.minutes((end - flood.started_at) / _MINUTE),
        start=words.clock(flood.started_at, zone),
        end=words.clock(end, zone),
        first=card.line,
    )
    rest = tuple(part for part in card.parts[1:] if not isinstance(part, Actions))
    offered = [a for part in card.parts if isinstance(part, Actions) for a in part.actions]
    every = Action(words.say("alert_card.all"), f"/alerts {flood.plant}")
    table = _table([a for a in visible if a.id != first.id], asking)
    return Answer("answer", (Text(said), *rest, *table, Actions((offered[0], every, *offered[1:]))))


def _digest(visible: list[StoredAlert], asking: Asking) -> Answer:
    words, now = asking.words, asking.request.now
    still = sum(alert.active and not alert.is_over(now) for alert in visible)
    said = Text(words.say("alert_card.digest", n=len(visible), open=still))
    every = Action(words.say("alert_card.all"), f"/alerts {visible[0].plant}")
    return Answer("answer", (said, *_table(visible, asking), Actions((every,))))


def _table(listed: list[StoredAlert], asking: Asking) -> tuple[Part, ...]:
    """The gravest first."""
    words, installation = asking.words, asking.installation
    ranked = sorted(listed, key=lambda a: (a.is_over(asking.request.now), -a.priority, a.since))
    rows = []
    for stored in ranked[:_ROWS]:
        zone = installation.plants[stored.plant].zone
        card = Card(stored, words, installation.hierarchy, asking.access, zone, asking.request.now)
        rows.append((words.say(f"alerts.priority_{stored.priority.name.lower()}"), card.line))
    if not rows:
        return ()
    if len(ranked) > _ROWS:
        rows.append(("", words.say("common.more", n=len(ranked) - _ROWS)))
    heads = (words.say("alerts.priority"), words.say("alerts.alert"))
    return (Table(heads, tuple(rows), "ll"),)
