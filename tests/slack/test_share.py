""" "Share in channel" asks again with the rights of all who read the channel."""

from __future__ import annotations

from tests.fakes.slack import labels, pings
from tests.slack.conftest import Plant
from tests.slack.steps import (
    WAYS,
    answer_to,
    answers,
    idle,
    mention,
    opened,
    press,
    scene,
    shown,
    talk,
    text,
)


@scene(*WAYS)
async def test_a_shared_answer_stands_in_the_channel(here: Plant) -> None:
    hidden = await here.command("/oee", "line-3 yesterday")
    shared = await answer_to(here, hidden, "Share in channel")
    assert "OEE of Line 3 yesterday" in text(shared)
    assert "Shared by ana" in text(shared)
    assert shared.ephemeral_to is None
    assert shared.thread_ts is None
    assert "Share in channel" not in labels(shared)
    assert pings(shared) == []
    # For whoever reads it, its buttons work.
    await press(here, shared, "Show the data", here.bernd)
    assert "1 bis 15 von 48" in text(await opened(here, here.bernd))
    again = await answer_to(here, shared, "Run again", here.bernd)
    assert again.thread_ts == shared.ts


@scene()
async def test_the_conversation_goes_on_under_a_shared_answer(here: Plant) -> None:
    hidden = await here.command("/oee", "line-3 yesterday")
    shared = await answer_to(here, hidden, "Share in channel")
    await idle(here)  # what the thread is about is kept once its message has an id
    answer = await mention(here, "and line 4?", thread=shared)
    assert "OEE of Line 4 yesterday" in text(answer)
    await talk(here, "and line 2?", shared)
    assert "OEE of Line 2 yesterday" in text(answers(here, here.floor, thread=shared)[1])


@scene()
async def test_a_strange_name_does_not_ping(here: Plant) -> None:
    here.ana.display_name = "<!channel> *ana* <@U0ANYONE> https://evil.example"
    shared = await answer_to(here, await here.command("/oee", "line-3"), "Share in channel")
    assert pings(shared) == []
    assert "&lt;!channel&gt;" in text(shared)


@scene(*WAYS)
async def test_where_the_bot_is_no_member_it_says_so(here: Plant) -> None:
    other = here.slack.channel("quality", [here.ana], with_bot=False)
    command = here.slack.interactions.command(here.ana, other, "/oee", "line-3 yesterday")
    await here.slack.deliver(command)
    hidden = await shown(here, other, to=here.ana)
    told = await answer_to(here, hidden, "Share in channel", place=other)
    assert "I am no member of this channel." in text(told)
    assert told.ephemeral_to == here.ana.id
    await idle(here)
    assert all(m.ephemeral_to for m in answers(here, other))


@scene()
async def test_a_double_click_shares_once(here: Plant) -> None:
    hidden = await here.command("/oee", "line-3 yesterday")
    click = here.slack.interactions.click(here.ana, hidden, "Share in channel")
    await here.slack.deliver_many(click, 4)
    await idle(here)
    assert len([m for m in answers(here, here.floor) if m.ephemeral_to is None]) == 1


@scene()
async def test_what_else_slack_forbids_is_said_too(here: Plant) -> None:
    hidden = await here.command("/oee", "line-3 yesterday")
    here.floor.archived = True
    told = await answer_to(here, hidden, "Share in channel")
    assert "Slack does not let me post here: is_archived." in text(told)
