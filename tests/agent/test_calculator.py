"""Figures made of figures."""

from __future__ import annotations

import pytest

from core.agent.calculator import Calculator, Operation
from core.agent.figure import Figure
from core.agent.guard import Guard, Refused, Released
from core.errors import UserError
from tests.agent.turns import Plant


def figure(name: str, amount: float | None, unit: str, asset: str = "Line 1") -> Figure:
    return Figure(
        name, "value", str(amount), "Cost", frozenset({"cost"}), assets=frozenset({asset}),
        asset_names=asset, amount=amount, unit=unit, cites=(int(name[1:]),),
    )  # fmt: skip


FIGURES = (
    figure("a1", 100.0, "USD"),
    figure("a2", 40.0, "USD", "Line 2"),
    figure("a3", 30.0, "EUR"),
    figure("a4", None, "USD"),
    figure("a5", 0.5, "%"),
    figure("a6", 0.2, "%", "Line 2"),
    figure("a7", 90.0, "min"),
    figure("a8", 0.0, "USD"),
)


@pytest.fixture
def calculator() -> Calculator:
    return Calculator(FIGURES, "en")


def test_what_it_makes(calculator: Calculator) -> None:
    difference = calculator.calculate("difference", ("a1", "a2"))
    assert (difference.id, difference.amount, difference.unit) == ("z1", 60.0, "USD")
    assert difference.measure == "difference of Cost: Line 1 minus Line 2"
    assert difference.cites == (1, 2)
    assert calculator.calculate("sum", ("a1", "a2", "a8")).amount == 140.0
    share = calculator.calculate("share", ("a2", "a1"))
    assert (share.amount, share.unit) == (0.4, "%")
    assert share.shown.startswith("40.0\u00a0%")
    ratio = calculator.calculate("ratio", ("a1", "a2"))
    assert (ratio.amount, ratio.unit) == (2.5, "×")
    points = calculator.calculate("difference", ("a5", "a6"))
    assert points.unit == "pp"
    assert points.shown.startswith("+30.0\u00a0pp")
    assert calculator.calculate("sum", ("z1", "a1")).amount == 160.0


@pytest.mark.parametrize(
    ("operation", "ids", "key"),
    [
        ("difference", ("a1", "a3"), "units_differ"),
        ("sum", ("a1", "a7"), "units_differ"),
        ("difference", ("a1", "a4"), "no_amount"),
        ("share", ("a1", "a8"), "by_zero"),
        ("sum", ("a5", "a6"), "no_sum"),
        ("difference", ("a1", "a9"), "why_unknown_id"),
        ("difference", ("a1",), "how_many"),
        ("difference", ("a1", "a2", "a8"), "how_many"),
        ("sum", ("a1", "a1"), "how_many"),
    ],
)
def test_what_it_refuses(
    calculator: Calculator, operation: Operation, ids: tuple[str, ...], key: str
) -> None:
    with pytest.raises(UserError) as error:
        calculator.calculate(operation, ids)
    assert error.value.key == f"agent.{key}"


def test_a_made_figure_passes_the_guard_as_what_it_is(plant: Plant) -> None:
    turn = plant.turn("compare line 1 and line 2 last week", "/compare line-1 line-2 last week")
    ids = [turn.meant("a", f"OEE / Line {n}").id for n in (1, 2)]
    made = Calculator(turn.figures, "en").calculate("difference", ids)
    guard = Guard(turn.question, (*turn.figures, made), turn.detectors)
    assert isinstance(guard.check("The difference in OEE is [[z1]]."), Released)
    assert isinstance(guard.check("OEE of Line 1 was [[z1]]."), Refused)
    assert isinstance(guard.check("The difference in quality is [[z1]]."), Refused)
