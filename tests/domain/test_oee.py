from __future__ import annotations

from dataclasses import replace

import oee as reference
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.losses import Loss
from core.domain.oee import Kpis, Rules, Sums, add_up, band, by_unit, kpis, roll_up

PERFORMANCE = Rules(minor_stops="performance")


def made(
    pbt: float, down: float, rate: float, total: float, good: float, unit: str = "pcs"
) -> Sums:
    return Sums(
        pbt=pbt,
        stops={Loss.BREAKDOWN: down},
        ideal=total / rate,
        good_ideal=good / rate,
        covered=pbt,
        unit=unit,
        total=total,
        good=good,
    )


# -- the documentation's test vectors -------------------------------------------------------------


def test_one_shift() -> None:
    found = kpis(replace(made(420, 47, 60, 19_271, 19_271 - 423), calendar=480))
    assert found.availability == pytest.approx(0.8881, abs=5e-5)
    assert found.effectiveness == pytest.approx(0.8611, abs=5e-5)
    assert found.quality == pytest.approx(0.9780, abs=5e-5)
    assert found.oee == pytest.approx(18_848 / 25_200)
    assert found.teep == pytest.approx(0.6544, abs=5e-5)


def test_minor_stops_move_between_availability_and_performance_but_not_oee() -> None:
    stops = {Loss.BREAKDOWN: 30.0, Loss.SETUP: 20.0, Loss.MINOR: 30.0}
    sums = replace(made(480, 0, 60, 20_400, 20_000), stops=stops)
    default, moved = kpis(sums), kpis(sums, PERFORMANCE)
    assert (default.availability, default.effectiveness) == pytest.approx((0.8333, 0.85), abs=5e-5)
    assert (moved.availability, moved.effectiveness) == pytest.approx((0.8958, 0.7907), abs=5e-5)
    assert (default.oee, moved.oee) == pytest.approx((0.6944, 0.6944), abs=5e-5)


def test_roll_up_is_no_mean_of_ratios() -> None:
    parts = {"a": made(100, 0, 1, 80, 80), "b": made(300, 0, 1, 135, 135)}
    assert roll_up(parts).oee == pytest.approx(0.5375)


def test_quality_is_weighted_by_ideal_time() -> None:
    parts = {"fast": made(480, 80, 100, 30_000, 29_400), "slow": made(480, 60, 2, 700, 560)}
    found = roll_up(parts)
    assert found.oee == pytest.approx(0.5979, abs=5e-5)
    product = found.availability, found.effectiveness, found.quality
    assert None not in product
    assert found.oee == pytest.approx((product[0] or 0) * (product[1] or 0) * (product[2] or 0))


# -- unknown is not zero --------------------------------------------------------------------------


def test_no_rows() -> None:
    found = kpis(Sums(pbt=480, covered=0))
    assert (found.oee, found.coverage_state) == (None, "withheld")
    assert set(found.why.values()) == {"coverage"}


@pytest.mark.parametrize(
    ("sums", "kpi", "why"),
    [
        (Sums(pbt=480), "availability", "no_apt"),
        (Sums(stops={}), "availability", "no_pbt"),
        (Sums(pbt=480, stops={}, total=1, good=1), "effectiveness", "no_ideal"),
        (Sums(pbt=480, stops={}, total=1, ideal=1), "quality", "no_good"),
        (Sums(pbt=480, stops={}, total=1, ideal=1), "oee", "no_good"),
        (made(480, 0, 1, 400, 400), "teep", "no_calendar"),
        (made(480, 0, 1, 400, 400), "scrap_ratio", "no_scrap"),
        (made(480, 0, 1, 400, 400), "first_pass_yield", "no_inspected"),
        (made(0, 0, 1, 0, 0), "availability", "zero_pbt"),
        (made(480, 480, 1, 0, 0), "effectiveness", "zero_apt"),
        (made(480, 480, 1, 0, 0), "quality", "zero_ideal"),
    ],
)
def test_what_cannot_be_given_says_why(sums: Sums, kpi: str, why: str) -> None:
    found = kpis(sums)
    assert getattr(found, kpi) is None
    assert found.why[kpi] == why


