"""`andon export reasons`, and what `andon check` says of alerts.toml."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from core.store import Store
from core.store.stop_reasons import StopReason, give
from tests.bot.test_command_line import andon
from tests.plants import NOW

START = datetime(2026, 3, 12, 2, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)


def given(home: Path) -> None:
    said = [
        ("stop-1", "infeed jam", "sensor dirty", "slack:T1:U1"),
        ("stop-2", None, "=HYPERLINK(evil)", "slack:T1:U2"),
        ("stop-3", "infeed jam", "film, torn", "slack:T1:U1"),
        ("stop-4", "infeed jam", "forgotten", ""),
    ]
    store = Store.open(f"sqlite:///{home}/andon.db")
    for number, (stop, machine, reason, who) in enumerate(said):
        begun = START + number * HOUR
        one = StopReason("p", "line-3", stop, begun, machine, reason, who, "C1", begun + HOUR)
        asyncio.run(store.write(lambda c, one=one: give(c, one)))  # type: ignore[misc]
    store.close()


def test_reasons_are_written_as_csv_without_names(tmp_path: Path) -> None:
    given(tmp_path)
    done = andon(tmp_path, "export", "reasons", "--since", "2026-03-12", "--until", "2026-03-13")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["given_by"] for row in rows] == ["person-1", "person-2", "person-1", ""]
    assert rows[0] == {
        "plant": "p",
        "asset": "line-3",
        "stop": "stop-1",
        "started_at": "2026-03-12T02:14:00Z",
        "machine_reason": "infeed jam",
        "reason": "sensor dirty",
        "given_by": "person-1",
        "given_at": "2026-03-12T03:14:00Z",
    }
    assert rows[1]["reason"] == "'=HYPERLINK(evil)", "no formula"
    assert rows[2]["reason"] == "film, torn"
    assert "U1" not in done.stdout


def test_as_json_with_names_of_a_stretch_of_time(tmp_path: Path) -> None:
    given(tmp_path)
    since, until = "2026-03-12T03:14:00Z", "2026-03-12T05:14:00Z"
    arguments = ("export", "reasons", "--json", "--names", "--since", since, "--until", until)
    done = andon(tmp_path, *arguments)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["stop"] for row in rows] == ["stop-2", "stop-3"]
    assert [row["given_by"] for row in rows] == ["slack:T1:U2", "slack:T1:U1"]
    assert rows[0]["machine_reason"] is None


def test_the_check_names_what_is_wrong_in_alerts_toml(
    tmp_path: Path,
    sample_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrong = tmp_path / "alerts.toml"
    wrong.write_text("[down]\nlwo = 5\n", "utf-8")
    monkeypatch.setenv("ANDON_HOME", str(tmp_path))
    monkeypatch.setenv("ANDON_ALERTS_FILE", str(wrong))
    monkeypatch.setenv("ANDON_DATABASE_URL", f"sqlite:///{sample_path}")
    monkeypatch.chdir(tmp_path)
    now = ("--now", NOW.isoformat())
    assert main(["check", *now]) == 1
    assert "[down] lwo is no setting; did you mean low?" in capsys.readouterr().out
    assert main(["ask", "any alerts?", *now]) == 2
    assert "lwo is no setting" in capsys.readouterr().err
    wrong.write_text("[down]\nlow = 5\n", "utf-8")
    assert main(["check", *now]) == 0
    assert "every rule is understood" in capsys.readouterr().out
