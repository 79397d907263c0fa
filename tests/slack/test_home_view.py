"""The home tab's view on real answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.slack.home import REFRESH, SETTINGS, Home, home_view
from core.answer import Action
from core.data.mapping import PlantFile
from core.store import Store
from tests.assistant.conftest import Door, sample_file
from tests.plants import NOW
from tests.slack.checks import check_modal, nodes, seal

__all__ = ["sample_file"]


@pytest.fixture(scope="module")
def door(sample_file: PlantFile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("store")
    opened = Door(sample_file, Store.open(f"sqlite:///{folder}/andon.db"))
    yield opened
    opened.close()


def test_the_tab_shows_shift_alerts_actions_questions_and_settings(door: Door) -> None:
    home = Home(
        "en",
        NOW,
        "America/Chicago",
        ("Packaging", "Machining"),
        door.ask("/production packaging"),
        door.ask("/alerts packaging"),
        door.ask("/actions packaging"),
        (Action("OEE yesterday", "/oee packaging yesterday"),),
        "de",
        ("22:00", "06:00"),
    )
    view = home_view(home, seal=seal)
    check_modal(view)
    headers = [b["text"]["text"] for b in view["blocks"] if b["type"] == "header"]
    assert headers == ["Shift so far", "Open alerts", "My actions", "What you can ask", "Settings"]
    ids = [n["action_id"] for n in nodes(view) if "action_id" in n]
    assert {REFRESH, SETTINGS, "ask:0:questions", "ask:0:alerts"} <= set(ids)
    assert len(ids) == len(set(ids))
    assert not [i for i in ids if i.startswith(("data", "again"))]
    texts = "\n".join(n["text"] for n in nodes(view) if isinstance(n.get("text"), str))
    for expected in ("Packaging and Machining", "Deutsch", "22:00 to 06:00", "06:20 CDT"):
        assert expected in texts.replace("\u00a0", " ")
    assert "[1" not in texts  # citations


def test_a_newcomer_and_a_silent_source_leave_a_whole_tab() -> None:
    view = home_view(Home("de", NOW, "Europe/Berlin"), seal=seal)
    check_modal(view)
    texts = "\n".join(n["text"] for n in nodes(view) if isinstance(n.get("text"), str))
    assert texts.count("Nichts zu zeigen.") == 3
    assert "noch keine gewählt" in texts
