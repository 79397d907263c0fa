"""Delivery over HTTP to a real Bolt app: events, commands, clicks, modals, signatures, retries."""

import asyncio
import itertools
from typing import Any

import pytest
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncAssistant
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.fakes.bolt import app_of, over_http
from tests.fakes.loop import in_loop
from tests.fakes.slack import (
    PATIENCE,
    FakeSlack,
    ManualClock,
    NotDelivered,
    Settings,
    Signature,
    labels,
)

Json = dict[str, Any]


def text(words: str, **more: Any) -> Json:
    return {"type": "plain_text", "text": words, **more}


MODAL: Json = {
    "type": "modal",
    "callback_id": "why",
    "title": text("Why?"),
    "submit": text("Send"),
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": text("Reason"),
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}
BUTTONS: list[Json] = [
    {
        "type": "actions",
        "elements": [
            {"type": "button", "text": text("Again"), "action_id": "again", "value": "q1"},
            {
                "type": "overflow",
                "action_id": "more",
                "options": [
                    {"text": text("Show data"), "value": "data"},
                    {"text": text("Share"), "value": "share"},
                ],
            },
        ],
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": text("Good"), "value": "good"},
                "negative_button": {"text": text("Bad"), "value": "bad"},
            }
        ],
    },
]


@in_loop
async def test_events_reach_their_listeners() -> None:
    async with FakeSlack() as slack:
        app, seen = app_of(slack), []

        @app.event("app_mention")
        async def mentioned(event: Json, say: Any) -> None:
            seen.append(event["text"])
            await say(text="I am here", thread_ts=event["ts"])

        @app.event("message")
        async def message(event: Json) -> None:
            seen.append((event["channel_type"], event["text"]))

        async with over_http(slack, app):
            ana = slack.user("ana")
            line = slack.channel("line-3", [ana])
            assert (await slack.deliver(slack.events.mention(ana, line, "why?"))).ok
            answer = await slack.message(line)
            assert answer.text == "I am here"
            await slack.deliver(slack.events.direct_message(ana, "oee"))
            await slack.deliver_all(slack.events.says(ana, line, "and line 4?", thread=answer))
            await slack.settled()
        assert seen[0].endswith("why?")
        assert ("im", "oee") in seen
        assert ("channel", "and line 4?") in seen


@in_loop
async def test_a_mention_in_a_channel_is_two_events() -> None:
    async with FakeSlack() as slack:
        ana = slack.user("ana")
        line = slack.channel("line-3", [ana])
        told = slack.events.says(ana, line, "<@U0ANDONBOT> why?")
        assert [e.payload["event"]["type"] for e in told] == ["message", "app_mention"]
        assert told[0].payload["event_id"] != told[1].payload["event_id"]
        assert told[0].payload["event"]["ts"] == told[1].payload["event"]["ts"]


@in_loop
async def test_what_the_app_is_not_told_of() -> None:
    async with FakeSlack() as slack:
        ana = slack.user("ana")
        away = slack.channel("away", [ana], with_bot=False)
        with pytest.raises(NotDelivered):
            slack.events.mention(ana, away, "hi")
        slack.settings.subscriptions = frozenset({"app_mention"})
        line = slack.channel("line-3", [ana])
        told = slack.events.says(ana, line, "<@U0ANDONBOT> hi")
        assert [e.payload["event"]["type"] for e in told] == ["app_mention"]
        slack.settings.scopes = frozenset({"chat:write"})
        assert slack.events.says(ana, line, "<@U0ANDONBOT> hi") == []


