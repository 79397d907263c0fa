"""Slack on a bad day: an answer may be late, and where nobody can know it may be missing; it is
never doubled, and what was certainly not taken is brought again."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tests.fakes.loop import time_flies
from tests.fakes.slack import (
    Fault,
    Garbage,
    Hang,
    Message,
    Refuse,
    Reset,
    ServerError,
    Slow,
    TooMany,
)
from tests.slack.conftest import Plant
from tests.slack.hurry import UNHURRIED, unanswered
from tests.slack.overheard import overheard
from tests.slack.replicas import ended
from tests.slack.steps import SOON, idle, mention, rows, scene, text, write

QUESTION = "OEE of line 3 yesterday"
LOOKING = replace(UNHURRIED, look=0.2)

LOST: tuple[Fault, ...] = (
    Hang(),
    Reset(),
    ServerError(500),
    ServerError(503),
    Garbage(accepted=False),
    Garbage('"a text"', accepted=False),
    Garbage("[1]", accepted=False),
    Refuse("internal_error"),
    Refuse("service_unavailable"),
)
TAKEN: tuple[Fault, ...] = (
    Hang(accepted=True),
    Reset(accepted=True),
    ServerError(500, accepted=True),
    ServerError(503, accepted=True),
    Garbage(),
    Refuse("fatal_error", accepted=True),
    Slow(0.5),
)


async def shown(here: Plant, fault: Fault, times: int = 1) -> list[Message]:
    """What a direct question has for an answer, with posts struck so many times."""
    rule = here.slack.faults.add("chat.postMessage", fault, times=times)
    before = here.slack.messages(here.direct)
    assert (await here.slack.deliver(here.slack.events.direct_message(here.ana, QUESTION))).ok
    if isinstance(fault, Hang):
        await unanswered(here.slack, rule, times)
    await ended(here)
    assert rule.fired == times
    here.slack.faults.clear()
    return [m for m in here.slack.messages(here.direct) if m not in before]


@scene(times=LOOKING)
async def test_a_post_of_which_nobody_knows_is_there_once(here: Plant) -> None:
    for fault in (*LOST, *TAKEN):
        messages = await shown(here, fault)
        assert len(messages) == 1, fault
        assert "OEE of Line 3 yesterday" in text(messages[0])


@scene(times=LOOKING)
async def test_twice_in_a_row(here: Plant) -> None:
    for fault in (Reset(), ServerError(502)):
        assert len(await shown(here, fault, times=2)) == 1, fault


@scene(times=LOOKING)
async def test_where_it_never_gets_through_it_ends_as_unknown(here: Plant) -> None:
    with overheard() as ears:
        assert await shown(here, Reset(), times=3) == []
    assert rows(here, "SELECT state FROM inbox") == [("unknown",)]
    assert [line for line in ears.warnings if "may or may not have been shown" in line]
    assert not ears.defects


@scene(times=LOOKING)
async def test_slack_shows_a_message_late(here: Plant) -> None:
    """The post was taken, its answer lost, and the history does not show it at once."""
    here.slack.settings.history_delay = 0.05
    assert len(await shown(here, Reset(accepted=True))) == 1


@scene(times=LOOKING)
async def test_the_history_cannot_be_read_either(here: Plant) -> None:
    """Then nobody knows, and it is not said again."""
    here.slack.faults.add("conversations.replies", Refuse("missing_scope"), times=None)
    here.slack.faults.add("conversations.history", Refuse("missing_scope"), times=None)
    assert len(await shown(here, Reset(accepted=True))) == 1
    assert rows(here, "SELECT state FROM inbox") == [("unknown",)]


@scene(times=LOOKING)
async def test_a_long_thread_is_looked_through_to_its_end(here: Plant) -> None:
    first = await write(here, QUESTION)
    for n in range(450):
        here.slack.events.user_message(here.ana, here.direct, f"and {n}?", first)
    here.slack.faults.add("chat.postMessage", Reset(accepted=True))
    await write(here, QUESTION, thread=first)
    await idle(here)
    assert len(here.slack.messages(here.direct)) == 2
    pages = here.slack.calls("conversations.replies", lambda args: args["limit"] == "200")
    assert len(pages) == 3


# --- told to wait


@scene(times=LOOKING)
async def test_a_storm_of_429_brings_the_answer_later_and_once(here: Plant) -> None:
    rule = here.slack.faults.add("chat.postMessage", TooMany(1), times=6)
    loop = asyncio.get_running_loop()
    began = loop.time()
    told = here.slack.events.mention(here.ana, here.floor, QUESTION)
    assert (await here.slack.deliver(told)).ok
    await here.slack.call("chat.postMessage", within=SOON)
    async with time_flies():
        await here.slack.message(here.floor, within=SOON)
    assert rule.fired == 6
    assert loop.time() - began >= 6
    await idle(here)
    assert len(here.slack.messages(here.floor)) == 1


@scene(times=LOOKING)
async def test_who_comes_next_waits_as_well(here: Plant) -> None:
    """One Retry-After holds for the channel: nobody runs into it a second time."""
    here.slack.faults.add("chat.postMessage", TooMany(1), times=1)
    loop = asyncio.get_running_loop()
    for n in range(4):
        told = here.slack.events.mention(here.ana, here.floor, QUESTION)
        assert (await here.slack.deliver(told)).ok
        if n == 0:
            await here.slack.call("chat.postMessage", within=SOON)
            refused = loop.time()
    await here.slack.message(here.floor, n=4, within=SOON)
    assert loop.time() - refused >= 0.9
    assert len(here.slack.calls("chat.postMessage")) == 5


@scene(times=LOOKING)
async def test_another_channel_does_not_wait(here: Plant) -> None:
    here.slack.faults.add(
        "chat.postMessage", TooMany(200), where=lambda args: args["channel"] == here.floor.id
    )
    told = here.slack.events.mention(here.ana, here.floor, QUESTION)
    assert (await here.slack.deliver(told)).ok
    await here.slack.call("chat.postMessage", within=SOON)
    await write(here, QUESTION)
    assert here.slack.messages(here.floor) == []


@scene(times=LOOKING)
async def test_a_wait_beyond_all_patience_is_given_up(here: Plant) -> None:
    with overheard() as ears:
        here.slack.faults.add("chat.postMessage", TooMany(86_400))
        told = here.slack.events.direct_message(here.ana, QUESTION)
        assert (await here.slack.deliver(told)).ok
        await idle(here)
    assert rows(here, "SELECT state FROM inbox") == [("failed",)]
    assert [line for line in ears.warnings if "rate limited" in line]


# --- to one person alone


async def ephemeral(here: Plant, fault: Fault, times: int = 1) -> list[Message]:
    rule = here.slack.faults.add("response_url", fault, times=times)
    before = here.slack.messages()
    told = here.slack.interactions.command(here.ana, here.floor, "/oee", "line-3 yesterday")
    assert (await here.slack.deliver(told)).ok
    if isinstance(fault, Hang):
        await unanswered(here.slack, rule, times)
    if isinstance(fault, TooMany):
        await here.slack.until(lambda: rule.fired or None)
        async with time_flies():
            await here.slack.until(lambda: rule.fired >= times or None)
    await idle(here)
    assert rule.fired == times
    here.slack.faults.clear()
    return [m for m in here.slack.messages() if m not in before]


@scene(times=LOOKING)
async def test_an_ephemeral_answer_is_never_doubled(here: Plant) -> None:
    for fault in TAKEN:
        assert len(await ephemeral(here, fault)) == 1, fault
    for fault in (Hang(), Reset(), ServerError(500), ServerError(503)):
        assert await ephemeral(here, fault) == [], fault
    states = rows(here, "SELECT state, count(*) FROM inbox GROUP BY state ORDER BY state")
    assert dict(states)["unknown"] >= 4


@scene(times=LOOKING)
async def test_an_ephemeral_answer_told_to_wait_comes_later(here: Plant) -> None:
    assert len(await ephemeral(here, TooMany(1), times=2)) == 1


@scene(times=LOOKING)
async def test_a_response_url_that_is_spent(here: Plant) -> None:
    """Beside the question where the bot may speak, else in a direct message; once."""
    elsewhere = here.slack.channel("elsewhere", [here.ana], with_bot=False)
    for channel, at in ((here.floor, here.floor), (elsewhere, here.direct)):
        for spent in ("used", "expired"):
            told = here.slack.interactions.command(here.ana, channel, "/oee", "line-3 yesterday")
            secret = told.payload["response_url"].rpartition("/")[2]
            url = here.slack.workspace.response_urls[secret]
            if spent == "used":
                url.uses = 5
            else:
                url.at -= 31 * 60
            before = here.slack.messages()
            assert (await here.slack.deliver(told)).ok
            await idle(here)
            new = [m for m in here.slack.messages() if m not in before]
            assert [m.channel for m in new] == [at.id], (channel.name, spent)
            assert new[0].ephemeral_to == (here.ana.id if channel is here.floor else None)


@scene(times=LOOKING)
async def test_a_response_url_of_somebody_else_is_not_called(here: Plant) -> None:
    told = here.slack.interactions.command(here.ana, here.floor, "/oee", "line-3 yesterday")
    told.payload["response_url"] = "http://169.254.169.254/latest/meta-data"
    assert (await here.slack.deliver(told)).ok
    await idle(here)
    assert rows(here, "SELECT state FROM inbox") == [("failed",)]
    assert here.slack.messages() == []


# --- refused


@scene(times=LOOKING)
async def test_blocks_that_slack_does_not_know_are_drawn_plainly_once(here: Plant) -> None:
    here.slack.settings.client_without = frozenset({"data_visualization", "data_table", "table"})
    answer = await mention(here, "downtime of line 3 last week by reason")
    await idle(here)
    assert not {"data_visualization", "data_table", "table"} & set(answer.block_types)
    assert len(here.slack.messages(here.floor)) == 1
    assert len(here.slack.calls("chat.postMessage")) == 2
    alone = await here.command("/downtime", "line-3 last week")
    assert not {"data_visualization", "data_table", "table"} & set(alone.block_types)


@scene(times=LOOKING)
async def test_a_channel_that_takes_no_answer(here: Plant) -> None:
    """The asker has it in a direct message then."""
    for code in ("channel_not_found", "not_in_channel", "is_archived"):
        here.slack.faults.add(
            "chat.postMessage",
            Refuse(code),
            times=None,
            where=lambda args: args["channel"] == here.floor.id,
        )
        before = len(here.slack.messages(here.direct))
        told = here.slack.events.mention(here.ana, here.floor, QUESTION)
        assert (await here.slack.deliver(told)).ok
        await here.slack.message(here.direct, n=before + 1, within=SOON)
        await idle(here)
        assert len(here.slack.messages()) == before + 1
        here.slack.faults.clear()


@scene(times=LOOKING)
async def test_what_slack_refuses_is_logged_with_its_word(here: Plant) -> None:
    for code in ("missing_scope", "not_authed", "token_revoked", "msg_blocks_too_long_x"):
        with overheard() as ears:
            here.slack.faults.add("chat.postMessage", Refuse(code))
            told = here.slack.events.direct_message(here.ana, QUESTION)
            assert (await here.slack.deliver(told)).ok
            await idle(here)
        here.slack.faults.clear()
        assert [line for line in ears.warnings if code in line]
        assert not ears.defects
    assert here.slack.messages() == []


@scene(times=replace(UNHURRIED, people=0.1))
async def test_people_cannot_be_looked_up(here: Plant) -> None:
    """The answer comes all the same, in the language that is set."""
    for fault in (Hang(), TooMany(30), Refuse("missing_scope"), Garbage()):
        here.slack.faults.add("users.info", fault, times=None)
        assert "OEE of Line 3 yesterday" in text(await write(here, QUESTION)), fault
        here.slack.faults.clear()


@scene(times=replace(UNHURRIED, ornament=0.1))
async def test_ornaments_do_not_hold_up_the_answer(here: Plant) -> None:
    """Titles and status lines are for the eye; without them the answer comes all the same."""
    for fault in (Hang(), TooMany(60), Reset(), Refuse("missing_scope")):
        for method in ("setTitle", "setStatus"):
            here.slack.faults.add(f"assistant.threads.{method}", fault, times=None)
        await write(here, QUESTION)
        here.slack.faults.clear()


@scene()
async def test_everything_hangs_and_acks_go_on(here: Plant) -> None:
    """No ack waits for a call to Slack."""
    here.slack.faults.add("*", Hang(), times=None)
    here.slack.faults.add("response_url", Hang(), times=None)
    for _ in range(5):
        for told in (
            here.slack.events.direct_message(here.ana, QUESTION),
            here.slack.interactions.command(here.ana, here.floor, "/oee", "line-3"),
        ):
            async with asyncio.timeout(SOON / 2):
                assert (await here.slack.deliver(told)).ok
