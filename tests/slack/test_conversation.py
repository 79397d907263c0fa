"""Slash commands and direct messages, end to end."""

from __future__ import annotations

from core import registry
from tests.fakes.slack import labels, pings
from tests.slack.conftest import Plant
from tests.slack.steps import WAYS, answer_to, answers, idle, scene, shown, text, write


@scene(*WAYS)
async def test_every_command_is_answered_to_the_asker_alone(here: Plant) -> None:
    for command in registry.by_command():
        answer = await here.command(f"/{command}", "line-3 yesterday")
        assert answer.ephemeral_to == here.ana.id
        assert "Share in channel" in labels(answer), (command, text(answer))
        assert pings(answer) == []
    assert "OEE of Line 3 yesterday" in text(answers(here, here.floor, contains="OEE of")[0])
    assert all(m.ephemeral_to == here.ana.id for m in answers(here, here.floor))


@scene(*WAYS)
async def test_a_command_alone_answers_for_my_area_and_offers_examples(here: Plant) -> None:
    whole = await here.command("/oee")
    assert "Riverside" in text(whole)
    await here.command("/andon", "areas packaging")
    mine = await here.command("/oee")
    assert "OEE of Packaging today" in text(mine), text(mine)
    offered = "what is the OEE of line 3 today?"
    assert offered in labels(mine)
    assert "OEE of Line 3 today" in text(await answer_to(here, mine, offered))
    assert offered not in labels(await here.command("/oee", "line-3"))
    for command in registry.by_command():
        answer = await here.command(f"/{command}")
        tool = registry.tool(registry.by_command()[command])
        own = set(labels(answer))
        assert set(tool.examples["en"][:2]) <= own, command
        assert {"Show the data", "Run again"} <= own, command


@scene(*WAYS)
async def test_help(here: Plant) -> None:
    everything = text(await here.command("/andon"))
    assert all(f"/{command}" in everything for command in registry.by_command())
    assert text(await here.command("/andon", "help")) == everything
    one = await here.command("/oee", "help")
    assert "OEE with availability, performance and quality" in text(one)
    assert "OEE packaging last week by shift" in labels(one)
    assert "Share in channel" not in labels(one)
    german = await here.command("/oee", "hilfe", here.bernd)
    assert "OEE Verpackung letzte Woche nach Schicht" in labels(german)


@scene(*WAYS)
async def test_a_direct_message_is_answered_plainly_and_the_next_goes_on_from_it(
    here: Plant,
) -> None:
    first = await write(here, "OEE of line 3 yesterday")
    assert "OEE of Line 3 yesterday" in text(first)
    assert first.ephemeral_to is None
    assert "Share in channel" not in labels(first)
    assert "Show the data" in labels(first)
    assert "OEE of Line 4 yesterday" in text(await write(here, "and line 4?"))
    # Another person's conversation is another one.
    assert "OEE von" not in text(await write(here, "und Linie 1?", here.bernd))


@scene(*WAYS)
async def test_a_command_in_the_direct_conversation_is_answered_plainly(here: Plant) -> None:
    command = here.slack.interactions.command(here.ana, here.direct, "/oee", "line-3 yesterday")
    await here.slack.deliver(command)
    answer = await shown(here, here.direct)
    assert "OEE of Line 3 yesterday" in text(answer)
    assert answer.ephemeral_to is None
    assert "Share in channel" not in labels(answer)
    assert "OEE of Line 4 yesterday" in text(await write(here, "and line 4?"))


@scene()
async def test_a_command_between_two_people_stays_with_the_asker(here: Plant) -> None:
    """The bot is no part of their conversation: there is nothing that it could share there."""
    theirs = here.slack.channel("", [here.ana, here.bernd], kind="im", with_bot=False)
    command = here.slack.interactions.command(here.ana, theirs, "/oee", "line-3 yesterday")
    await here.slack.deliver(command)
    answer = await shown(here, theirs, to=here.ana)
    assert "OEE of Line 3 yesterday" in text(answer)
    assert "Share in channel" not in labels(answer)


@scene()
async def test_what_people_type_never_pings(here: Plant) -> None:
    for typed in ("<!channel>", "&lt;!here&gt;", "<@U0ANYONE>", "*a* https://evil.example _b_"):
        answer = await here.command("/oee", typed)
        assert pings(answer) == [], text(answer)
        answer = await write(here, f"OEE of {typed}")
        assert pings(answer) == [], text(answer)
    await idle(here)
