"""The fake's chat methods, asked by slack_sdk's own client."""

from collections.abc import Awaitable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.fakes.bolt import client_of
from tests.fakes.loop import in_loop
from tests.fakes.slack import FakeSlack, Limits, ManualClock, Settings, User, said


def error_of(failed: pytest.ExceptionInfo[SlackApiError]) -> str:
    return str(failed.value.response["error"])


async def refused(call: Awaitable[object]) -> str:
    with pytest.raises(SlackApiError) as failed:
        await call
    return error_of(failed)


@in_loop
async def test_a_post_is_kept_and_can_be_waited_for() -> None:
    async with FakeSlack() as slack:
        line = slack.channel("line-3", [slack.user("ana")])
        posted = await client_of(slack).chat_postMessage(
            channel=line.id,
            text="OEE 81 %",
            blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": "*OEE* 81 %"}}],
            metadata={"event_type": "delivery", "event_payload": {"id": "d1"}},
        )
        message = await slack.message(line, contains="*OEE*")
        assert (message.ts, message.text) == (posted["ts"], "OEE 81 %")
        assert message.blocks[0]["block_id"]
        assert message.metadata == {"event_type": "delivery", "event_payload": {"id": "d1"}}
        assert slack.calls("chat.postMessage")[0].args["channel"] == line.id
        assert "Bearer" in slack.calls("chat.postMessage")[0].headers["Authorization"]


@in_loop
async def test_ts_are_unique_though_the_clock_stands_still() -> None:
    async with FakeSlack(clock=ManualClock()) as slack:
        line = slack.channel("line-3")
        client = client_of(slack)
        stamps = {(await client.chat_postMessage(channel=line.id, text="a"))["ts"] for _ in "abc"}
        assert len(stamps) == 3


@in_loop
async def test_where_the_bot_may_post() -> None:
    async with FakeSlack() as slack:
        ana = slack.user("ana")
        client = client_of(slack)
        away = slack.channel("away", [ana], with_bot=False)
        secret = slack.channel("secret", [ana], kind="private", with_bot=False)
        old = slack.channel("old", [ana])
        old.archived = True

        async def post(channel: str) -> str:
            return await refused(client.chat_postMessage(channel=channel, text="hi"))

        assert await post("C0NOWHERE") == "channel_not_found"
        assert await post(away.id) == "not_in_channel"
        assert await post(secret.id) == "channel_not_found"
        assert await post(old.id) == "is_archived"
        await client.chat_postMessage(channel=ana.id, text="by user id")
        assert (await slack.message(slack.direct(ana))).text == "by user id"


@in_loop
async def test_what_a_message_must_say() -> None:
    async with FakeSlack() as slack:
        line = slack.channel("line-3").id
        client = client_of(slack)
        block = [{"type": "divider"}]
        assert await refused(client.chat_postMessage(channel=line, text="  ")) == "no_text"
        too_long = client.chat_postMessage(channel=line, text="x" * 40_001)
        assert await refused(too_long) == "msg_too_long"
        both = client.chat_postMessage(channel=line, markdown_text="a", blocks=block)
        assert await refused(both) == "markdown_text_conflict"
        bad = client.chat_postMessage(channel=line, text="a", metadata={"event_type": "x"})
        assert await refused(bad) == "invalid_metadata_format"


@in_loop
async def test_invalid_blocks_come_with_the_place() -> None:
    async with FakeSlack() as slack:
        line = slack.channel("line-3").id
        text = {"type": "mrkdwn", "text": "x" * 3001}
        with pytest.raises(SlackApiError) as failed:
            await client_of(slack).chat_postMessage(
                channel=line, text="a", blocks=[{"type": "section", "text": text}]
            )
        assert error_of(failed) == "invalid_blocks"
        assert failed.value.response["response_metadata"]["messages"] == [
            "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
        ]


