"""Safety: what happened, by severity, what is still open, days since the last recordable event.

Descriptions and names of people are never shown: severity, place and state only.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from core.alerts.observe import is_open
from core.answer import Chart, Heading, Metric, Metrics, Notice, Part, Series, Table, Text, Tone
from core.context import ToolContext
from core.data.query import Condition, Query
from core.data.source import Row
from core.domain import periods
from core.domain.assets import AREA, PLANT, Asset
from core.domain.periods import Interval, Period
from core.domain.safety import Severity, days_since_recordable, parse_severity
from core.domain.shifts import ShiftCalendar
from core.errors import NoData
from core.figures import names, next_questions
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words

_DAYS = 30
_EVENTS = 10
_OPEN = 50


@dataclass(frozen=True, slots=True)
class Event:
    """`place` is an asset, else an area; None is a place that is not known here."""

    time: datetime
    place: Asset | None
    said: str
    status: str

    @property
    def severity(self) -> Severity | None:
        """None for a word that is no known severity."""
        return parse_severity(self.said)

    @property
    def is_open(self) -> bool:
        return is_open(self.status)


@dataclass(frozen=True, slots=True)
class Count:
    """Events of one severity as recorded; `open` None where no status is recorded."""

    said: str
    events: int
    open: int | None


@dataclass(frozen=True, slots=True)
class Recordable:
    """`days` since the last recordable event of the place; None where none is recorded."""

    place: Asset
    days: int | None
    last: date | None


@dataclass(frozen=True, slots=True)
class SafetyResult:
    """`open` are all that are open, also from before the period; `first` is the first event that
    is recorded at all."""

    asked: tuple[Asset, ...]
    period: Period
    counts: tuple[Count, ...]
    reference: Period | None
    before: int | None
    open: tuple[Event, ...]
    events: tuple[Event, ...]
    recordable: tuple[Recordable, ...]
    days_lost: float | None
    first: datetime | None
    has_status: bool
    cites: tuple[int, ...]
    open_cites: tuple[int, ...]
    all_cites: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(count.events for count in self.counts)


class SafetyEvents(ManufacturingTool[PeriodArgs, SafetyResult]):
    """Safety events by severity, the open ones first, and the days since the last recordable one
    per area. Gives severity, place and state only, never a description. Default period: the last
    30 days with today."""

    name = "safety_events"
    command = "safety"
    args = PeriodArgs
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

    async def run(self, args: PeriodArgs, context: ToolContext) -> SafetyResult:
        if not await context.has("safety"):
            raise NoData("safety_not_mapped")
        asked = context.scope(args.assets)
        period = context.period(args.period, _recently, asked)
        reference = context.before(period, asked)
        reader = _Reader(context, asked, await context.columns("safety"))
        areas = _areas(context, asked)
        wide = _Reader(context, areas, reader.columns)
        ever, counts, before = await asyncio.gather(
            wide.groups(None), reader.groups(period.interval), _before(reader, reference)
        )
        (open_rows, open_cites), (rows, cites) = await asyncio.gather(
            reader.open_ones([str(row.get("status") or "") for row in ever[0]]),
            reader.rows(Query("safety", interval=period.interval, limit=_OPEN)),
        )
        has_status = "status" in reader.columns
        calendar = context.installation.calendar(asked[0])
        firsts = [row["first"] for row in ever[0] if isinstance(row["first"], datetime)]
        return SafetyResult(
            asked=asked,
            period=period,
            counts=_counts(counts[0], has_status=has_status),
            reference=reference,
            before=before,
            open=_sorted(reader.event(row) for row in open_rows) if has_status else (),
            events=_sorted(reader.event(row) for row in rows),
            recordable=_recordable(areas, ever[0], wide, calendar, context.now),
            days_lost=_days_lost(counts[0]) if "days_lost" in reader.columns else None,
            first=min(firsts, default=None),
            has_status=has_status,
            cites=tuple(sorted({*counts[1], *cites})),
            open_cites=open_cites,
            all_cites=ever[1],
        )

    def present(self, result: SafetyResult, words: Words) -> tuple[Part, ...]:
        title = words.say("safety_events.title", assets=names(result.asked, words))
        cites = tuple(sorted({*result.cites, *result.open_cites, *result.all_cites}))
        return (
            Heading(f"{title} · {words.period(result.period)}"),
            Text(_sentence(result, words), cites),
            _metrics(result, words),
            *_chart(result, words),
            *_events(result, words),
            *_severities(result, words),
            *_since(result, words),
            *_notices(result, words),
            next_questions(
                (words.say("safety_events.ask_actions"), "/actions"),
                (words.say("safety_events.ask_year"), _yearly(result)),
            ),
        )


# --- reading ---------------------------------------------------------------------------------


def _recently(calendar: ShiftCalendar, now: datetime) -> Period:
    """Today counts: what happened this morning must not be missing."""
    today = calendar.production_day(now)
    return periods.dates(calendar, now, today - timedelta(days=_DAYS - 1), today)


class _Reader:
    """Reads the events at the asked assets, and those that name one of the asked areas only."""

    def __init__(
        self, context: ToolContext, asked: Sequence[Asset], columns: frozenset[str]
    ) -> None:
        self._context = context
        self._hierarchy = context.hierarchy
        self.columns = columns
        equipment = {a.id for asset in asked for a in self._hierarchy.equipment(asset.id)}
        places = [
            place
            for asset in asked
            for place in (asset, *self._hierarchy.below(asset.id))
            if place.kind in (PLANT, AREA)
        ]
        self._ids = tuple(sorted(equipment | {place.id for place in places}))
        self._areas = tuple(sorted({name for place in places for name in (place.id, place.name)}))
        self._by_word = {p.name.casefold(): p for p in places}
        self._is_all = {a.id for a in self._hierarchy.plants()} <= {a.id for a in asked}

    def queries(self, query: Query) -> list[Query]:
        """With assets, with areas only, or, where the data knows no place, for all plants."""
        named = [query] if self._is_all and not {"asset", "area"} & self.columns else []
        if "asset" in self.columns:
            named.append(replace(query, assets=self._ids))
        if "area" in self.columns and self._areas:
            alone = (Condition("asset", "is null"),) if "asset" in self.columns else ()
            where = (*query.where, Condition("area", "in", self._areas), *alone)
            named.append(replace(query, where=where))
        return named

    def below(self, area: Asset) -> tuple[Asset, ...]:
        return self._hierarchy.below(area.id)

    async def rows(self, query: Query) -> tuple[list[Row], tuple[int, ...]]:
        fetched = await asyncio.gather(*(self._context.fetch(q) for q in self.queries(query)))
        rows = [row for one in fetched for row in one.rows]
        return rows, tuple(one.cite for one in fetched)

    async def groups(self, interval: Interval | None) -> tuple[list[Row], tuple[int, ...]]:
        """Counts, first and last time by place, severity and status."""
        by = [c for c in ("asset", "area", "severity", "status") if c in self.columns]
        return await self.rows(Query("safety", None, interval, ("days_lost",), tuple(by)))

    async def open_ones(self, statuses: Iterable[str]) -> tuple[list[Row], tuple[int, ...]]:
        still = tuple(sorted({status for status in statuses if status and is_open(status)}))
        if not still or "status" not in self.columns:
            return [], ()
        where = (Condition("status", "in", still),)
        return await self.rows(Query("safety", where=where, limit=_OPEN))

    def event(self, row: Row) -> Event:
        at = row["time"]
        assert isinstance(at, datetime)
        status = str(row.get("status") or "")
        return Event(at, self.place(row), str(row["severity"] or ""), status)

    def place(self, row: Row) -> Asset | None:
        said = str(row.get("asset") or row.get("area") or "")
        return self._hierarchy.get(said) or self._by_word.get(said.casefold())


def _areas(context: ToolContext, asked: Sequence[Asset]) -> tuple[Asset, ...]:
    """The areas in what was asked, or around it; plants where there are none."""
    hierarchy = context.hierarchy
    found: dict[str, Asset] = {}
    for asset in asked:
        inside = [a for a in (asset, *hierarchy.below(asset.id)) if a.kind == AREA]
        around = [hierarchy[i] for i in hierarchy.path(asset.id)]
        nearest = [a for a in around if a.kind == AREA] or [a for a in around if a.kind == PLANT]
        for place in inside or nearest[:1]:
            found[place.id] = place
    return tuple(found.values())


async def _before(reader: _Reader, reference: Period | None) -> int | None:
    if reference is None:
        return None
    rows, _ = await reader.groups(reference.interval)
    return sum(_number(row, "rows") for row in rows)


def _counts(rows: Iterable[Row], *, has_status: bool) -> tuple[Count, ...]:
    """The gravest first; words that are no known severity last."""
    events: defaultdict[str, int] = defaultdict(int)
    still: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        said = str(row["severity"] or "")
        events[said] += _number(row, "rows")
        still[said] += _number(row, "rows") if is_open(row.get("status")) else 0
    order = sorted(events, key=lambda said: (-(parse_severity(said) or 0), said))
    return tuple(Count(s, events[s], still[s] if has_status else None) for s in order)


def _recordable(
    areas: Sequence[Asset],
    rows: Sequence[Row],
    reader: _Reader,
    calendar: ShiftCalendar,
    now: datetime,
) -> tuple[Recordable, ...]:
    events: defaultdict[str, list[tuple[date, Severity]]] = defaultdict(list)
    inside = {area.id: {a.id for a in (area, *reader.below(area))} for area in areas}
    for row in rows:
        severity, place, last = (
            parse_severity(str(row["severity"] or "")),
            reader.place(row),
            row["last"],
        )
        if severity is None or not isinstance(last, datetime):
            continue
        for area in areas:
            if place is None or place.id in inside[area.id]:
                events[area.id].append((calendar.local(last).date(), severity))
    today = calendar.local(now).date()
    found = []
    for area in areas:
        days = days_since_recordable(events[area.id], today)
        last_day = None if days is None else today - timedelta(days=days)
        found.append(Recordable(area, days, last_day))
    return tuple(found)


def _sorted(events: Iterable[Event]) -> tuple[Event, ...]:
    """Open ones first, the gravest of them first, then the newest."""
    return tuple(
        sorted(events, key=lambda e: (not e.is_open, -(e.severity or 0), -e.time.timestamp()))
    )


def _days_lost(rows: Iterable[Row]) -> float | None:
    known = [float(v) for row in rows if isinstance(v := row.get("days_lost"), int | float)]
    return sum(known) if known else None


def _number(row: Row, name: str) -> int:
    value = row.get(name)
    return round(value) if isinstance(value, int | float) else 0


# --- saying ----------------------------------------------------------------------------------


def _named(said: str, words: Words) -> str:
    """A known severity in the reader's language; another word as it is recorded."""
    severity = parse_severity(said)
    if severity is not None:
        return words.say(f"safety_events.{severity.name.lower()}")
    return words.say("safety_events.other_word", said=said) if said else words.unknown


