"""How long answers are kept, and whether they can be looked back at, is the administrator's."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import build
from bot.settings import load
from core.errors import MisconfiguredError
from tests.memory.conftest import NOW, answer


def test_answers_are_kept_as_long_as_is_set(tmp_path: Path) -> None:
    environ = {"ANDON_HOME": str(tmp_path), "ANDON_RETENTION_DAYS": "30"}
    app = build(load(environ, tmp_path), lambda: NOW)
    store = app.store
    assert store is not None

    async def run() -> list[str]:
        await store.save_answer(answer("old", "u", "oee", at=NOW - timedelta(days=31)))
        await store.save_answer(answer("new", "u", "oee", at=NOW - timedelta(days=29)))
        await app.tidy(NOW)
        kept = [asked.id for asked in await store.asked("u")]
        await app.close()
        return kept

    assert asyncio.run(run()) == ["new"]


def test_it_is_half_a_year_and_on_unless_told_otherwise(tmp_path: Path) -> None:
    settings = load({"ANDON_HOME": str(tmp_path)}, tmp_path)
    assert (settings.memory, settings.retention_days) == (True, 180)
    off = load({"ANDON_HOME": str(tmp_path), "ANDON_MEMORY": "off"}, tmp_path)
    app = build(off, lambda: NOW)
    assert app.memory is None
    asyncio.run(app.close())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ANDON_MEMORY", "yes"),
        ("ANDON_RETENTION_DAYS", "0"),
        ("ANDON_RETENTION_DAYS", "-1"),
        ("ANDON_RETENTION_DAYS", "ever"),
        ("ANDON_RETENTION_DAYS", "99999999"),
    ],
)
def test_what_is_set_wrongly_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(MisconfiguredError, match=name):
        load({"ANDON_HOME": str(tmp_path), name: value}, tmp_path)


def test_nobody_listens_without_a_model_and_the_setting(tmp_path: Path) -> None:
    pytest.importorskip("langchain_openai")

    def listens(**more: str) -> bool:
        app = build(load({"ANDON_HOME": str(tmp_path), **more}, tmp_path), lambda: NOW)
        asyncio.run(app.close())
        return app.memory is not None and app.memory.noticing is not None

    assert not listens()
    assert not listens(ANDON_MEMORY_EXTRACTION="on")
    assert listens(OPENAI_API_KEY="sk-x")
    assert not listens(OPENAI_API_KEY="sk-x", ANDON_MODEL="off")
    assert not listens(OPENAI_API_KEY="sk-x", ANDON_MEMORY="off")
    assert not listens(OPENAI_API_KEY="sk-x", ANDON_MEMORY_EXTRACTION="off")
    with pytest.raises(MisconfiguredError, match="ANDON_MEMORY_EXTRACTION"):
        listens(OPENAI_API_KEY="sk-x", ANDON_MEMORY_EXTRACTION="yes")