@in_loop
async def test_updates() -> None:
    async with FakeSlack() as slack:
        ana = slack.user("ana")
        line = slack.channel("line-3", [ana])
        client = client_of(slack)
        ts = (await client.chat_postMessage(channel=line.id, text="…", blocks=[DIVIDER]))["ts"]
        await client.chat_update(channel=line.id, ts=ts, text="done")
        message = await slack.message(line, edits=1)
        assert message.text == "done"
        assert message.block_types == ["divider"], "an update without blocks keeps them"
        assert message.revisions[0][0] == "…"
        await client.chat_update(channel=line.id, ts=ts, text="done", blocks=[])
        assert (await slack.message(line, edits=2)).blocks == []

        hers = slack.events.user_message(ana, line, "mine").ts
        update = client.chat_update
        assert await refused(update(channel=line.id, ts=hers, text="x")) == "cant_update_message"
        assert await refused(update(channel=line.id, ts="1.2", text="x")) == "message_not_found"
        long = update(channel=line.id, ts=ts, text="x" * 4001)
        assert await refused(long) == "msg_too_long"


DIVIDER = {"type": "divider"}


@in_loop
async def test_deleted_is_gone() -> None:
    async with FakeSlack() as slack:
        line = slack.channel("line-3")
        client = client_of(slack)
        ts = (await client.chat_postMessage(channel=line.id, text="oops"))["ts"]
        await client.chat_delete(channel=line.id, ts=ts)
        assert slack.messages(line) == []
        assert (await client.conversations_history(channel=line.id))["messages"] == []
        gone = client.chat_delete(channel=line.id, ts=ts)
        assert await refused(gone) == "message_not_found"


@in_loop
async def test_ephemeral_messages_are_for_members_and_in_no_history() -> None:
    async with FakeSlack() as slack:
        ana, stranger = slack.user("ana"), slack.user("stranger")
        line = slack.channel("line-3", [ana])
        client = client_of(slack)
        ts = (await client.chat_postEphemeral(channel=line.id, user=ana.id, text="psst"))[
            "message_ts"
        ]
        assert (await slack.message(line, to=ana)).text == "psst"
        assert (await client.conversations_history(channel=line.id))["messages"] == []
        update = client.chat_update(channel=line.id, ts=ts, text="x")
        assert await refused(update) == "message_not_found"
        other = client.chat_postEphemeral(channel=line.id, user=stranger.id, text="psst")
        assert await refused(other) == "user_not_in_channel"


@in_loop
async def test_threads() -> None:
    async with FakeSlack() as slack:
        line = slack.channel("line-3", [slack.user("ana")])
        client = client_of(slack)
        root = (await client.chat_postMessage(channel=line.id, text="root"))["ts"]
        answer = await client.chat_postMessage(channel=line.id, text="reply", thread_ts=root)
        shown = (await client.conversations_history(channel=line.id))["messages"]
        assert [m["text"] for m in shown] == ["root"]
        thread = (await client.conversations_replies(channel=line.id, ts=root))["messages"]
        assert [m["text"] for m in thread] == ["root", "reply"]
        assert (await slack.message(line, thread=root)).text == "reply"
        deeper = client.chat_postMessage(channel=line.id, text="x", thread_ts=answer["ts"])
        assert await refused(deeper) == "cannot_reply_to_message"
        none = client.conversations_replies(channel=line.id, ts="1.000001")
        assert await refused(none) == "thread_not_found"


@in_loop
async def test_history_is_newest_first_paged_and_tells_metadata_only_when_asked() -> None:
    async with FakeSlack() as slack:
        line = slack.channel("line-3")
        client = client_of(slack)
        metadata = {"event_type": "delivery", "event_payload": {"id": "d1"}}
        for n in range(3):
            await client.chat_postMessage(channel=line.id, text=str(n), metadata=metadata)
        page = await client.conversations_history(channel=line.id, limit=2)
        assert [m["text"] for m in page["messages"]] == ["2", "1"]
        assert page["has_more"]
        assert "metadata" not in page["messages"][0]
        rest = await client.conversations_history(
            channel=line.id,
            cursor=page["response_metadata"]["next_cursor"],
            include_all_metadata=True,
        )
        assert rest["messages"][-1]["metadata"] == metadata
        newer = await client.conversations_history(
            channel=line.id, oldest=rest["messages"][0]["ts"]
        )
        assert [m["text"] for m in newer["messages"]] == ["2", "1"]


