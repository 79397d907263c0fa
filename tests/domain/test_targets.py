from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain.targets import (
    Projection,
    Target,
    choose_target,
    expected_so_far,
    gap,
    is_preliminary,
    projection,
)
from tests.domain.plants import at


def test_order_before_product_before_shift() -> None:
    assert choose_target(100, 200, 300) == Target(100, "order")
    assert choose_target(None, 200, 300) == Target(200, "product")
    assert choose_target(shift=300) == Target(300, "shift")
    assert choose_target() is None
    assert choose_target(order=0, shift=300) == Target(0, "order")


def test_expected_so_far_follows_planned_time() -> None:
    assert expected_so_far(450, 150, 450) == 150
    assert expected_so_far(450, 500, 450) == 450
    assert expected_so_far(None, 150, 450) is None
    assert expected_so_far(450, None, 450) is None
    assert expected_so_far(450, 0, 0) is None
    assert gap(140, 150) == -10
    assert gap(None, 150) is None


def test_projection_from_the_last_hour() -> None:
    # 45 of the last 60 minutes were planned, the rest was a break.
    assert projection(200, 90, 45, 240, 200) == Projection(600, 45)


@pytest.mark.parametrize(
    ("made", "lately", "busy", "elapsed", "remaining"),
    [
        (50, 50, 29, 29, 400),  # the first half hour
        (None, 50, 60, 120, 400),
        (50, None, 60, 120, 400),
        (50, 50, 0, 120, 400),
        (50, 50, None, 120, 400),
        (50, 50, 60, 120, None),
    ],
)
def test_no_projection(
    made: float | None,
    lately: float | None,
    busy: float | None,
    elapsed: float,
    remaining: float | None,
) -> None:
    assert projection(made, lately, busy, elapsed, remaining) is None


def test_figures_are_preliminary_for_a_quarter_of_an_hour() -> None:
    end = at("2026-11-23 14:00")
    assert is_preliminary(end, end + timedelta(minutes=14))
    assert not is_preliminary(end, end + timedelta(minutes=15))
    assert is_preliminary(end, None)
