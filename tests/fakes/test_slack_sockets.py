"""Socket Mode with Bolt's own handler and slack_sdk's own client."""

import asyncio
from typing import Any

import aiohttp
from slack_bolt import BoltResponse

from tests.fakes.bolt import app_of, over_sockets
from tests.fakes.loop import in_loop
from tests.fakes.slack import PATIENCE, FakeSlack, ManualClock, Settings
from tests.fakes.slack.watching import SOON

Json = dict[str, Any]


@in_loop
async def test_events_commands_and_clicks_are_acked_over_a_socket() -> None:
    async with FakeSlack() as slack:
        app = app_of(slack)

        @app.event("app_mention")
        async def mentioned(say: Any) -> None:
            await say("here")

        @app.command("/oee")
        async def oee(ack: Any, command: Json) -> None:
            await ack(text=f"oee of {command['text']}")

        async with over_sockets(slack, app):
            ana = slack.user("ana")
            line = slack.channel("line-3", [ana])
            assert (await slack.deliver(slack.events.mention(ana, line, "hi"))).ok
            assert (await slack.message(line)).text == "here"
            ack = await slack.deliver(slack.interactions.command(ana, line, "/oee", "line-3"))
            assert ack.body == {"text": "oee of line-3"}
            assert (await slack.message(line, to=ana)).text == "oee of line-3"


@in_loop
async def test_each_envelope_goes_to_one_of_the_sockets() -> None:
    async with FakeSlack() as slack:
        app, seen = app_of(slack), []

        @app.event("app_mention")
        async def mentioned(body: Json) -> None:
            seen.append(body["event_id"])

        async with over_sockets(slack, app, sockets=3):
            ana = slack.user("ana")
            line = slack.channel("line-3", [ana])
            for n in range(6):
                await slack.deliver(slack.events.mention(ana, line, str(n)))
            await slack.settled()
            assert [socket.received for socket in slack.sockets.open] == [2, 2, 2]
        assert len(set(seen)) == 6


@in_loop
async def test_the_client_comes_back_after_a_disconnect() -> None:
    async with FakeSlack() as slack:
        app = app_of(slack)

        @app.event("app_mention")
        async def mentioned() -> None:
            pass

        async with over_sockets(slack, app):
            await slack.sockets.disconnect("refresh_requested")
            await slack.until(lambda: slack.sockets.opened == 2 and slack.sockets.open)
            ana = slack.user("ana")
            envelope = slack.events.mention(ana, slack.channel("line-3", [ana]), "hi")
            assert (await slack.deliver(envelope)).ok


@in_loop
async def test_what_is_under_way_when_the_client_reconnects_is_not_acked() -> None:
    """slack_sdk leaves the old socket at the first `disconnect`, a mere warning too, and sends
    the ack on the new one: Slack does not know the envelope there, a command is lost."""
    async with FakeSlack() as slack:
        app, came, go = app_of(slack), asyncio.Event(), asyncio.Event()

        @app.command("/slow")
        async def slow(ack: Any) -> None:
            came.set()
            await go.wait()
            await ack()

        async with over_sockets(slack, app):
            ana = slack.user("ana")
            command = slack.interactions.command(ana, slack.channel("line-3", [ana]), "/slow")
            delivery = asyncio.ensure_future(slack.deliver(command))
            await came.wait()
            await slack.sockets.disconnect("warning")
            ack = await delivery
            assert (ack.status, ack.attempts) == (None, 1)
            await slack.until(lambda: slack.sockets.opened == 2)
            go.set()
            await slack.until(lambda: slack.sockets.late_acks)


@in_loop
async def test_an_unacked_event_comes_again_on_another_socket() -> None:
    clock = ManualClock()
    async with FakeSlack(clock=clock, settings=Settings(patience=PATIENCE)) as slack:
        app, came = app_of(slack), asyncio.Event()
        seen: list[tuple[str, str | None]] = []

        @app.middleware
        async def forget_first(body: Json, req: Any, next_: Any) -> Any:
            retry = req.headers.get("x-slack-retry-num", [None])[0]
            seen.append((body["event_id"], retry))
            came.set()
            if len(seen) == 1:
                return BoltResponse(status=500)  # Bolt's handler sends no ack then
            return await next_()

        @app.event("app_mention")
        async def mentioned() -> None:
            pass

        async with over_sockets(slack, app, sockets=2):
            ana = slack.user("ana")
            envelope = slack.events.mention(ana, slack.channel("line-3", [ana]), "hi")
            delivery = asyncio.ensure_future(slack.deliver(envelope))
            await came.wait()
            await clock.advance(3)
            ack = await delivery
            assert (ack.ok, ack.attempts) == (True, 2)
            assert [socket.received for socket in slack.sockets.open] == [1, 1]
        assert seen[0][0] == seen[1][0]
        assert [retry for _, retry in seen] == ["0", "1"]


@in_loop
async def test_a_broken_socket_loses_no_event() -> None:
    async with FakeSlack() as slack:
        app, seen = app_of(slack), []
        came, stuck = asyncio.Event(), asyncio.Event()

        @app.middleware
        async def hold_first(body: Json, next_: Any) -> Any:
            seen.append(body["event_id"])
            came.set()
            if len(seen) == 1:
                await stuck.wait()
            return await next_()

        @app.event("app_mention")
        async def mentioned() -> None:
            pass

        async with over_sockets(slack, app):
            ana = slack.user("ana")
            envelope = slack.events.mention(ana, slack.channel("line-3", [ana]), "hi")
            delivery = asyncio.ensure_future(slack.deliver(envelope))
            await came.wait()
            slack.sockets.drop()
            ack = await asyncio.wait_for(delivery, SOON)
            stuck.set()
            assert (ack.ok, ack.attempts) == (True, 2)
        assert len(seen) == 2
        assert len(set(seen)) == 1


@in_loop
async def test_ten_sockets_and_no_more() -> None:
    async with FakeSlack() as slack, aiohttp.ClientSession() as session:
        opened = [await session.ws_connect(slack.sockets.new_url()) for _ in range(10)]
        await slack.until(lambda: len(slack.sockets.open) == 10)
        hello = await opened[0].receive_json()
        assert hello["type"] == "hello"
        eleventh = await session.ws_connect(slack.sockets.new_url())
        goodbye = await eleventh.receive_json()
        assert goodbye["reason"] == "too_many_websockets"
        assert len(slack.sockets.open) == 10
        for ws in opened:
            await ws.close()


@in_loop
async def test_an_address_is_good_for_one_connection() -> None:
    async with FakeSlack() as slack, aiohttp.ClientSession() as session:
        url = slack.sockets.new_url()
        await session.ws_connect(url)
        answer = await session.get(url.replace("ws:", "http:"))
        assert answer.status == 408
