"""`andon rollup`: makes the sums, shows them, checks them; a question says that it used them."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.__main__ import main

NOW = ["--now", "2026-03-12T11:20:00Z"]


@pytest.fixture
def plant(sample_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sample plant's last days, so that it can be altered."""
    path = tmp_path / "plant.db"
    shutil.copyfile(sample_path, path)
    monkeypatch.setenv("ANDON_HOME", str(tmp_path))
    monkeypatch.setenv("ANDON_ROLLUP", "on")
    monkeypatch.setenv("ANDON_DATABASE_URL", f"sqlite:///{path}")
    return path


def test_sums_are_made_shown_used_and_checked(
    plant: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def printed(*argv: str, code: int = 0) -> str:
        assert main([*argv, *NOW]) == code
        return capsys.readouterr().out

    assert "Nothing is rolled up yet" in printed("rollup")
    made = json.loads(printed("rollup", "--since", "2026-03-06", "--json"))
    assert made["days"] == made["changed"] > 0
    assert "riverside" in printed("rollup")
    checked = json.loads(printed("rollup", "--verify", "--since", "2026-03-06", "--json"))
    assert (checked["absent"], checked["differences"]) == (0, [])
    told = json.loads(printed("ask", "oee line-1 last 4 days", "--json"))
    assert {"from daily sums", "complete days from daily sums"} & {
        citation["note"] for citation in told["citations"]
    }
    with closing(sqlite3.connect(plant)) as connection, connection:
        connection.execute(
            "UPDATE production SET good_units = good_units + 1"
            " WHERE asset = 'line-1' AND start >= '2026-03-09 12:00' AND start < '2026-03-09 13:00'"
        )
    said = printed("rollup", "--verify", "--since", "2026-03-06", code=1)
    assert "1 difference from the tables" in said
    assert "good_units" in said


def test_it_begins_with_the_first_row_and_says_so(
    plant: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(plant)) as connection, connection:
        for table in ("production", "downtime", "scrap"):
            start = "time" if table == "scrap" else "start"
            connection.execute(f"DELETE FROM {table} WHERE {start} < '2026-03-10 18:00'")
    assert main(["rollup", "--since", "2000-01-01", *NOW]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Begins on 2026-03-10: the source has no rows before it.\n")
    assert main(["rollup", "--since", "2000-01-01", "--json", *NOW]) == 0
    assert json.loads(capsys.readouterr().out)["begins"] == "2026-03-10"


def test_a_large_plant_is_advised_to_keep_sums(
    plant: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_advised() -> object:
        main(["check", "--json", *NOW])
        return json.loads(capsys.readouterr().out)["rollup_advised"]

    monkeypatch.setenv("ANDON_ROLLUP", "off")
    assert is_advised() is False
    monkeypatch.setattr("core.rollup.advice.WORTH_ROWS", 30_000)
    main(["check", *NOW])
    assert "with daily sums (ANDON_ROLLUP=on" in capsys.readouterr().out
    monkeypatch.setenv("ANDON_ROLLUP", "on")
    assert is_advised() is False


def test_a_date_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rollup", "--since", "yesterday"]) == 2
    assert "is no date such as 2026-01-31" in capsys.readouterr().err
