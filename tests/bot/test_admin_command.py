"""`andon admin` and `andon audit`: the same words as in chat, at the terminal."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.__main__ import main
from core.store import Store, audit
from core.store.audit import Entry
from tests.plants import NOW


@pytest.fixture
def home(tmp_path: Path, sample_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANDON_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    shutil.copy(sample_path, tmp_path / "home" / "plant.db")  # it is brought up to the clock
    return tmp_path / "home"


def run(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main(list(words)) == code
    out = capsys.readouterr()
    return out.out if code == 0 else out.err


def test_the_terminal_is_always_an_administrator(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = ("--now", NOW.isoformat())
    assert "All is well." in run(capsys, "admin", *now)
    paused = run(capsys, "admin", "pause", "4", "line", "trials", *now)
    assert "line trials" in paused
    assert "andon admin resume" in paused  # as it is typed here, without the chat's slash
    assert "/andon admin resume" not in paused
    told = json.loads(run(capsys, "admin", "--json", *now))
    assert any("paused until" in str(part) for part in told["parts"])
    assert "Fortgesetzt" in run(capsys, "admin", "resume", "--language", "de", *now)
    assert "does not know" in run(capsys, "admin", "reboot", code=2)
    lines = run(capsys, "audit", "--since", (NOW - timedelta(hours=1)).isoformat(), "--json")
    entries = [json.loads(line) for line in lines.splitlines()]
    assert [one["what"] for one in entries] == ["admin.pause", "admin.resume"]
    assert all(one["who"].startswith("console:") for one in entries)
    assert entries[0]["detail"]["why"] == "line trials"


def test_the_audit_log_is_printed_since_when_it_is_asked(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = datetime(2026, 3, 12, 5, 30, tzinfo=UTC)
    store = Store.open(f"sqlite:///{home}/andon.db")
    for hour in range(3):
        when = at + timedelta(hours=hour)
        one = Entry(when, f"u{hour}" if hour else "", "p", "alert.take", "3f2a\x1b[31m", {})
        asyncio.run(store.write(partial(audit.record, entry=one)))
    store.close()
    out = run(capsys, "audit", "--since", "2026-03-12T06:00")
    assert [line.split()[:4] for line in out.splitlines()] == [
        ["2026-03-12", "06:30:00Z", "u1", "alert.take"],
        ["2026-03-12", "07:30:00Z", "u2", "alert.take"],
    ]
    assert "\x1b" not in out
    assert "(forgotten)" in run(capsys, "audit", "--since", "2026-03-12")
    assert "nothing was done since" in run(capsys, "audit", "--since", "1h")


@pytest.mark.parametrize("since", ["yesterday", "5x", "d", "2026-99-99"])
def test_a_time_that_is_none_is_named(
    home: Path, capsys: pytest.CaptureFixture[str], since: str
) -> None:
    assert "is no time such as" in run(capsys, "audit", "--since", since, code=2)
