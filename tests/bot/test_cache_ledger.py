"""Hit rates of sessions that have ended, and clearing those that are open."""

from __future__ import annotations

import os
from pathlib import Path

from bot.cache_ledger import CacheLedger
from core.data.cache import Counts


def test_sessions_add_up(tmp_path: Path) -> None:
    CacheLedger(tmp_path).add({"live": Counts(3, 1, 0, 0), "static": Counts()})
    CacheLedger(tmp_path).add({"live": Counts(1, 1, 2, 1)})
    assert CacheLedger(tmp_path).read() == {"live": Counts(4, 2, 2, 1)}


def test_a_damaged_file_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "cache.json").write_text("[1, 2")
    assert CacheLedger(tmp_path).read() == {}


def test_clearing_reaches_open_sessions_once(tmp_path: Path) -> None:
    session, cleared = CacheLedger(tmp_path), list[str]()

    def clear() -> None:
        cleared.append("once")

    session.add({"live": Counts(1)})
    session.obey(clear)
    assert cleared == []
    CacheLedger(tmp_path).clear()
    session.obey(clear)
    session.obey(clear)
    assert cleared == ["once"]
    assert session.read() == {}
    os.utime(tmp_path / "cache.cleared", ns=(1, 1))
    session.obey(clear)
    assert cleared == ["once", "once"]
