from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.contrast import Figure, differ, overlap, reach, standing

SAW = [10.0, 12.0] * 10
"""Moves by 2 each day: the limits of a single day are 2.66 × 2 apart from the mean."""


def test_a_mean_over_more_days_reaches_less_far() -> None:
    assert reach(SAW, 1) == pytest.approx(5.32)
    assert reach(SAW, 4) == pytest.approx(2.66)
    assert reach(SAW, 1 / 3) == pytest.approx(5.32 * sqrt(3))


def test_too_few_days_tell_nothing() -> None:
    assert reach(SAW[:19], 1) is None
    assert reach(SAW, 0) is None
    assert differ(Figure(1.0, None), Figure(9.0, 1.0)) is None
    assert differ(Figure(None, 1.0), Figure(9.0, 1.0)) is None


def test_two_figures_differ_beyond_both_their_reaches() -> None:
    assert differ(Figure(10.0, 3.0), Figure(15.0, 4.0)) is False  # exactly √(3² + 4²)
    assert differ(Figure(10.0, 3.0), Figure(15.1, 4.0)) is True


def test_best_and_worst_stand_apart_from_the_others() -> None:
    figures = {"a": Figure(60.0, 3.0), "b": Figure(75.0, 3.0), "c": Figure(76.0, 3.0)}
    found = standing(figures)
    assert (found.worst, found.best, found.known) == ("a", "c", True)
    turned = standing(figures, lower_is_better=True)
    assert (turned.worst, turned.best) == ("c", "a")
    close = standing({"a": Figure(74.0, 3.0), "b": Figure(75.0, 3.0)})
    assert (close.worst, close.best, close.known) == (None, None, True)


def test_what_is_unknown_stays_out() -> None:
    assert not standing({"a": Figure(1.0, None), "b": Figure(9.0, 1.0)}).known
    assert not standing({}).known


@given(
    st.dictionaries(
        st.text(max_size=3),
        st.builds(Figure, st.floats(0, 100), st.floats(0.01, 50)),
        min_size=2,
        max_size=6,
    )
)
def test_best_is_never_worse_than_worst(figures: dict[str, Figure]) -> None:
    found = standing(figures)
    if found.best is not None and found.worst is not None:
        best, worst = figures[found.best].value, figures[found.worst].value
        assert best is not None
        assert worst is not None
        assert best > worst


def test_mixes_overlap() -> None:
    assert overlap({"a": 1, "b": 1}, {"a": 50, "b": 50}) == pytest.approx(1)
    assert overlap({"a": 3, "b": 1}, {"a": 1, "c": 1}) == pytest.approx(0.5)
    assert overlap({"a": 1}, {"b": 1}) == 0
    assert overlap({}, {"b": 1}) is None
