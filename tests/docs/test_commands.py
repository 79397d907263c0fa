"""Every command on the pages is run, here or where the table says, or cannot be, and why."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest

from bot.__main__ import COMMANDS
from tests.docs.acted import acted
from tests.docs.pages import ROOT
from tests.docs.shell import Command, commands

NOW = "2026-03-12T06:20-05:00"
STRANGER = "tests/prove/test_stranger.py does it"
# Other pages' commands run with what those pages set up.
PAGES = {
    "docs/connect.md": "tests/data/connect/test_docs.py, on the bottling line",
    "docs/files.md": "tests/data/files, on folders of its own",
    "docs/contributor.md": "tests/docs/test_contributor.py, in a copy of the tree",
}
# By the first words of a command. `make NAME` is held against the Makefile as well.
REASONS = {
    "agentsplayground": "it opens a browser",
    "andon admin resend": "needs one given up: tests/bot/test_deliveries_command.py",
    "andon connect mssql": "there is no such server: tests/data/mssql speaks the driver's wire",
    "andon connect postgresql": "there is no such server: tests/data/connect has a Postgres",
    "andon connect ADDRESS": "docs/engines.md: tests/data has each of them",
    "andon connect URL": "tests/data/connect/test_docs.py has an address",
    "andon demo": STRANGER,
    "andon deliveries --resend": "needs one given up: tests/bot/test_deliveries_command.py",
    "andon rollup": "tests/bot/test_rollup_command.py, on fewer days",
    "andon sample": "placeholders: tests/bot/test_command_line.py makes one",
    "andon serve": STRANGER,
    "andon teams-package": "tests/bot/test_teams_package.py runs it",
    "apt-get": "the operating system's",
    "cp": "the operating system's",
    "curl": "against a server of one's own",
    "docker": "there is no Docker engine on the test machines",
    "echo": STRANGER,
    "export": "it sets what the commands behind it are run with",
    "git": STRANGER,
    "grep": "in a log of one's own",
    "journalctl": "the operating system's",
    "kubectl": "there is no cluster on the test machines",
    "make bench": "figures, by hand: docs/benchmarks.md",
    "make clean": "it removes what the tests run in",
    "make demo": STRANGER,
    "make eval": "it needs a model",
    "make fuzz": "an hour; the tests have a minute of it",
    "make lint": "CI does it: .ci/run",
    "make lock": "it asks a package registry",
    "make prove": "the long proofs",
    "make setup": STRANGER,
    "make soak": "half an hour; the tests have a minute of it",
    "make sync": "tests/bot/test_sync.py and tests/docs/test_contributor.py",
    "make test": STRANGER,
    "make types": "CI does it: .ci/run",
    "mkdir": "the operating system's",
    "npm": "a package for people to try by hand",
    "openssl": "it makes a secret",
    "pg_dump": "tests/prove has the server's own",
    "pg_restore": "tests/prove has the server's own",
    "pip": "it asks a package registry",
    "psql": "against a server of one's own",
    "python -c": "an import, timed",
    "python -m benchmarks": "figures, by hand: docs/benchmarks.md",
    "python -m core.planner.training.train": "minutes: it writes the planner's model anew",
    "python -m http.server": "docs/contributor.md: tests/docs/test_contributor.py serves the same",
    "sudo": "the operating system's",
    "supabase": "a cloud console's; tests/data/supabase applies the same migrations",
    "systemctl": "the operating system's",
}
HARMLESS = ("printf",)  # with what its output is piped into
PLACEHOLDERS = {
    "[FILE]": "copy.db", "FILE": "another.db", "ID": "3f2a91c0", "ISO": NOW, "N": "7", "PERSON":
    "slack:T01234567:U01234567", "S": "7", "URL": "sqlite:///plant.db", "WHY": "stocktaking",
    "WORDS": "the plant stands on Friday", "ZONE": "UTC",
}  # fmt: skip
ALL = commands()
ANDON = [c for c in ALL if c.program == "andon"]
# In the text `andon check` alone names the command; it is not told to be typed.
TYPED = [c for c in ANDON if len(c.words) > 2 or ":" in c.where]


def reason(command: Command) -> str:
    """Why it is not run here; empty where it is."""
    page = command.where.partition(":")[0]
    said = " ".join((command.program, *command.words[1:]))
    found = (why for start, why in REASONS.items() if re.match(rf"{re.escape(start)}\b", said))
    return PAGES.get(page, "") or next(found, "")


def spelled(command: Command) -> list[str]:
    """The arguments, with something in the place of placeholders and what may be left out said."""
    words = [word if word in PLACEHOLDERS else word.strip("[]") for word in command.words[1:]]
    return [PLACEHOLDERS.get(word, word) for word in words]


def parser_of(name: str) -> ArgumentParser:
    parser = ArgumentParser(f"andon {name}")
    import_module(f"bot.commands.{name.replace('-', '_')}").configure(parser)
    return parser


@pytest.mark.parametrize("command", ANDON, ids=str)
def test_andon_understands_it(command: Command) -> None:
    name, *arguments = spelled(command) or [""]
    assert name in COMMANDS or name in ("--help", "--version")
    if command in TYPED and name in COMMANDS:
        parser_of(name).parse_intermixed_args(arguments)


@pytest.mark.parametrize("command", [c for c in ALL if c.program == "make"], ids=str)
def test_make_has_it(command: Command) -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert {word for word in command.words[1:] if "=" not in word} <= set(targets)


def is_run_here(command: Command) -> bool:
    if reason(command):
        return False
    return command.program != "andon" or command in TYPED


HERE = list({(c.program, *c.words[1:]): c for c in ALL if is_run_here(c)}.values())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample_path: Path) -> Path:
    made = tmp_path_factory.mktemp("here")
    shutil.copy(sample_path, made / "plant.db")
    return made


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the sample plant as a plant of one's own."""
    given = {
        "ANDON_HOME": str(folder),
        "ANDON_DATABASE_URL": f"sqlite:///{folder / 'plant.db'}",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("command", HERE, ids=str)
def test_it_runs(command: Command, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in command.settings:
        monkeypatch.setenv(*setting.split("=", 1))
    if command.program == "andon":
        code, output = acted(at_noon(spelled(command)))
    else:
        code, output = elsewhere(command)
    assert code == 0, output


def at_noon(arguments: Sequence[str]) -> list[str]:
    """With the sample plant's time, where the command takes one."""
    takes = "--now" in parser_of(arguments[0]).format_usage()
    return [*arguments, "--now", NOW] if takes and "--now" not in arguments else [*arguments]


def elsewhere(command: Command) -> tuple[int, str]:
    """Runs a module of Andon's own, or what only prints; anything else stands in REASONS."""
    program, *arguments = command.words
    if program in HARMLESS:
        line = ["bash", "-c", command.line]
    elif Path(program).name in ("python", "python3"):
        line = [sys.executable, *arguments]
    else:
        raise AssertionError(f"{command.where}: say in REASONS why “{command.line}” is not run")
    done = subprocess.run(
        line,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_pages_have_commands() -> None:
    """The reading of pages is not empty-handed."""
    assert len(HERE) > 15
    assert len(ANDON) > 60
