"""Slack is down for ten minutes: what waited arrives in order, alerts first, within its limits."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from functools import partial
from pathlib import Path

import pytest

from adapters.slack.channel import SlackChannel, SlackSettings
from adapters.slack.times import Times
from bot.clock import wall_clock
from bot.unasked.delivery import Delivering
from bot.unasked.times import DeliveryTimes
from core.store import Store, Wanted
from core.store.pace import Pace
from tests.fakes.faults import ServerError
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.rate_limits import Limits
from tests.prove.delivering import channel_place, door

TEAM = "T0000000001"
PLACES = 50


class Faster:
    """Slack's clock, which goes `scale` times as fast as this machine's."""

    def __init__(self, scale: float) -> None:
        self._scale = scale

    def now(self) -> float:
        return time.time() * self._scale

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._scale)


def times(scale: float) -> tuple[Times, DeliveryTimes]:
    """The product's own, all of them that much shorter."""
    own, usual, pace = Times(), DeliveryTimes(), Pace()
    slack = Times(
        call=3.0, patience=own.patience / scale, shown_after=(0.05,), pace=own.pace / scale
    )
    return slack, DeliveryTimes(
        lease=6.0,
        margin=0.5,
        look=usual.look / scale,
        pace=usual.pace / scale,
        platform=Pace(pace.post / scale, pace.update / scale, pace.burst / scale),
        first_pause=usual.first_pause / scale,
        longest_pause=usual.longest_pause / scale,
    )


async def outage(tmp: Path, count: int, scale: float, seconds: float) -> FakeSlack:
    slack_times, delivery_times = times(scale)
    chance = random.Random(3)
    async with FakeSlack(clock=Faster(scale), limits=Limits()) as slack:
        channels = [slack.channel(f"c{n}") for n in range(PLACES)]
        store = Store.open(f"sqlite:///{tmp / 'andon.db'}")
        own = SlackSettings(slack.bot_token, signing_secret="x", look="plain", url=slack.api_url)
        channel = SlackChannel(own, store.inbox, wall_clock, _no_picture, times=slack_times)
        worker = Delivering(
            store, {"slack": channel}, door, wall_clock, wall_clock, times=delivery_times
        )
        try:
            slack.faults.add("*", ServerError(503), times=None)
            worker.open()
            for n in range(count):
                rank = 1 if chance.random() < 0.3 else 3
                row = Wanted(
                    f"k{n:04}", channel_place(TEAM, channels[n % PLACES].id), "x", rank,
                    f"/rank {rank} number {n:04}!", "slack:T:U", "en", wall_clock(),
                )  # fmt: skip
                await store.write(partial(store.outbox.want, wanted=[row], at=row.due_at))
                await asyncio.sleep(seconds / count)
            assert not slack.messages()
            slack.faults.clear()
            slack.workspace.calls.clear()
            async with asyncio.timeout(120):
                while set(await store.listing.counts()) != {"sent"}:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
        finally:
            await worker.close()
            await channel._api.close()
            store.close()
        return slack


async def _no_picture(*_: object) -> None:
    return None


def check(slack: FakeSlack, count: int) -> None:
    by_place = defaultdict(list)
    for message in slack.messages():
        by_place[message.channel].append(message.text.split("!")[0])
    assert sum(map(len, by_place.values())) == count
    begun = 0  # what a place was in the middle of goes on first
    for texts in by_place.values():
        assert len(set(texts)) == len(texts)
        begun += texts != sorted(texts)
        assert texts[1:] == sorted(texts[1:])
    assert begun < PLACES
    calls = slack.workspace.calls
    refused = [call for call in calls if (call.answer or {}).get("error") == "ratelimited"]
    print(f"{len(refused)} of {len(calls)} calls were too many")
    assert len(refused) <= len(calls) * 0.01


def test_a_short_outage(tmp_path: Path) -> None:
    check(asyncio.run(outage(tmp_path, 150, scale=30, seconds=3.0)), 150)


@pytest.mark.prove
def test_ten_minutes_and_a_thousand_messages(tmp_path: Path) -> None:
    check(asyncio.run(outage(tmp_path, 1_000, scale=20, seconds=30.0)), 1_000)
