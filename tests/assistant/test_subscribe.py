"""What comes to a place unasked: made, listed and ended from the chat."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.access import Access
from core.answer import Answer, Table
from core.data.mapping import PlantFile
from core.request import Place, Request, User
from core.store import Store, Subscription
from tests.assistant.conftest import Door, first_text
from tests.plants import NOW

CHANNEL = Place("console", "floor", private=False)


def listed(answer: Answer) -> list[tuple[str, ...]]:
    tables = [part for part in answer.parts if isinstance(part, Table)]
    return [row[:2] for row in tables[0].rows] if tables else []


def kept(door: Door, place: Place | None = None) -> tuple[Subscription, ...]:
    assert door.store is not None
    found = door.store.subscriptions.of(place or Place("console", "here"))
    return asyncio.run(found)


def in_channel(door: Door, text: str) -> Answer:
    request = Request(User("console:ana"), CHANNEL, text, NOW)
    return door._runner.run(door.assistant.handle(request))


def test_a_command_subscribes_places_and_kinds(door: Door) -> None:
    answer = door.ask("/andon subscribe packaging briefing,alerts")
    assert answer.outcome == "answer"
    assert listed(answer) == [("Packaging", "briefing at shift start, alerts")]
    (one,) = kept(door)
    assert (one.scope, sorted(one.kinds)) == (("packaging",), ["alerts", "briefing"])
    assert (one.owner, one.language, one.created_at) == ("console:ana", "en", NOW)
    assert listed(door.ask("/andon list")) == listed(answer)


@pytest.mark.parametrize(
    ("said", "scope", "kinds"),
    [
        ("/andon subscribe", ("riverside",), {"briefing", "alerts"}),
        ("/andon subscribe all", ("riverside",), {"briefing", "alerts", "handover", "weekly",
                                                  "monthly"}),
        ("/andon subscribe weekly", ("riverside",), {"weekly"}),
        ("/andon subscribe line 3 and palletizer-1 alerts", ("line-3", "palletizer-1"), {"alerts"}),
        ("subscribe packaging briefing", ("packaging",), {"briefing"}),
        ("Please subscribe me to the weekly summary of packaging.", ("packaging",), {"weekly"}),
        ("abonniere Verpackung Wochenbericht und Übergabe", ("verpackung",),
         {"weekly", "handover"}),
        ("/andon abonnieren Linie 3 Alarme", ("line-3",), {"alerts"}),
    ],
)  # fmt: skip
def test_it_may_be_said_in_many_ways(
    door: Door, said: str, scope: tuple[str, ...], kinds: set[str]
) -> None:
    assert door.ask(said).outcome == "answer"
    (one,) = kept(door)
    assert (one.scope, sorted(one.kinds)) == (scope, sorted(kinds))


@pytest.mark.parametrize("said", ["why did line 3 stop", "how do I subscribe?", "list the stops"])
def test_other_things_are_no_subscription(door: Door, said: str) -> None:
    door.ask(said)
    assert kept(door) == ()


def test_the_same_place_again_adds_kinds(door: Door) -> None:
    door.ask("/andon subscribe packaging briefing")
    door.ask("/andon subscribe packaging alerts")
    (one,) = kept(door)
    assert one.kinds == {"briefing", "alerts"}


def test_ones_own_areas_are_meant_where_none_is_named(door: Door) -> None:
    door.ask("/andon areas assembly")
    door.ask("/andon quiet 22:00-06:00")
    door.ask("/andon subscribe")
    (one,) = kept(door)
    assert (one.scope, one.quiet) == (("assembly",), ("22:00", "06:00"))


def test_an_unknown_place_subscribes_nothing(door: Door) -> None:
    answer = door.ask("/andon subscribe warehouse briefing")
    assert answer.outcome != "answer"
    assert "warehouse" in first_text(answer)
    assert kept(door) == ()


@pytest.mark.parametrize("said", ["packaging handver", "packaging, nonsense", "handver packaging"])
def test_a_word_that_is_neither_place_nor_kind_subscribes_nothing(door: Door, said: str) -> None:
    answer = door.ask(f"/andon subscribe {said}")
    assert answer.outcome == "clarify"
    assert "handver" in repr(answer) or "nonsense" in repr(answer)
    assert "Nothing comes here" in repr(door.ask("/andon list"))


def test_it_is_ended_by_kind_by_place_by_id_or_altogether(door: Door) -> None:
    door.ask("/andon subscribe packaging briefing,alerts")
    door.ask("/andon subscribe assembly briefing")
    assert door.ask("/andon unsubscribe").outcome == "clarify"
    assert len(kept(door)) == 2
    door.ask("/andon unsubscribe alerts")
    assert [one.kinds for one in kept(door)] == [{"briefing"}, {"briefing"}]
    door.ask("/andon unsubscribe packaging")
    (left,) = kept(door)
    assert left.scope == ("assembly",)
    door.ask(f"/andon unsubscribe {left.id}")
    assert kept(door) == ()
    door.ask("/andon subscribe packaging")
    answer = door.ask("/andon abbestellen alles", language="de")
    assert first_text(answer) == "Beendet."
    assert kept(door) == ()


def test_what_one_may_not_see_one_may_not_subscribe(sample_file: PlantFile, tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/packers.db")
    door = Door(sample_file, store, Access(frozenset({"packaging"})))
    try:
        assert door.ask("/andon subscribe assembly").outcome == "no_data"
        assert kept(door) == ()
        door.ask("/andon subscribe")
        assert [one.scope for one in kept(door)] == [("packaging",)]
    finally:
        door.close()


@pytest.fixture
def readers(sample_file: PlantFile, tmp_path: Path) -> Iterator[Door]:
    """A door for those who may not change what comes to a channel."""
    store = Store.open(f"sqlite:///{tmp_path}/readers.db")
    opened = Door(sample_file, store, replace(Access(), subscribes=False))
    yield opened
    opened.close()


def test_a_channel_is_subscribed_by_those_who_may(readers: Door, door: Door) -> None:
    assert in_channel(readers, "/andon subscribe packaging").outcome == "decline"
    assert kept(readers, CHANNEL) == ()
    assert readers.ask("/andon subscribe packaging").outcome == "answer"  # in private
    assert in_channel(door, "/andon subscribe packaging").outcome == "answer"
    (one,) = kept(door, CHANNEL)
    assert (one.place.private, one.quiet) == (False, None)


def test_who_asks_in_private_sees_what_they_subscribed_elsewhere(door: Door) -> None:
    in_channel(door, "/andon subscribe packaging briefing")
    answer = door.ask("/andon list")
    assert listed(answer) == [("Packaging", "briefing at shift start")]


def test_an_owner_hears_that_a_place_is_gone_and_nobody_else(door: Door) -> None:
    in_channel(door, "/andon subscribe packaging briefing")
    (one,) = kept(door, CHANNEL)
    said = f"/andon farewell {one.id}"
    assert door.ask(said).parts == ()
    assert door.store is not None
    asyncio.run(door.store.places.lose(CHANNEL, "is_archived", NOW))
    assert "Packaging" in first_text(door.ask(said))
    assert door.ask(said, user="console:eve").parts == ()


def test_it_is_changed_by_its_id_and_is_then_of_who_changed_it(door: Door) -> None:
    door.ask("/andon subscribe packaging briefing,alerts")
    (one,) = kept(door)
    offered = door.ask("/andon change")
    form: Any = offered.args["form"]
    assert (form["id"], form["chosen"]) == (one.id, ["packaging"])
    assert set(form["places"]) >= {"riverside", "packaging", "assembly"}
    assert form["chosen_kinds"] == ["briefing", "alerts"]
    assert f"/andon change {one.id}" in first_text(offered) + str(offered.parts)
    answer = door.ask(f"/andon change {one.id} assembly,line-3 handover")
    assert listed(answer) == [("Assembly, Line 3", "shift handover")]
    door.ask("/andon subscribe machining weekly")
    door.ask(f"/andon change {one.id} machining briefing")
    (merged,) = kept(door)
    assert (merged.scope, sorted(merged.kinds)) == (("machining",), ["briefing", "weekly"])
    assert "no such subscription" in first_text(door.ask("/andon change abc packaging"))


def test_what_one_subscribed_elsewhere_is_ended_by_its_id(door: Door) -> None:
    in_channel(door, "/andon subscribe packaging")
    (one,) = kept(door, CHANNEL)
    door.ask(f"/andon unsubscribe {one.id}", user="console:ben")
    assert kept(door, CHANNEL) == (one,)
    door.ask(f"/andon unsubscribe {one.id}")
    assert kept(door, CHANNEL) == ()


def test_who_is_forgotten_hears_what_goes_on_in_channels(door: Door) -> None:
    door.ask("/andon subscribe packaging")
    in_channel(door, "/andon subscribe assembly alerts")
    answer = door.ask("/andon forget me")
    (left,) = kept(door, CHANNEL)
    assert kept(door) == ()
    table = [part for part in answer.parts if isinstance(part, Table)][1]
    assert table.rows == (("Assembly", "alerts", left.id),)
    assert [a.command for a in answer.actions] == [f"/andon unsubscribe {left.id}"]


def test_quiet_hours_chosen_later_hold_for_ones_own(door: Door) -> None:
    door.ask("/andon subscribe packaging")
    door.ask("/andon quiet 21-5")
    assert [one.quiet for one in kept(door)] == [("21:00", "05:00")]
