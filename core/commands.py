"""Slash commands: the words after one become its tool's Args, and Args become a command again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from core import registry
from core.domain.periods import Period
from core.errors import UserError
from core.installation import Installation
from core.planner.arguments import fill
from core.planner.period_words import find_period
from core.tool import AnyTool, Args

HELP = frozenset({"help", "hilfe", "?", "andon"})


@dataclass(frozen=True, slots=True)
class Command:
    """`leftover` are words that were not understood, `period` one that the tool cannot look at,
    `unsplit` what it cannot be split by: the answer says so. `fixed` is the very period of an
    answer that is asked for again."""

    tool: AnyTool
    args: Args
    leftover: str = ""
    period: str = ""
    unsplit: str = ""
    fixed: Period | None = None


def parse(text: str, installation: Installation, plant: str | None) -> Command:
    """Reads "/oee line-3 yesterday". Raises UserError for an unknown command."""
    word, _, rest = text.strip().lstrip("/").partition(" ")
    name = registry.by_command().get(word.lower())
    if name is None:
        known = ", ".join(f"/{command}" for command in sorted(registry.by_command()))
        raise UserError("unknown_command", command=f"/{word[:40]}", commands=known)
    tool = registry.tool(name)
    fields = frozenset(tool.args.model_fields)
    filled = fill(fields, rest, installation.names(plant), installation.shift_names)
    args, left = dict(filled.args), " ".join(filled.left)
    if "about" in fields:
        args, left = about(args, rest, installation, plant), ""
    if left and "assets" in fields and not args.get("assets"):
        # What stands where an asset belongs is one that is not known, not a word to pass over.
        args["assets"], left = [left], ""
    return Command(tool, make_args(tool, args), left, past_period(tool, rest, installation))


def about(
    args: Mapping[str, Any], text: str, installation: Installation, plant: str | None
) -> dict[str, Any]:
    """The arguments for a tool that is told of a matter in free words: what is no asset's name is
    part of the matter."""
    names, hierarchy = installation.names(plant), installation.hierarchy
    known = [
        said
        for said in args.get("assets", ())
        if said in hierarchy or any(m.sort != "unknown" for m in names.find(said))
    ]
    return {**args, "assets": known, "about": text}


def past_period(tool: AnyTool, text: str, installation: Installation) -> str:
    """The words of a past period in a question to a tool that only knows how things stand now."""
    if "period" in tool.args.model_fields:
        return ""
    found = find_period(text, installation.shift_names)
    return next((span.said for span in found if span.when == "past"), "")


def make_args(tool: AnyTool, values: Mapping[str, Any]) -> Args:
    """Args from plain values; those that the tool does not take are left out.

    Raises UserError naming the value that does not fit.
    """
    known = {name: v for name, v in values.items() if name in tool.args.model_fields}
    try:
        return tool.args.model_validate(known)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        said = str(wrong.get("input", ""))[:60]
        raise UserError(
            "bad_argument", said=said, command=f"/{tool.command}", example=tool.examples["en"][0]
        ) from None


def render(tool: AnyTool, args: Args, **changed: object) -> str:
    """The command that asks the same, with some fields changed: what a button carries."""
    values = args.model_dump(exclude_defaults=True) | changed
    words = [f"/{tool.command}"]
    for name, value in values.items():
        match name, value:
            case _, None | () | []:
                continue
            case "versus", _:
                words.append(f"vs {value}")
            case "by", _:
                words.append(f"by {value}")
            case "top", _:
                words.append(f"top {value}")
            case _, tuple() | list():
                words += [str(item) for item in value]
            case _:
                words.append(str(value))
    return " ".join(words)
