"""Charts as pictures."""

from __future__ import annotations

import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from adapters import Unsupported
from core.answer import Chart, Line, Series
from core.chart_text import alt_text
from core.words import Words
from tests.answers import charts
from tests.console.answers import DOWNTIME, LINES, NIGHTS, STEPS

pytest.importorskip("matplotlib", reason="pip install andon[pictures]")

from adapters.picture import draw


def dimensions(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("chart", [DOWNTIME, STEPS, LINES, NIGHTS])
def test_every_kind_is_a_wide_png_of_bearable_size(chart: Chart) -> None:
    png = draw(chart)
    width, height = dimensions(png)
    assert width == 1600
    assert 500 <= height <= 1800
    assert len(png) < 300_000


@pytest.mark.parametrize("chart", [DOWNTIME, STEPS, LINES, NIGHTS])
def test_a_value_or_a_line_that_changes_changes_the_picture(chart: Chart) -> None:
    values = tuple(v and v * 0.7 for v in chart.series[0].values)
    other = replace(chart, series=(replace(chart.series[0], values=values), *chart.series[1:]))
    assert draw(other) != draw(chart)
    if chart.kind in ("bar", "trend"):
        assert draw(replace(chart, lines=(*chart.lines, Line("goal", 65)))) != draw(chart)


def test_a_gap_is_no_zero() -> None:
    series = NIGHTS.series[0]
    zeros = replace(series, values=tuple(value or 0 for value in series.values))
    assert draw(replace(NIGHTS, series=(zeros,))) != draw(NIGHTS)


@settings(
    deadline=None,
    max_examples=15,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(charts())
def test_any_chart_is_a_picture_or_unsupported(chart: Chart) -> None:
    try:
        assert dimensions(draw(chart))[0] == 1600
    except Unsupported:
        known = [v for s in chart.series for v in s.values[: len(chart.categories)]]
        assert not [v for v in known if v is not None and abs(v) <= 1e12]


def test_threads_draw_the_same_picture() -> None:
    alone = draw(LINES)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: draw(LINES), range(8))) == {alone}


def test_nothing_known_is_no_picture() -> None:
    with pytest.raises(Unsupported):
        draw(Chart("bar", "Empty", ("a",), (Series("x", (None,)),), "min"))


def test_matplotlib_is_imported_with_the_first_picture_only() -> None:
    code = "import sys, adapters.picture; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_alt_text_tells_the_figures() -> None:
    words = Words("en")
    assert alt_text(DOWNTIME, words) == (
        "Bars in falling order “Downtime by reason” (min). "
        "Conveyor fault 117, Filler jam 40, Label roll change 20."
    )
    assert alt_text(NIGHTS, words) == (
        "Line over time “OEE per night” (%). lowest 30 (10 Mar), highest 64 (7 Mar), "
        "last 60 (12 Mar). mean 61. upper limit 70. lower limit 52."
    )
    assert "no data" in alt_text(Chart("bar", "Empty", (), (Series("x", ()),), ""), words)
