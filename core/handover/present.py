"""A handover as both sides read it. Notes are people's own words, shown as they wrote them."""

from __future__ import annotations

from collections.abc import Sequence

from core.alerts.snapshot import restored
from core.alerts.wording import AlertWords
from core.answer import Action, Actions, Heading, Notice, Part, Text
from core.domain.handing_over import BEFORE_END, Handover, Signature
from core.figures import names
from core.handover.gather import Turnover
from core.measures.shift_record import Made
from core.parts.tasks import Standings, do
from core.store.alerts import StoredAlert
from core.words import Words

_MOST = 5
_NOTE_LETTERS = 300


def content(found: Turnover, standings: Standings, words: Words) -> tuple[Part, ...]:
    """What is handed over."""
    alerts = AlertWords(words, found.places, found.zone, found.period.end)
    title = words.say("handover.title", assets=names(found.asked, words))
    return (
        Heading(f"{title} · {words.period(found.period)}"),
        *_safety(found, alerts),
        *_made(found, words),
        *_stops(found, alerts),
        *_alerts(found, alerts),
        *_unfinished(found, standings),
        *_notes(found, standings),
        *([Notice(words.say("handover.down", system=found.down))] if found.down else []),
    )


def status(handover: Handover | None, standings: Standings) -> Text:
    """Who completed it, who signed it."""
    words = standings.words
    if handover is None:
        return Text(words.say("handover.unkept"))
    told = []
    if handover.completed is not None:
        told.append(_signed("completed", handover.completed, standings))
    if handover.signed is not None:
        told.append(_signed("alone" if handover.alone else "signed", handover.signed, standings))
    key = {"open": "is_open", "completed": "is_unsigned"}.get(handover.state)
    if key:
        told.append(words.say(f"handover.{key}"))
    return Text(" ".join(told))


def _signed(act: str, signature: Signature, standings: Standings) -> str:
    words = standings.words
    name = standings.name(signature.who)
    moment = words.moment(signature.at, standings.zone)
    key = f"handover.{act}_by" if name else f"handover.{act}"
    return words.say(key, **({"name": name} if name else {}), moment=moment)


def buttons(
    handover: Handover | None, scope: Sequence[str], found: Turnover | None, words: Words
) -> Actions:
    """What can be done now; `found` is how things stand while it is not completed."""
    place = " ".join(scope)
    offered = []
    if handover is not None and (found is None or _may_complete(handover, found)):
        version = f"v{handover.version}"
        acts = {"open": ("complete",), "completed": ("sign", "undo"), "signed": ("undo",)}
        offered = [
            Action(words.say(f"handover.do_{act}"), f"/handover {handover.id} {act} {version}")
            for act in acts[handover.state]
        ]
    offered.append(Action(words.say("action.list"), f"/actions {place}"))
    offered.append(Action(words.say("briefing.alerts"), f"/alerts {place}"))
    offered.append(Action(words.say("handover.log"), f"/handover {place} last week"))
    return Actions(tuple(offered))


def _may_complete(handover: Handover, found: Turnover) -> bool:
    return found.period.end >= handover.interval.end - BEFORE_END


# --- what is handed over ---------------------------------------------------------------------


def _safety(found: Turnover, alerts: AlertWords) -> list[Text]:
    if found.situation is None:
        return []
    words = alerts.words
    if "safety" not in found.situation.checked:
        return [Text(words.say("briefing.safety_unknown"))]
    events = found.situation.safety
    if not events:
        return [Text(words.say("briefing.safety_none"))]
    told = [
        words.say(
            "handover.event",
            severity=alerts.severity(event.said),
            asset=alerts.name(event.place),
            moment=words.moment(event.since, found.zone),
        )
        for event in events[:_MOST]
    ]
    cites = tuple(dict.fromkeys(cite for event in events for cite in event.cites))
    return [Text(words.say("handover.safety", listed="; ".join(told)), cites)]


def _made(found: Turnover, words: Words) -> list[Text]:
    if found.record is None:
        return []
    told = [_of(one, words) for one in found.record.made if one.units is not None]
    return [Text(words.say("handover.made", listed=" · ".join(told)), found.record.cites)] * bool(
        told
    )


