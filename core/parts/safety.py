"""Safety events as parts of an answer: severity, place and state, never a description."""

from __future__ import annotations

from collections.abc import Sequence

from core.answer import Chart, Part, Series
from core.domain.safety import parse_severity
from core.measures.safety_record import Count, Event, Since
from core.tables import figures, table, texts
from core.words import Words


def severity(said: str, words: Words) -> str:
    """A known severity in the reader's language; another word as it is recorded."""
    known = parse_severity(said)
    if known is not None:
        return words.say(f"safety_events.{known.name.lower()}")
    return words.say("safety_events.other_word", said=said) if said else words.unknown


def by_severity(counts: Sequence[Count], words: Words, cites: tuple[int, ...]) -> tuple[Part, ...]:
    if len(counts) < 2:
        return ()
    label = words.say("safety_events.count")
    return (
        Chart(
            "bar",
            words.say("safety_events.by_severity"),
            tuple(severity(count.said, words) for count in counts),
            (Series(label, tuple(float(count.events) for count in counts)),),
            "",
            cites=cites,
        ),
    )


def listed(
    events: Sequence[Event], more: int, zone: str, words: Words, cites: tuple[int, ...]
) -> tuple[Part, ...]:
    """Severity, place and state; descriptions stay out. `more` are not among the `events`."""

    def state(event: Event) -> str:
        key = "state_open" if event.is_open else "state_closed"
        return words.say(f"safety_events.{key}") if event.status else ""

    return table(
        events,
        texts(words.say("common.when"), lambda e: words.moment(e.time, zone)),
        texts(
            words.say("safety_events.place"), lambda e: e.place.name if e.place else words.unknown
        ),
        texts(words.say("common.severity"), lambda e: severity(e.said, words)),
        texts(words.say("common.status"), state),
        title=words.say("safety_events.list"),
        cites=cites,
        more=words.say("common.more", n=more) if more > 0 else "",
    )


def days_since(areas: Sequence[Since], words: Words, cites: tuple[int, ...]) -> tuple[Part, ...]:
    """By area, the latest first; nothing for one area alone."""
    if len(areas) < 2:
        return ()
    never = words.say("safety_events.never")
    return table(
        sorted(areas, key=lambda e: (e.days is None, e.days or 0)),
        texts(words.say("common.area"), lambda e: e.place.name),
        figures(
            words.say("safety_events.days_since"),
            lambda e: never if e.days is None else words.number(e.days),
        ),
        texts(
            words.say("safety_events.last_one"),
            lambda e: words.day(e.last, year=True) if e.last else "",
        ),
        title=words.say("safety_events.since"),
        cites=cites,
    )
