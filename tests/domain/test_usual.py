"""What is usual, and whether something helped."""

from __future__ import annotations

import random

import pytest

from core.domain.usual import effect, usual


def test_the_median_is_not_moved_by_the_odd_bad_shift() -> None:
    known = usual([20.0] * 20 + [400.0, 500.0])
    assert known is not None
    assert known.center == 20
    assert known.limit == 35  # no spread: 15 minutes are the least that is told


def test_the_limit_is_three_scaled_deviations_above() -> None:
    values = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0]
    known = usual(values)
    assert known is not None
    assert known.center == 50
    assert known.limit == pytest.approx(50 + 3 * 1.4826 * 20)
    assert usual(values[:7]) is None


def test_a_jam_that_is_gone_helped() -> None:
    draw = random.Random(1)
    before = {"Night": [45 + draw.uniform(-8, 8) for _ in range(30)], "Early": [0.0] * 30}
    told = effect(before, [("Early", 0.0), ("Late", 0.0), ("Night", 0.0)])
    assert told is None  # nothing is known of late shifts
    told = effect(before, [("Night", 0.0), ("Early", 0.0), ("Night", 2.0)])
    assert told is not None
    assert told.verdict == "better"
    assert told.before == pytest.approx(30, abs=3)
    assert (told.shifts_before, told.shifts_after) == (60, 3)


def test_chance_is_not_taken_for_an_effect() -> None:
    """Of 300 courses without any effect at most a few are called one."""
    draw = random.Random(7)
    wrong = 0
    for _ in range(300):
        values = [max(0.0, draw.gauss(40, 12)) for _ in range(33)]
        told = effect({"N": values[:30]}, [("N", value) for value in values[30:]])
        assert told is not None
        wrong += told.verdict != "same"
    assert wrong <= 6


def test_more_is_better_for_a_ratio() -> None:
    told = effect({"N": [0.6] * 29 + [0.61]}, [("N", 0.8)], lower_is_better=False)
    assert told is not None
    assert told.verdict == "better"
    worse = effect({"N": [0.6] * 29 + [0.61]}, [("N", 0.4)], lower_is_better=False)
    assert worse is not None
    assert worse.verdict == "worse"
    assert effect({}, []) is None
