"""`andon demo --fast`: the real scheduler, outbox and rules, on a fast clock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.commands.demo import _factor


def test_the_start_of_a_shift_in_the_terminal(tmp_path: Path) -> None:
    """From five minutes before the early shift: what is open, then the briefing."""
    command = [sys.executable, "-m", "bot", "demo", "--fast", "150", "--hours", "0.6"]
    command += ["--now", "2026-03-12T10:00:00Z", "--language", "en"]
    ran = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        env={"ANDON_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"},
        cwd=Path(__file__).parents[2],
    )
    assert ran.returncode == 0, ran.stderr
    shown = ran.stdout.replace("\u00a0", " ")
    assert "Packaging · Early Thu 12 Mar 06:00 CDT (data " in shown
    assert "Safety: open near miss" in shown
    assert "[Take 1] [Take 2] [Take 3]" in shown
    assert shown.count("Packaging: open safety event") == 1
    assert not (tmp_path / "plant.db").exists()


@pytest.mark.parametrize("given", ["0.5", "601", "quick", ""])
def test_a_factor_that_is_none(given: str) -> None:
    from argparse import ArgumentTypeError

    with pytest.raises(ArgumentTypeError):
        _factor(given)
