"""A store with answers in it, and the memory of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from core.memory import Memory
from core.store import Store, StoredAnswer
from tests import stores
from tests.postgres import missing_part

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def answer(
    id: str,
    user: str,
    question: str,
    told: str = "",
    *,
    place: str = "",
    tool: str = "oee_query",
    assets: tuple[str, ...] = ("line-3",),
    at: datetime = NOW,
) -> StoredAnswer:
    """As the one door keeps it; `place` is a channel, "" a private chat."""
    parts: list[dict[str, Any]] = []
    if told:
        parts.append({"type": "text", "text": told, "cites": []})
    metric = {"label": "OEE", "value": "61.2 %", "change": "", "tone": "neutral", "cites": []}
    parts.append({"type": "metrics", "metrics": [{**metric, "amount": 0.612}]})
    given = {"assets": list(assets)}
    return StoredAnswer(
        id=id,
        asked_at=at,
        user_id=user,
        place_key=f"{place}|1" if place else f"console|here|1|{user}",
        question=question,
        tool=tool,
        args={"tool": tool, "args": given},
        answer={
            "outcome": "answer",
            "id": id,
            "tool": tool,
            "args": given,
            "parts": parts,
            "citations": [],
        },
        queries=(),
    )


def remembered(url: str) -> dict[str, str]:
    """Answer id → whose memory of it there is."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT answer_id, user_id FROM memories")).all()
    finally:
        engine.dispose()
    return {row.answer_id: row.user_id for row in rows}


@pytest.fixture
def url(tmp_path: Path) -> str:
    path = tmp_path / "home" / "andon.db"
    stores.empty(path)
    return f"sqlite:///{path}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store.open(url)
    yield opened
    opened.close()


@pytest.fixture
def memory(store: Store, tmp_path: Path) -> Iterator[Memory]:
    opened = Memory(store, tmp_path / "home" / "memory")
    if not opened.is_installed:
        missing_part("no memory: pip install 'andon[memory]'")
    yield opened
    opened.close()
