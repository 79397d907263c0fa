"""Who sees what in Teams: where others read along, only what all of them may see."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.fakes.teams import TENANT
from tests.teams.conftest import Site, button_of, buttons, scene
from tests.teams.test_conversation import text
from tests.teams.test_invokes import card_of

ANA, GROUP = f"teams:{TENANT}:00000000-0000-0000-0000-700000000001", "19:1700000000003@thread.v2"
RULES = f"""
[default]
see = ["packaging"]
money = false

[[rule]]
users = ["{ANA}"]
see = "*"
money = true

[[rule]]
channels = ["teams:{TENANT}:{GROUP}"]
see = ["machining"]
"""


@scene(access=RULES)
async def test_each_sees_their_own(here: Site) -> None:
    assert here.ana.object_id in ANA
    assert here.group.id == GROUP
    assert "OEE of Grinder" in text(await here.ask("/oee grinder-5 yesterday"))
    assert "%" not in text(await here.ask("/oee grinder-5 yesterday", person=here.bernd))
    assert "USD" in text(await here.ask("/cost line-3 yesterday"))
    assert "USD" not in text(await here.ask("/cost line-3 yesterday", person=here.bernd))


@scene(access=RULES)
async def test_a_rule_for_a_group_chat(here: Site) -> None:
    """Grinder 5 is for this group's eyes; the rest of the plant is not, whoever asks."""
    assert "OEE of Grinder" in text(await here.ask("/oee grinder-5 yesterday", here.group))


@scene(access=RULES)
async def test_what_not_everyone_may_see_goes_to_the_asker_alone(here: Site) -> None:
    """In the channel nobody reads more than the default; Ana may see more."""
    told = here.teams.activities.message(here.ana, here.floor, "/oee grinder-5 yesterday")
    assert (await here.teams.deliver(told)).ok
    private = await here.answer(here.chat)
    assert "OEE of Grinder" in text(private)
    note = await here.teams.message(here.floor, contains="personal chat")
    assert note.thread == told["id"]
    assert "%" not in text(note)
    await here.settled()
    assert len(here.teams.messages(here.floor)) == 1


@scene(access=RULES)
async def test_who_may_not_see_it_either_is_refused_in_the_channel(here: Site) -> None:
    answer = await here.ask("/oee grinder-5 yesterday", here.floor, here.bernd)
    assert "%" not in text(answer)
    assert not here.teams.messages(here.teams.personal(here.bernd))


@scene(access=RULES)
async def test_a_button_has_the_rights_of_whoever_presses_it(here: Site) -> None:
    """In a dialog, which its opener sees alone, as well."""
    answer = await here.ask("/oee grinder-5 yesterday")
    button = next(b for b in buttons(answer.cards[0]) if b.get("data", {}).get("verb") == "data")
    made = here.teams.activities.task(here.bernd, here.chat, button["data"])
    assert "grinder" not in str((await here.teams.deliver(made)).body).lower()


@scene(access=RULES)
async def test_ones_own_settings_are_not_told_to_a_group(here: Site) -> None:
    for n, typed in enumerate(("/andon me", "/Andon\nme", "forget everything"), 1):
        told = here.teams.activities.message(here.ana, here.group, typed)
        assert (await here.teams.deliver(told)).ok
        await here.answer(here.chat, n)
    await here.settled()
    assert not here.answers(here.group)
    note = await here.teams.message(here.group, contains="about you alone")
    assert not note.cards


@scene(access=RULES)
async def test_who_has_no_personal_chat_is_told_how_to_get_one(here: Site) -> None:
    here.chat.gone = "ForbiddenOperationException"
    told = here.teams.activities.message(here.ana, here.group, "/andon me")
    assert (await here.teams.deliver(told)).ok
    await here.teams.message(here.group, contains="Open a chat with me")
    await here.settled()
    assert len(here.teams.messages()) == 1


@scene(access=RULES)
async def test_money_that_is_not_for_all_goes_to_the_asker_alone(here: Site) -> None:
    told = here.teams.activities.message(here.ana, here.floor, "/cost line-3 yesterday")
    assert (await here.teams.deliver(told)).ok
    assert "USD" in text(await here.answer(here.chat))
    await here.teams.message(here.floor, contains="personal chat")
    assert not here.teams.messages(here.floor, contains="USD")


async def subscribed_in_a_dialog(here: Site) -> list[int]:
    """Whether each subscription's place counts as private, after one was ordered in a dialog."""
    make, deliver = here.teams.activities, here.teams.deliver
    listed = await here.ask("/andon list")
    order = button_of(listed.cards[0], "subscribe")
    form = await deliver(make.task(here.ana, here.chat, order["data"]))
    save = button_of(card_of(form.body), "save")
    data = {**save["data"], "areas": "packaging", "kinds": "briefing"}
    assert (await deliver(make.task(here.ana, here.floor, data, submit=True))).ok
    with closing(sqlite3.connect(here.home / "andon.db")) as store:
        found = store.execute("SELECT private FROM places JOIN subscriptions ON place = key")
        return [private for (private,) in found]


@scene()
async def test_what_is_ordered_in_a_dialog_is_for_the_whole_channel(here: Site) -> None:
    """A dialog has the rights of its opener alone; what comes to the channel later has not."""
    assert await subscribed_in_a_dialog(here) == [0]


@scene(access=RULES.replace("money =", "subscribe = false\nmoney ="))
async def test_who_may_not_subscribe_a_channel_may_not_in_a_dialog_either(here: Site) -> None:
    assert await subscribed_in_a_dialog(here) == []
