"""The figures of a tool's answer, each under an id."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from core.agent.detectors import Detectors, Keys, canonical, measures
from core.agent.figure import Figure, Kind
from core.agent.shown import amount_of, is_currency, is_figure
from core.answer import Answer, Chart, Heading, Metric, Metrics, Table, Text
from core.answer_text import chart_figure
from core.domain.periods import Period
from core.words import Words, catalogue

# Figures of one answer that get an id: a table of 100 rows is not what a model should recite.
MOST = 150
_NAMING = ("reason", "loss", "product", "shift", "area", "asset", "line", "plant", "severity")
# Heads that say only what a figure counts; what it is of stands in the table's title.
_GENERIC: Keys = frozenset({"duration", "before", "share", "cumulative"})
_LOST: Keys = frozenset({"downtime", "duration", "units_lost"})
_LASTING: Keys = frozenset(
    {"downtime", "duration", "gain", "median_stop", "mttr", "longest", "one_stop", "before"}
)
_COUNTED: Keys = frozenset(
    {"output", "good", "scrap", "units_lost", "gap", "expected", "projected"}
)
_NEEDED: Keys = frozenset(
    {"target", "share", "cumulative", "before", "expected", "projected", "gap", "mean", "limit"}
    | {"median_stop", "gain", "difference", "open_events", "unusual", "normal", "behind"}
)


def figures_of(answer: Answer, prefix: str, detectors: Detectors) -> tuple[Figure, ...]:
    """Every figure that the answer shows, in its order; `prefix` + "0" is its first sentence.

    Figures of a chart are taken where no table has them. At most MOST of them.
    """
    reader = _Reader(answer, detectors)
    found: list[Figure] = []
    for number, figure in zip(count(reader.first_number), reader.all(), strict=False):
        if len(found) == MOST:
            break
        found.append(replace(figure, id=f"{prefix}{number}"))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Row:
    """What a row's words say of its figures."""

    assets: Keys = frozenset()
    subject: str = ""
    shift: str = ""
    period: Period | None = None
    measures: Keys = frozenset()
    label: str = ""
    is_dated: bool = False


