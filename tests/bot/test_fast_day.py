"""`andon demo --fast`: the real scheduler, outbox and rules, on a fast clock."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.console.terminal import Terminal
from bot.commands.demo import _factor
from core.answer import Answer, Text
from core.request import Place
from core.words import Words


def test_the_start_of_a_shift_in_the_terminal(tmp_path: Path) -> None:
    """From five minutes before the early shift: what is open, then the briefing."""
    command = [sys.executable, "-m", "bot", "demo", "--fast", "400", "--hours", "0.6"]
    command += ["--now", "2026-03-12T10:00:00Z", "--language", "en"]
    ran = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=300,
        env={"ANDON_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"},
        cwd=Path(__file__).parents[2],
    )
    assert ran.returncode == 0, ran.stderr
    shown = ran.stdout.replace("\u00a0", " ")
    assert "Packaging · Early Thu 12 Mar 06:00 CDT (data " in shown
    assert "Safety: open near miss" in shown
    assert "[Take 1] [Take 2] [Take 3]" in shown
    assert "Packaging: open safety event" in shown
    assert not (tmp_path / "plant.db").exists()


def test_of_an_update_only_what_it_says_anew_is_printed() -> None:
    """Minutes that go on are no news in a terminal, which prints below what it printed before."""
    from bot.fast_day import Reel

    out = io.StringIO()
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    reel = Reel(Terminal(out, "dumb"), lambda: at, Words("en"))
    place = Place("console", "floor", private=False)

    def card(*lines: str) -> Answer:
        return Answer("answer", tuple(map(Text, lines)), language="en")

    async def play() -> list[str]:
        shown = []
        message = await reel.send(place, card("Line 3 DOWN 12 min, since 02:14"), "d1")
        for lines in (
            ["Line 3 DOWN 1 h 2 min, since 02:14"],
            ["Line 3 DOWN 1 h 3 min, since 02:14", "Explains: Filler 3 down."],
            ["Line 3 running again after 64 min", "Explains: Filler 3 down."],
        ):
            out.seek(0)
            out.truncate()
            await reel.update(place, message, card(*lines))
            shown.append(out.getvalue())
        return shown

    minutes, explained, over = asyncio.run(play())
    assert minutes == ""
    assert "Explains" in explained
    assert "DOWN" not in explained
    assert "running again" in over
    assert "Explains" not in over


@pytest.mark.parametrize("given", ["0.5", "601", "quick", ""])
def test_a_factor_that_is_none(given: str) -> None:
    from argparse import ArgumentTypeError

    with pytest.raises(ArgumentTypeError):
        _factor(given)
