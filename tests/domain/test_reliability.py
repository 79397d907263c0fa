from __future__ import annotations

from dataclasses import replace

import oee as reference
import pytest

from core.domain.losses import Loss
from core.domain.oee import Sums
from core.domain.reliability import reliability

MACHINE = Sums(
    pbt=480,
    stops={Loss.BREAKDOWN: 60.0, Loss.SETUP: 20.0, Loss.MINOR: 10.0, Loss.STARVED: 30.0},
    failures=3,
    mended=2,
    mended_minutes=50,
    repair_minutes=30,
)


def test_operating_time_has_setup_but_no_delays() -> None:
    found = reliability([MACHINE, MACHINE])
    assert found.mtbf == (480 - 60 - 10 - 30) / 3
    assert (found.failures, found.mean_to_mend, found.mend_by) == (6, 15, "mttr")


def test_without_repair_times_it_is_the_mean_downtime() -> None:
    found = reliability([replace(MACHINE, repair_minutes=None)])
    assert (found.mean_to_mend, found.mend_by) == (25, "mean_downtime")


def test_no_failure_is_neither_infinity_nor_zero() -> None:
    found = reliability([replace(MACHINE, failures=0, mended=0, mended_minutes=0)])
    assert (found.failures, found.mtbf, found.mean_to_mend) == (0, None, None)


def test_unknown_stays_unknown() -> None:
    found = reliability([MACHINE, Sums(pbt=480)])
    assert (found.failures, found.mtbf) == (None, None)


def test_the_oee_package_gives_the_same() -> None:
    found = reliability([replace(MACHINE, mended=3)])
    theirs = reference.reliability(380, failures=3, total_repair_time=30)
    assert (found.mtbf, found.mean_to_mend) == pytest.approx((theirs.mtbf, theirs.mttr))