def _sentence(result: SafetyResult, words: Words) -> str:
    named = {"assets": names(result.asked, words), "period": words.period_name(result.period)}
    if not result.total:
        said = [words.say("safety_events.none", **named)]
    else:
        events = words.say("safety_events.events", n=result.total)
        said = [words.say("safety_events.some", **named, events=events)]
    if result.open:
        worst = result.open[0]
        place = worst.place.name if worst.place else words.unknown
        moment = words.moment(worst.time, result.period.zone)
        open_ones = {"severity": _named(worst.said, words), "place": place, "moment": moment}
        said.append(words.say("safety_events.open", n=len(result.open), **open_ones))
    elif result.has_status:
        said.append(words.say("safety_events.nothing_open"))
    known = [entry for entry in result.recordable if entry.days is not None]
    if known:
        last = min(known, key=lambda entry: entry.days or 0)
        days = words.say("common.days", n=last.days)
        said.append(words.say("safety_events.last", days=days, area=last.place.name))
    elif result.first is not None:
        first = words.day(result.first.date(), year=True)
        said.append(words.say("safety_events.no_recordable", first=first))
    return " ".join(said)


def _metrics(result: SafetyResult, words: Words) -> Metrics:
    change, tone = "", "neutral"
    if result.before is not None and result.reference is not None:
        delta = words.signed(result.total - result.before)
        reference = words.period_name(result.reference)
        change = words.say("common.versus", change=delta, reference=reference)
        tone = "neutral" if result.total == result.before else "bad"
        tone = "good" if result.total < result.before else tone
    shown = [_metric("count", words.number(result.total), words, change, tone, result.cites)]
    if result.has_status:
        tone = "bad" if result.open else "good"
        shown.append(
            _metric("open_now", words.number(len(result.open)), words, "", tone, result.open_cites)
        )
    known = [entry.days for entry in result.recordable if entry.days is not None]
    if known:
        days = words.number(min(known))
        shown.append(_metric("days_since", days, words, "", "neutral", result.all_cites))
    if result.days_lost:
        lost = words.number(result.days_lost)
        shown.append(_metric("days_lost", lost, words, "", "bad", result.cites))
    return Metrics(tuple(shown))