@in_loop
async def test_a_message_may_take_a_while_to_show_in_the_history() -> None:
    clock = ManualClock()
    async with FakeSlack(clock=clock, settings=Settings(history_delay=5)) as slack:
        line = slack.channel("line-3")
        client = client_of(slack)
        await client.chat_postMessage(channel=line.id, text="late")
        assert (await client.conversations_history(channel=line.id))["messages"] == []
        await clock.advance(6)
        assert (await client.conversations_history(channel=line.id))["messages"]


@in_loop
async def test_people_and_places() -> None:
    async with FakeSlack() as slack:
        ana = slack.user("ana", locale="de-DE", tz="Europe/Berlin", display_name="Ana B.")
        client = client_of(slack)
        user = (await client.users_info(user=ana.id, include_locale=True))["user"]
        assert (user["locale"], user["tz"]) == ("de-DE", "Europe/Berlin")
        assert user["profile"]["display_name"] == "Ana B."
        assert "locale" not in (await client.users_info(user=ana.id))["user"]
        assert await refused(client.users_info(user="U0NOBODY")) == "user_not_found"
        opened = await client.conversations_open(users=[ana.id])
        assert opened["channel"]["id"] == slack.direct(ana).id
        group = slack.group([ana])
        assert (await client.usergroups_users_list(usergroup=group))["users"] == [ana.id]
        info = (await client.conversations_info(channel=slack.direct(ana).id))["channel"]
        assert info["is_im"]
        assert info["user"] == ana.id


@in_loop
async def test_tokens_and_scopes() -> None:
    async with FakeSlack() as slack:
        line = slack.channel("line-3").id
        client = client_of(slack)
        await client.auth_test()
        assert await refused(client.auth_test(token="xoxb-wrong")) == "invalid_auth"
        app = client.apps_connections_open(app_token=slack.bot_token)
        assert await refused(app) == "not_allowed_token_type"
        slack.settings.scopes = frozenset({"users:read"})
        with pytest.raises(SlackApiError) as failed:
            await client.chat_postMessage(channel=line, text="x")
        assert error_of(failed) == "missing_scope"
        assert failed.value.response["needed"] == "chat:write"
        assert await refused(client.conversations_history(channel=line)) == "missing_scope"
        assert await refused(client.api_call("chat.nonsense")) == "unknown_method"
        slack.events.uninstall()
        assert await refused(client.auth_test()) == "account_inactive"


@in_loop
async def test_rate_limits_by_the_clock() -> None:
    clock = ManualClock()
    async with FakeSlack(clock=clock, limits=Limits(burst=2)) as slack:
        line, other = slack.channel("line-3").id, slack.channel("line-4").id
        client = client_of(slack)
        for _ in range(2):
            await client.chat_postMessage(channel=line, text="x")
        with pytest.raises(SlackApiError) as failed:
            await client.chat_postMessage(channel=line, text="x")
        assert failed.value.response.status_code == 429
        assert failed.value.response.headers["Retry-After"] == "1"
        await client.chat_postMessage(channel=other, text="x")
        await clock.advance(1)
        await client.chat_postMessage(channel=line, text="x")
        slack.limit(None)
        await client.chat_postMessage(channel=line, text="x")


def test_the_tiers_are_of_methods_that_exist() -> None:
    from tests.fakes.slack.rate_limits import TIERS
    from tests.fakes.slack.web_api import METHODS, OPEN_SOCKET, SCOPES

    assert set(TIERS) <= {*METHODS, OPEN_SOCKET}
    assert set(SCOPES) <= set(METHODS)


