"""docs/connect.md shows what really happens: its proposal, its check, and TOML that loads."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.data.check import check
from core.data.check import render as shown
from core.data.connect import propose, render
from core.data.mapping import load, parse
from core.words import Words

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "connect.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
HERE = "sqlite:///bottling.sqlite"


@pytest.fixture
def bottling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "tests" / "data" / "bottling")


def test_the_proposal_is_the_real_one(bottling: None) -> None:
    assert BLOCKS[0] == render(propose(HERE, zone="America/Sao_Paulo"))


def test_the_check_is_the_real_one(bottling: None, tmp_path: Path) -> None:
    path = tmp_path / "plant.toml"
    path.write_text(BLOCKS[0], encoding="utf-8")
    now = datetime(2023, 2, 11, 15, tzinfo=UTC)
    report = check(load(path, home=tmp_path), now)
    pasted = TEXT.split("$ andon check --now", 1)[1].split("```", 1)[0]
    assert " ".join(shown(report, Words("en")).split()) in " ".join(pasted.split())


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.partition("\n")[0])
def test_every_example_loads(block: str) -> None:
    text = block if "[source]" in block else f'[source]\nurl = "sqlite:///x.db"\n{block}'
    parse(tomllib.loads(text), where="docs/connect.md", home=ROOT)


ASKED = re.findall(r"```console\n\$ andon ask (\"[^\n]*?\") --now (\S+)\n(.*?)```", TEXT, re.DOTALL)


def plain(text: str) -> str:
    """Without line breaks, and with every answer's id the same."""
    return " ".join(re.sub(r"\b[0-9a-f]{8}\b", "########", text).split())


@pytest.mark.parametrize(("question", "now", "pasted"), ASKED, ids=lambda part: part[:40])
def test_the_answers_are_the_real_ones(
    question: str, now: str, pasted: str, bottling: None, tmp_path: Path
) -> None:
    path = tmp_path / "plant.toml"
    path.write_text(BLOCKS[0], encoding="utf-8")
    environ = {**os.environ, "ANDON_PLANT_FILE": str(path), "ANDON_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "bot", "ask", question.strip('"'), "--now", now]
    done = subprocess.run(
        command,
        env={**environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert plain(done.stdout) == plain(pasted)
