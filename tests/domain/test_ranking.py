from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.domain.ranking import Candidate, Gain, best_quartile_gain, rank
from core.domain.safety import Severity


def order(*candidates: Candidate) -> list[str]:
    return [candidate.asset for candidate in rank(candidates)]


def test_safety_then_money_then_gap() -> None:
    assert order(
        Candidate("gap", "behind", gap=500),
        Candidate("cheap", "jam", money=10, currency="USD", gap=900),
        Candidate("dear", "jam", money=900, currency="USD"),
        Candidate("near-miss", "guard", severity=Severity.NEAR_MISS),
        Candidate("injury", "guard", severity=Severity.RECORDABLE),
    ) == ["injury", "near-miss", "dear", "cheap", "gap"]


def test_currencies_are_not_compared() -> None:
    yen = Candidate("tokyo", "jam", money=90_000, currency="JPY", minutes=10)
    dollars = Candidate("chicago", "jam", money=900, currency="USD", minutes=100)
    assert order(yen, dollars) == ["chicago", "tokyo"]


def test_duplicates_are_merged_without_adding_the_same_loss_twice() -> None:
    (merged,) = rank(
        [
            Candidate("line-3", "conveyor", money=50, currency="USD", evidence=("1",)),
            Candidate("line-3", "conveyor", money=80, currency="USD", evidence=("2", "1")),
            Candidate("line-3", "conveyor", severity=Severity.FIRST_AID, gap=7),
        ]
    )
    assert merged == Candidate(
        "line-3", "conveyor", Severity.FIRST_AID, 80, "USD", None, 7, ("1", "2")
    )


def test_at_most() -> None:
    assert len(rank([Candidate(str(n), "jam") for n in range(9)], most=5)) == 5


def test_gain_is_a_range_from_the_assets_own_best_quarter() -> None:
    assert best_quartile_gain([10, 20, 30, 40, 50, 60, 70, 80]) == Gain(45 - 27.5, 45 - 15, 8)
    assert best_quartile_gain([10, 20, 30]) is None


@given(st.lists(st.floats(0, 1e4), min_size=8, max_size=60))
def test_gain_is_no_more_than_what_was_lost(losses: list[float]) -> None:
    gain = best_quartile_gain(losses)
    assert gain is not None
    assert 0 <= gain.low <= gain.high + 1e-6
    assert gain.high <= sum(losses) / len(losses) + 1e-6
    assert best_quartile_gain([5.0] * 10) == Gain(0, 0, 10)
