from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import oee as reference
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.losses import Loss
from core.domain.oee import Rules, Sums
from core.domain.waterfall import LossRates, Step, is_classified, rated, six_big_losses, waterfall

SHIFT = Sums(
    pbt=480,
    stops={Loss.BREAKDOWN: 30.0, Loss.SETUP: 20.0, Loss.MINOR: 30.0},
    ideal=340,
    good_ideal=330,
    unit="pcs",
    total=20_400,
    good=19_800,
    scrap=500,
    rework=100,
    startup_scrap=150,
)


def named(steps: tuple[Step, ...]) -> dict[str, float]:
    return {step.name: step.minutes for step in steps}


def test_from_planned_to_fully_productive_time() -> None:
    assert named(waterfall(SHIFT)) == {
        "pbt": 480,
        "breakdown": 30,
        "setup": 20,
        "minor": 30,
        "apt": 400,
        "reduced_speed": 60,
        "net": 340,
        "startup_rejects": 2.5,
        "production_rejects": 7.5,
        "fully_productive": 330,
    }


def test_minor_stops_as_a_loss_of_performance() -> None:
    steps = named(waterfall(SHIFT, Rules(minor_stops="performance")))
    assert (steps["apt"], steps["minor"], steps["reduced_speed"]) == (430, 30, 60)
    assert list(steps).index("minor") > list(steps).index("apt")


def test_what_no_stop_accounts_for_is_unexplained() -> None:
    steps = named(waterfall(replace(SHIFT, run=380)))
    assert (steps["unexplained"], steps["apt"]) == (20, 380)
    assert named(waterfall(replace(SHIFT, run=380, stops=None)))["unexplained"] == 100


def test_it_goes_as_far_as_is_known() -> None:
    assert waterfall(Sums()) == ()
    assert [s.name for s in waterfall(Sums(pbt=480))] == ["pbt"]
    unrated = replace(SHIFT, ideal=None, good_ideal=None)
    assert waterfall(unrated)[-1] == Step("apt", 400, "level")
    assert waterfall(replace(SHIFT, good_ideal=None))[-1] == Step("net", 340, "level")


def test_only_assets_with_all_sums_are_drawn_together() -> None:
    whole, out = rated({"a": SHIFT, "b": SHIFT, "c": replace(SHIFT, ideal=None)})
    assert whole is not None
    assert (whole.pbt, out) == (960, ["c"])
    assert rated({"c": Sums()}) == (None, ["c"])


@st.composite
def shifts(draw: st.DrawFn) -> Sums:
    stops = draw(st.none() | st.dictionaries(st.sampled_from(Loss), st.floats(0, 60)))
    total = draw(st.floats(0, 1000))
    return Sums(
        pbt=draw(st.floats(0, 1440)),
        stops=stops,
        run=draw(st.none() | st.floats(0, 1440)),
        ideal=draw(st.none() | st.floats(0, 2000)),
        good_ideal=draw(st.none() | st.floats(0, 2000)),
        total=total,
        good=draw(st.none() | st.floats(0, total)),
        startup_scrap=draw(st.none() | st.floats(0, 10)),
    )


@given(sums=shifts(), performance=st.booleans())
def test_the_waterfall_closes(sums: Sums, performance: bool) -> None:
    rules = Rules(minor_stops="performance" if performance else "availability")
    steps = waterfall(sums, rules)
    levels = [index for index, step in enumerate(steps) if step.kind == "level"]
    assert levels[0] == 0
    for start, end in pairwise(levels):
        lost = sum(step.minutes for step in steps[start + 1 : end])
        assert steps[start].minutes - lost == pytest.approx(steps[end].minutes, abs=1e-6)


