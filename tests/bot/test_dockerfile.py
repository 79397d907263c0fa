"""The image is made of what is there, and of nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def copied() -> list[str]:
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", LINES, re.MULTILINE)
    return [name for line in lines for name in line.split()]


@pytest.mark.parametrize("name", copied())
def test_what_is_copied_is_there_and_not_ignored(name: str) -> None:
    assert (ROOT / name).exists()
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert any(Path(name).match(line[1:]) for line in allowed if line.startswith("!"))


def test_the_newest_python_that_is_promised_is_taken() -> None:
    (version,) = re.findall(r"^ARG PYTHON=(\S+)$", LINES, re.MULTILINE)
    promised = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text("utf-8"))
    assert version == max(promised, key=lambda v: tuple(map(int, v.split("."))))


def test_it_runs_without_rights() -> None:
    assert re.search(r"^USER (\d+)$", LINES, re.MULTILINE)
