"""Buttons, dialogs and thumbs: what Teams waits for is answered in time."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

from tests.teams.conftest import Site, button_of, buttons, scene
from tests.teams.test_conversation import text


def feedback(here: Site) -> list[tuple[Any, ...]]:
    with sqlite3.connect(here.home / "andon.db") as store:
        return store.execute("SELECT user_id, verdict, reason FROM feedback").fetchall()


def subscribed(here: Site) -> list[tuple[Any, ...]]:
    with sqlite3.connect(here.home / "andon.db") as store:
        return store.execute("SELECT scope, kinds FROM subscriptions").fetchall()


def value_of(body: Any) -> Any:
    """What an Action.Execute was answered with."""
    assert body["statusCode"] == 200, body
    return body["value"]


def card_of(body: Any) -> dict[str, Any]:
    """The card in a dialog."""
    assert body["task"]["type"] == "continue", body
    info = body["task"]["value"]
    assert info["title"]
    assert info["card"]["contentType"] == "application/vnd.microsoft.card.adaptive"
    card: dict[str, Any] = info["card"]["content"]
    return card


@scene()
async def test_a_question_behind_a_button_is_answered_beside_it(here: Site) -> None:
    answer = await here.ask("oee of line 3 yesterday", here.floor)
    asked = next(b for b in buttons(answer.cards[0]) if b.get("verb") == "ask")
    reply = await here.press(answer, asked["title"], here.floor, here.bernd)
    assert reply.ok
    assert isinstance(value_of(reply.body), str)
    second = await here.answer(here.floor, n=2)
    assert second.thread == answer.thread
    assert not answer.revisions


@scene()
async def test_run_again_refreshes_the_card_in_place(here: Site) -> None:
    answer = await here.ask("oee of line 3 yesterday")
    reply = await here.press(answer, "again", here.chat)
    assert reply.body["type"] == "application/vnd.microsoft.card.adaptive"
    assert value_of(reply.body)["type"] == "AdaptiveCard"
    await here.settled()
    assert len(here.answers(here.chat)) == 1


@scene()
async def test_the_data_opens_in_a_dialog_for_the_clicker(here: Site) -> None:
    answer = await here.ask("why was line 3 down last night?", here.floor)
    reply = await here.press(answer, "data", here.floor, here.bernd)
    assert "downtime" in str(card_of(reply.body))
    assert len(here.answers(here.floor)) == 1


@scene()
async def test_dialogs_have_pages(here: Site) -> None:
    answer = await here.ask("/production")
    opened = await here.press(answer, "data", here.chat)
    card = card_of(opened.body)
    following = [b for b in buttons(card) if b["data"].get("verb") in ("page", "data")]
    if following:
        told = here.teams.activities.task(here.ana, here.chat, following[0]["data"], submit=True)
        assert card_of((await here.teams.deliver(told)).body) != card


@scene()
async def test_a_forged_button_says_that_it_is_no_longer_valid(here: Site) -> None:
    answer = await here.ask("oee line-3")
    activities = here.teams.activities
    for data in ({"command": "/losses"}, {"command": 7}, {}, "losses", None, {"command": "x.y"}):
        made = activities.execute(here.ana, answer, here.chat, "ask", data)
        reply = await here.teams.deliver(made)
        assert "no longer valid" in value_of(reply.body), data
        opened = activities.task(here.ana, here.chat, data)
        assert "no longer valid" in str(card_of((await here.teams.deliver(opened)).body))
    await here.settled()
    assert len(here.teams.messages(here.chat)) == 1


@scene()
async def test_an_older_client_submits_a_button_as_a_message(here: Site) -> None:
    answer = await here.ask("oee line-3 yesterday")
    button = next(b for b in buttons(answer.cards[0]) if b.get("verb") == "ask")
    fallback = button["fallback"]
    told = here.teams.activities.submit(here.ana, answer, here.chat, fallback["data"])
    assert (await here.teams.deliver(told)).ok
    await here.answer(here.chat, n=2)


@scene()
async def test_a_thumb_is_kept_with_its_reason(here: Site) -> None:
    answer = await here.ask("oee line-3")
    await here.settled()
    activities = here.teams.activities
    up = activities.feedback(here.ana, answer, here.chat, "like")
    assert (await here.teams.deliver(up)).ok
    [(user, verdict, _)] = feedback(here)
    assert user == f"teams:{here.teams.tenant_id}:{here.ana.object_id}"
    assert verdict == "up"
    down = activities.feedback(here.ana, answer, here.chat, "dislike", "wrong shift")
    assert (await here.teams.deliver(down)).ok
    assert feedback(here) == [(user, "down", "wrong shift")]


@scene()
async def test_somebody_elses_thumb_in_a_channel(here: Site) -> None:
    answer = await here.ask("oee line-3", here.floor)
    await here.settled()
    made = here.teams.activities.feedback(here.bernd, answer, here.floor, "dislike")
    assert (await here.teams.deliver(made)).ok
    assert [verdict for _, verdict, _ in feedback(here)] == ["down"]


@scene()
async def test_ones_settings_in_a_dialog(here: Site) -> None:
    shown = await here.ask("/andon me")
    opened = await here.press(shown, "settings", here.chat)
    card = card_of(opened.body)
    save = button_of(card, "save")
    data = {**save["data"], "areas": "packaging", "language": "de",
            "quiet_from": "22:00", "quiet_to": "06:00"}  # fmt: skip
    told = here.teams.activities.task(here.ana, here.chat, data, submit=True)
    reply = await here.teams.deliver(told)
    assert reply.body["task"]["type"] == "message"
    assert "/andon" not in reply.body["task"]["value"]
    again = text(await here.ask("/andon me"))
    assert "22:00" in again
    assert "Packaging" in again
    assert "Deine Einstellungen" in again or "Sprache" in again


@scene()
async def test_a_form_that_was_not_filled_in_takes_nothing_back(here: Site) -> None:
    """As behind "Look again", where the form itself took too long."""
    await here.ask("/andon areas packaging")
    data = {"verb": "settings"}
    again = here.teams.activities.task(here.ana, here.chat, data, submit=True)
    card = card_of((await here.teams.deliver(again)).body)
    assert button_of(card, "save")
    assert "Packaging" in text(await here.ask("/andon me"))


@scene()
async def test_what_comes_by_itself_in_a_dialog(here: Site) -> None:
    """It belongs to the place where its button stands, and is changed with the clicker's rights."""
    shown = await here.ask("/andon list", here.floor)
    opened = await here.press(shown, "Subscribe this place", here.floor)
    save = button_of(card_of(opened.body), "save")
    filled = {**save["data"], "areas": "packaging", "kinds": "briefing,handover"}
    submit = here.teams.activities.task(here.ana, here.floor, filled, submit=True)
    reply = await here.teams.deliver(submit)
    assert "Subscribed." in reply.body["task"]["value"]
    assert subscribed(here) == [('["packaging"]', '["briefing", "handover"]')]
    shown = await here.ask("/andon list", here.floor)
    opened = await here.press(shown, "Change: Packaging", here.floor)
    card = card_of(opened.body)
    assert [(e["id"], e["value"]) for e in card["body"] if e["type"] == "Input.ChoiceSet"] == [
        ("areas", "packaging"), ("kinds", "briefing,handover")
    ]  # fmt: skip
    save = button_of(card, "save")
    unfilled = here.teams.activities.task(here.ana, here.floor, save["data"], submit=True)
    assert button_of(card_of((await here.teams.deliver(unfilled)).body), "save")
    nothing = {**save["data"], "areas": "packaging", "kinds": ""}
    await here.teams.deliver(here.teams.activities.task(here.ana, here.floor, nothing, submit=True))
    assert subscribed(here) == []


