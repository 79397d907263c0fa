"""Settings changed while people ask: what is under way ends, what is wrong is not taken."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp import ClientSession

from adapters.slack.channel import SlackChannel
from adapters.slack.edge import Retired
from adapters.slack.times import Times
from bot.at_work import AtWork
from bot.serve import running
from bot.settings import Settings
from bot.settings.slack import Slack
from core.errors import MisconfiguredError
from tests.fakes.clock import ManualClock
from tests.fakes.faults import Hang
from tests.fakes.loop import in_loop, skip
from tests.fakes.slack import Envelope, FakeSlack, Message, User
from tests.plants import NOW
from tests.slack.conftest import free_port, made_settings

SOON = 120.0  # the machine may be busy, and what is waited for returns at once
QUESTION, ANSWER = "OEE of line 3 yesterday", "OEE of Line 3 yesterday"
TIMES = Times(call=30.0, shown_after=(0.0, 0.2), pace=0.02, look=0.1, ack=SOON)


@dataclass
class Here:
    slack: FakeSlack
    at_work: AtWork
    ana: User

    @property
    def settings(self) -> Settings:
        return self.at_work.settings

    @property
    def section(self) -> Slack:
        assert self.settings.slack is not None
        return self.settings.slack

    def question(self) -> Envelope:
        return self.slack.events.direct_message(self.ana, QUESTION)

    async def answers(self, n: int) -> list[str]:
        """All that Ana was told, once it is so much; notes to wait are left out."""
        direct = self.slack.direct(self.ana)
        await self.slack.message(direct, where=is_answer, n=n, within=SOON)
        return [message.text for message in self.slack.messages(direct, where=is_answer)]


def is_answer(message: Message) -> bool:
    return not message.text.endswith("…")


@asynccontextmanager
async def here(tmp: Path, sample: Path) -> AsyncIterator[Here]:
    async with FakeSlack(clock=ManualClock()) as slack:
        settings = made_settings(tmp, sample, slack, look="plain")
        slack.request_url = f"http://127.0.0.1:{settings.port}/slack/events"
        async with running(settings, lambda: NOW, times=TIMES) as at_work:
            yield Here(slack, at_work, slack.user("ana"))


def play(tmp: Path, sample: Path, act: Callable[[Here], Awaitable[None]]) -> None:
    @in_loop
    async def run() -> None:
        async with here(tmp, sample) as it:
            await act(it)

    run()


def test_what_is_under_way_ends_and_what_comes_is_under_the_new_settings(
    tmp_path: Path, sample_path: Path
) -> None:
    access = tmp_path / "access.toml"
    access.write_text('[default]\nsee = ["machining"]\n', "utf-8")

    async def act(here: Here) -> None:
        slack = here.slack
        held = slack.faults.add("users.info", Hang())
        assert (await slack.deliver(here.question())).ok
        await slack.until(lambda: held.fired, SOON)
        await here.at_work.take_over(replace(here.settings, access_file=access))
        skip(TIMES.call)
        [first] = await here.answers(1)
        assert ANSWER in first
        assert (await slack.deliver(here.question())).ok
        _, second = await here.answers(2)
        assert ANSWER not in second

    play(tmp_path, sample_path, act)


def test_signing_secrets_before_and_after_are_taken(tmp_path: Path, sample_path: Path) -> None:
    async def act(here: Here) -> None:
        slack = here.slack
        signed = slack.sign(old := here.question())
        section = replace(here.section, signing_secret="the new one")
        await here.at_work.take_over(replace(here.settings, slack=section))
        assert (await slack.send(old, signed)).status == 200
        slack.signing_secret = "the new one"
        assert (await slack.deliver(here.question())).status == 200
        slack.signing_secret = "neither"
        assert (await slack.deliver(here.question(), retries=0)).status == 401

    play(tmp_path, sample_path, act)


def test_a_retired_secret_is_taken_for_a_while_only(tmp_path: Path, sample_path: Path) -> None:
    def accepts(channel: SlackChannel, slack: FakeSlack) -> bool:
        told = slack.events.direct_message(slack.user("bo"), QUESTION)
        signed = slack.sign(told)
        headers = {name.lower(): value for name, value in signed.headers.items()}
        return channel._edge._signed(signed.body, headers)

    async def act(here: Here) -> None:
        channel = here.at_work.edition.slack
        assert channel is not None
        assert accepts(channel, here.slack)
        own = replace(channel._settings, signing_secret="the new one")
        for until, taken in ((time.monotonic() + 60, True), (time.monotonic() - 1, False)):
            retired = (Retired(here.slack.signing_secret, until),)
            inbox = here.at_work.edition.store.inbox
            other = SlackChannel(
                replace(own, retired=retired), inbox, lambda: NOW, here_is_no_picture
            )
            assert accepts(other, here.slack) is taken

    play(tmp_path, sample_path, act)


async def here_is_no_picture(*_: object) -> None:
    return None


def test_what_does_not_work_is_not_taken(tmp_path: Path, sample_path: Path) -> None:
    broken = tmp_path / "plant.toml"
    broken.write_text("[source\n", "utf-8")

    async def act(here: Here) -> None:
        settings, first = here.settings, here.at_work.edition
        token = replace(here.section, bot_token="xoxb-mistyped")
        wrong = {
            "slack": replace(settings, slack=token),
            str(broken): replace(settings, plant_file=broken),
            "ANDON_PORT": replace(settings, port=settings.port + 1),
            "ANDON_STORE_URL": replace(settings, store_url=f"sqlite:///{tmp_path}/other.db"),
        }
        for where, other in wrong.items():
            with pytest.raises(MisconfiguredError) as refused:
                await here.at_work.take_over(other)
            assert "mistyped" not in str(refused.value)
            if where != str(broken):
                assert refused.value.where == where
        assert here.at_work.edition is first
        assert (await here.slack.deliver(here.question())).ok
        assert ANSWER in (await here.answers(1))[0]

    play(tmp_path, sample_path, act)


def test_a_platform_that_is_away_stops_no_change_but_its_own(
    tmp_path: Path, sample_path: Path
) -> None:
    async def act(here: Here) -> None:
        section = replace(here.section, api_url=f"http://127.0.0.1:{free_port()}/api/")
        with pytest.raises(MisconfiguredError, match="Slack cannot be reached"):
            await here.at_work.take_over(replace(here.settings, slack=section))
        here.slack.faults.add("*", Hang(), times=None)
        await here.at_work.take_over(replace(here.settings, retention_days=7))
        assert here.settings.retention_days == 7

    play(tmp_path, sample_path, act)


@pytest.mark.parametrize(
    ("new", "same"),
    [
        ("postgresql://andon:other@db.example/andon", True),
        ("postgresql+psycopg://somebody@db.example/andon", True),
        ("postgresql://andon:s3cret@db.example/other", False),
        ("postgresql://andon:s3cret@other.example/andon", False),
    ],
)
def test_who_logs_in_may_change_where_may_not(new: str, same: bool) -> None:
    from bot.at_work import _changeable

    old = Settings(store_url="postgresql://andon:s3cret@db.example/andon")
    if same:
        _changeable(old, replace(old, store_url=new))
        return
    with pytest.raises(MisconfiguredError) as refused:
        _changeable(old, replace(old, store_url=new))
    assert refused.value.where == "ANDON_STORE_URL"
    assert "s3cret" not in str(refused.value)


def test_an_administrator_pauses_and_sees_it_by_http(tmp_path: Path, sample_path: Path) -> None:
    async def act(here: Here) -> None:
        token = "0123456789abcdef0123456789abcdef"
        base = f"http://127.0.0.1:{here.settings.port}/admin"
        shown = {"Authorization": f"Bearer {token}"}
        async with ClientSession(headers=shown) as session:
            async with session.get(f"{base}/status") as response:
                assert response.status == 404
            serving = replace(here.settings.serving, admin_token=token)
            await here.at_work.take_over(replace(here.settings, serving=serving))
            async with session.post(f"{base}/command", data="pause 2 stocktaking") as response:
                assert response.status == 200, await response.text()
            async with session.post(f"{base}/command", data="pauze") as response:
                assert response.status == 400
                assert "pauze" in (await response.json())["error"]
            async with session.get(f"{base}/status") as response:
                told = await response.json()
            assert told["pause"]["why"] == "stocktaking"
            assert told["pause"]["user_id"] == "http:admin"
            assert told["store"] == ""
            assert set(told["readiness"]["parts"]) == {"store", "source main", "slack"}

    play(tmp_path, sample_path, act)
