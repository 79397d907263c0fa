"""A page's worked examples, done: files written, changes made, commands run, in a copy of the
tree."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.docs.pages import ROOT, Block, Page

_COPIED = ("adapters", "bot", "core", "docs", "tests/channels", "README.md", "SECURITY.md",
           "manifest.yml")  # fmt: skip
_LINKED = ("tests/__init__.py", "tests/docs", "tests/fakes", "tests/plants.py", "tests/postgres.py",
           "tests/slack", "tests/stores.py", "tests/teams")  # fmt: skip
_PROMPT = "$ "


@dataclass(frozen=True, slots=True)
class Ran:
    """A command and what it printed, as the page has it and as it was."""

    command: str
    told: str
    code: int
    output: str


def copied(tree: Path) -> Path:
    """A copy of what is changed, links to what is only read."""
    for name in _COPIED:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("*.png"))
        else:
            shutil.copy2(ROOT / name, tree / name)
    for name in _LINKED:
        (tree / name).symlink_to(ROOT / name)
    return tree


def section(page: Page, title: str) -> Page:
    """What stands under the heading of the second level."""
    text = re.split(rf"^## {re.escape(title)}$", page.text, maxsplit=1, flags=re.MULTILINE)[1]
    return Page(page.name, re.split(r"^## ", text, maxsplit=1, flags=re.MULTILINE)[0])


@dataclass
class Worker:
    """Does what a page says, in `tree`, with Andon's own files in `home`."""

    tree: Path
    home: Path
    environ: dict[str, str] = field(default_factory=dict)
    _file: str = ""

    def work(self, page: Page) -> tuple[Ran, ...]:
        """Everything in the page's order; what ran, with its output."""
        self.environ = {}
        return self.go_on(page)

    def go_on(self, page: Page) -> tuple[Ran, ...]:
        """The same with what was exported before."""
        return tuple(ran for block in page.blocks for ran in self._do(block))

    def _do(self, block: Block) -> Iterator[Ran]:
        match block.language:
            case "diff":
                self._file = block.file or self._file
                changed(self.tree / self._file, block.text)
            case "console":
                yield from self._run(block)
            case "sh":
                for line in block.text.splitlines():
                    subprocess.run(shlex.split(line), cwd=self.tree, check=True)
            case _ if block.file:
                path = self.tree / block.file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.text, "utf-8")

    def _run(self, block: Block) -> Iterator[Ran]:
        told = dict(_told(block.text))
        for command in [one for one in told if one.startswith("export ")]:
            name, _, value = command.removeprefix("export ").partition("=")
            self.environ[name] = value
            told.pop(command)
        done = self.python(
            "tests.docs.acted", stdin=json.dumps([shlex.split(one)[1:] for one in told])
        )
        assert done.returncode == 0, done.stderr
        for (command, said), (code, output) in zip(
            told.items(), json.loads(done.stdout), strict=True
        ):
            yield Ran(command, said, code, output)

    def python(self, *module: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Runs a module of the tree."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANDON_", "COV_"))}
        own = {"PYTHONPATH": str(self.tree), "ANDON_HOME": str(self.home), "COLUMNS": "80"}
        return subprocess.run(
            [sys.executable, "-P", "-m", *module],
            cwd=self.tree,
            env={**kept, **own, **self.environ},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


def changed(path: Path, diff: str) -> None:
    """Replaces the lines that a diff names by those that it wants: they must stand there once."""
    lines = diff.splitlines()
    before = [line[1:] for line in lines if not line.startswith("+")]
    after = [line[1:] for line in lines if not line.startswith("-")]
    text = f"\n{path.read_text('utf-8')}"
    old, new = ("\n" + "\n".join(side) + "\n" for side in (before, after))
    assert text.count(old) == 1, f"{path.name} has {text.count(old)} times:{old}"
    path.write_text(text.replace(old, new)[1:], "utf-8")


def _told(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block with what it is said to print."""
    for part in re.split(rf"^{re.escape(_PROMPT)}", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def is_told(told: str, output: str) -> bool:
    """Whether the output is what the page tells, but for line breaks, an answer's id and what a
    line with "…" stands for."""
    pattern = r".*".join(
        re.escape(_plain(part)) for part in re.split(r"^…$", told, flags=re.MULTILINE)
    )
    return re.fullmatch(pattern, _plain(output), re.DOTALL) is not None


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"\b[0-9a-f]{8}\b", "########", text))