@scene()
async def test_the_same_click_again_gets_the_same_answer(here: Site) -> None:
    answer = await here.ask("oee line-3 yesterday")
    made = here.pressed(answer, "again", here.chat)
    first, second = await asyncio.gather(*(here.teams.deliver(made) for _ in range(2)))
    third = await here.teams.deliver(made)
    assert first.body == second.body == third.body
    await here.settled()
    assert len(here.teams.messages(here.chat)) == 1


@scene()
async def test_invokes_that_are_not_its_own(here: Site) -> None:
    for name in ("composeExtension/query", "signin/verifyState", "", "task/other"):
        made = here.teams.activities.invoke(name, here.ana, here.chat, {})
        assert (await here.teams.deliver(made)).status == 501
    assert not here.teams.messages()


@scene()
async def test_half_a_sign_is_none(here: Site) -> None:
    """No address and no database can hold one: what has it is read without it."""
    activities = here.teams.activities
    for data in ({"command": "\ud800.x"}, {"command": "x.\udfff", "verb": "\ud800"}):
        made = activities.execute(here.ana, await here.ask("oee line-3"), here.chat, "ask", data)
        assert "no longer valid" in value_of((await here.teams.deliver(made)).body)
    answer = await here.ask("oee line-3 yesterday \ud83d")
    assert "OEE of Line 3" in text(answer)
