"""The figures of a tool's answer, each under an id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from core.agent.detectors import Detectors, Keys, canonical, measures
from core.agent.figure import Figure, Kind
from core.agent.figure_rows import Row, also, merged, template, without
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
        given = args.get("figures")
        stated = given if isinstance(given, Mapping) else {}
        # What filters of a free query hold all its figures to; see core/tabulated/shown.py.
        self.subject, self.shift = (str(stated.get(name, "")) for name in ("subject", "shift"))
        # What was told before says when: no sentence can pass it off as what is so now.
        self.quoted = bool(stated.get("quoted")) or self.answer.tool == "memory_recall"
        self.heading = heading
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
                yield from self._quoted(part) if self.quoted else self._table(part)
        for part in self.answer.parts:
            if isinstance(part, Chart) and not self.quoted:
                yield from self._chart(part)
        yield from (self._quote(text.text, text.cites) for text in texts[1:])

    # -- figures of one kind

    def _quote(self, text: str, cites: tuple[int, ...]) -> Figure:
        return self._figure(
            "quote", text, "", frozenset(), Row(assets=self.assets, period=self.period), cites
        )

    def _quoted(self, table: Table) -> Iterator[Figure]:
        """Figures of rows whose names a sentence cannot hold: each says itself what it is of."""
        texts = [n for n, letter in enumerate(table.align) if letter == "l"]
        of = table.title or self.heading
        for cells in table.rows:
            row = ", ".join(cells[n] for n in texts if cells[n])
            for n, cell in enumerate(cells):
                if n not in texts and is_figure(cell):
                    label = f"{row}: {table.columns[n]}" if row else table.columns[n]
                    yield self._quote(f"{label} {cell} ({of})", table.cites)

    def _metric(self, metric: Metric) -> Iterator[Figure]:
        if self.quoted:
            yield self._quote(f"{metric.label} {metric.value} ({self.heading})", metric.cites)
            return
        mentions = self.detectors.asset_mentions(metric.label)
        assets = frozenset(i for m in mentions if m.sort == "known" for i in m.ids)
        plain = without(metric.label, [(m.start, m.end) for m in mentions])
        keys = measures(plain)
        row = Row(assets=assets or self.assets, period=self.period)
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

    def _changes(self, metric: Metric, keys: Keys, row: Row) -> Iterator[Figure]:
        target = template(self.words, "target_is", "value")
        versus = template(self.words, "versus", "change")
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
                        said = Row(row.assets, row.subject, row.shift, row.period)
                        yield self._figure(
                            "quote", cell, table.columns[n], frozenset(), said, table.cites
                        )
                    continue
                yield self._cell(table, n, cell, row, place)

    def _cell(self, table: Table, n: int, cell: str, row: Row, place: int) -> Figure:
        head = table.columns[n]
        assets, keys = self.detectors.asset_named(head), measures(head)
        if assets:
            row, keys = replace(row, assets=assets), row.measures
        elif head in table.columns[:n] and n:  # a second "Cost": that of the column before it
            keys |= measures(table.columns[n - 1])
        elif keys <= _GENERIC:
            keys |= (measures(table.title) or self.topic) - {"cost", "units_lost"}
        keys |= row.measures | (measures(table.title) & {"slope"})
        if "longest" in keys - measures(head):
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
            row = Row(assets=self.assets, period=self.period)
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

    def _row(self, table: Table, said: Sequence[tuple[str, str]]) -> Row:
        found = Row(period=self._titled(table.title))
        for n, (head, cell) in enumerate(said):
            if cell and (n == 0 or self._named(head, cell)):
                found = merged(found, self._row_of(cell, head), cell if n == 0 else "")
        return found if found.assets else replace(found, assets=self.assets)

    def _named(self, head: str, cell: str) -> bool:
        return head in self.heads or bool(self.detectors.asset_named(cell))

    def _row_of(self, cell: str, head: str) -> Row:
        """What one cell says of the figures in its row."""
        first, colon, rest = cell.partition(": ")
        if assets := self.detectors.asset_named(first):
            return Row(assets, rest if colon else "", period=self.period, label=cell)
        if self.detectors.shift_names and cell in self.detectors.shift_names:
            return Row(self.assets, shift=cell, period=self.period, label=cell)
        period = self._read(cell) if is_figure(cell) else None
        if period is not None:
            return Row(self.assets, period=period, label=cell, is_dated=True)
        if is_figure(cell) and self.detectors.period_spots(cell):  # the start of a stop
            return Row(self.assets, period=self.period, label=cell, is_dated=True)
        if not head and (keys := measures(cell)):
            return Row(self.assets, period=self.period, measures=keys, label=cell)
        return Row(self.assets, cell, period=self.period, label=cell)

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
        self, kind: Kind, shown: str, measure: str, keys: Keys, row: Row, cites: tuple[int, ...]
    ) -> Figure:
        amount, unit = amount_of(shown, self.language)
        if is_currency(unit):  # "lost" may be of time, of units and of money
            keys = (keys - _LOST if "cost" in keys else keys) | {"cost"}
        needs = (keys - {"difference"} if "gap" in keys else keys) & _NEEDED
        keys |= also(keys, unit)
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
            subject=row.subject or (self.subject if kind != "quote" else ""),
            shift=row.shift
            or self.shift
            or (dict(row.period.arguments).get("shift", "") if row.period else ""),
            period=row.period,
            period_name=self.words.period_name(row.period) if row.period else "",
            amount=amount,
            unit=unit,
            cites=cites,
        )
