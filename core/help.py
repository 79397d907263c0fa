"""What can be asked: everything, or one command's words and examples."""

from __future__ import annotations

from collections.abc import Sequence

from core import registry
from core.answer import Action, Actions, Answer, Heading, Table, Text
from core.reports import LISTED
from core.tool import AnyTool
from core.words import Words

_BY_ITSELF = {
    "subscribe": "/andon subscribe packaging briefing,alerts",
    "list": "/andon list",
    "unsubscribe": "/andon unsubscribe alerts",
    "quiet": "/andon quiet 22:00-06:00",
}
_OFFERED = ("/actions", "/production", "/oee", "/downtime")


def ways_out(assets: Sequence[str] = ()) -> Actions:
    """What is offered where there is nothing better to offer, on the assets that were named."""
    commands = ("/downtime", "/oee", "/production") if assets else _OFFERED
    said = [" ".join((command, *assets)) for command in commands]
    return Actions(tuple(Action(command, command) for command in said))


def examples(tool: AnyTool, words: Words, most: int | None = None) -> Actions:
    """The tool's example questions, to be pressed."""
    return Actions(tuple(Action(said, said) for said in tool.examples[words.language][:most]))


def help_answer(command: str, words: Words) -> Answer:
    """Help on one command where `command` is one, else on all."""
    name = registry.by_command().get(command)
    return _all(words) if name is None else _one(name, words)


def _all(words: Words) -> Answer:
    rows = tuple(
        (f"/{tool.command}", words.say(f"help.{tool.name}"), tool.examples[words.language][0])
        for tool in registry.tools()
    )
    rows += tuple((f"/{name}", words.say(key), said) for name, (key, said) in LISTED.items())
    rows += tuple(
        (f"/andon {name}", words.say(f"subscribe.help_{name}"), said)
        for name, said in _BY_ITSELF.items()
    )
    columns = tuple(words.say(f"help.{column}") for column in ("command", "answers", "example"))
    table = Table(columns, rows, "lll")
    return Answer("answer", (Text(words.say("help.intro")), table, ways_out()))


def _one(name: str, words: Words) -> Answer:
    tool = registry.tool(name)
    rows = tuple((field, words.say(f"help.field_{field}")) for field in tool.args.model_fields)
    columns = (words.say("help.field"), words.say("help.meaning"))
    heading = Heading(f"/{tool.command}")
    return Answer(
        "answer",
        (
            heading,
            Text(words.say(f"help.{name}")),
            Table(columns, rows, "ll"),
            examples(tool, words),
        ),
        tool=None,
    )
