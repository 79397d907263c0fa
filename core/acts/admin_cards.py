"""What an administrator is shown. Times are in UTC: it is about all plants at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.admin import Part as Piece
from core.admin import Status
from core.admin_sources import SourceHealth
from core.answer import (
    Action,
    Actions,
    Answer,
    Heading,
    Metric,
    Metrics,
    Notice,
    Part,
    Table,
    Text,
    Tone,
)
from core.data.cache import Counts
from core.store import Store
from core.store.glance import Used
from core.store.notices import Told
from core.words import Words

_STATES = ("waiting", "sending", "sent", "unknown", "dead", "expired", "cancelled")
_WRONG = ("dead", "unknown")
_MOST, _BUTTONS = 20, 3


def said(text: str) -> Answer:
    return Answer("answer", (Text(text),))


def quoted(told: Told, words: Words) -> tuple[Part, ...]:
    """A person's own words, marked as such."""
    name = told.name or words.say("admin.administrator")
    return (Heading(words.say("admin.notice", name=name)), Text(f"“{told.said}”"))


def what_is_held(words: Words) -> tuple[Part, ...]:
    held = Notice(words.say("admin.held"), "neutral")
    return held, Actions((Action(words.say("admin.resume"), "/andon admin resume"),))


def status_card(status: Status, words: Words) -> Answer:
    """Everything at a glance; what is wrong comes first."""
    lead = words.say("admin.troubles", n=status.troubles)
    parts: list[Part] = [Heading(words.say("admin.title")), Text(lead)]
    if status.pause is not None:
        until = words.moment(status.pause.until, "UTC")
        paused = words.say("admin.is_paused", until=until, why=status.pause.why)
        parts += [Notice(paused), Notice(words.say("admin.held"), "neutral")]
    parts += [_pieces(status, words), Metrics(tuple(_figures(status, words)))]
    if not status.serving:
        parts.append(Notice(words.say("admin.elsewhere"), "neutral"))
    if status.errors:
        rows = tuple((_at(one.at, words), one.what) for one in status.errors[:5])
        columns = (words.say("admin.when"), words.say("admin.what"))
        parts.append(Table(columns, rows, "ll", words.say("admin.errors")))
    return Answer("answer", (*parts, Actions(tuple(_next(status, words)))))


def _pieces(status: Status, words: Words) -> Table:
    """One row for each part, what is wrong first."""
    store = Piece(words.say("admin.store"), status.store)
    sources = [(one.name, one.problem, None) for one in status.sources]
    rest = [(one.name, one.problem, one.since) for one in (store, *status.channels, *status.jobs)]
    rows = sorted([*sources, *rest], key=lambda row: not row[1])
    columns = tuple(words.say(f"admin.{name}") for name in ("part", "state", "since"))
    shown = (
        (name, _problem(problem, words), _at(since, words) if since else "")
        for name, problem, since in rows
    )
    return Table(columns, tuple(shown), "lll")


def _problem(problem: str, words: Words) -> str:
    if not problem:
        return words.say("admin.well")
    key = f"problems.{problem}"
    return words.say(key) if words.has(key) else problem


def _figures(status: Status, words: Words) -> list[Metric]:
    sent = status.deliveries
    found = [
        _metric("sent", sent.get("sent", 0), words),
        _metric("waiting", sent.get("waiting", 0) + sent.get("sending", 0), words),
        *(_metric(state, sent.get(state, 0), words, "bad") for state in _WRONG),
    ]
    if status.alerts is not None:
        counts = status.alerts
        found += [
            _metric("alerts_open", counts.open, words),
            _metric("alerts_waiting", counts.waiting, words),
            _metric("alerts_raised", counts.raised, words),
            _metric("alerts_floods", counts.floods, words, "warning"),
        ]
    if status.used is not None:
        found += [
            _metric("asked_today", status.used.asked, words),
            _metric("tokens_today", status.used.tokens, words),
            Metric(words.say("admin.cost_today"), words.number(status.used.cost, 2)),
        ]
    return found


def _metric(name: str, value: int, words: Words, tone: Tone = "neutral") -> Metric:
    shown: Tone = tone if value else "neutral"
    return Metric(words.say(f"admin.{name}"), words.number(value), tone=shown, amount=float(value))


