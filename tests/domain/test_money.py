from __future__ import annotations

from datetime import date

from core.domain.money import Cost, Lost, Price, downtime_cost, lost_margin, price_on, waste_cost

USD, EUR = Price(120, "USD"), Price(90, "EUR")


def test_downtime_is_priced_per_hour_and_currencies_are_not_added() -> None:
    cost = downtime_cost([Lost("line-1", 30, USD), Lost("line-2", 15, USD), Lost("h1", 60, EUR)])
    assert cost == Cost({"USD": 90, "EUR": 90})


def test_what_has_no_rate_is_named_and_not_zero() -> None:
    cost = downtime_cost([Lost("line-1", 30, USD), Lost("oven-1", 30, None)])
    assert (cost.amounts, cost.unpriced) == ({"USD": 60}, ("oven-1",))
    only_unknown = downtime_cost([Lost("oven-1", 30, None)])
    assert only_unknown.amounts == {}
    assert not only_unknown.known


def test_no_loss_needs_no_rate() -> None:
    cost = downtime_cost([Lost("oven-1", 0, None)])
    assert cost == Cost()
    assert cost.known


def test_waste_is_priced_per_unit() -> None:
    assert waste_cost([Lost("cola", 40, Price(0.25, "USD"))]).amounts == {"USD": 10}


def test_margin_is_lost_only_at_the_constraint() -> None:
    losses = [Lost("filler-1", 100, Price(2, "USD")), Lost("packer-1", 100, Price(2, "USD"))]
    assert lost_margin(losses, {"filler-1"}).amounts == {"USD": 200}


def test_the_price_of_the_day() -> None:
    old, new = Price(100, "USD", date(2026, 1, 1)), Price(120, "USD", date(2026, 7, 1))
    assert price_on([new, old], date(2026, 6, 30)) == old
    assert price_on([new, old], date(2026, 7, 1)) == new
    assert price_on([new, old], date(2025, 12, 31)) is None
    assert price_on([USD], date(2000, 1, 1)) == USD


def test_costs_add_per_currency() -> None:
    both = Cost({"USD": 1}, ("a",)) + Cost({"USD": 2, "EUR": 3}, ("a", "b"))
    assert both == Cost({"USD": 3, "EUR": 3}, ("a", "b"))