@in_loop
async def test_streams() -> None:
    clock = ManualClock()
    async with FakeSlack(clock=clock) as slack:
        ana = slack.user("ana")
        question = slack.events.user_message(ana, slack.direct(ana), "why?")
        channel = slack.direct(ana)
        client = client_of(slack)
        stream = await client.chat_stream(channel=channel.id, thread_ts=question.ts, buffer_size=1)
        await stream.append(markdown_text="Line 3 ")
        await stream.append(markdown_text="was down.")
        ts = stream._stream_ts
        assert ts
        early = client.chat_update(channel=channel.id, ts=ts, text="x")
        assert await refused(early) == "streaming_state_conflict"
        await stream.stop(blocks=[DIVIDER])
        message = await slack.message(channel, thread=question, where=lambda m: not m.streaming)
        assert message.text == "Line 3 was down."
        assert message.block_types == ["markdown", "divider"]
        late = client.chat_appendStream(channel=channel.id, ts=ts, markdown_text="x")
        assert await refused(late) == "message_not_in_streaming_state"


@in_loop
async def test_a_stream_dies_by_itself_and_may_then_be_updated() -> None:
    clock = ManualClock()
    async with FakeSlack(clock=clock) as slack:
        ana = slack.user("ana")
        line = slack.channel("line-3", [ana])
        question = slack.events.user_message(ana, line, "why?")
        client = client_of(slack)
        start: dict[str, Any] = {"channel": line.id, "thread_ts": question.ts}
        assert await refused(client.chat_startStream(**start)) == "missing_recipient_user_id"
        start |= {"recipient_user_id": ana.id, "recipient_team_id": ana.team}
        ts = (await client.chat_startStream(**start, markdown_text="Let me see"))["ts"]
        await clock.advance(301)
        append = client.chat_appendStream(channel=line.id, ts=ts, markdown_text="x")
        assert await refused(append) == "message_not_in_streaming_state"
        await client.chat_update(channel=line.id, ts=ts, text="Here it is")
        assert said(await slack.message(line, edits=1)).startswith("Here it is")


@in_loop
async def test_only_a_completed_file_can_be_shown() -> None:
    async with FakeSlack() as slack:
        line = slack.channel("line-3", [slack.user("ana")])
        client = client_of(slack)
        place = await client.files_getUploadURLExternal(filename="oee.png", length=4)
        image = {"type": "image", "alt_text": "OEE", "slack_file": {"id": place["file_id"]}}
        early = client.chat_postMessage(channel=line.id, text="x", blocks=[image])
        assert await refused(early) == "invalid_blocks"
        complete = client.files_completeUploadExternal(files=[{"id": place["file_id"]}])
        assert await refused(complete) == "file_not_found"
        done = await client.files_upload_v2(filename="oee.png", content=b"\x89PNG", title="OEE")
        image["slack_file"] = {"id": done["file"]["id"]}
        await client.chat_postMessage(channel=line.id, text="x", blocks=[image])
        assert slack.workspace.files[done["file"]["id"]].content == b"\x89PNG"


@in_loop
async def test_the_assistant_pane() -> None:
    async with FakeSlack() as slack:
        ana: User = slack.user("ana")
        client = client_of(slack)
        _, root = slack.events.assistant_started(ana)
        thread: dict[str, Any] = {"channel_id": root.channel, "thread_ts": root.ts}
        await client.assistant_threads_setStatus(**thread, status="is looking")
        pane = slack.workspace.pane(root.channel, root.ts)
        assert pane.status == "is looking"
        await client.chat_postMessage(channel=root.channel, thread_ts=root.ts, text="Here")
        assert (pane.status, pane.statuses) == ("", ["is looking"])
        prompts = [{"title": str(n), "message": "m"} for n in range(5)]
        many = client.assistant_threads_setSuggestedPrompts(**thread, prompts=prompts)
        assert await refused(many) == "invalid_arguments"
        await client.assistant_threads_setSuggestedPrompts(**thread, prompts=prompts[:4])
        await client.assistant_threads_setTitle(**thread, title="Line 3")
        assert (len(pane.prompts), pane.title) == (4, "Line 3")
        nowhere = client.assistant_threads_setStatus(
            channel_id=root.channel, thread_ts="1.000001", status="x"
        )
        assert await refused(nowhere) == "invalid_thread_ts"
