from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.trend import Limits, Signal, analyse, signals, slope, xmr_limits

ZIGZAG = [10.0, 12.0] * 10  # mean 11, moving range 2
LIMITS = Limits(center=11, lower=5.68, upper=16.32, points=20)


def test_slope_is_per_point_and_a_missing_one_keeps_its_place() -> None:
    assert slope([1, 3, 5, 7]) == pytest.approx(2)
    assert slope([1, None, 5, 7]) == pytest.approx(2)
    assert slope([1, None]) is None


@given(start=st.floats(-100, 100), step=st.floats(-10, 10), many=st.integers(2, 50))
def test_slope_of_a_straight_line(start: float, step: float, many: int) -> None:
    assert slope([start + step * x for x in range(many)]) == pytest.approx(step, abs=1e-6)


def test_limits_from_twenty_comparable_points() -> None:
    found = xmr_limits(ZIGZAG)
    assert found is not None
    assert (found.center, found.points) == (11, 20)
    assert (found.lower, found.upper) == pytest.approx((11 - 5.32, 11 + 5.32))
    assert xmr_limits(ZIGZAG[:19]) is None
    assert xmr_limits([*ZIGZAG[:19], None]) is None


def test_limits_stay_within_what_the_measure_can_be() -> None:
    found = xmr_limits([y / 12 for y in ZIGZAG], least=0, most=1)
    assert found is not None
    assert found.upper == 1


def test_normal_variation() -> None:
    trend = analyse([*ZIGZAG, 10, 13, 9, 11])
    assert trend.normal is True
    assert trend.signals == ()


def test_without_a_baseline_nothing_is_called_unusual() -> None:
    trend = analyse([1, 100, 1])
    assert (trend.limits, trend.normal, trend.signals) == (None, None, ())


def test_the_baseline_stays_frozen() -> None:
    shifted = [*ZIGZAG, *[30.0] * 20]
    trend = analyse(shifted)
    assert trend.limits == xmr_limits(ZIGZAG)
    assert trend.normal is False


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([11, 17, 11], [Signal("above", 1, 1)]),
        ([11, 5, 11], [Signal("below", 1, 1)]),
        ([11, *[12, 13] * 4, 11], [Signal("run_above", 1, 8)]),
        ([11, *[10, 9] * 4, 11], [Signal("run_below", 1, 8)]),
        ([*[12, 13] * 3, 12, 11], []),  # seven on one side
        ([9, 10, 10.5, 11, 12, 13], [Signal("rising", 0, 5)]),
        ([13, 12, 11, 10.5, 10, 9], [Signal("falling", 0, 5)]),
        ([9, 10, 11, 12, 13], []),  # five points
        ([9, 10, 10.5, 10.5, 11, 12, 13], []),  # a standstill ends it
        ([9, 10, 10.5, None, 11, 12, 13], []),
    ],
)
def test_signals(points: list[float | None], expected: list[Signal]) -> None:
    assert list(signals(points, LIMITS)) == expected
