"""Asset names in words, on the sample plant seen from Riverside."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from benchmarks.planner import sample_names
from core.errors import AmbiguousAsset, UnknownAsset
from core.planner.asset_words import AssetNames

NAMES = sample_names("riverside")
GRINDERS = tuple(f"grinder-{n}" for n in range(1, 7))


@dataclass(frozen=True, slots=True)
class Thing:
    id: str
    name: str
    kind: str = "machine"
    plant: str = "north"
    area: str = ""
    aliases: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("said", "asset"),
    [
        ("line-3", "line-3"),
        ("Line 3", "line-3"),
        ("line three", "line-3"),
        ("Linie drei", "line-3"),
        ("L3", "line-3"),
        ("line no. 3", "line-3"),
        ("grinder #5", "grinder-5"),
        ("Schleifer 5", "grinder-5"),
        ("Fueller 2", "filler-2"),
        ("cnc1", "cnc-1"),
        ("the oven", "oven-1"),
        ("line h1", "line-h1"),
        ("packer", "packer-h1"),
        ("grindr-5", "grinder-5"),
        ("Griner 5", "grinder-5"),
        ("paletizer", "palletizer-1"),
        ("packging", "packaging"),
        ("Hamburg", "hamburg"),
        ("the plant", "riverside"),
        ("pkg", "packaging"),
        ("Zerspanung", "machining"),
        ("Verpackung", "verpackung"),
        ("Verpackung Riverside", "packaging"),
        ("H1-Linie", "line-h1"),
    ],
)
def test_one_asset_answers_to_many_names(said: str, asset: str) -> None:
    assert NAMES.resolve(said) == asset


@pytest.mark.parametrize("said", ["line 9", "grinder #7", "Linie 9", "press 9", "xyz", "", "🤖"])
def test_an_unknown_asset_is_never_guessed(said: str) -> None:
    with pytest.raises(UnknownAsset):
        NAMES.resolve(said)


def test_an_unknown_asset_gets_its_nearest_names() -> None:
    with pytest.raises(UnknownAsset) as error:
        NAMES.resolve("line 9")
    assert set(error.value.nearest) <= {"line-1", "line-2", "line-3", "line-4"}
    assert error.value.nearest


@pytest.mark.parametrize(
    ("said", "candidates"),
    [
        ("the filler", {"filler-1", "filler-2", "filler-3"}),
        ("p1", {"press-1", "palletizer-1"}),
    ],
)
def test_an_ambiguous_asset_is_asked_back(said: str, candidates: set[str]) -> None:
    with pytest.raises(AmbiguousAsset) as error:
        NAMES.resolve(said)
    assert set(error.value.candidates) == candidates


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("oee of grinders", GRINDERS),
        ("which line was best", ("line-1", "line-2", "line-3", "line-4")),
        ("lines 1, 2 and 4 yesterday", ("line-1", "line-2", "line-4")),
        ("lines 1 to 3", ("line-1", "line-2", "line-3")),
        ("L1 vs L2", ("line-1", "line-2")),
        ("line 3 for the last 4 hours", ("line-3",)),
        ("oee l3 week 12", ("line-3",)),
        ("which area is worst", ("machining", "assembly", "packaging")),
        ("what happened on 4 around 3am", ("line-4",)),
        ("yesterday and the day before on the 2, stops please", ("line-2",)),
        ("numbers for the 6am meeting", ()),
        ("line 2 is late, is the line up?", ("line-2",)),
        ("which line does filler 1 belong to", ("filler-1",)),
        ("zwei Roboter, wenig Zeit", ("robot-1", "robot-2")),
        ("press the red button", ()),
        ("is it right now over the fine time", ()),
        ("line 3'; DROP TABLE downtime; --", ("line-3",)),
    ],
)
def test_assets_are_found_in_a_longer_text(text: str, ids: tuple[str, ...]) -> None:
    mentions = NAMES.find(text)
    assert tuple(dict.fromkeys(i for m in mentions for i in m.ids)) == ids
    assert all(m.sort == "known" for m in mentions)


def test_the_askers_plant_wins_where_two_have_the_name() -> None:
    things = [
        Thing("north-press-1", "Press 1", "press"),
        Thing("south-press-1", "Press 1", "press", "south"),
    ]
    assert AssetNames(things, "south").resolve("press 1") == "south-press-1"
    with pytest.raises(AmbiguousAsset):
        AssetNames(things).resolve("press 1")


@pytest.mark.parametrize(
    "name", ["A/B*7 (neu)", "§§", "Krones Etikettierer", "1", "O'Neil's", "日本"]
)
def test_odd_names_are_found_as_they_are(name: str) -> None:
    names = AssetNames([Thing("x", name), Thing("y", "Other 12", aliases=("Big Bertha",))])
    assert names.resolve(name) == "x"
    assert names.resolve("big bertha") == "y"


def test_near_equal_names_are_not_chosen_between() -> None:
    names = AssetNames([Thing("a", "Mixerline"), Thing("b", "Mixerlane")])
    with pytest.raises((UnknownAsset, AmbiguousAsset)):
        names.resolve("Mixerlone")


def test_an_area_whose_name_is_a_sign_is_no_hindrance() -> None:
    """As a fuzzed database had it: one such name, and no question could be read."""
    areas = [Thing("a", "🏭", "area"), Thing("b", "Halle", "area")]
    assert AssetNames(areas).resolve("halle") == "b"
