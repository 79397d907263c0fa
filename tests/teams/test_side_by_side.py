"""Slack and Teams in one process, with Microsoft's keys changing and hanging in the middle."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from adapters.teams.identity import Bot
from bot.serve import running
from bot.settings.teams import Teams
from tests.fakes.slack import FakeSlack
from tests.fakes.teams import FakeTeams, Hang
from tests.fakes.teams.watching import SOON
from tests.slack.conftest import made_settings
from tests.teams.bots import happens
from tests.teams.conftest import HASTY, QUICK, made


def test_slack_does_not_notice_that_microsofts_keys_hang(tmp_path: Path, sample_path: Path) -> None:
    async def run() -> None:
        async with FakeSlack() as slack, FakeTeams() as teams:
            slack_settings = made_settings(tmp_path, sample_path, slack)
            here = made(tmp_path, sample_path, teams, slack=slack_settings.slack)
            slack.request_url = f"http://127.0.0.1:{here.settings.port}/slack/events"
            user = slack.user("ana", locale="en-US")
            how = {"teams_times": QUICK, "teams_patience": HASTY}
            async with running(here.settings, here.clock, grace=1.0, **how):  # type: ignore[arg-type]
                await here.ask("oee line-3")
                await asyncio.sleep(QUICK.keys_pause)
                teams.keys.rotate()  # and with the new key, which it has to fetch first
                await here.ask("oee line-4")
                teams.key_faults.add("*", Hang(), times=None)
                await asyncio.sleep(QUICK.keys_pause)
                teams.keys.rotate()
                fetched = teams.key_fetches
                waiting = [
                    asyncio.create_task(teams.say(here.ana, here.chat, f"oee line-{n}"))
                    for n in range(8)
                ]
                await happens(lambda: teams.key_fetches > fetched)
                for n in range(10):
                    event = slack.events.direct_message(user, f"oee of line {n % 4 + 1}")
                    assert (await slack.deliver(event)).ok
                direct = slack.direct(user)
                await slack.message(direct, contains="OEE", within=SOON)
                assert not any(task.done() for task in waiting)
                for task in waiting:
                    task.cancel()
                await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(run())


def test_the_playground_needs_no_token(tmp_path: Path, sample_path: Path) -> None:
    async def run() -> None:
        async with FakeTeams(anonymous=True) as teams:
            here = made(tmp_path, sample_path, teams)
            here.settings = replace(here.settings, teams=Teams(Bot()))
            how = {"teams_times": QUICK, "teams_patience": HASTY}
            async with running(here.settings, here.clock, **how):  # type: ignore[arg-type]
                answer = await here.ask("why was line 3 down last night?")
                assert (await here.press(answer, "data", here.chat)).status == 202
                shown = await here.answer(here.chat, n=2)
                assert "onveyor" in str(shown.cards)  # it has no dialogs
                assert "Change settings" not in str((await here.ask("/andon me")).cards)

    asyncio.run(run())
