"""What `andon cache` knows about other processes: a cache lives and dies with its own.

Sessions add their counts to a file when they end; clearing touches another file, which open
sessions look at before each answer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from core.data.cache import Counts, Tier


class CacheLedger:
    """Two small files in the bot's home. Two sessions that end in the same instant may lose one
    count, which a hit rate can bear."""

    def __init__(self, home: Path) -> None:
        self._counts = home / "cache.json"
        self._cleared = home / "cache.cleared"
        self._seen = self._clearing()

    def add(self, counts: Mapping[Tier, Counts]) -> None:
        """Adds a session's counts to those of the sessions before it."""
        sums = self.read()
        for tier, new in counts.items():
            sums[tier] = sums.get(tier, Counts()) + new
        rows = {tier: [c.hits, c.misses, c.shared, c.stale] for tier, c in sums.items() if _used(c)}
        draft = self._counts.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(rows), "utf-8")
        draft.replace(self._counts)

    def read(self) -> dict[str, Counts]:
        """The sums per tier since the last clearing; empty where the file is missing or damaged."""
        try:
            rows = json.loads(self._counts.read_text("utf-8"))
            return {tier: Counts(*map(int, row)) for tier, row in rows.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def clear(self) -> None:
        """Forgets the counts and tells open sessions to drop what they keep."""
        self._counts.unlink(missing_ok=True)
        self._cleared.touch()

    def obey(self, clear: Callable[[], object]) -> None:
        """Calls `clear`, this session's, if someone asked for it since the last look."""
        at = self._clearing()
        if at != self._seen:
            self._seen = at
            clear()

    def _clearing(self) -> int:
        try:
            return self._cleared.stat().st_mtime_ns
        except OSError:
            return 0


def _used(counts: Counts) -> bool:
    return any((counts.hits, counts.misses, counts.shared, counts.stale))
