"""Actions at the door: taken, assigned, done, called not useful, carried over, taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.access import Access
from core.answer import Notice
from core.request import Place
from core.store import Subscription
from core.store.audit import entries
from tests.plants import NOW
from tests.shift.conftest import ANA, BEN, CHANNEL, OTHER, Shop, ids, said

JAM = "find the cause of “infeed conveyor jam”"


def jam(shop: Shop) -> str:
    """The action that is second on line 3's list."""
    return ids(shop.ask("/actions line-3", place=CHANNEL))[1]


def test_taken_in_the_morning_it_is_shown_as_taken_and_not_listed_anew(shop: Shop) -> None:
    action = jam(shop)
    first = shop.ask(f"/action {action} take v0", place=CHANNEL)
    assert "You have it now." in said(first)
    assert JAM in said(first)
    later = shop.ask("/actions line-3", place=CHANNEL, now=NOW + timedelta(hours=3))
    text = said(later)
    assert f"#{action} taken by Ana, due 14:00" in text
    assert text.count(JAM) == 1
    assert action not in ids(later)
    assert ids(later, "done") == [action]
    (told,) = shop.run(shop.store.read(lambda c: entries(c, action)))
    assert (told.user_id, told.what, told.detail["to"]) == (ANA, "action.take", "taken")


def test_a_stale_button_is_refused_with_the_newest_state(shop: Shop) -> None:
    action = jam(shop)
    shop.ask(f"/action {action} take v0", place=CHANNEL)
    second = shop.ask(f"/action {action} take v0", place=CHANNEL, user=BEN)
    assert second.outcome == "clarify"
    assert "It has changed since you saw it" in said(second)
    assert "Taken by Ana" in said(second)
    assert "Somebody has it already" in said(shop.ask(f"/action {action} take", user=BEN))


def test_done_is_hidden_until_it_is_measured(shop: Shop) -> None:
    action = jam(shop)
    done = shop.ask(f"/action {action} done", place=CHANNEL)
    assert "I measure again after 3 shifts" in said(done)
    text = said(shop.ask("/actions line-3", place=CHANNEL))
    assert f"Done, and it is being measured whether it helped: Line 3 – {JAM} (#{action}" in text
    assert "It will be measured once 3 whole shifts" in said(shop.ask(f"/action {action}"))
    # The losses of before have left the week that suggestions are drawn from.
    fresh = shop.ask("/actions line-3", place=CHANNEL, now=NOW + timedelta(days=7, minutes=1))
    assert action not in said(fresh)


def test_not_useful_ranks_last_for_a_fortnight(shop: Shop) -> None:
    action = jam(shop)
    assert "say why" in said(shop.ask(f"/action {action} not-useful"))
    done = shop.ask(f"/action {action} not-useful the belt is new since yesterday")
    assert "Not useful: “the belt is new since yesterday”" in said(done)
    assert JAM not in said(shop.ask("/actions line-3"))
    # A narrow list has room for it at its end.
    tasks = shop.result("action_list", assets=("line-3",)).tasks
    assert all(task.about != "infeed conveyor jam" for task in tasks)
    later = NOW + timedelta(days=3)
    assert JAM not in said(shop.ask("/actions line-3", now=later))


def test_undo_within_ten_minutes_by_who_did_it(shop: Shop) -> None:
    action = jam(shop)
    shop.ask(f"/action {action} take")
    assert "Only who made" in said(shop.ask(f"/action {action} undo", user=BEN))
    late = NOW + timedelta(minutes=11)
    assert "10 minutes only" in said(shop.ask(f"/action {action} undo", now=late))
    back = shop.ask(f"/action {action} undo", now=NOW + timedelta(minutes=9))
    assert "Taken back." in said(back)
    assert action in ids(shop.ask("/actions line-3"))


def test_assigned_by_a_mention_and_told_in_private(shop: Shop) -> None:
    action = jam(shop)
    private = Place("slack", "T1:DBEN")
    subscription = Subscription(
        "s1", private, ("packaging",), frozenset({"briefing"}), BEN, "de", "", None, NOW
    )
    shop.run(shop.store.subscriptions.save(subscription))
    answer = shop.ask(f"/action {action} assign <@UBEN|ben>", place=CHANNEL)
    assert "Assigned to ben." in said(answer)
    rows = shop.run(
        shop.store.read(
            lambda c: c.exec_driver_sql("SELECT place, command, owner FROM deliveries").all()
        )
    )
    assert [tuple(row) for row in rows] == [("slack|T1:DBEN", f"/action {action}", BEN)]
    mine = shop.ask(f"/action {action}", user=BEN, place=private, language="de")
    assert "Übernommen von Ihnen" in said(mine)
    named = shop.ask(f"/action {action} assign the night shift's mechanic", place=CHANNEL)
    assert "Taken by the night shift's mechanic" in said(named)
    assert "say to whom" in said(shop.ask(f"/action {action} assign"))


def test_what_may_not_be_seen_may_not_be_taken(shop: Shop) -> None:
    action = jam(shop)
    shop.access = Access(frozenset({"assembly"}))
    answer = shop.ask(f"/action {action} take", user=BEN)
    assert answer.outcome == "no_data"
    shop.access = Access()
    assert action in ids(shop.ask("/actions line-3"))


def test_names_stay_where_they_were_given(shop: Shop) -> None:
    action = jam(shop)
    shop.ask(f"/action {action} take", place=CHANNEL)
    assert "Ana" not in said(shop.ask(f"/action {action}", user=BEN, place=OTHER))
    assert "Ana" not in said(shop.ask("/actions line-3", user=BEN, place=OTHER))


@pytest.mark.parametrize("said_", ["", "xyz", "3f2a dance", "3f2a91c0"])
def test_what_is_no_act_is_explained(shop: Shop, said_: str) -> None:
    answer = shop.ask(f"/action {said_}".strip())
    assert answer.outcome == "clarify"
    assert "action" in said(answer)


def test_without_the_store_the_list_is_still_there(shop: Shop) -> None:
    shop.break_store()
    answer = shop.ask("/actions line-3")
    assert JAM in said(answer)
    assert not ids(answer)
    assert any("nobody can take" in n.text for n in answer.parts if isinstance(n, Notice))
    assert shop.ask("/action 3f2a91c0 take").outcome == "error"
