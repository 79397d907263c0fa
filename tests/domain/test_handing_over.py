"""A handover's life: completed by one side, signed by the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import handing_over
from core.domain.handing_over import Handover
from core.domain.periods import Interval
from core.domain.tracking import Who
from core.errors import UserError

START = datetime(2026, 3, 12, 11, 0, tzinfo=UTC)
END = START + timedelta(hours=8)
ANA, BEN = Who("u1", "Ana", "p"), Who("u2", "Ben", "p")
OPEN = Handover("h1", ("packaging",), "riverside", "Early", Interval(START, END))


def test_completed_by_one_and_signed_by_another() -> None:
    with pytest.raises(UserError, match="too_early"):
        handing_over.complete(OPEN, ANA, END - timedelta(minutes=31))
    with pytest.raises(UserError, match="not_completed"):
        handing_over.sign(OPEN, BEN, END)
    completed = handing_over.complete(OPEN, ANA, END - timedelta(minutes=30))
    with pytest.raises(UserError, match="same_person"):
        handing_over.sign(completed, ANA, END)
    signed = handing_over.sign(completed, BEN, END)
    assert (signed.state, signed.alone, signed.version) == ("signed", False, 2)
    alone = handing_over.sign(completed, ANA, END, alone=True)
    assert alone.alone
    assert not handing_over.sign(completed, BEN, END, alone=True).alone
    with pytest.raises(UserError, match="signed_already"):
        handing_over.sign(signed, BEN, END)


def test_overdue_an_hour_after_the_end_until_signed() -> None:
    assert not OPEN.is_overdue(END + timedelta(minutes=59))
    assert OPEN.is_overdue(END + timedelta(minutes=60))
    completed = handing_over.complete(OPEN, ANA, END)
    assert completed.is_overdue(END + timedelta(hours=1))
    assert not handing_over.sign(completed, BEN, END).is_overdue(END + timedelta(hours=9))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("complete", "sign", "alone", "undo")),
            st.sampled_from((ANA, BEN)),
            st.integers(0, 12),
        )
    )
)
def test_any_course_of_acts(course: list[tuple[str, Who, int]]) -> None:
    handover, at = OPEN, END
    for act, who, minutes in course:
        at += timedelta(minutes=minutes)
        before = handover
        try:
            match act:
                case "complete":
                    handover = handing_over.complete(before, who, at)
                case "undo":
                    handover = handing_over.undo(before, who, at)
                case _:
                    handover = handing_over.sign(before, who, at, alone=act == "alone")
        except UserError:
            continue
        assert handover.version == before.version + 1
        order = ("open", "completed", "signed")
        step = order.index(handover.state) - order.index(before.state)
        assert step == (-1 if act == "undo" else 1)
        if handover.signed and handover.completed:
            same = handover.signed.who == handover.completed.who
            assert handover.alone == same