def _metric(
    key: str, value: str, words: Words, change: str, tone: str, cites: tuple[int, ...]
) -> Metric:
    shown: Tone = "good" if tone == "good" else "bad" if tone == "bad" else "neutral"
    return Metric(words.say(f"safety_events.{key}"), value, change, shown, cites)


def _chart(result: SafetyResult, words: Words) -> tuple[Part, ...]:
    if len(result.counts) < 2:
        return ()
    return (
        Chart(
            "bar",
            words.say("safety_events.by_severity"),
            tuple(_named(count.said, words) for count in result.counts),
            (
                Series(
                    words.say("safety_events.count"),
                    tuple(float(count.events) for count in result.counts),
                ),
            ),
            "",
            cites=result.cites,
        ),
    )


def _events(result: SafetyResult, words: Words) -> list[Part]:
    """Open ones of any age, then the others of the period; descriptions stay out."""
    closed = [event for event in result.events if not (result.has_status and event.is_open)]
    shown = (*result.open, *closed)
    if not shown:
        return []
    rows = []
    for event in shown[:_EVENTS]:
        state = "" if not result.has_status else event.status
        key = "state_open" if event.is_open else "state_closed"
        rows.append(
            (
                words.moment(event.time, result.period.zone),
                event.place.name if event.place else words.unknown,
                _named(event.said, words),
                words.say(f"safety_events.{key}") if state else "",
            )
        )
    total = len(result.open) + sum(c.events - (c.open or 0) for c in result.counts)
    if total > _EVENTS:
        rows.append((words.say("common.more", n=total - len(rows)), "", "", ""))
    heads = tuple(
        words.say(key)
        for key in ("common.when", "safety_events.place", "common.severity", "common.status")
    )
    title = words.say("safety_events.list")
    cites = tuple(sorted({*result.cites, *result.open_cites}))
    return [Table(heads, tuple(rows), "llll", title, cites)]