def _of(made: Made, words: Words) -> str:
    shown = words.units(made.units, made.unit)
    if made.planned is None or not made.is_whole:
        return shown
    return words.say(
        "handover.of", made=words.number(made.units), planned=words.units(made.planned, made.unit)
    )


def _stops(found: Turnover, alerts: AlertWords) -> list[Text]:
    if found.situation is None or "down" not in found.situation.checked:
        return []
    words, stops = alerts.words, found.situation.stops
    silent = _silent(found, alerts)
    if not stops:
        return silent or [Text(words.say("handover.no_stops"))]
    told = []
    for stop in stops[:_MOST]:
        since = words.say("common.since", moment=words.moment(stop.since, found.zone))
        said = f"{alerts.name(stop.asset)} {since}"
        told.append(f"{said}, {stop.reason}" if stop.reason else said)
    told += _more(len(stops), words)
    cites = tuple(dict.fromkeys(cite for stop in stops for cite in stop.cites[:1]))
    return [Text(words.say("handover.stops", listed="; ".join(told)), cites), *silent]


def _silent(found: Turnover, alerts: AlertWords) -> list[Text]:
    """Where no data comes from, and since when: nothing is known there, which is not nothing."""
    if found.situation is None or not found.situation.feeds:
        return []
    words, above = alerts.words, found.situation.above
    silent = {feed.asset for feed in found.situation.feeds}
    # A line stands for its machines.
    feeds = [f for f in found.situation.feeds if silent.isdisjoint(above.get(f.asset, ())[1:])]
    feeds.sort(key=lambda feed: alerts.name(feed.asset))
    told = [
        words.say(
            "handover.silent_one",
            asset=alerts.name(feed.asset),
            moment=words.moment(feed.at, found.zone),
        )
        for feed in feeds[:_MOST]
    ]
    told += _more(len(feeds), words)
    cites = tuple(dict.fromkeys(cite for feed in feeds for cite in feed.cites))
    return [Text(words.say("handover.silent", listed="; ".join(told)), cites)]


def _alerts(found: Turnover, alerts: AlertWords) -> list[Text]:
    told = []
    # Safety has a line of its own.
    unseen = [one for one in found.unseen if one.rule != "safety"]
    unseen.sort(key=lambda one: (not one.active, -one.priority, one.raised_at, one.id))
    for key, listed in (("unseen", unseen), ("shelved", found.shelved)):
        if listed:
            shown = [_alert(one, key, alerts) for one in listed[:_MOST]]
            shown += _more(len(listed), alerts.words)
            told.append(Text(alerts.words.say(f"handover.{key}", listed="; ".join(shown))))
    return told


def _alert(stored: StoredAlert, key: str, alerts: AlertWords) -> str:
    words = alerts.words
    said = f"{alerts.name(stored.asset)} {alerts.what(restored(stored, money=False))}"
    if key == "shelved":
        until = words.clock(stored.shelved_until, alerts.zone)
        return words.say("handover.until", what=said, clock=until)
    return said if stored.active else words.say("handover.over", what=said)


def _unfinished(found: Turnover, standings: Standings) -> list[Text]:
    if not found.unfinished:
        return []
    words = standings.words
    told = []
    for one in found.unfinished[:_MOST]:
        place = found.places.get(one.subject.asset)
        name = place.name if place else one.subject.asset
        told.append(f"{name} – {do(one.subject, words)} ({one.id}, {standings.said(one)})")
    told += _more(len(found.unfinished), words)
    return [Text(words.say("handover.unfinished", listed="; ".join(told)))]


def _notes(found: Turnover, standings: Standings) -> list[Text]:
    words = standings.words
    told = []
    for note in found.notes:
        name = standings.name(note.who)
        clock = words.clock(note.at, found.zone)
        said = " ".join(note.said.split())[:_NOTE_LETTERS]
        told.append(
            Text(words.say("handover.note", clock=clock, said=said, name=f" {name}".rstrip()))
        )
    return told


def _more(count: int, words: Words) -> list[str]:
    return [words.say("common.more", n=count - _MOST)] if count > _MOST else []
