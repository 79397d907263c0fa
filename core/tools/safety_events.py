"""Safety: what happened, by severity, what is still open, days since the last recordable event.

Descriptions and names of people are never shown: severity, place and state only.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from core.answer import Heading, Metric, Metrics, Notice, Part, Text, Tone
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import AREA, PLANT, Asset
from core.domain.periods import Period
from core.domain.safety import Severity, parse_severity
from core.domain.shifts import ShiftCalendar
from core.errors import NoData
from core.figures import names, next_questions, said_again, scope
from core.measures.safety_record import (
    Count,
    Event,
    SafetyReader,
    Since,
    areas_of,
    counts,
    days_lost,
    open_first,
    since,
    total,
)
from core.parts import safety
from core.tool import IfOwn, ManufacturingTool, PeriodArgs
from core.words import Words

_DAYS = 30
_EVENTS = 10


class SafetyArgs(PeriodArgs):
    focus: IfOwn[Literal["recordable", "lost_time"]] = Field(
        default=None,
        description="What the days without an accident are asked for: since the last recordable "
        "event, or since the last one with lost time.",
    )


@dataclass(frozen=True, slots=True)
class SafetyResult:
    """`open` are all that are open, also from before the period; `first` is the first event that
    is recorded at all. `recordable` and `lost_time` are of the areas in or around what was asked.
    """

    asked: tuple[Asset, ...]
    period: Period
    focus: Literal["recordable", "lost_time"] | None
    counts: tuple[Count, ...]
    reference: Period | None
    before: int | None
    open: tuple[Event, ...]
    events: tuple[Event, ...]
    recordable: tuple[Since, ...]
    lost_time: tuple[Since, ...]
    days_lost: float | None
    first: datetime | None
    has_status: bool
    cites: tuple[int, ...]
    open_cites: tuple[int, ...]
    all_cites: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(count.events for count in self.counts)


class SafetyEvents(ManufacturingTool[SafetyArgs, SafetyResult]):
    """Safety events by severity, the open ones first, and the days since the last recordable one
    per area. Gives severity, place and state only, never a description. Default period: the last
    30 days with today."""

    name = "safety_events"
    command = "safety"
    args = SafetyArgs
    examples = {  # noqa: RUF012 - a class's constant
        "en": (
            "any safety incidents this week?",
            "days since the last recordable in machining",
            "open safety events",
        ),
        "de": (
            "Gab es diese Woche Unfälle?",
            "Wie viele Tage seit dem letzten meldepflichtigen Unfall in Machining?",
            "Offene Sicherheitsereignisse",
        ),
    }

    async def run(self, args: SafetyArgs, context: ToolContext) -> SafetyResult:
        if not await context.has("safety"):
            raise NoData("safety_not_mapped")
        asked = context.scope(args.assets)
        period = context.period(args.period, _recently, asked)
        reference = context.before(period, asked)
        columns = await context.columns("safety")
        reader, areas = SafetyReader(context, asked, columns), areas_of(context, asked)
        wide = SafetyReader(context, (*asked, *areas), columns)
        (ever, all_cites), (inside, cites), before = await asyncio.gather(
            wide.counts(None), reader.counts(period.interval), _before(reader, reference)
        )
        (open_rows, open_cites), (rows, row_cites) = await asyncio.gather(
            reader.open_ones(row.get("status") for row in ever), reader.events(period.interval)
        )
        has_status = "status" in columns
        firsts = [at for row in ever if isinstance(at := row["first"], datetime)]
        return SafetyResult(
            asked=asked,
            period=period,
            focus=args.focus,
            counts=counts(inside, has_status=has_status),
            reference=reference,
            before=before,
            open=open_first(reader.event(row) for row in open_rows),
            events=open_first(reader.event(row) for row in rows),
            recordable=since(context, areas, ever, wide),
            lost_time=since(context, areas, ever, wide, Severity.LOST_TIME),
            days_lost=days_lost(inside) if "days_lost" in columns else None,
            first=min(firsts, default=None),
            has_status=has_status,
            cites=tuple(dict.fromkeys((*row_cites, *cites))),
            open_cites=open_cites,
            all_cites=all_cites,
        )

    def present(self, result: SafetyResult, words: Words) -> tuple[Part, ...]:
        title = words.say("safety_events.title", assets=names(result.asked, words))
        cites = tuple(dict.fromkeys((*result.cites, *result.open_cites, *result.all_cites)))
        return (
            Heading(f"{title} · {words.period(result.period)}"),
            *_focused(result, words),
            Text(_sentence(result, words), cites),
            _metrics(result, words),
            *safety.by_severity(result.counts, words, result.cites),
            *_events(result, words),
            *safety.days_since(result.recordable, words, result.all_cites),
            *_notices(result, words),
            next_questions(
                (words.say("safety_events.ask_actions"), "/actions"),
                (
                    words.say("safety_events.ask_year"),
                    f"/safety {said_again(result.asked, 'last 365 days')}",
                ),
            ),
        )


def _recently(calendar: ShiftCalendar, now: datetime) -> Period:
    """Today counts: what happened this morning must not be missing."""
    today = calendar.production_day(now)
    return periods.dates(calendar, now, today - timedelta(days=_DAYS - 1), today)


async def _before(reader: SafetyReader, reference: Period | None) -> int | None:
    if reference is None:
        return None
    rows, _ = await reader.counts(reference.interval)
    return total(rows)


# --- the first sentences ---------------------------------------------------------------------


def _last(entries: tuple[Since, ...]) -> tuple[int, Since] | None:
    """The latest of all areas."""
    known = [(entry.days, entry) for entry in entries if entry.days is not None]
    return min(known, key=lambda one: one[0], default=None)


def _focused(result: SafetyResult, words: Words) -> tuple[Text, ...]:
    if result.focus is None:
        return ()
    entries = result.lost_time if result.focus == "lost_time" else result.recordable
    are_places = all(asset.kind in (AREA, PLANT) for asset in result.asked)
    areas = result.asked if are_places else tuple(entry.place for entry in entries)
    place, last = names(areas, words), _last(entries)
    if last is not None:
        days, entry = last
        day = words.day(entry.last, year=True)
        told = day if areas == (entry.place,) else f"{entry.place.name}, {day}"
        n = words.say("common.days", n=days)
        said = words.say(f"safety_events.since_{result.focus}", place=place, days=n, last=told)
    elif result.first is not None:
        first = words.day(result.first.date(), year=True)
        said = words.say(f"safety_events.never_{result.focus}", place=place, first=first)
    else:
        said = words.say("safety_events.nothing_recorded", place=place)
    return (Text(said, result.all_cites),)


def _sentence(result: SafetyResult, words: Words) -> str:
    about = scope(result.asked, result.period, words)
    if not result.total:
        said = [words.say("safety_events.none", **about)]
    else:
        events = words.say("safety_events.events", n=result.total)
        said = [words.say("safety_events.some", **about, events=events)]
    if result.open:
        worst = result.open[0]
        place = worst.place.name if worst.place else words.unknown
        moment = words.moment(worst.time, result.period.zone)
        open_ones = {
            "severity": safety.severity(worst.said, words),
            "place": place,
            "moment": moment,
        }
        said.append(words.say("safety_events.open", n=len(result.open), **open_ones))
    elif result.has_status:
        said.append(words.say("safety_events.nothing_open"))
    if result.focus != "recordable":
        said += _last_recordable(result, words)
    return " ".join(said)


def _last_recordable(result: SafetyResult, words: Words) -> list[str]:
    last = _last(result.recordable)
    if last is not None:
        days = words.say("common.days", n=last[0])
        return [words.say("safety_events.last", days=days, area=last[1].place.name)]
    if result.first is None:
        return []
    first = words.day(result.first.date(), year=True)
    return [words.say("safety_events.no_recordable", first=first)]


# --- figures ---------------------------------------------------------------------------------


def _metrics(result: SafetyResult, words: Words) -> Metrics:
    def metric(
        key: str, value: float, cites: tuple[int, ...], tone: Tone = "neutral", change: str = ""
    ) -> Metric:
        return Metric(words.say(f"safety_events.{key}"), words.number(value), change, tone, cites)

    shown = [metric("count", result.total, result.cites, *_change(result, words))]
    if result.has_status:
        tone: Tone = "bad" if result.open else "good"
        shown.append(metric("open_now", len(result.open), result.open_cites, tone))
    last = _last(result.recordable)
    if last is not None:
        shown.append(metric("days_since", last[0], result.all_cites))
    if result.days_lost:
        shown.append(metric("days_lost", result.days_lost, result.cites, "bad"))
    return Metrics(tuple(shown))


def _change(result: SafetyResult, words: Words) -> tuple[Tone, str]:
    if result.before is None or result.reference is None:
        return "neutral", ""
    delta = result.total - result.before
    reference = words.period_name(result.reference)
    said = words.say("common.versus", change=words.signed(delta), reference=reference)
    return "neutral" if not delta else "good" if delta < 0 else "bad", said


def _events(result: SafetyResult, words: Words) -> tuple[Part, ...]:
    """Open ones of any age, then the others of the period."""
    closed = [event for event in result.events if not (result.has_status and event.is_open)]
    rest = len(result.open) + sum(c.events - (c.open or 0) for c in result.counts) - _EVENTS
    shown, zone = [*result.open, *closed][:_EVENTS], result.period.zone
    cites = tuple(dict.fromkeys((*result.cites, *result.open_cites)))
    return safety.listed(shown, rest, zone, words, cites)


def _notices(result: SafetyResult, words: Words) -> list[Notice]:
    notices = []
    unknown = [c.said for c in result.counts if c.said and parse_severity(c.said) is None]
    if unknown:
        shown = words.joined([f"“{said}”" for said in unknown])
        notices.append(Notice(words.say("safety_events.unknown_words", said=shown)))
    if not result.has_status:
        notices.append(Notice(words.say("safety_events.no_status"), "neutral"))
    return notices
