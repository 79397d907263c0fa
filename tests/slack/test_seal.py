"""The value of a button can be read by everyone and written by nobody."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.seal import LONGEST, Seal

SEAL = Seal("xoxb-secret")


@given(st.text(max_size=1_000))
def test_what_was_sealed_opens(text: str) -> None:
    assert SEAL.open(SEAL.close(text)) == text


@given(st.text(max_size=200), st.integers(0, 300), st.text(min_size=1, max_size=5))
def test_any_change_is_noticed(text: str, where: int, put: str) -> None:
    value = SEAL.close(text)
    changed = value[:where] + put + value[where + len(put) :]
    if changed != value:
        assert SEAL.open(changed) is None


@given(st.text(max_size=300))
def test_strange_values_open_to_nothing(value: str) -> None:
    assert SEAL.open(value) is None


@given(st.text(max_size=100))
def test_another_workspace_cannot_open_it(text: str) -> None:
    assert Seal("xoxb-other").open(SEAL.close(text)) is None


def test_too_long_to_be_carried() -> None:
    assert SEAL.close("x" * LONGEST) == ""
    assert SEAL.open("") is None
    carried = SEAL.close("x" * (LONGEST - 17))
    assert len(carried) == LONGEST
    assert SEAL.open(carried) is not None
