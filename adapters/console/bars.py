"""Bar, Pareto and waterfall charts, one category to a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, zip_longest

from adapters.console.paper import Paper, Row, Span, Style, cells, merged, pad
from core.answer import Chart
from core.answer_text import chart_figure

_SERIES_STYLES: tuple[Style, ...] = ("accent", "dim", "good", "warning")
_SHORTEST_BAR = 8
_LONGEST_BAR = 48  # longer ones part a name too far from its figure


def bars(chart: Chart, paper: Paper) -> Iterator[Row]:
    """One bar per category and series, with the lines (a target) as a mark across the bars."""
    names = [paper.clean(series.name) for series in chart.series] if len(chart.series) > 1 else []
    values = [value for series in chart.series for value in series.values]
    figures = [_figure(value, values, paper) for value in values]
    grid = _Grid(chart, paper, extra=max(map(cells, names), default=-1) + 1, figures=figures)
    for index, category in enumerate(chart.categories):
        for number, series in enumerate(chart.series):
            value = _at(series.values, index)
            name = f"{pad(names[number], grid.extra - 1)} " if names else ""
            label = grid.label(category if number == 0 else "")
            yield (
                label,
                (name, "dim"),
                *grid.bar(value, _SERIES_STYLES[number % len(_SERIES_STYLES)]),
                grid.figure(_figure(value, values, paper)),
            )
    yield from grid.legend()


def pareto(chart: Chart, paper: Paper) -> Iterator[Row]:
    """Falling bars; the cumulative share stands as a figure at the end of each row."""
    values = chart.series[0].values
    shares = chart.series[1].values if len(chart.series) > 1 else ()
    percent = [f"{_figure(s, [100], paper)} %" if s is not None else "" for s in shares]
    tail = max(map(cells, percent), default=0)
    figures = [_figure(value, values, paper) for value in values]
    grid = _Grid(chart, paper, figures=figures, tail=tail + 2 if tail else 0)
    for category, value, figure, share in zip_longest(
        chart.categories, values, figures, percent, fillvalue=None
    ):
        yield (
            grid.label(category or ""),
            *grid.bar(value, "accent"),
            grid.figure(figure or ""),
            (pad(share or "", grid.tail, "r"), "dim"),
        )
    yield from grid.legend()
    if tail:
        edge = grid.labels + 1 + grid.room + grid.figures + grid.tail
        name = paper.clip(paper.clean(chart.series[1].name), edge)
        yield ((pad(name, edge, "r"), "dim"),)


def waterfall(chart: Chart, paper: Paper) -> Iterator[Row]:
    """Signed steps, each drawn where the one before ended; the last category is what is left."""
    values = chart.series[0].values if chart.series else ()
    steps = [value or 0.0 for value in values]
    ends = list(accumulate(steps[:-1]))
    last = len(values) - 1
    figures = [
        _figure(v, values, paper)
        if i in (0, last) or v is None
        else paper.clean(paper.words.signed(v, 0 if "." not in _figure(v, values, paper) else 1))
        for i, v in enumerate(values)
    ]
    grid = _Grid(chart, paper, figures=figures, reach=[0.0, *ends, *steps[-1:]])
    for index, (category, value) in enumerate(zip(chart.categories, values, strict=False)):
        total = index in (0, last)
        start = 0.0 if total else ends[index - 1]
        style: Style = "accent" if total else "bad" if (value or 0) < 0 else "good"
        yield (
            grid.label(category, "strong" if index == last else ""),
            *grid.step(start, start + (value or 0.0), style, solid=total),
            grid.figure(figures[index], "strong" if index == last else ""),
        )


class _Grid:
    """The columns of a bar chart: labels, bars to scale, figures."""

    def __init__(
        self,
        chart: Chart,
        paper: Paper,
        figures: Sequence[str],
        *,
        extra: int = 0,
        tail: int = 0,
        reach: Sequence[float] | None = None,
    ) -> None:
        self.chart, self.paper, self.extra, self.tail = chart, paper, extra, tail
        self.figures = max(map(cells, figures), default=0) + 1
        widest = max((cells(paper.clean(name)) for name in chart.categories), default=0)
        room = paper.width - self.figures - extra - tail - 1
        self.labels = max(1, min(widest, room - _SHORTEST_BAR, paper.width * 2 // 5))
        self.room = max(1, min(_LONGEST_BAR, room - self.labels))
        known = list(reach) if reach else [v for s in chart.series[:1] for v in _known(s.values)]
        if not reach and chart.kind == "bar":
            known = [v for s in chart.series for v in _known(s.values)]
        if not reach:
            known += [line.value for line in chart.lines]
        self.low, self.high = min([0.0, *known]), max([0.0, *known])

    def label(self, category: str, style: Style = "") -> Span:
        text = self.paper.clip(self.paper.clean(category), self.labels)
        return (pad(text, self.labels) + " ", style)

    def figure(self, text: str, style: Style = "") -> Span:
        return (pad(text, self.figures, "r"), style)

    def bar(self, value: float | None, style: Style) -> list[Span]:
        """From zero to the value, marked where a line of the chart crosses; a gap stays empty."""
        row = self.step(0.0, value or 0.0, style, solid=True)
        marks = {min(self.room - 1, int(self._place(line.value))) for line in self.chart.lines}
        return _with_marks(row, marks, self.paper.glyphs.mark) if marks else row

    def step(self, start: float, end: float, style: Style, *, solid: bool) -> list[Span]:
        left, right = sorted((self._place(start), self._place(end)))
        first = int(left)
        eighths = self.paper.glyphs.eighths
        whole, part = divmod(right - first, 1)
        if not solid:
            length = max(1, round(right) - first) if start != end else 0
            drawn = self.paper.glyphs.loss * length
        else:
            size = round(part * len(eighths))
            drawn = eighths[-1] * int(whole) + (eighths[size - 1] if size else "")
            if not drawn and start != end:
                drawn = eighths[0]
        drawn = drawn[: self.room - first] if first < self.room else ""
        before = min(first, self.room)
        return [
            (" " * before, ""),
            (drawn, style),
            (" " * (self.room - before - len(drawn)), ""),
        ]

    def legend(self) -> Iterator[Row]:
        """What the marks across the bars stand for."""
        values = [v for series in self.chart.series for v in series.values]
        for line in self.chart.lines:
            text = f"{self.paper.clean(line.name)} {_figure(line.value, values, self.paper)}"
            yield (
                (" " * (self.labels + 1 + self.extra), ""),
                (f"{self.paper.glyphs.mark} {text}", "dim"),
            )

    def _place(self, value: float) -> float:
        scale = self.high - self.low
        return (value - self.low) / scale * self.room if scale else 0.0


def _with_marks(row: list[Span], marks: set[int], mark: str) -> list[Span]:
    signs = [(char, style) for text, style in row for char in text]
    return list(merged([(mark, "strong") if i in marks else s for i, s in enumerate(signs)]))


def _figure(value: float | None, values: Sequence[float | None], paper: Paper) -> str:
    return paper.clean(chart_figure(value, values, paper.words))


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _at(values: Sequence[float | None], index: int) -> float | None:
    return values[index] if index < len(values) else None
