"""A trend: dots over time between its control limits, gaps where nothing is known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from adapters.console.paper import Paper, Row, Span, Style, cells, merged, pad
from core.answer import Chart
from core.answer_text import chart_figure

_HEIGHT = 9
_NARROWEST, _WIDEST = 24, 80
_ROOM_FOR_NAMES = 60
_STYLES: tuple[Style, ...] = ("accent", "good", "warning", "dim")


def trend(chart: Chart, paper: Paper) -> Iterator[Row]:
    """Values rise upwards; the lines (mean, target, limits) are named with their value below the
    axis of time. With two limits, what lies beyond them is drawn as an outlier."""
    known = [v for series in chart.series for v in series.values if v is not None]
    if not known:
        yield ((paper.words.say("charts.no_data"), "dim"),)
        return
    field = _Field(chart, paper, known)
    for number, row in enumerate(field.signs()):
        yield (
            (field.axis_label(number), "dim"),
            *merged(row),
            (field.names.get(number, ""), "dim"),
        )
    yield from field.axis()
    yield from field.legend()


class _Field:
    """The plot's scale and what stands in each of its cells."""

    def __init__(self, chart: Chart, paper: Paper, known: Sequence[float]) -> None:
        self.chart, self.paper, self.known = chart, paper, known
        reach = [*known, *(line.value for line in chart.lines)]
        self.low, self.high = min(reach), max(reach)
        if self.low == self.high:  # a flat line stands in the middle
            self.low, self.high = self.low - 1, self.high + 1
        self.rims = [self._figure(self.high), self._figure(self.low)]
        self.margin = max(map(cells, self.rims)) + 1
        self.names, self.unplaced = self._line_names()
        side = max(map(cells, self.names.values()), default=0)
        self.width = max(1, min(_WIDEST, paper.width - self.margin - 1 - side))
        self.count = max(len(chart.categories), *(len(s.values) for s in chart.series))
        self.step = min(4.0, (self.width - 1) / max(1, self.count - 1))
        if self.step >= 1:  # evenly spaced, and the lines end where the dots do
            self.step = int(self.step)
            self.width = max(min(_NARROWEST, self.width), int(self.step) * (self.count - 1) + 2)
        # Tools name their limits by these two keys of the catalogue, in the reader's language.
        lines = {line.name: line.value for line in chart.lines}
        self.upper = lines.get(paper.words.say("charts.upper_limit"), math.inf)
        self.lower = lines.get(paper.words.say("charts.lower_limit"), -math.inf)

    def signs(self) -> list[list[Span]]:
        rows: list[list[Span]] = [[(" ", "")] * self.width for _ in range(_HEIGHT)]
        for line in self.chart.lines:
            inside = math.isfinite(self.upper) and line.value not in (self.lower, self.upper)
            dash = self.paper.glyphs.rule if inside else self.paper.glyphs.dash
            rows[self._row(line.value)][:] = [(dash, "dim")] * self.width
        for number, series in enumerate(self.chart.series):
            for index, value in enumerate(series.values):
                if value is not None:
                    rows[self._row(value)][self._column(index)] = self._dot(number, value)
        return rows

    def axis_label(self, row: int) -> str:
        text = {0: self.rims[0], _HEIGHT - 1: self.rims[1]}.get(row, "")
        return pad(text, self.margin - 1, "r") + f" {self.paper.glyphs.axis}"

    def axis(self) -> Iterator[Row]:
        """The first and the last category, and the middle one where there is room."""
        names = [self.paper.clean(name) for name in self.chart.categories]
        if not names:
            return
        edge = self._column(len(names) - 1) + 1
        middle = names[len(names) // 2]
        ends = [names[0], names[-1]] if len(names) > 1 else names
        text = self.paper.clip(ends[0], self.width)
        if len(names) > 4 and cells("".join([*ends, middle])) + 4 <= edge:
            centre = self._column(len(names) // 2) - cells(middle) // 2
            text = pad(text, centre) + middle if centre > cells(text) + 1 else text
        if len(ends) > 1 and cells(text) + cells(ends[1]) + 1 <= self.width:
            text = pad(text, max(cells(text) + 1, edge - cells(ends[1]))) + ends[1]
        yield ((" " * (self.margin + 1) + text, "dim"),)

    def legend(self) -> Iterator[Row]:
        """The series, where there are several, and the lines that have no name beside them."""
        dots = self.paper.glyphs.dots
        names = [
            f"{dots[i % len(dots)]} {self.paper.clean(series.name)}"
            for i, series in enumerate(self.chart.series)
        ]
        text = " · ".join([*(names if len(names) > 1 else []), *self.unplaced])
        if text:
            yield from self.paper.paragraph(text, "dim", (" " * (self.margin + 1), ""))

    def _line_names(self) -> tuple[dict[int, str], list[str]]:
        """What stands at the right end of which row; the rest, and all where it is narrow."""
        names: dict[int, str] = {}
        unplaced = []
        for line in self.chart.lines:
            name = f"{self.paper.clean(line.name)} {self._figure(line.value)}"
            row = self._row(line.value)
            if row in names or self.paper.width < _ROOM_FOR_NAMES:
                unplaced.append(name)
            else:
                names[row] = f" {name}"
        return names, unplaced

    def _dot(self, series: int, value: float) -> Span:
        if not self.lower <= value <= self.upper:
            return (self.paper.glyphs.outlier, "bad")
        dots = self.paper.glyphs.dots
        return (dots[series % len(dots)], _STYLES[series % len(_STYLES)])

    def _row(self, value: float) -> int:
        share = (value - self.low) / (self.high - self.low)
        return round((1 - share) * (_HEIGHT - 1))

    def _column(self, index: int) -> int:
        """Points stand at most four cells apart; where there are too many, they share a cell."""
        return int(index * self.step)

    def _figure(self, value: float) -> str:
        return self.paper.clean(chart_figure(value, self.known, self.paper.words))
