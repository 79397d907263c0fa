"""README.md repeats the tools; `make sync` keeps it so."""

from __future__ import annotations

import pytest

from bot.commands.sync import synced
from core import registry
from core.errors import MisconfiguredError

OLD = "# Andon\n\n<!-- tools -->\nold\n<!-- /tools -->\n\nMore.\n"


def test_the_table_has_a_row_for_every_tool() -> None:
    new = synced(OLD)
    assert "\nold\n" not in new
    assert new.startswith("# Andon\n\n<!-- tools -->\n")
    assert new.endswith("<!-- /tools -->\n\nMore.\n")
    for tool in registry.tools():
        row = next(line for line in new.splitlines() if line.startswith(f"| `/{tool.command}`"))
        assert tool.examples["en"][0].replace("|", r"\|") in row


def test_doing_it_twice_changes_nothing() -> None:
    assert synced(synced(OLD)) == synced(OLD)


def test_a_readme_without_marks_is_named() -> None:
    with pytest.raises(MisconfiguredError, match=r"README\.md"):
        synced("# Andon\n")
