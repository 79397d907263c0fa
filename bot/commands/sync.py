"""`andon sync`: writes into README.md what repeats the code."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.settings import Settings

README = Path(__file__).parents[2] / "README.md"
_MARKED = re.compile(r"(<!-- tools -->\n).*?(<!-- /tools -->)", re.DOTALL)


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="write nothing; 2 where it differs")


def run(arguments: Namespace, settings: Settings) -> int:
    from core.errors import MisconfiguredError
    from core.words import Words

    words = Words(settings.language)
    try:
        old = README.read_text("utf-8")
    except OSError as error:
        raise MisconfiguredError(str(README), "run this in a checkout of Andon") from error
    new = synced(old)
    if new == old:
        print(words.say("cli.synced"))
        return 0
    if arguments.check:
        print(words.say("cli.sync_needed"))
        return 2
    README.write_text(new, "utf-8")
    print(words.say("cli.sync_written"))
    return 0


def synced(readme: str) -> str:
    """The README with the tool table as the tools have it now.

    Raises MisconfiguredError where the two marks that enclose the table are missing.
    """
    from core.errors import MisconfiguredError

    if not _MARKED.search(readme):
        raise MisconfiguredError("README.md", "has no <!-- tools --> … <!-- /tools --> marks")
    table = tool_table()
    return _MARKED.sub(lambda marks: f"{marks[1]}{table}{marks[2]}", readme)


def tool_table() -> str:
    """Every tool in a row of Markdown: command, what it answers, an example."""
    from core import registry

    rows = ["| Command | Answers | For example |", "|---|---|---|"]
    for tool in registry.tools():
        example = next(iter(tool.examples.get("en", ())), "")
        what = tool.description().partition(". ")[0].rstrip(".")
        cells = (f"`/{tool.command}`", what, example)
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(rows) + "\n"
