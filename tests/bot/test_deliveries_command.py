"""`andon deliveries` and `andon backup`, as an administrator uses them."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.__main__ import main
from core.request import Place
from core.store import Now, Store, Wanted
from core.store.pace import Pace

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def dead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a dead letter in the store that the commands read."""
    url = f"sqlite:///{tmp_path / 'andon.db'}"
    monkeypatch.setenv("ANDON_HOME", str(tmp_path))
    monkeypatch.setenv("ANDON_STORE_URL", url)
    place = Place("slack", "T:C1", private=False)
    row = Wanted("k", place, "briefing", 3, "/briefing packaging", "slack:T:U", "en", AT)

    async def make() -> str:
        store = Store.open(url)
        try:
            await store.write(lambda c: store.outbox.want(c, [row], AT))
            (one,) = await store.sending.claim("slack", Now(AT, AT), AT, 5, Pace())
            await store.sending.end(one, "dead", "invalid_blocks")
        finally:
            store.close()
        return one.id

    return asyncio.run(make())


def test_a_dead_letter_is_shown_and_sent_again(
    dead: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["deliveries"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("1 dead\n")
    assert dead in shown
    assert "(invalid_blocks)" in shown
    assert main(["deliveries", "--resend", dead, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["states"] == {"waiting": 1}
    assert [one["id"] for one in told["deliveries"]] == [dead]
    assert main(["deliveries", "--resend", dead]) == 2
    capsys.readouterr()
    assert main(["audit", "--json"]) == 0
    (written,) = capsys.readouterr().out.splitlines()
    assert (json.loads(written)["what"], json.loads(written)["subject"]) == ("admin.resend", dead)


def test_a_backup_is_written_and_named(
    dead: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dead
    assert main(["backup", str(tmp_path / "copy.db")]) == 0
    shown = capsys.readouterr().out
    assert "copy.db" in shown
    assert "1 deliveries" in shown
    assert main(["backup", str(tmp_path / "copy.db")]) == 2


def test_for_postgres_the_command_is_named_without_the_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANDON_HOME", str(tmp_path))
    monkeypatch.setenv("ANDON_STORE_URL", "postgresql://andon:hidden@db/andon")
    assert main(["backup"]) == 0
    shown = capsys.readouterr().out
    assert "pg_dump" in shown
    assert "postgresql://andon@db/andon" in shown
    assert "hidden" not in shown