@in_loop
async def test_an_app_gets_what_its_manifest_asks_for() -> None:
    manifest = {
        "features": {
            "slash_commands": [{"command": "/oee"}],
            "shortcuts": [{"callback_id": "ask"}],
            "agent_view": {"agent_description": "x"},
        },
        "oauth_config": {"scopes": {"bot": ["commands", "chat:write", "im:history"]}},
        "settings": {
            "event_subscriptions": {
                "bot_events": ["message.im", "app_mention", "assistant_thread_started"]
            }
        },
    }
    async with FakeSlack(settings=Settings.of_manifest(manifest)) as slack:
        ana = slack.user("ana")
        line = slack.channel("line-3", [ana])
        hers = slack.events.user_message(ana, line, "x")
        slack.events.direct_message(ana, "oee")
        slack.interactions.command(ana, line, "/oee")
        slack.interactions.message_shortcut(ana, hers, "ask")
        for happens in (
            lambda: slack.events.mention(ana, line, "no scope"),
            lambda: slack.events.assistant_started(ana),
            lambda: slack.interactions.command(ana, line, "/other"),
            lambda: slack.interactions.global_shortcut(ana, "other"),
        ):
            with pytest.raises(NotDelivered):
                happens()


@in_loop
async def test_url_verification() -> None:
    async with FakeSlack() as slack, over_http(slack, app_of(slack)):
        ack = await slack.deliver(slack.events.url_verification("abc"))
        assert "abc" in str(ack.body)


@in_loop
async def test_a_command_its_ack_and_its_response_url() -> None:
    async with FakeSlack() as slack:
        app = app_of(slack)

        @app.command("/oee")
        async def oee(ack: Any, respond: Any, command: Json) -> None:
            await ack(f"Looking at {command['text']}")
            await respond(text="81 %", response_type="in_channel")

        async with over_http(slack, app):
            ana = slack.user("ana")
            line = slack.channel("line-3", [ana], with_bot=False)
            command = slack.interactions.command(ana, line, "/oee", "line-3")
            ack = await slack.deliver(command)
            assert ack.body == "Looking at line-3"
            assert (await slack.message(line, to=ana)).text == "Looking at line-3"
            assert (await slack.message(line, contains="81 %")).ephemeral_to is None


@in_loop
async def test_a_response_url_has_five_uses_and_thirty_minutes() -> None:
    clock = ManualClock()
    async with FakeSlack(clock=clock) as slack:
        ana = slack.user("ana")
        line = slack.channel("line-3", [ana])

        def url() -> str:
            return str(slack.interactions.command(ana, line, "/oee").payload["response_url"])

        hook = AsyncWebhookClient(url())
        answers = [await hook.send(text=str(n)) for n in range(6)]
        assert [a.status_code for a in answers] == [200] * 5 + [404]
        assert len(slack.messages(line, to=ana)) == 5
        late = url()
        await clock.advance(30 * 60 + 1)
        assert "expired_url" in (await AsyncWebhookClient(late).send(text="late")).body


@in_loop
async def test_clicks_choices_and_feedback() -> None:
    async with FakeSlack() as slack:
        app, seen = app_of(slack), []

        @app.action("again")
        async def again(ack: Any, action: Json, respond: Any) -> None:
            await ack()
            seen.append(action["value"])
            await respond(text="replaced", replace_original=True)

        @app.action("more")
        async def more(ack: Any, action: Json) -> None:
            await ack()
            seen.append(action["selected_option"]["value"])

        @app.action("feedback")
        async def feedback(ack: Any, action: Json) -> None:
            await ack()
            seen.append(action["value"])

        async with over_http(slack, app):
            ana = slack.user("ana")
            line = slack.channel("line-3", [ana])
            await app.client.chat_postMessage(channel=line.id, text="x", blocks=BUTTONS)
            message = await slack.message(line)
            assert labels(message) == ["Again", "Show data", "Share", "Good", "Bad"]
            for target in ("Share", "Bad", "again"):
                click = slack.interactions.click(ana, message, target)
                assert (await slack.deliver(click)).ok
            await slack.deliver(slack.interactions.click(ana, message, "more", option="data"))
            await slack.message(line, contains="replaced", edits=1)
            await slack.settled()
            with pytest.raises(LookupError, match="Again"):
                slack.interactions.click(ana, message, "Nothing")
        assert sorted(seen) == ["bad", "data", "q1", "share"]


