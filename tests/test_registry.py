"""The tools that there are, and what repeats them."""

from __future__ import annotations

import pytest

from bot.commands.sync import README, synced
from core import registry
from core.planner.plans import COMMANDS, FIELDS
from core.tool import AnyTool
from core.words import Words

TOOLS = registry.tools()


def test_commands_are_read_without_importing_the_tools() -> None:
    assert registry.by_command() == {tool.command: tool.name for tool in TOOLS}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_the_planner_knows_the_tool_as_it_is(tool: AnyTool) -> None:
    """Those that it was trained on; any other it is told of when it is put together."""
    fields = frozenset(tool.args.model_fields)
    assert FIELDS.get(tool.name, fields) == fields
    assert COMMANDS.get(tool.name, f"/{tool.command}") == f"/{tool.command}"


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_tool_is_described_for_people_and_models(tool: AnyTool) -> None:
    assert len(tool.description()) > 40
    assert tool.examples["en"]
    assert tool.examples["de"]
    for language in ("en", "de"):
        words = Words(language)
        assert words.has(f"help.{tool.name}")
        assert words.has(f"planner.{tool.name}")
        for name, field in tool.args.model_fields.items():
            assert words.has(f"help.field_{name}")
            assert field.description


def test_the_readme_repeats_the_tools() -> None:
    readme = README.read_text("utf-8")
    assert synced(readme) == readme
