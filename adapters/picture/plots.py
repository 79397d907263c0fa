"""What is drawn on a chart's axes. Bars lie, so that their names can be read on a phone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from adapters.picture.lettering import NAME, shortened, text, wrapped
from adapters.picture.style import (
    BLUE,
    FAINT,
    GREEN,
    GRID,
    HATCHES,
    INK,
    LABEL,
    LINE_STYLES,
    ORANGE,
    RED,
    SERIES,
    SMALL,
)
from core.answer import Chart, Line, Series
from core.answer_text import chart_figure
from core.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SERIES_NAME = 24
_LARGEST = 1e12  # no figure of a plant is larger; axes would show nothing
_TICKS = 5
_MARKED = 60  # points up to which each has a dot


class Plot:
    """A chart, cut to `most` categories, with its values cleaned."""

    def __init__(self, chart: Chart, words: Words, most: int) -> None:
        self.chart, self.words = chart, words
        names = chart.categories[-most:] if chart.kind == "trend" else chart.categories[:most]
        self.names = [text(name) for name in names]
        self.left_out = len(chart.categories) - len(names)
        series = chart.series[:1] if chart.kind == "waterfall" else chart.series[: len(SERIES)]
        start = self.left_out if chart.kind == "trend" else 0
        self.series = [
            Series(shortened(text(one.name), _SERIES_NAME), _clean(one.values[start:], len(names)))
            for one in series
        ]
        self.unit = shortened(text(chart.unit), NAME) if chart.unit else ""
        self.lines = [line for line in chart.lines if _usable(line.value)][:4]
        self.known = [v for one in self.series for v in one.values if v is not None]

    @property
    def height(self) -> float:
        """In inches: as much as the bars need."""
        if self.chart.kind == "trend":
            return 4.6
        bars = len(self.series) if self.chart.kind == "bar" else 1
        return min(9.0, max(3.0, 1.3 + len(self.names) * (0.25 + 0.32 * bars)))

    def bars(self, axes: Axes) -> None:
        """One bar per category and series, a line across them for each target."""
        thick = 0.8 / len(self.series)
        for number, one in enumerate(self.series):
            places = [row + (number + 0.5) * thick - 0.4 for row in range(len(self.names))]
            lengths = [value or 0.0 for value in one.values]
            drawn = axes.barh(
                places,
                lengths,
                thick * 0.92,
                color=SERIES[number],
                hatch=HATCHES[number],
                edgecolor="white",
                linewidth=0,
                label=one.name,
            )
            labels = [self.figure(value) for value in one.values]
            axes.bar_label(drawn, labels, padding=6, fontsize=LABEL, color=INK)
        self._lying(axes)
        for line, style in zip(self.lines, LINE_STYLES * 2, strict=False):
            axes.axvline(
                line.value, color=INK, linestyle=style, linewidth=2, label=self._name(line)
            )
        if len(self.series) > 1 or self.lines:
            self._legend(axes)

    def pareto(self, axes: Axes) -> None:
        """Falling bars, and beside them the line of the cumulative share."""
        shares = self.series[1].values if len(self.series) > 1 else ()
        self.series = self.series[:1]
        self.bars(axes)
        if not any(share is not None for share in shares):
            return
        rows = range(len(self.names))
        axes.set_xlim(right=axes.get_xlim()[1] * 1.75)
        beside = axes.inset_axes((0.64, 0.0, 0.27, 1.0), sharey=axes)
        places = [math.nan if s is None else min(max(s, 0.0), 100.0) for s in shares]
        beside.plot(places, rows, color=RED, marker="o", markersize=9, linewidth=3, clip_on=False)
        for row, (share, place) in enumerate(zip(shares, places, strict=True)):
            if share is not None:
                beside.annotate(
                    shortened(f"{self.words.number(share)} %", 8),
                    (place, row),
                    (10, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=LABEL,
                    color=INK,
                    annotation_clip=False,
                )
        beside.set_xlim(0, 100)
        beside.set_title(
            shortened(text(self.chart.series[1].name), NAME), fontsize=SMALL, color=FAINT
        )
        beside.axis("off")

    def waterfall(self, axes: Axes) -> None:
        """Steps, each from where the one before ended; the first and the last stand on zero."""
        values = self.series[0].values
        ends = list(accumulate(value or 0.0 for value in values[:-1]))
        starts = [0.0, *ends[: len(values) - 2], 0.0][: len(values)]
        kinds = [self._step(row, value) for row, value in enumerate(values)]
        drawn = axes.barh(
            range(len(values)),
            [value or 0.0 for value in values],
            0.74,
            left=starts,
            color=[colour for colour, _ in kinds],
            edgecolor="white",
            linewidth=0,
        )
        for bar, (_, hatch) in zip(drawn, kinds, strict=True):
            bar.set_hatch(hatch)
        for row, end in enumerate(ends):
            axes.plot([end, end], [row - 0.37, row + 1.37], color=FAINT, linewidth=1)
        for row, value in enumerate(values):
            right = max(starts[row], starts[row] + (value or 0.0))
            axes.annotate(
                self._signed(row, value),
                (right, row),
                (6, 0),
                textcoords="offset points",
                va="center",
                fontsize=LABEL,
                color=INK,
            )
        reach = [*starts, *ends, *(value or 0.0 for value in (values[0], values[-1]))]
        axes.set_xlim(min(reach) * 1.1, max([*reach, 0.0]) * 1.18 or 1.0)
        self._lying(axes, margins=False)

    def trend(self, axes: Axes) -> None:
        """A line over time with gaps where nothing is known; what lies beyond the control limits
        is a diamond of its own colour."""
        for number, one in enumerate(self.series):
            values = [math.nan if value is None else value for value in one.values]
            marker = "o" if len(values) <= _MARKED else ""
            axes.plot(
                range(len(values)),
                values,
                color=SERIES[number],
                marker=marker,
                markersize=7,
                linewidth=2.5,
                label=one.name,
            )
        self._outliers(axes)
        axes.margins(x=0.02, y=0.14)
        for line, style in zip(self.lines, LINE_STYLES * 2, strict=False):
            axes.axhline(line.value, color=FAINT, linestyle=style, linewidth=2)
        self._beside(axes)
        self._over_time(axes)
        if len(self.series) > 1:
            self._legend(axes)

    def figure(self, value: float | None) -> str:
        """The value as it is told elsewhere; "–" where it is unknown."""
        return text(chart_figure(value, self.known, self.words))

    # --- inside

    def _outliers(self, axes: Axes) -> None:
        limits = {line.name: line.value for line in self.lines}
        upper = limits.get(self.words.say("charts.upper_limit"), math.inf)
        lower = limits.get(self.words.say("charts.lower_limit"), -math.inf)
        beyond = [
            (index, value)
            for one in self.series
            for index, value in enumerate(one.values)
            if value is not None and not lower <= value <= upper
        ]
        if beyond:
            places, values = zip(*beyond, strict=True)
            axes.plot(places, values, "D", color=RED, markersize=10, zorder=3)

    def _beside(self, axes: Axes) -> None:
        """Names at the right end: of the lines, and the last value; moved apart if they touch."""
        marks = [(line.value, self._name(line), FAINT) for line in self.lines]
        for number, one in enumerate(self.series):
            last = next((v for v in reversed(one.values) if v is not None), None)
            if last is not None:
                marks.append((last, self.figure(last), SERIES[number]))
        low, high = axes.get_ylim()
        step = (high - low) * 0.085
        for place, (value, name, colour) in _apart(marks, step):
            axes.annotate(
                name,
                (1.0, value),
                (1.015, (place - low) / (high - low) if high > low else 0.5),
                xycoords=("axes fraction", "data"),
                textcoords="axes fraction",
                va="center",
                fontsize=SMALL if colour == FAINT else LABEL,
                color=INK if colour == FAINT else colour,
                fontweight="normal" if colour == FAINT else "bold",
                annotation_clip=False,
            )

    def _over_time(self, axes: Axes) -> None:
        count = len(self.names)
        every = max(1, math.ceil((count - 1) / (_TICKS - 1))) if count > 1 else 1
        places = list(range(0, count, every))
        axes.set_xticks(places, [shortened(self.names[place], 14) for place in places])
        axes.set_ylabel(self.unit, fontsize=LABEL, color=FAINT)
        axes.yaxis.set_major_formatter(lambda value, _: text(self._tick(value)))
        axes.grid(axis="y", color=GRID, linewidth=1)
        axes.set_axisbelow(True)
        axes.tick_params(length=0, colors=INK)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)

    def _lying(self, axes: Axes, *, margins: bool = True) -> None:
        """Names on the left from the top down; figures stand at the bars, so no other axis."""
        axes.set_yticks(range(len(self.names)), [wrapped(name) for name in self.names])
        axes.set_ylim(len(self.names) - 0.45, -0.55)
        if margins:
            axes.margins(x=0.14)
            axes.set_xlim(right=max(axes.get_xlim()[1], 0.01))
        axes.axvline(0, color=INK, linewidth=1.5)
        axes.set_xticks([])
        more = self.words.say("common.more", n=self.left_out) if self.left_out else ""
        unit = " · ".join(part for part in (self.unit, more and f"+ {more}") if part)
        axes.set_xlabel(unit, fontsize=LABEL, color=FAINT, loc="left")
        axes.tick_params(length=0, colors=INK)
        for side in axes.spines.values():
            side.set_visible(False)

    def _legend(self, axes: Axes) -> None:
        axes.legend(
            loc="upper center",
            bbox_to_anchor=(0.5, -0.06 if self.chart.kind == "bar" else -0.1),
            ncols=3,
            frameon=False,
            fontsize=LABEL,
            labelcolor=INK,
        )

    def _step(self, row: int, value: float | None) -> tuple[str, str]:
        if row in (0, len(self.names) - 1):
            return BLUE, ""
        return (ORANGE, "///") if (value or 0.0) < 0 else (GREEN, "...")

    def _signed(self, row: int, value: float | None) -> str:
        figure = self.figure(value)
        inner = 0 < row < len(self.names) - 1
        return f"+{figure}" if inner and value is not None and value > 0 else figure

    def _name(self, line: Line) -> str:
        return f"{shortened(text(line.name), 18)} {self.figure(line.value)}"

    def _tick(self, value: float) -> str:
        return self.words.number(value, 0 if value == int(value) else 1)


def _apart(
    marks: Sequence[tuple[float, str, str]], step: float
) -> Iterator[tuple[float, tuple[float, str, str]]]:
    """The marks from low to high, each with a place at least `step` above the one before."""
    place = -math.inf
    for mark in sorted(marks):
        place = max(mark[0], place + step)
        yield place, mark


def _clean(values: Sequence[float | None], count: int) -> tuple[float | None, ...]:
    """Exactly `count` values, what cannot be drawn as None."""
    known = [value if value is not None and _usable(value) else None for value in values[:count]]
    return (*known, *[None] * (count - len(known)))


def _usable(value: float) -> bool:
    return math.isfinite(value) and abs(value) <= _LARGEST