def test_six_big_losses_in_minutes_units_and_money() -> None:
    rates = LossRates("USD", per_hour=120, material=0.5)
    losses = {loss.name: loss for loss in six_big_losses(SHIFT, rates)}
    assert {name: loss.minutes for name, loss in losses.items()} == {
        "breakdowns": 30,
        "setup": 20,
        "minor_stops": 30,
        "reduced_speed": 60,
        "startup_rejects": 2.5,
        "production_rejects": 7.5,
        "unclassified_stops": 0,
    }
    assert losses["breakdowns"].units == 1800
    assert losses["breakdowns"].money == 60
    assert losses["startup_rejects"].units == 150
    assert losses["startup_rejects"].money == 75
    assert losses["production_rejects"].units == 450
    assert losses["production_rejects"].money == 175  # 350 scrapped; rework costs no material


def test_six_big_losses_are_unknown_without_their_sums() -> None:
    losses = {loss.name: loss for loss in six_big_losses(Sums(pbt=480))}
    assert {loss.minutes for loss in losses.values()} == {None}
    unknown_phase = six_big_losses(replace(SHIFT, startup_scrap=None), LossRates("USD", 120, 0.5))
    startup, production = unknown_phase[4:6]
    assert (startup.minutes, startup.units, startup.money) == (None, None, None)
    assert (production.minutes, production.units, production.money) == (10, 600, 250)


def test_the_oee_package_gives_the_same() -> None:
    theirs = reference.oee(
        480, downtime=50, setup_time=20, ideal_rate=60, total_count=20_400, good_count=19_800,
        startup_rejects=150,
    ).six_losses  # fmt: skip
    assert theirs is not None
    moved = replace(SHIFT, stops={Loss.BREAKDOWN: 30.0, Loss.SETUP: 20.0})
    ours = {loss.name: loss.minutes for loss in six_big_losses(moved)}
    assert ours["breakdowns"] == pytest.approx(theirs["breakdowns"])
    assert ours["setup"] == pytest.approx(theirs["setup_and_adjustments"])
    assert ours["reduced_speed"] == pytest.approx(theirs["minor_stops_and_reduced_speed"])
    assert ours["production_rejects"] == pytest.approx(theirs["process_defects"])
    assert ours["startup_rejects"] == pytest.approx(theirs["reduced_yield"])


def test_start_up_rejects_take_the_time_of_what_was_rejected() -> None:
    mixed = {loss.name: loss for loss in six_big_losses(replace(SHIFT, startup_ideal=4.0))}
    assert (mixed["startup_rejects"].minutes, mixed["production_rejects"].minutes) == (4, 6)
    assert named(waterfall(replace(SHIFT, startup_ideal=4.0)))["startup_rejects"] == 4


def test_stops_that_nobody_named_may_be_any_of_the_big_losses() -> None:
    untold = replace(SHIFT, stops={Loss.UNCLASSIFIED: 50.0, Loss.MINOR: 30.0})
    losses = {loss.name: loss.minutes for loss in six_big_losses(untold)}
    assert (losses["breakdowns"], losses["setup"]) == (None, None)
    assert (losses["minor_stops"], losses["unclassified_stops"]) == (30, 50)
    none = {loss.name: loss.minutes for loss in six_big_losses(replace(SHIFT, stops={}))}
    assert (none["breakdowns"], none["unclassified_stops"]) == (0, 0)
    assert is_classified([untold, SHIFT])
    assert not is_classified([untold])


def test_time_without_data_is_neither_run_nor_lost_speed() -> None:
    steps = named(waterfall(replace(SHIFT, covered=420)))
    assert (steps["no_data"], steps["apt"], steps["reduced_speed"]) == (60, 340, 0)
    assert named(waterfall(replace(SHIFT, covered=0))) == {"pbt": 480}
    mapped = named(waterfall(replace(SHIFT, run=330, covered=420)))
    assert (mapped["no_data"], mapped["unexplained"]) == (60, 10)


def test_stops_may_lie_where_there_is_no_data() -> None:
    sums = replace(SHIFT, stops={Loss.BREAKDOWN: 100.0}, covered=60)
    assert (sums.run_time, sums.dark) == (0, 380)