@dataclass
class _Reader:
    answer: Answer
    detectors: Detectors
    _rows: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.language = self.answer.language
        self.words = Words(self.language)
        args = self.answer.args
        asked = args.get("assets")
        self.assets: Keys = frozenset(map(str, asked if isinstance(asked, list | tuple) else ()))
        period = args.get("period")
        self.period = period if isinstance(period, Period) else None
        heading = next((p.text for p in self.answer.parts if isinstance(p, Heading)), "")
        self.topic = measures(heading.partition(" · ")[0])
        kpi = args.get("kpi")
        self.kpi: Keys = frozenset({kpi}) if isinstance(kpi, str) else self.topic
        self.heads = {
            self.words.say(f"common.{key}"): key
            for key in catalogue.topic("en", "common")
            if isinstance(catalogue.entry(self.language, f"common.{key}"), str) and key in _NAMING
        }
        self.first_number = 0 if any(isinstance(p, Text) for p in self.answer.parts) else 1

    def all(self) -> Iterator[Figure]:
        texts = [p for p in self.answer.parts if isinstance(p, Text)]
        yield from (self._quote(text.text, text.cites) for text in texts[:1])
        for part in self.answer.parts:
            if isinstance(part, Metrics):
                for metric in part.metrics:
                    yield from self._metric(metric)
        for part in self.answer.parts:
            if isinstance(part, Table):
                yield from self._table(part)
        for part in self.answer.parts:
            if isinstance(part, Chart):
                yield from self._chart(part)
        yield from (self._quote(text.text, text.cites) for text in texts[1:])

    # -- figures of one kind

    def _quote(self, text: str, cites: tuple[int, ...]) -> Figure:
        return self._figure(
            "quote", text, "", frozenset(), _Row(assets=self.assets, period=self.period), cites
        )

    def _metric(self, metric: Metric) -> Iterator[Figure]:
        mentions = self.detectors.asset_mentions(metric.label)
        assets = frozenset(i for m in mentions if m.sort == "known" for i in m.ids)
        plain = _without(metric.label, [(m.start, m.end) for m in mentions])
        keys = measures(plain)
        row = _Row(assets=assets or self.assets, period=self.period)
        if is_figure(plain):  # "Stops of 15 min or more": nobody could write what it is of
            said = f"{metric.label}: {metric.value}" + (f" ({metric.change})" * bool(metric.change))
            yield self._figure("quote", said, metric.label, keys, row, metric.cites)
            return
        if not keys:
            alone = not plain.strip(" ,")
            row = row if alone else replace(row, subject=metric.label)
            keys = self.kpi if alone else self.topic
        if is_figure(metric.value):
            value = self._figure("value", metric.value, metric.label, keys, row, metric.cites)
            yield replace(value, amount=metric.amount) if metric.amount is not None else value
        yield from self._changes(metric, keys, row)

    def _changes(self, metric: Metric, keys: Keys, row: _Row) -> Iterator[Figure]:
        target = _template(self.words, "target_is", "value")
        versus = _template(self.words, "versus", "change")
        for said in metric.change.split(" · "):
            if match := target.fullmatch(said):
                label = f"{self.words.say('common.target')} {metric.label}"
                shown, both = match["value"], keys | {"target"}
                yield self._figure("target", shown, label, both, row, metric.cites)
            elif (match := versus.fullmatch(said)) and is_figure(match["value"]):
                label = f"{self.words.say('common.change')} {metric.label}"
                change = self._figure("change", said, label, keys, row, metric.cites)
                amount, unit = amount_of(match["value"], self.language)
                yield replace(change, amount=amount, unit=unit)
            elif is_figure(said):
                yield self._figure("quote", said, metric.label, keys, row, metric.cites)

    def _table(self, table: Table) -> Iterator[Figure]:
        self._rows |= {canonical(h) for h in table.columns if self.detectors.asset_named(h)}
        align = table.align or "l" + "r" * (len(table.columns) - 1)
        texts = [n for n, letter in enumerate(align) if letter == "l"]
        for place, cells in enumerate(table.rows):
            row = self._row(table, [(table.columns[n], cells[n]) for n in texts])
            if row.label:
                self._rows.add(canonical(row.label))
                if row.is_dated:
                    yield self._figure(
                        "label", row.label, table.columns[texts[0]], frozenset(), row, table.cites
                    )
            for n, cell in enumerate(cells):
                is_rank = not table.columns[n] and n not in texts
                if not is_figure(cell) or is_rank or (texts and n == texts[0]):
                    continue
                if n in texts:
                    if not self._named(table.columns[n], cell):
                        said = _Row(row.assets, row.subject, row.shift, row.period)
                        yield self._figure(
                            "quote", cell, table.columns[n], frozenset(), said, table.cites
                        )
                    continue
                yield self._cell(table, n, cell, row, place)

    def _cell(self, table: Table, n: int, cell: str, row: _Row, place: int) -> Figure:
        head = table.columns[n]
        assets, keys = self.detectors.asset_named(head), measures(head)
        if assets:
            row, keys = replace(row, assets=assets), row.measures
        elif head in table.columns[:n] and n:  # a second "Cost": that of the column before it
            keys |= measures(table.columns[n - 1])
        elif keys <= _GENERIC:
            keys |= (measures(table.title) or self.topic) - {"cost", "units_lost"}
        keys |= row.measures | (measures(table.title) & {"slope"})
        if "longest" in keys:
            keys = frozenset(
                {"duration", "one_stop", "downtime"} | (set() if place else {"longest"})
            )
        before = "before" in keys
        label = row.label if assets else head or table.title
        if "longest" in measures(table.title):
            label = f"{table.title}: {head}"
        figure = self._figure("value", cell, label, keys, row, table.cites)
        if "longest" in measures(table.title):
            figure = replace(figure, needs=frozenset({"one_stop" if place else "longest"}))
        return replace(figure, period=None, period_name=head) if before else figure

    def _chart(self, chart: Chart) -> Iterator[Figure]:
        keys = measures(chart.series[0].name) if chart.series else frozenset()
        keys = keys or self.kpi
        for line in chart.lines:
            shown = self._in_unit(line.value, [line.value], chart.unit)
            both = keys | measures(line.name)
            row = _Row(assets=self.assets, period=self.period)
            yield self._figure("value", shown, f"{line.name} {chart.title}", both, row, chart.cites)
        for series in chart.series:
            own = frozenset({"duration"}) if chart.kind == "waterfall" else keys
            own = own if chart.kind == "waterfall" else measures(series.name) or keys
            for category, value in zip(chart.categories, series.values, strict=False):
                if value is None or canonical(category) in self._rows:
                    continue
                row = self._row_of(category, "")
                shown = self._in_unit(value, series.values, chart.unit)
                if row.is_dated:
                    yield self._figure("label", category, "", frozenset(), row, chart.cites)
                yield self._figure(
                    "value", shown, series.name, row.measures or own, row, chart.cites
                )

    # -- what stands around a figure

    def _row(self, table: Table, said: Sequence[tuple[str, str]]) -> _Row:
        found = _Row(period=self._titled(table.title))
        for n, (head, cell) in enumerate(said):
            if cell and (n == 0 or self._named(head, cell)):
                found = _merged(found, self._row_of(cell, head), cell if n == 0 else "")
        return found if found.assets else replace(found, assets=self.assets)

    def _named(self, head: str, cell: str) -> bool:
        return head in self.heads or bool(self.detectors.asset_named(cell))

    def _row_of(self, cell: str, head: str) -> _Row:
        """What one cell says of the figures in its row."""
        first, colon, rest = cell.partition(": ")
        if assets := self.detectors.asset_named(first):
            return _Row(assets, rest if colon else "", period=self.period, label=cell)
        if self.detectors.shift_names and cell in self.detectors.shift_names:
            return _Row(self.assets, shift=cell, period=self.period, label=cell)
        period = self._read(cell) if is_figure(cell) else None
        if period is not None:
            return _Row(self.assets, period=period, label=cell, is_dated=True)
        if is_figure(cell) and self.detectors.period_spots(cell):  # the start of a stop
            return _Row(self.assets, period=self.period, label=cell, is_dated=True)
        if not head and (keys := measures(cell)):
            return _Row(self.assets, period=self.period, measures=keys, label=cell)
        return _Row(self.assets, cell, period=self.period, label=cell)

    def _read(self, cell: str) -> Period | None:
        """The period that a row is called by; "Late, Wed 11 Mar" is understood the other way."""
        shift, _, day = cell.partition(", ")
        spellings = (cell, f"{day} {shift}", f"{day} {shift} shift") if day else (cell,)
        return next(filter(None, map(self.detectors.read_period, spellings)), None)

    def _titled(self, title: str) -> Period | None:
        spots = self.detectors.period_spots(title)
        return spots[0].period if spots else self.period

    def _in_unit(self, value: float, among: Sequence[float | None], unit: str) -> str:
        if unit == "min":
            return self.words.minutes(abs(value))
        if is_currency(unit):
            return self.words.money(value, unit)
        shown = chart_figure(value, among, self.words)
        return f"{shown}\u00a0{unit}" if unit else shown

    def _figure(
        self, kind: Kind, shown: str, measure: str, keys: Keys, row: _Row, cites: tuple[int, ...]
    ) -> Figure:
        amount, unit = amount_of(shown, self.language)
        if is_currency(unit):  # "lost" may be of time, of units and of money
            keys = (keys - _LOST if "cost" in keys else keys) | {"cost"}
        needs = (keys - {"difference"} if "gap" in keys else keys) & _NEEDED
        keys |= _also(keys, unit)
        assets = row.assets or self.assets
        known = self.detectors.assets
        return Figure(
            id="",
            kind=kind,
            shown=shown,
            measure=measure,
            measures=keys,
            needs=needs,
            assets=assets,
            asset_names=self.words.joined([known[i].name for i in sorted(assets) if i in known]),
            subject=row.subject,
            shift=row.shift or (dict(row.period.arguments).get("shift", "") if row.period else ""),
            period=row.period,
            period_name=self.words.period_name(row.period) if row.period else "",
            amount=amount,
            unit=unit,
            cites=cites,
        )


