"""docs/settings.md and .env.example say what the code says; `make sync` writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.commands.sync import EXAMPLE, SETTINGS, repeated
from bot.settings import NAMES, SECTIONS


@pytest.mark.parametrize("path", [SETTINGS, EXAMPLE], ids=lambda path: path.name)
def test_it_is_up_to_date(path: Path) -> None:
    assert path.read_text("utf-8") == dict(repeated())[path], "run: make sync"


def test_every_setting_has_a_row_of_six_cells() -> None:
    rows = [line for line in SETTINGS.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == list(NAMES)
    assert {row.replace(r"\|", "").count("|") for row in rows} == {7}


def test_every_page_that_is_linked_exists() -> None:
    for section in SECTIONS:
        for text in (section.about, *(one.meaning for one in section.settings)):
            for word in text.split():
                name = word.strip("().,")
                if name.startswith("docs/"):
                    assert (SETTINGS.parents[1] / name).is_file(), name