@in_loop
async def test_a_click_on_an_ephemeral_message_comes_without_the_message() -> None:
    async with FakeSlack() as slack:
        ana = slack.user("ana")
        line = slack.channel("line-3", [ana])
        client = app_of(slack).client
        await client.chat_postEphemeral(channel=line.id, user=ana.id, text="x", blocks=BUTTONS)
        hidden = await slack.message(line, to=ana)
        payload = slack.interactions.click(ana, hidden, "again").payload
        assert "message" not in payload
        assert payload["container"]["is_ephemeral"]
        hook = AsyncWebhookClient(payload["response_url"])
        assert (await hook.send(delete_original=True)).status_code == 200
        assert slack.messages(line, to=ana) == []


@in_loop
async def test_a_modal_from_click_to_submission() -> None:
    async with FakeSlack() as slack:
        app, seen = app_of(slack), []

        @app.command("/why")
        async def why(ack: Any, client: Any, command: Json) -> None:
            await ack()
            await client.views_open(trigger_id=command["trigger_id"], view=MODAL)

        @app.view("why")
        async def submitted(ack: Any, view: Json) -> None:
            reason = view["state"]["values"]["reason"]["text"]["value"]
            seen.append(reason)
            if not reason:
                await ack(response_action="errors", errors={"reason": "Say why"})
            else:
                await ack(response_action="update", view={**MODAL, "title": text("Thanks")})

        @app.view_closed("why")
        async def closed(ack: Any) -> None:
            await ack()
            seen.append("closed")

        async with over_http(slack, app):
            ana = slack.user("ana")
            line = slack.channel("line-3", [ana])
            await slack.deliver(slack.interactions.command(ana, line, "/why"))
            view = await slack.view(ana)
            submit = slack.interactions.submit
            await slack.deliver(submit(ana, view, {"reason": {"text": None}}))
            assert view.errors == {"reason": "Say why"}
            await slack.deliver(submit(ana, view, {"reason": {"text": "jam"}}))
            assert (await slack.view(ana, updates=1)).body["title"]["text"] == "Thanks"
            close = slack.interactions.close(ana, view)
            assert close
            await slack.deliver(close)
            assert not view.open
        assert seen == [None, "jam", "closed"]


@in_loop
async def test_triggers_hashes_and_stacks() -> None:
    clock = ManualClock()
    async with FakeSlack(clock=clock, settings=Settings(patience=PATIENCE)) as slack:
        ana = slack.user("ana")
        client = app_of(slack).client

        async def error(call: Any) -> str:
            with pytest.raises(SlackApiError) as failed:
                await call
            return str(failed.value.response["error"])

        def trigger(view: str | None = None) -> str:
            return slack.workspace.new_trigger(ana.id, view)

        first = trigger()
        opened = (await client.views_open(trigger_id=first, view=MODAL))["view"]
        again = client.views_open(trigger_id=first, view=MODAL)
        assert await error(again) == "exchanged_trigger_id"
        late = trigger()
        await clock.advance(3.5)
        assert await error(client.views_open(trigger_id=late, view=MODAL)) == "expired_trigger_id"
        assert (
            await error(client.views_open(trigger_id="1.2.x", view=MODAL)) == "invalid_trigger_id"
        )

        new = await client.views_update(view_id=opened["id"], hash=opened["hash"], view=MODAL)
        stale = client.views_update(view_id=opened["id"], hash=opened["hash"], view=MODAL)
        assert await error(stale) == "hash_conflict"
        assert new["view"]["hash"] != opened["hash"]
        for _ in range(2):
            await client.views_push(trigger_id=trigger(opened["id"]), view=MODAL)
        over = client.views_push(trigger_id=trigger(opened["id"]), view=MODAL)
        assert await error(over) == "push_limit_reached"
        long = {**MODAL, "title": text("x" * 25)}
        assert (
            await error(client.views_open(trigger_id=trigger(), view=long)) == "invalid_arguments"
        )


@in_loop
async def test_the_home_tab() -> None:
    async with FakeSlack() as slack:
        app = app_of(slack)

        @app.event("app_home_opened")
        async def opened(event: Json, client: Any) -> None:
            if event["tab"] == "home":
                view = {"type": "home", "blocks": [{"type": "divider"}]}
                await client.views_publish(user_id=event["user"], view=view)

        async with over_http(slack, app):
            ana = slack.user("ana")
            await slack.deliver(slack.events.home_opened(ana))
            assert (await slack.home(ana)).blocks[0]["type"] == "divider"
            event = slack.events.home_opened(ana).payload["event"]
            assert event["view"]["type"] == "home"
            assert "view" not in slack.events.home_opened(ana, "messages").payload["event"]


