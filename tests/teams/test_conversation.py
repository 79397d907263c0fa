"""Asking in Teams: personal chats, groups, channels and their threads."""

from __future__ import annotations

from tests.fakes.teams import said
from tests.teams.conftest import Site, scene


def text(message: object) -> str:
    return said(message).replace("\u00a0", " ").replace("\u200b", "")  # type: ignore[arg-type]


@scene()
async def test_a_question_in_a_personal_chat(here: Site) -> None:
    answer = await here.ask("oee of line 3 yesterday")
    assert "OEE of Line 3 yesterday" in text(answer)


@scene()
async def test_a_command_with_and_without_its_slash(here: Site) -> None:
    for n, typed in enumerate(("/oee line-3 yesterday", "oee line-3 yesterday", "OEE", "/losses")):
        answer = await here.ask(typed)
        assert "OEE" in text(answer) or n == 3, typed


@scene()
async def test_a_mention_in_a_channel_is_answered_in_its_thread(here: Site) -> None:
    answer = await here.ask("why was line 3 down last night?", here.floor)
    question = next(m for m in here.floor.messages.values() if not m.by_bot)
    assert answer.thread == question.id
    again = await here.ask("and line 4?", here.floor, here.bernd, thread=question)
    assert again.thread == question.id
    assert "Line 4" in text(again)


@scene()
async def test_a_group_chat_goes_on_from_its_last_question(here: Site) -> None:
    await here.ask("oee of line 3 yesterday", here.group)
    assert "Line 4" in text(await here.ask("and line 4?", here.group, here.bernd))


@scene()
async def test_a_person_gets_their_language(here: Site) -> None:
    answer = await here.ask("/oee line-3", person=here.bernd)
    assert "Verfügbarkeit" in text(answer)


@scene()
async def test_what_is_said_to_others_stays_unanswered(here: Site) -> None:
    """With the permission to read a channel's messages Teams brings all of them."""
    told = here.teams.activities.message(here.ana, here.floor, "lunch?", mention=False)
    assert (await here.teams.deliver(told)).ok
    in_group = here.teams.activities.message(here.ana, here.group, "oee line-3", mention=False)
    assert (await here.teams.deliver(in_group)).ok
    await here.settled()
    assert not here.teams.messages()


@scene()
async def test_an_edited_message_is_not_answered_again(here: Site) -> None:
    sent = here.teams.activities.message(here.ana, here.chat, "oee line-3")
    assert (await here.teams.deliver(sent)).ok
    await here.answer(here.chat)
    edit = here.teams.activities.edit(here.ana, here.chat, sent, "oee line-4")
    assert (await here.teams.deliver(edit)).ok
    await here.settled()
    assert len(here.answers(here.chat)) == 1


@scene()
async def test_the_bot_introduces_itself_once(here: Site) -> None:
    """Teams tells of an installation in two ways."""
    activities = here.teams.activities
    chat = here.chat
    for told in (activities.installed(here.ana, chat), activities.members_added(here.ana, chat)):
        assert (await here.teams.deliver(told)).ok
    assert "I am Andon" in text(await here.answer(here.chat))
    await here.settled()
    assert len(here.teams.messages(here.chat)) == 1
    shown = await here.press(here.answers(here.chat)[0], "", here.chat)
    assert shown.ok
    await here.answer(here.chat, n=2)


@scene()
async def test_who_comes_and_goes_is_nothing_to_it(here: Site) -> None:
    told = here.teams.activities.members_added(here.ana, here.group, [here.bernd])
    assert (await here.teams.deliver(told)).ok
    await here.settled()
    assert not here.teams.messages()


@scene()
async def test_the_same_activity_again_does_nothing(here: Site) -> None:
    sent = here.teams.activities.message(here.ana, here.chat, "oee line-3")
    for _ in range(4):
        assert (await here.teams.deliver(sent)).ok
    await here.answer(here.chat)
    await here.settled()
    assert len(here.teams.messages(here.chat)) == 1


@scene()
async def test_typing_is_shown_while_it_works(here: Site) -> None:
    await here.ask("oee line-3")
    await here.teams.until(lambda: here.chat.typing or None)
