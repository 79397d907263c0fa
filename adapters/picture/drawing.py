"""A chart as a PNG. matplotlib is imported when the first one is drawn.

Only Figure objects are used, never pyplot, whose global state is not safe between threads.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, assert_never

from adapters import Unsupported
from adapters.picture.style import DPI, LABEL, PAPER, WIDTH
from core.answer import Chart
from core.request import Language
from core.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from adapters.picture.plots import Plot

_MOST_BARS = 20
_MOST_POINTS = 400
_KEPT = 64  # pictures of some 60 kB: the same question is asked by many at a shift's start
_ONE_AT_A_TIME = Lock()  # matplotlib shares its fonts between figures


@lru_cache(maxsize=_KEPT)
def draw(chart: Chart, language: Language = "en") -> bytes:
    """The chart as a PNG, 1600 pixels wide, without its title: a channel says that beside it.

    It takes some 200 ms the first time: call it in a thread. Raises Unsupported where matplotlib
    is not installed or nothing in the chart is known.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as missing:
        raise Unsupported("pictures need matplotlib (the extra `pictures`)") from missing
    from adapters.picture.plots import Plot

    plot = Plot(chart, Words(language), _MOST_POINTS if chart.kind == "trend" else _MOST_BARS)
    if not plot.known:
        raise Unsupported("nothing in the chart is known")
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        # Names that leave no room: the bars are drawn all the same, only less well placed.
        warnings.filterwarnings("ignore", message="constrained_layout not applied")
        figure = Figure(figsize=(WIDTH, plot.height), dpi=DPI, facecolor=PAPER)
        figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.1)
        _plot(plot, chart, figure.add_subplot())
        return _png(figure)


def _plot(plot: Plot, chart: Chart, axes: Axes) -> None:
    match chart.kind:
        case "bar":
            plot.bars(axes)
        case "pareto":
            plot.pareto(axes)
        case "waterfall":
            plot.waterfall(axes)
        case "trend":
            plot.trend(axes)
        case _:
            assert_never(chart.kind)
    axes.tick_params(labelsize=LABEL)


def _png(figure: Figure) -> bytes:
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