@in_loop
async def test_the_assistant_of_bolt() -> None:
    async with FakeSlack() as slack:
        app, assistant = app_of(slack), AsyncAssistant()

        @assistant.thread_started
        async def started(say: Any, set_suggested_prompts: Any, get_thread_context: Any) -> None:
            seen = await get_thread_context()
            await say(f"You are in {seen.channel_id}")
            await set_suggested_prompts(prompts=[{"title": "OEE", "message": "oee"}])

        @assistant.user_message
        async def asked(say: Any, set_status: Any, payload: Json) -> None:
            await set_status("is looking")
            await say(f"{payload['text']}: 81 %")

        app.use(assistant)
        async with over_http(slack, app):
            ana = slack.user("ana")
            line = slack.channel("line-3", [ana])
            envelope, root = slack.events.assistant_started(ana, line)
            await slack.deliver(envelope)
            assert line.id in (await slack.message(thread=root)).text
            await slack.until(lambda: slack.workspace.pane(root.channel, root.ts).prompts)
            await slack.deliver(slack.events.direct_message(ana, "oee", thread=root))
            await slack.message(thread=root, contains="oee: 81 %")
            assert slack.workspace.pane(root.channel, root.ts).statuses == ["is looking"]


@in_loop
async def test_message_and_global_shortcuts() -> None:
    async with FakeSlack() as slack:
        app, seen = app_of(slack), []

        @app.shortcut("ask")
        async def ask(ack: Any, shortcut: Json) -> None:
            await ack()
            seen.append(shortcut.get("message", {}).get("text"))

        async with over_http(slack, app):
            ana = slack.user("ana")
            line = slack.channel("line-3", [ana])
            hers = slack.events.user_message(ana, line, "line 3 is down")
            for envelope in (
                slack.interactions.message_shortcut(ana, hers, "ask"),
                slack.interactions.global_shortcut(ana, "ask"),
            ):
                assert (await slack.deliver(envelope)).ok
        assert seen == ["line 3 is down", None]


WRONG: list[Signature] = [
    "bad",
    "missing",
    "missing_timestamp",
    "missing_signature",
    "old",
    "future",
    "wrong_secret",
    "other_body",
]


@in_loop
async def test_wrong_signatures_are_refused_and_a_replay_is_not() -> None:
    """A replay within 5 min is good for the library: the app has to notice it itself."""
    async with FakeSlack() as slack:
        app, seen = app_of(slack), []

        @app.event("app_mention")
        async def mentioned(body: Json) -> None:
            seen.append(body["event_id"])

        async with over_http(slack, app):
            ana = slack.user("ana")
            line = slack.channel("line-3", [ana])
            envelope = slack.events.mention(ana, line, "hi")
            for how in WRONG:
                ack = await slack.send(envelope, slack.sign(envelope, how))
                assert ack.status == 401, how
            numeric = await slack.send(envelope, slack.sign(envelope, "non_numeric"))
            assert numeric.status == 500, "the trap in Bolt that PLATFORMS.md names"
            assert seen == []
            request = slack.sign(envelope)
            for _ in range(2):
                assert (await slack.send(envelope, request)).ok
            await slack.settled()
        assert len(seen) == 2


@in_loop
async def test_the_same_event_four_times_at_once_is_four_runs_of_the_listener() -> None:
    async with FakeSlack() as slack:
        app, seen = app_of(slack), []

        @app.event("app_mention")
        async def mentioned(body: Json) -> None:
            seen.append(body["event_id"])

        async with over_http(slack, app) as url:
            ana = slack.user("ana")
            envelope = slack.events.mention(ana, slack.channel("line-3", [ana]), "hi")
            acks = await slack.deliver_many(envelope, 4, to=[url])
            await slack.settled()
            assert [ack.status for ack in acks] == [200] * 4
        assert len(seen) == 4
        assert len(set(seen)) == 1


