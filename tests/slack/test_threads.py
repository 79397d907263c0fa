"""In a channel the bot speaks when it is spoken to, and goes on in threads that it is part of."""

from __future__ import annotations

import pytest

from tests.fakes.slack import BOT_USER, Envelope, pings
from tests.slack.conftest import Plant
from tests.slack.steps import WAYS, answers, idle, mention, rows, scene, shown, talk, text

CHATTER = (
    "thanks",
    "ok, I'll have a look",
    "lunch?",
    "who has the key to the tool room",
    "the forklift is blocking the door again",
    "ha, good one",
    "danke dir!",
    "line 3 is back up",
    "ok will check line 3 now",
    "Linie 3 läuft wieder",
    "we had a breakdown on line 3 this morning",
    "good catch, scrap was high yesterday",
)


@scene(*WAYS)
async def test_a_mention_is_answered_in_a_thread_and_followed_up(here: Plant) -> None:
    answer = await mention(here, "OEE of line 3 yesterday")
    assert "OEE of Line 3 yesterday" in text(answer)
    assert pings(answer) == []
    root = answer.thread_ts
    assert root is not None
    await talk(here, "and line 4?", root, here.bernd)
    assert "OEE" in text(answers(here, here.floor, thread=root)[1])
    assert "Line 4" in text(answers(here, here.floor, thread=root)[1])
    again = await mention(here, "what about last week?", thread=root)
    assert "Line 4 last week" in text(again)


@scene()
async def test_a_choice_that_was_offered_may_be_typed(here: Plant) -> None:
    asked_back = await mention(here, "robot oee yesterday")
    root = asked_back.thread_ts
    assert root is not None
    await talk(here, "robot 2", root)
    assert "OEE of Robot 2 yesterday" in text(answers(here, here.floor, thread=root)[1])


@scene()
async def test_what_is_not_for_the_bot_is_passed_over(here: Plant) -> None:
    answer = await mention(here, "OEE of line 3 yesterday")
    root = answer.thread_ts
    assert root is not None
    for said in CHATTER:
        await talk(here, said, root, here.bernd)
        assert len(answers(here, here.floor)) == 1, said
    await talk(here, f"<@{here.bernd.id}> why was line 3 down last night?", root)
    assert len(answers(here, here.floor)) == 1
    await talk(here, "why was line 3 down last night?", root)
    assert len(answers(here, here.floor)) == 2


@scene()
async def test_other_peoples_threads_are_left_alone(here: Plant) -> None:
    theirs = here.slack.events.user_message(here.ana, here.floor, "line 3 again...")
    await talk(here, "why was line 3 down last night?", theirs, here.bernd)
    for told in here.slack.events.says(here.ana, here.floor, "why was line 3 down last night?"):
        await here.slack.deliver(told)
    await idle(here)
    assert answers(here) == []
    # A thread that the bot joins in the middle.
    await mention(here, "why was line 3 down last night?", thread=theirs)
    await talk(here, "and line 4?", theirs, here.bernd)
    assert len(answers(here, here.floor, thread=theirs)) == 2


@scene(*WAYS)
async def test_a_mention_that_comes_twice_is_answered_once(here: Plant) -> None:
    said = f"<@{BOT_USER}> OEE of line 3 yesterday"
    told = here.slack.events.says(here.ana, here.floor, said)
    assert {e.payload["event"]["type"] for e in told} == {"message", "app_mention"}
    await here.slack.deliver_all(told)
    answer = await shown(here, here.floor)
    for again in reversed(here.slack.events.says(here.ana, here.floor, said, answer)):
        await here.slack.deliver(again)
    await idle(here)
    assert len(answers(here)) == 2


@scene(*WAYS)
async def test_a_mention_in_the_middle_of_a_sentence_counts(here: Plant) -> None:
    said = f"hey <@{BOT_USER}> OEE of line 3 yesterday please"
    for told in here.slack.events.says(here.ana, here.floor, said):
        await here.slack.deliver(told)
    answer = await shown(here, here.floor)
    assert "OEE of Line 3 yesterday" in text(answer)


@scene()
async def test_a_mention_without_a_word_is_told_what_to_ask(here: Plant) -> None:
    told = await mention(here, "")
    assert "Ask me about the plant" in text(told)


@scene()
async def test_bots_edits_and_deletions_are_ignored(here: Plant) -> None:
    here.slack.settings.echo = True  # the bot hears itself
    answer = await mention(here, "OEE of line 3 yesterday")
    asked = here.slack.events.user_message(here.ana, here.floor, "OEE of line 3", answer)
    told = here.slack.events.message_event(asked)
    assert told is not None
    events: tuple[dict[str, object], ...] = (
        {"subtype": "bot_message", "bot_id": "B0OTHER", "user": None},
        {"bot_id": "B0OTHER"},
        {"user": BOT_USER},
        {"subtype": "message_changed", "message": {"text": f"<@{BOT_USER}> OEE of line 3"}},
        {"subtype": "message_deleted", "deleted_ts": asked.ts},
        {"subtype": "channel_join"},
    )
    for event in events:
        await here.slack.deliver(_changed(here, told, event))
    await idle(here)
    assert len(answers(here)) == 1
    received = rows(here, "SELECT key FROM inbox")
    assert len(received) == 1, received


def _changed(here: Plant, told: Envelope, event: dict[str, object]) -> Envelope:
    made = {**told.payload["event"], **event, "ts": here.slack.workspace.new_ts()}
    return here.slack.events.event(made)


@pytest.mark.parametrize("kind", ["private", "mpim"])
def test_private_channels_and_group_conversations(
    kind: str, tmp_path: object, sample_path: object
) -> None:
    @scene()
    async def act(here: Plant) -> None:
        here.floor.kind = kind  # type: ignore[assignment]
        answer = await mention(here, "OEE of line 3 yesterday")
        assert answer.thread_ts is not None
        await talk(here, "and line 4?", answer.thread_ts)
        assert len(answers(here, here.floor)) == 2

    act(tmp_path=tmp_path, sample_path=sample_path, way="http")
