"""What people spent on language models adds up, by person and day."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from core.store import Store


def test_it_adds_up_by_person_and_day(tmp_path: Path) -> None:
    async def go() -> None:
        store = Store.open(f"sqlite:///{tmp_path}/andon.db")
        assert await store.spent("ana", "2026-03-12") == (0, 0.0)
        await asyncio.gather(*(store.spend("ana", "2026-03-12", 10, 0.5) for _ in range(100)))
        await store.spend("ana", "2026-03-13", 1, 0.25)
        await store.spend("bernd", "2026-03-12", 2, 0.0)
        assert await store.spent("ana", "2026-03-12") == (1_000, 50.0)
        assert await store.spent("ana", "2026-03-13") == (1, 0.25)
        assert await store.spent("bernd", "2026-03-12") == (2, 0.0)
        await store.prune(datetime(2026, 3, 13, 5, tzinfo=UTC))
        assert await store.spent("ana", "2026-03-12") == (0, 0.0)
        assert await store.spent("ana", "2026-03-13") == (1, 0.25)
        store.close()

    asyncio.run(go())