def _severities(result: SafetyResult, words: Words) -> list[Part]:
    if not result.counts:
        return []
    rows = tuple(
        (
            _named(count.said, words),
            words.number(count.events),
            *((words.number(count.open),) if count.open is not None else ()),
        )
        for count in result.counts
    )
    heads = [words.say("common.severity"), words.say("common.count")]
    if result.has_status:
        heads.append(words.say("safety_events.open_ones"))
    title = words.say("safety_events.by_severity")
    return [Table(tuple(heads), rows, "lrr", title, result.cites)]


def _since(result: SafetyResult, words: Words) -> list[Part]:
    if len(result.recordable) < 2:
        return []
    rows = tuple(
        (
            entry.place.name,
            words.say("safety_events.never") if entry.days is None else words.number(entry.days),
            words.day(entry.last, year=True) if entry.last else "",
        )
        for entry in sorted(result.recordable, key=lambda e: (e.days is None, e.days or 0))
    )
    heads = (
        words.say("common.area"),
        words.say("safety_events.days_since"),
        words.say("safety_events.last_one"),
    )
    title = words.say("safety_events.since")
    return [Table(heads, rows, "lrl", title, result.all_cites)]


def _notices(result: SafetyResult, words: Words) -> list[Notice]:
    notices = []
    unknown = [c.said for c in result.counts if c.said and parse_severity(c.said) is None]
    if unknown:
        shown = words.joined([f"“{said}”" for said in unknown])
        notices.append(Notice(words.say("safety_events.unknown_words", said=shown)))
    if not result.has_status:
        notices.append(Notice(words.say("safety_events.no_status"), "neutral"))
    return notices


def _yearly(result: SafetyResult) -> str:
    return f"/safety {' '.join(asset.id for asset in result.asked)} last 365 days"
