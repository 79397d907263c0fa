from __future__ import annotations

import pytest

from core.figures import Against, amount_metric, relative
from core.words import Words

EN, DE = Words("en"), Words("de")


@pytest.mark.parametrize(
    ("value", "before", "said"),
    [
        (88.0, 100.0, "\u221212 %"),
        (100.0, 100.0, "±0 %"),
        (499.0, 100.0, "+399 %"),
        (500.0, 100.0, "×5.0"),
        (1668.0, 100.0, "×17"),
        (0.0, 100.0, "\u2212100 %"),
    ],
)
def test_a_change_is_told_in_percent_until_a_factor_says_more(
    value: float, before: float, said: str
) -> None:
    assert relative(value, before, EN).replace("\u00a0", " ") == said


def test_the_factor_in_german() -> None:
    assert relative(520.0, 100.0, DE) == "×5,2"


def test_nothing_is_compared_with_nothing() -> None:
    assert amount_metric("Stops", 5.0, "5", EN, before=0.0, reference="yesterday").change == ""
    assert amount_metric("Stops", None, "unknown", EN, before=5.0).change == ""


def test_amounts_against_a_period() -> None:
    against = Against(EN, "yesterday", (1, 2))
    longer = against.minutes("Downtime", 120.0, 60.0)
    assert (longer.value, longer.change) == ("2\u00a0h", "+100\u00a0% vs yesterday")
    assert (longer.tone, longer.cites, longer.amount) == ("bad", (1, 2), 120.0)
    assert against.minutes("MTBF", 120.0, 60.0, higher_is_better=True).tone == "good"
    assert against.count("Stops", 3, None).change == ""
