"""Who waits for an invoke's answer gets one, however many others wait."""

from __future__ import annotations

import asyncio

from adapters.teams.replies import Body, Replies

LATE: Body = {"late": True}


def late() -> Body:
    return LATE


def test_more_wait_than_are_remembered() -> None:
    async def play() -> None:
        invokes = Replies()
        keys = [f"k{n}" for n in range(1_000)]
        for key in keys:
            invokes.expect(key)
        waiting = [asyncio.create_task(invokes.get(key, 5.0, late)) for key in keys]
        await asyncio.sleep(0)
        assert all(invokes.give(key, {"for": key}) for key in keys)
        assert await asyncio.gather(*waiting) == [{"for": key} for key in keys]
        assert await invokes.get(keys[-1], 5.0, late) == {"for": keys[-1]}
        assert await invokes.get(keys[0], 5.0, late) == LATE  # long ago

    asyncio.run(play())


def test_what_is_called_off_keeps_nobody_waiting() -> None:
    async def play() -> None:
        invokes = Replies()
        invokes.expect("k")
        second = asyncio.create_task(invokes.get("k", 5.0, late))
        await asyncio.sleep(0)
        invokes.forget("k")
        assert await second == LATE
        assert not invokes.known("k")

    asyncio.run(play())


def test_what_comes_too_late_is_not_given() -> None:
    async def play() -> None:
        invokes = Replies()
        invokes.expect("k")
        assert await invokes.get("k", 0.01, late) == LATE
        assert not invokes.give("k", {"for": "k"})
        assert not invokes.waits("k")

    asyncio.run(play())