def _also(keys: Keys, unit: str) -> Keys:
    """What else a figure may be called: a time "took", a count is of "bottles"."""
    more: set[str] = set()
    if unit == "min" and keys & _LASTING:
        more.add("lasting")
    if keys & _COUNTED and unit not in ("%", "pp", "min") and not is_currency(unit):
        more.add("counted")
    if "cumulative" in keys:
        more.add("share")
    if "difference" in keys:
        more.add("comparison")
    if "open_events" in keys:
        more.add("events")
    return frozenset(more)


def _merged(found: _Row, other: _Row, label: str) -> _Row:
    return _Row(
        found.assets if not other.assets or (found.assets and other.subject) else other.assets,
        found.subject or other.subject,
        found.shift or other.shift,
        other.period if other.is_dated or found.period is None else found.period,
        found.measures or other.measures,
        found.label or label,
        found.is_dated or (bool(label) and other.is_dated),
    )


def _without(text: str, stretches: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(stretches):
        text = text[:start] + text[end:]
    return text


def _template(words: Words, key: str, name: str) -> re.Pattern[str]:
    """A sentence of the catalogue as a pattern that reads back what was filled in as `name`."""
    said = words.say(f"common.{key}", **{name: "\0", "reference": "\1"})
    return re.compile(re.escape(said).replace("\0", "(?P<value>.+?)").replace("\1", ".+"))
