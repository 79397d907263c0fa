"""An action's life: every course of acts, and what may be taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import tracking
from core.domain.tracking import OPEN, Subject, Tracked, Who
from core.errors import UserError

NOW = datetime(2026, 3, 12, 11, 0, tzinfo=UTC)
PEOPLE = [Who("u1", "Ana", "p"), Who("u2", "Ben", "p")]
ACTS = ("take", "assign", "done", "not_useful", "carry", "undo")


def fresh() -> Tracked:
    return Tracked("a1", Subject("line-3", "breakdown", "jam"), "riverside", "maintenance", NOW)


def do(action: Tracked, act: str, who: Who, at: datetime) -> Tracked:
    due = at + timedelta(hours=4)
    match act:
        case "take":
            return tracking.take(action, who, at, due)
        case "assign":
            return tracking.assign(action, PEOPLE[0], who, at, due)
        case "done":
            return tracking.done(action, who, at)
        case "not_useful":
            return tracking.not_useful(action, who, at, "why")
        case "carry":
            return tracking.carry(action, who.id, at, due)
        case _:
            return tracking.undo(action, who, at)


@given(st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(PEOPLE), st.integers(0, 15))))
def test_any_course_of_acts(course: list[tuple[str, Who, int]]) -> None:
    action, at = fresh(), NOW
    for act, who, minutes in course:
        at += timedelta(minutes=minutes)
        before = action
        try:
            action = do(before, act, who, at)
        except UserError:
            continue
        now = action.now
        assert action.version == before.version + 1
        assert action.changed_by == who.id
        assert (action.id, action.subject) == (before.id, before.subject)
        if act == "undo":
            assert now == before.before
            assert before.changed_by == who.id
            assert action.before is None
        else:
            assert action.before == before.now
            assert before.now.state in OPEN  # what has ended is only ever taken back
        assert (now.owner is not None) or now.state in ("proposed", "not_useful")
        assert (now.ended_at is not None) == (now.state in ("done", "not_useful"))
        assert bool(now.why) == (now.state == "not_useful")


@given(st.sampled_from([a for a in ACTS if a != "undo"]), st.integers(0, 20), st.booleans())
def test_taken_back_within_ten_minutes_by_the_same_person(
    act: str, minutes: int, same: bool
) -> None:
    taken = fresh() if act != "carry" else do(fresh(), "take", PEOPLE[0], NOW)
    changed = do(taken, act, PEOPLE[0], NOW)
    who = PEOPLE[0] if same else PEOPLE[1]
    at = NOW + timedelta(minutes=minutes)
    if same and minutes <= 10:
        assert tracking.undo(changed, who, at).now == taken.now
    else:
        with pytest.raises(UserError) as raised:
            tracking.undo(changed, who, at)
        assert raised.value.key == ("action.undo_late" if same else "action.undo_other")


def test_what_somebody_has_is_not_taken_again() -> None:
    taken = tracking.take(fresh(), PEOPLE[0], NOW, None)
    with pytest.raises(UserError, match="taken_already"):
        tracking.take(taken, PEOPLE[1], NOW, None)
    assigned = tracking.assign(taken, PEOPLE[1], PEOPLE[0], NOW, None)
    assert assigned.now.owner == PEOPLE[1]
    ended = tracking.done(assigned, PEOPLE[0], NOW)
    assert ended.now.owner == PEOPLE[1]  # whose it was, it stays


def test_not_useful_needs_a_reason_and_lowers_for_a_fortnight() -> None:
    with pytest.raises(UserError, match="why_missing"):
        tracking.not_useful(fresh(), PEOPLE[0], NOW, "  ")
    ended = tracking.not_useful(fresh(), PEOPLE[0], NOW, "new belt")
    assert ended.is_lowered(NOW + timedelta(days=13))
    assert not ended.is_lowered(NOW + timedelta(days=14))


def test_a_subject_is_the_same_whatever_its_loss_or_its_worst_reason() -> None:
    assert Subject("l", "breakdown", "jam").key == Subject("l", "minor", "jam").key
    assert Subject("l", "rejects", "crack").key == Subject("l", "rejects", "burr").key
    assert Subject("l", "safety", "near_miss").key != Subject("l", "safety", "first_aid").key
    assert Subject("l", "breakdown").key != Subject("m", "breakdown").key
