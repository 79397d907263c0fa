"""What a card says of the alert that explains it, to whom may see that and to whom may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.access import EVERYTHING, Access
from core.alerts.card import Card
from core.alerts.snapshot import snapshot
from core.domain.assets import AREA, LINE, PLANT, Asset, Hierarchy
from core.store.alerts import StoredAlert
from core.words import Words
from tests.alerts.made import NOW, found, stored

HIERARCHY = Hierarchy(
    (
        Asset(id="north", name="North", kind=PLANT, plant="north"),
        Asset(id="packing", name="Packing", kind=AREA, plant="north", parent="north"),
        Asset(id="line-1", name="Line 1", kind=LINE, plant="north", area="packing"),
        Asset(id="milling", name="Milling", kind=AREA, plant="north", parent="north"),
        Asset(id="mill-1", name="Mill 1", kind="machine", plant="north", area="milling"),
    )
)
PACKING = Access(frozenset({"packing"}))
CAUSE = stored("down", "mill-1")


def held(rule: str, **rest: object) -> StoredAlert:
    alert = found("down", "line-1", figure=12.0, limit=10.0, cause="mill-1")
    made = replace(stored("down", "line-1"), rule=rule, facts=snapshot(alert))
    return replace(made, **rest)  # type: ignore[arg-type]


def line(alert: StoredAlert, access: Access) -> str:
    card = Card(alert, Words("en", NOW), HIERARCHY, access, "UTC", NOW, cause=CAUSE)
    return card.line


@pytest.mark.parametrize(
    ("access", "said"), [(EVERYTHING, "caused by Mill 1"), (PACKING, "no reason given yet · ")]
)
def test_the_causing_machine_is_named_to_whom_may_see_it(access: Access, said: str) -> None:
    shown = line(held("down"), access)
    assert said in shown
    assert ("Mill" in shown) == (access is EVERYTHING)


@pytest.mark.parametrize(
    ("access", "said"),
    [(EVERYTHING, "follows from Mill 1: down"), (PACKING, "follows from another alert")],
)
def test_so_is_the_alert_behind_which_it_is_silenced(access: Access, said: str) -> None:
    shown = line(held("down", suppressed_by=CAUSE.id), access)
    assert said in shown
    assert ("Mill" in shown) == (access is EVERYTHING)


def test_figures_of_another_day_are_dated() -> None:
    alert = held("down")
    later = NOW + timedelta(days=2)
    card = Card(alert, Words("en", later), HIERARCHY, EVERYTHING, "UTC", later)
    assert "As of Thu 12 Mar 11:20" in str(card.parts).replace("\\xa0", " ")