def test_the_rest_is_given() -> None:
    found = kpis(Sums(pbt=480, stops={Loss.SETUP: 48.0}, total=400, good=390, unit="pcs"))
    assert found.availability == pytest.approx(0.9)
    assert found.quality == pytest.approx(390 / 400)  # without a rate, of one product
    assert found.oee is None


def test_a_shift_that_stood_still_has_an_oee_of_zero() -> None:
    found = kpis(made(480, 480, 1, 0, 0))
    assert (found.availability, found.oee) == (0, 0)


def test_an_asset_without_a_rate_is_left_out_and_named() -> None:
    rated = made(480, 48, 1, 400, 390)
    unrated = replace(made(480, 240, 1, 400, 390), ideal=None, good_ideal=None)
    found = roll_up({"robot-1": rated, "robot-2": unrated})
    assert found.availability == pytest.approx((432 + 240) / 960)
    assert found.oee == kpis(rated).oee
    assert found.excluded["oee"] == found.excluded["effectiveness"] == ("robot-2",)
    assert "availability" not in found.excluded


@pytest.mark.parametrize(
    ("covered", "state"), [(480, "ok"), (400, "warn"), (230, "withheld"), (None, "unknown")]
)
def test_coverage(covered: float | None, state: str) -> None:
    found = kpis(replace(made(480, 0, 1, 400, 390), covered=covered))
    assert found.coverage_state == state
    assert (found.oee is None) == (state == "withheld")


def test_over_100_percent_is_shown_and_flagged() -> None:
    found = kpis(made(480, 80, 1, 440, 430))
    assert found.effectiveness == pytest.approx(1.1)
    assert found.over_100 == ("effectiveness",)


def test_counts_of_different_units_are_not_added() -> None:
    bottles = replace(made(480, 0, 100, 30_000, 29_000, "bottles"), scrap=1000)
    pallets = replace(made(480, 0, 1, 400, 400, "pallets"), scrap=0)
    both = bottles + pallets
    assert (both.total, both.scrap, both.unit) == (None, None, None)
    assert both.ideal == 700
    found = roll_up({"filler": bottles, "palletizer": pallets})
    assert (found.scrap_ratio, found.why["scrap_ratio"]) == (None, "mixed_units")
    assert found.oee == pytest.approx((290 + 400) / 960)
    per_unit = by_unit([bottles, pallets, bottles])
    assert {unit: sums.total for unit, sums in per_unit.items()} == {
        "bottles": 60_000,
        "pallets": 400,
    }


def test_ratios_of_scrap_rework_and_first_pass() -> None:
    sums = Sums(total=200, good=180, scrap=12, rework=8, first_pass=170, inspected=190, unit="pcs")
    found = kpis(sums)
    assert (found.scrap_ratio, found.rework_ratio) == (0.06, 0.04)
    assert found.first_pass_yield == 170 / 190


def test_setup_counts_as_busy_in_nee() -> None:
    stops = {Loss.BREAKDOWN: 30.0, Loss.SETUP: 50.0}
    found = kpis(replace(made(480, 0, 60, 20_400, 20_000), stops=stops))
    assert found.nee == pytest.approx(450 / 480 * 0.85 * 20_000 / 20_400)


def test_mapped_run_time_wins_over_stops() -> None:
    sums = replace(made(480, 48, 1, 400, 390), run=400)
    assert sums.apt() == 400
    assert kpis(sums).availability == 400 / 480


def test_nothing_is_not_zero() -> None:
    with pytest.raises(ValueError, match="nothing"):
        add_up([])
    assert roll_up({}).why["oee"] == "no_assets"


@pytest.mark.parametrize(
    ("oee", "name"),
    [(0.85, "world_class"), (0.849, "typical"), (0.65, "typical"), (0.1, "low"), (None, None)],
)
def test_bands(oee: float | None, name: str | None) -> None:
    assert band(oee) == name


# -- properties -----------------------------------------------------------------------------------