def failing(app: AsyncApp, bad: int) -> list[tuple[str | None, str | None]]:
    """Let the app fail its first `bad` requests; the retry headers it saw."""
    seen: list[tuple[str | None, str | None]] = []
    numbers = itertools.count(1)

    @app.middleware
    async def fail(req: Any, next_: Any) -> Any:
        headers = {name: values[0] for name, values in req.headers.items()}
        seen.append((headers.get("x-slack-retry-num"), headers.get("x-slack-retry-reason")))
        if next(numbers) <= bad:
            return BoltResponse(status=500)
        return await next_()

    @app.event("app_mention")
    async def mentioned() -> None:
        pass

    @app.command("/oee")
    async def oee(ack: Any) -> None:
        await ack()

    return seen


@in_loop
async def test_a_failed_event_comes_again_at_once_after_a_minute_and_after_five() -> None:
    clock = ManualClock()
    async with FakeSlack(clock=clock) as slack:
        app = app_of(slack)
        seen = failing(app, bad=3)
        async with over_http(slack, app):
            ana = slack.user("ana")
            envelope = slack.events.mention(ana, slack.channel("line-3", [ana]), "hi")
            delivery = asyncio.ensure_future(slack.deliver(envelope))
            await slack.until(lambda: len(seen) == 2)
            await clock.advance(60)
            await slack.until(lambda: len(seen) == 3)
            await clock.advance(299)
            assert not delivery.done()
            await clock.advance(1)
            ack = await delivery
        assert (ack.ok, ack.attempts) == (True, 4)
        assert seen == [(None, None), *[(str(n), "http_error") for n in (1, 2, 3)]]


@in_loop
async def test_an_app_may_ask_for_no_retry() -> None:
    async with FakeSlack() as slack:
        app = app_of(slack)

        @app.middleware
        async def refuse() -> BoltResponse:
            return BoltResponse(status=500, headers={"x-slack-no-retry": "1"})

        async with over_http(slack, app):
            ana = slack.user("ana")
            envelope = slack.events.mention(ana, slack.channel("line-3", [ana]), "hi")
            ack = await slack.deliver(envelope)
        assert (ack.status, ack.attempts) == (500, 1)


@in_loop
async def test_no_answer_within_three_seconds_is_a_timeout_and_commands_come_once() -> None:
    clock = ManualClock()
    async with FakeSlack(clock=clock, settings=Settings(patience=PATIENCE)) as slack:
        app, started = app_of(slack), asyncio.Event()

        @app.command("/slow")
        async def slow(ack: Any) -> None:
            started.set()
            await asyncio.Event().wait()

        async with over_http(slack, app):
            ana = slack.user("ana")
            command = slack.interactions.command(ana, slack.channel("line-3", [ana]), "/slow")
            delivery = asyncio.ensure_future(slack.deliver(command))
            await started.wait()
            await clock.advance(3)
            ack = await delivery
        assert (ack.status, ack.problem, ack.attempts) == (None, "http_timeout", 1)


@in_loop
async def test_nobody_at_the_request_url() -> None:
    async with FakeSlack() as slack:
        nobody = "http://127.0.0.1:9"  # a port where nothing listens
        slack.request_url = f"{nobody}/slack/events"
        ana = slack.user("ana")
        envelope = slack.events.mention(ana, slack.channel("line-3", [ana]), "hi")
        ack = await slack.deliver(envelope, retries=1)
        assert (ack.status, ack.problem, ack.attempts) == (None, "connection_failed", 2)


@in_loop
async def test_slack_tells_the_bot_of_its_own_messages_too() -> None:
    async with FakeSlack(settings=Settings(echo=True)) as slack:
        app, seen = app_of(slack), []

        @app.event("message")
        async def message(event: Json) -> None:
            seen.append(event)

        async with over_http(slack, app):
            line = slack.channel("line-3", [slack.user("ana")])
            await app.client.chat_postMessage(channel=line.id, text="x")
            await slack.settled()
            assert slack.acks[0].envelope.payload["event"]["bot_id"] == "B0ANDON01"
        assert seen == [], "Bolt leaves the bot's own events out"
