"""`andon tools`: what can be asked, with examples."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace

from bot.settings import Settings


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="with the schema of the arguments")


def run(arguments: Namespace, settings: Settings) -> int:
    from core import registry

    tools = registry.tools()
    if arguments.json:
        rows = [
            {
                "tool": tool.name,
                "command": f"/{tool.command}",
                "description": tool.description(),
                "args": tool.args.model_json_schema(),
                "examples": {language: list(said) for language, said in tool.examples.items()},
            }
            for tool in tools
        ]
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    from adapters.console.drawing import draw
    from adapters.console.terminal import Terminal
    from core.answer import Answer, Table, Text
    from core.words import Words

    words = Words(settings.language)
    head = tuple(words.say(f"cli.tools_{name}") for name in ("command", "tool", "example"))
    listed = tuple(
        (f"/{tool.command}", tool.name, next(iter(tool.examples.get(settings.language, ())), ""))
        for tool in tools
    )
    terminal = Terminal(sys.stdout, settings.terminal)
    parts = (Text(words.say("cli.tools_title")), Table(head, listed))
    terminal.write(draw(Answer("answer", parts), terminal.paper(settings.language)))
    return 0
