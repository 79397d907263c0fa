from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from core.domain.patterns import peak_product, peak_shift, peak_weekday

MONDAY = date(2026, 3, 2)
WEEKS = [MONDAY + timedelta(days=n) for n in range(56)]


def noise(seed: int, count: int, middle: float = 30.0, width: float = 6.0) -> list[float | None]:
    draw = Random(seed)
    return [draw.uniform(middle - width, middle + width) for _ in range(count)]


def test_a_loss_of_one_shift() -> None:
    rates = {"Early": noise(1, 30, 5, 2), "Late": noise(2, 30, 6, 2), "Night": noise(3, 30, 20, 5)}
    found = peak_shift(rates)
    assert found is not None
    assert found.key == "Night"
    assert found.value == pytest.approx(20, abs=1.5)
    assert found.others == pytest.approx(5.5, abs=1)


def test_shifts_that_only_vary() -> None:
    assert peak_shift({"Early": noise(1, 30), "Late": noise(2, 30), "Night": noise(3, 30)}) is None


def test_few_occurrences_are_no_pattern() -> None:
    assert peak_shift({"Early": noise(1, 10, 5), "Night": noise(3, 10, 50)}) is None


def test_a_few_rare_events_make_no_peak() -> None:
    rare = [*[0.0] * 26, *[240.0] * 4]
    assert peak_shift({"Early": [0.0] * 30, "Night": rare}) is None


def test_a_loss_of_one_weekday() -> None:
    losses = [
        (day, (90.0 if day.weekday() == 0 else 30.0) + (value or 0.0) - 30.0)
        for day, value in zip(WEEKS, noise(4, 56), strict=True)
    ]
    found = peak_weekday(losses)
    assert found is not None
    assert found.key == "0"
    assert found.value == pytest.approx(90, abs=4)


def test_weekdays_that_only_vary() -> None:
    assert peak_weekday(list(zip(WEEKS, noise(5, 56), strict=True))) is None
    two = [(day, 90.0 if day.weekday() == 0 else 30.0) for day in WEEKS[:14]]
    assert peak_weekday(two) is None


def test_scrap_of_one_product() -> None:
    found = peak_product({"a": 10, "b": 60}, {"a": 1000, "b": 1000})
    assert found is not None
    assert (found.key, found.value, found.others) == ("b", 0.06, 0.01)


def test_scrap_that_is_no_products_own() -> None:
    assert peak_product({"a": 10, "b": 11}, {"a": 1000, "b": 1000}) is None
    assert peak_product({"b": 60}, {"b": 1000}) is None
    # The ratio is high, but most of the scrap is the other product's.
    assert peak_product({"a": 100, "b": 5}, {"a": 10_000, "b": 50}) is None