amount = st.floats(0, 1e6)
unknown_or_amount = st.none() | amount


@st.composite
def sums(draw: st.DrawFn) -> Sums:
    stops = draw(st.none() | st.dictionaries(st.sampled_from(Loss), st.floats(0, 500)))
    return Sums(
        **{
            name: draw(unknown_or_amount)
            for name in ("pbt", "calendar", "run", "ideal", "good_ideal", "total", "good", "scrap")
        },
        stops=stops,
        unit=draw(st.sampled_from(["pcs", "kg"])),
    )


@given(first=sums(), second=sums(), third=sums())
def test_adding_is_associative_and_keeps_the_unknown(
    first: Sums, second: Sums, third: Sums
) -> None:
    left, right = (first + second) + third, first + (second + third)
    for name in ("pbt", "run", "ideal", "good_ideal", "total"):
        a, b = getattr(left, name), getattr(right, name)
        assert a == (None if b is None else pytest.approx(b))
    parts = (first, second, third)
    for name in ("pbt", "ideal"):
        known = all(getattr(part, name) is not None for part in parts)
        assert (getattr(left, name) is not None) == known
    mapped = any(part.run is not None for part in parts)
    assert (left.run is not None) == (mapped and all(p.run_time is not None for p in parts))


def test_an_asset_without_a_mapped_run_time_adds_its_planned_time_less_stops() -> None:
    mapped = Sums(pbt=480, stops={Loss.SETUP: 30}, run=440)
    by_stops = Sums(pbt=480, stops={Loss.BREAKDOWN: 80})
    together = mapped + by_stops
    assert together.apt() == 440 + 400


@st.composite
def working(draw: st.DrawFn) -> Sums:
    pbt = draw(st.floats(60, 1440))
    down = pbt * draw(st.floats(0, 0.9))
    rate = draw(st.floats(0.5, 200))
    total = (pbt - down) * rate * draw(st.floats(0.01, 1))
    return replace(made(pbt, down, rate, total, total * draw(st.floats(0, 1))), calendar=1440)


@given(parts=st.lists(working(), min_size=1, max_size=6))
def test_roll_up_of_parts_equals_kpis_of_their_sum(parts: list[Sums]) -> None:
    rolled, summed = roll_up({str(n): part for n, part in enumerate(parts)}), kpis(add_up(parts))
    for name in ("availability", "effectiveness", "quality", "oee", "teep", "nee"):
        assert getattr(rolled, name) == pytest.approx(getattr(summed, name))


@given(parts=st.lists(sums(), max_size=4))
def test_every_kpi_has_a_value_or_a_reason(parts: list[Sums]) -> None:
    found = roll_up({str(n): part for n, part in enumerate(parts)})
    for name in ("availability", "effectiveness", "quality", "oee", "teep", "nee", "scrap_ratio"):
        assert (getattr(found, name) is None) == (name in found.why)
        assert set(found.excluded.get(name, ())) < {str(n) for n in range(len(parts))} or (
            name not in found.excluded
        )


@given(parts=st.lists(working(), min_size=1, max_size=4))
def test_the_oee_package_gives_the_same(parts: list[Sums]) -> None:
    theirs = [
        reference.oee(
            part.pbt,
            downtime=part.stopped,
            ideal_cycle_time=(part.ideal or 0) / (part.total or 1),
            total_count=part.total,
            good_count=part.good,
            all_time=part.calendar,
        )
        for part in parts
    ]
    for part, their in zip(parts, theirs, strict=True):
        _same(kpis(part), their)
    _same(roll_up({str(n): part for n, part in enumerate(parts)}), reference.aggregate(theirs))


def _same(ours: Kpis, theirs: reference.OEEResult) -> None:
    assert ours.availability == pytest.approx(theirs.availability)
    assert ours.effectiveness == pytest.approx(theirs.performance)
    assert ours.quality == pytest.approx(theirs.quality)
    assert ours.oee == pytest.approx(theirs.oee)
    assert ours.teep == pytest.approx(theirs.teep)