def _next(status: Status, words: Words) -> list[Action]:
    names = ["deliveries", "sources", "usage", "resume" if status.pause else "pause"]
    if any(status.deliveries.get(state) for state in _WRONG):
        names[0] = "deliveries dead"
    return [
        Action(words.say(f"admin.to_{name.replace(' ', '_')}"), f"/andon admin {name}")
        for name in names
    ]


async def deliveries_card(store: Store, which: str, words: Words) -> Answer:
    """How many there are in each state, and those that are open; "dead": what did not go out.
    Raises SourceUnavailable."""
    counts = await store.listing.counts()
    only_wrong = which in ("dead", "tot", "tote")
    states = _WRONG if only_wrong else (*_WRONG, "sending", "waiting")
    found = await store.listing.of(states, _MOST)
    each = tuple(_metric(state, counts[state], words) for state in _STATES if counts.get(state))
    parts: list[Part] = [Heading(words.say("admin.to_deliveries"))]
    parts.append(Metrics(each) if each else Text(words.say("admin.none_sent")))
    if found:
        names = ("id", "state", "due", "place", "what", "problem")
        columns = tuple(words.say(f"admin.{name}") for name in names)
        rows = tuple(
            (one.id, words.say(f"admin.{one.state}"), _at(one.due_at, words), one.place,
             one.command, one.problem)
            for one in found
        )  # fmt: skip
        parts.append(Table(columns, rows, "llllll"))
    elif each:
        parts.append(Text(words.say("admin.none_wrong" if only_wrong else "admin.none_open")))
    wrong = [one for one in found if one.state in _WRONG]
    if wrong:
        parts.append(Notice(words.say("admin.look_first"), "neutral"))
        again = [
            Action(words.say("admin.to_resend", id=one.id), f"/andon admin resend {one.id}")
            for one in wrong[:_BUTTONS]
        ]
        parts.append(Actions(tuple(again)))
    return Answer("answer", tuple(parts))


def cache_card(tiers: Mapping[str, Counts], words: Words) -> Answer:
    names = ("tier", "hits", "shared", "misses", "stale", "rate")
    rows = tuple(
        (tier, *map(words.number, (c.hits, c.shared, c.misses, c.stale)), words.percent(c.hit_rate))
        for tier, c in tiers.items()
    )
    table = Table(tuple(words.say(f"cli.cache_{name}") for name in names), rows, "lrrrrr")
    clear = Actions((Action(words.say("admin.to_clear"), "/andon admin cache clear"),))
    return Answer("answer", (Text(words.say("admin.cache_said")), table, clear))


def sources_card(several: Sequence[SourceHealth], words: Words) -> Answer:
    wrong = sum(1 for one in several if one.problem)
    names = ("part", "state", "answered", "asked_about", "newest")
    rows = tuple(
        (
            one.name,
            _problem(one.problem, words),
            words.say("admin.ms", n=round(one.seconds * 1000)),
            one.fact,
            _at(one.newest, words) if one.newest else "–",
        )
        for one in several
    )
    table = Table(tuple(words.say(f"admin.{name}") for name in names), rows, "llrll")
    lead = words.say("admin.sources_said", n=len(several), wrong=wrong)
    return Answer("answer", (Heading(words.say("admin.to_sources")), Text(lead), table))


def usage_card(days: Sequence[Used], words: Words) -> Answer:
    names = ("day", "asked", "people", "tokens", "cost")
    rows = tuple(
        (words.day(one.day), *map(words.number, (one.asked, one.people, one.tokens)),
         words.number(one.cost, 2))
        for one in days
    )  # fmt: skip
    lead = words.say(
        "admin.usage_said",
        n=len(days),
        asked=sum(one.asked for one in days),
        tokens=sum(one.tokens for one in days),
        cost=words.number(sum(one.cost for one in days), 2),
    )
    table = Table(tuple(words.say(f"admin.{name}") for name in names), rows, "lrrrr")
    note = Notice(words.say("admin.usage_note"), "neutral")
    return Answer("answer", (Heading(words.say("admin.to_usage")), Text(lead), table, note))


def _at(at: datetime, words: Words) -> str:
    return words.moment(at, "UTC")
