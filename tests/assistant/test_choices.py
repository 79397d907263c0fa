"""What people choose for themselves: areas, language, quiet hours; it holds from then on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.access import Access
from core.answer import Answer, Table
from core.data.mapping import PlantFile
from core.store import Store
from tests.assistant.conftest import Door, first_text


@pytest.fixture
def packers(sample_file: PlantFile, tmp_path: Path) -> Iterator[Door]:
    """A door for those who may see Packaging only."""
    store = Store.open(f"sqlite:///{tmp_path}/packers.db")
    opened = Door(sample_file, store, Access(frozenset({"packaging"})))
    yield opened
    opened.close()


def chosen(answer: Answer) -> dict[str, str]:
    [table] = [part for part in answer.parts if isinstance(part, Table)]
    return {str(name): str(value) for name, value in table.rows}


def test_nothing_is_chosen_at_first(door: Door) -> None:
    answer = door.ask("/andon me")
    assert chosen(answer) == {
        "My areas": "the whole plant",
        "Language": "as I write",
        "Quiet hours": "none",
    }
    assert answer.args["areas"] == []
    assert answer.args["zone"] == "America/Chicago"
    places = {"riverside", "machining", "assembly", "packaging", "hamburg", "montage", "verpackung"}
    offered = answer.args["places"]
    assert isinstance(offered, dict)
    assert set(offered) == places


def test_chosen_areas_are_what_a_command_alone_is_about(door: Door) -> None:
    saved = door.ask("/andon areas Packaging and machining")
    assert first_text(saved) == "Saved."
    assert chosen(saved)["My areas"] == "Packaging, Machining"
    assert door.ask("/production").args["assets"] == ["packaging", "machining"]
    assert door.ask("/production", user="console:ben").args["assets"] != ["packaging", "machining"]


@pytest.mark.parametrize("said", ["all", "off", "alle", "keine"])
def test_areas_are_given_back(door: Door, said: str) -> None:
    door.ask("/andon areas packaging")
    assert chosen(door.ask(f"/andon areas {said}"))["My areas"] == "the whole plant"


def test_an_id_is_taken_as_it_is(door: Door) -> None:
    assert door.ask("/andon areas line-3, packaging").args["areas"] == ["line-3", "packaging"]


@pytest.mark.parametrize("said", ["nowhere", "packaging, nowhere", "line"])
def test_areas_that_are_none_change_nothing(door: Door, said: str) -> None:
    door.ask("/andon areas machining")
    assert door.ask(f"/andon areas {said}").outcome == "clarify"
    assert door.ask("/andon me").args["areas"] == ["machining"]


def test_areas_that_may_not_be_seen_cannot_be_chosen(packers: Door) -> None:
    refused = packers.ask("/andon areas machining")
    assert refused.outcome == "no_data"
    assert "Machining" in first_text(refused)
    assert packers.ask("/andon me").args["places"] == {"packaging": "Packaging"}
    assert chosen(packers.ask("/andon areas packaging"))["My areas"] == "Packaging"


def test_a_chosen_language_holds_whatever_is_asked_in(door: Door) -> None:
    assert first_text(door.ask("/andon language german")) == "Gespeichert."
    assert door.ask("what is the OEE of line 3 today?").language == "de"
    assert door.ask("what is the OEE of line 3 today?", user="console:ben").language == "en"
    door.ask("/andon sprache auto")
    assert door.ask("what is the OEE of line 3 today?").language == "en"


def test_a_language_that_is_not_spoken_changes_nothing(door: Door) -> None:
    answer = door.ask("/andon language klingon")
    assert answer.outcome == "clarify"
    assert "klingon" in first_text(answer)
    assert door.ask("/andon me").args["language"] is None


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("22:00-06:00", ["22:00", "06:00"]),
        ("22-6", ["22:00", "06:00"]),
        ("22 to 6:30", ["22:00", "06:30"]),
        ("22 bis 24", ["22:00", "00:00"]),
    ],
)
def test_quiet_hours(door: Door, said: str, kept: list[str]) -> None:
    assert door.ask(f"/andon quiet {said}").args["quiet"] == kept
    assert door.ask("/andon quiet off").args["quiet"] == []


@pytest.mark.parametrize("said", ["25:00-06:00", "22:75-06:00", "at night", "22:00", "-"])
def test_quiet_hours_that_are_none_change_nothing(door: Door, said: str) -> None:
    door.ask("/andon quiet 21:00-05:00")
    answer = door.ask(f"/andon quiet {said}")
    assert answer.outcome == "clarify"
    assert said in first_text(answer)
    assert door.ask("/andon me").args["quiet"] == ["21:00", "05:00"]


def test_one_choice_leaves_the_others(door: Door) -> None:
    door.ask("/andon areas packaging")
    door.ask("/andon quiet 22-6")
    door.ask("/andon language de")
    said = door.ask("/andon ich").args
    assert (said["areas"], said["language"], said["quiet"]) == (
        ["packaging"],
        "de",
        ["22:00", "06:00"],
    )


def test_without_a_store_a_choice_is_not_claimed_to_be_saved(sample_file: PlantFile) -> None:
    door = Door(sample_file, None)
    try:
        answer = door.ask("/andon areas packaging")
        assert answer.outcome == "error"
        assert "Saved" not in first_text(answer)
        assert door.ask("/andon me").outcome == "answer"
    finally:
        door.close()
