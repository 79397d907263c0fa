from __future__ import annotations

import oee as reference
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.pareto import Bar, pareto


def test_sorted_with_shares_and_the_rest_as_one_bar() -> None:
    bars = pareto([("a", 10, 1), ("b", 60, 2), ("c", 20, 3), ("d", 10, None)], top=2)
    assert bars == [
        Bar("b", 60, 2, 0.6, 0.6),
        Bar("c", 20, 3, 0.2, 0.8),
        Bar(None, 20, None, 0.2, 1.0),
    ]


def test_one_cause_is_not_hidden_behind_others() -> None:
    assert [bar.key for bar in pareto([("a", 3, 1), ("b", 2, 1), ("c", 1, 1)], top=2)] == [
        "a",
        "b",
        "c",
    ]


def test_nothing_lost_has_no_shares() -> None:
    assert pareto([("a", 0, 0)]) == [Bar("a", 0, 0, None, None)]
    assert pareto([]) == []


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        pareto([("a", -1, 1)])


@given(
    st.dictionaries(st.text(min_size=1), st.floats(0.001, 1e6), min_size=1, max_size=8),
    st.integers(1, 8),
)
def test_as_the_oee_package_and_the_rest_adds_up(causes: dict[str, float], top: int) -> None:
    items = [(key, value, 1) for key, value in causes.items()]
    for ours, theirs in zip(pareto(items), reference.pareto(causes), strict=True):
        assert (ours.key, ours.value) == (theirs.label, theirs.value)
        assert (ours.share, ours.cumulative) == pytest.approx((theirs.share, theirs.cumulative))
    shown = pareto(items, top)
    assert sum(bar.value for bar in shown) == pytest.approx(sum(causes.values()))
    assert sum(bar.count or 0 for bar in shown) == len(causes)
    assert shown[-1].cumulative == pytest.approx(1)
