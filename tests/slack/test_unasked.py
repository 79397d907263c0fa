"""Subscribed in Slack, sent by the outbox: found again, updated, and called off with its place."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import aiohttp

from core.request import Place, direct
from core.store import Store, Wanted
from tests.fakes.slack.state import TEAM
from tests.plants import NOW
from tests.slack.conftest import Plant, plant


def wanted(key: str, place: Place, command: str, user: str) -> Wanted:
    return Wanted(key, place, "note", 4, command, user, "en", NOW - timedelta(seconds=1))


async def send(bot: Plant, *several: Wanted) -> None:
    store = Store.open(bot.settings.store_url)
    try:
        await store.write(lambda c: store.outbox.want(c, several, NOW))
    finally:
        store.close()


def test_a_subscription_is_answered_and_its_place_is_written_to(
    tmp_path: Path, sample_path: Path
) -> None:
    async def run() -> None:
        async with plant(tmp_path, sample_path) as bot:
            slack, team = bot.slack, TEAM
            said = await bot.command("/andon", "subscribe packaging weekly")
            assert "weekly summary" in str(said.blocks)
            ana = f"slack:{team}:{bot.ana.id}"
            floor = Place("slack", f"{team}:{bot.floor.id}", private=False)
            await send(
                bot,
                wanted("a", floor, "/oee line-3 yesterday", ana),
                wanted("b", direct(ana), "/andon list", ana),
            )
            shown = await slack.message(bot.floor, contains="OEE of Line 3")
            assert shown.metadata
            own = await slack.message(bot.direct, contains="weekly summary")
            assert own.channel == bot.direct.id
            slack.workspace.channels[bot.floor.id].archived = True
            await send(bot, wanted("c", floor, "/oee line-3 yesterday", ana))
            told = await slack.message(bot.direct, contains="no longer write")
            assert "Packaging" in str(told.blocks) + told.text
            async with aiohttp.ClientSession() as session:
                url = f"http://127.0.0.1:{bot.settings.port}/healthz"
                async with session.get(url) as response:
                    assert await response.json() == {"ok": True}

    asyncio.run(run())
