"""`andon sync`: writes what repeats the code: tables in README.md and docs, manifest.yml and
.env.example."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from bot.settings import Settings

ROOT = Path(__file__).parents[2]
README, SLACK, MANIFEST = ROOT / "README.md", ROOT / "docs" / "slack.md", ROOT / "manifest.yml"
SECURITY = ROOT / "SECURITY.md"
SETTINGS, EXAMPLE = ROOT / "docs" / "settings.md", ROOT / ".env.example"
METRICS = ROOT / "docs" / "metrics.md"


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="write nothing; 2 where it differs")


def run(arguments: Namespace, settings: Settings) -> int:
    from core.words import Words

    words = Words(settings.language)
    changed = [(path, text) for path, text in repeated() if _read(path) != text]
    if not changed:
        print(words.say("cli.synced"))
        return 0
    if arguments.check:
        print(words.say("cli.sync_needed"))
        return 2
    for path, text in changed:
        path.write_text(text, "utf-8")
    print(words.say("cli.sync_written"))
    for path, _ in changed:
        print(f"  {path.relative_to(ROOT)}")
    return 0


def repeated() -> Iterator[tuple[Path, str]]:
    """The files that repeat the code, each with what it should hold now.

    Raises MisconfiguredError outside of a checkout, or where a table's marks are missing.
    """
    from bot.manifests.slack import manifest_yaml, scope_table
    from bot.metrics.page import metric_table
    from bot.settings import SECTIONS
    from bot.settings.page import env_example, setting_tables
    from core.errors import MisconfiguredError

    readme, slack, settings = _read(README), _read(SLACK), _read(SETTINGS)
    security = _read(SECURITY)
    if readme is None or slack is None or settings is None or security is None:
        raise MisconfiguredError(str(README), "run this in a checkout of Andon")
    yield README, synced(readme)
    yield SLACK, with_table(slack, "scopes", scope_table(), "docs/slack.md")
    yield SECURITY, with_table(security, "scopes", scope_table(), "SECURITY.md")
    yield MANIFEST, manifest_yaml()
    yield SETTINGS, with_table(settings, "settings", setting_tables(SECTIONS), "docs/settings.md")
    yield EXAMPLE, env_example(SECTIONS)
    yield METRICS, with_table(_read(METRICS) or "", "metrics", metric_table(), "docs/metrics.md")


def synced(readme: str) -> str:
    """The README with the tool table as the tools have it now. Raises as `with_table` does."""
    return with_table(readme, "tools", tool_table(), "README.md")


def with_table(text: str, name: str, table: str, where: str) -> str:
    """The text with the table between the marks of that name.

    Raises MisconfiguredError where the two marks are missing.
    """
    from core.errors import MisconfiguredError

    marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not marked.search(text):
        raise MisconfiguredError(where, f"has no <!-- {name} --> … <!-- /{name} --> marks")
    return marked.sub(lambda marks: f"{marks[1]}{table}{marks[2]}", text)


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


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None
