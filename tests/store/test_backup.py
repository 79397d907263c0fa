"""A copy of the bot's database while others write to it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import SourceUnavailable
from core.request import Place
from core.store import Store
from core.store.backup import backup
from core.store.schema import HEAD

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_what_is_in_use_is_copied_whole(tmp_path: Path) -> None:
    source, target = tmp_path / "andon.db", tmp_path / "copy.db"
    store = Store.open(f"sqlite:///{source}")
    try:
        asyncio.run(store.places.save(Place("slack", "T:C"), AT))  # still in the -wal file
        made = backup(source, target)
    finally:
        store.close()
    assert (made.file, made.revision) == (target, HEAD)
    assert made.rows["places"] == 1
    assert target.stat().st_mode & 0o077 == 0
    with pytest.raises(SourceUnavailable):
        backup(source, target)
    again = Store.open(f"sqlite:///{target}")
    try:
        assert asyncio.run(again.places.gone()) == {}
    finally:
        again.close()


def test_without_a_database_there_is_no_copy(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable):
        backup(tmp_path / "none.db", tmp_path / "copy.db")
    assert not list(tmp_path.iterdir())
