"""Buttons are commands: through the one door, with the rights of whoever presses them."""

from __future__ import annotations

from tests.fakes.slack import Envelope, Message, labels, pings
from tests.slack.conftest import Plant
from tests.slack.steps import (
    WAYS,
    answer_to,
    answers,
    idle,
    mention,
    rows,
    scene,
    shown,
    text,
    write,
)


@scene(*WAYS)
async def test_an_unknown_asset_offers_the_nearest(here: Plant) -> None:
    asked = await here.command("/oee", "lin-33 yesterday")
    assert "Share in channel" not in labels(asked)
    offered = next(label for label in labels(asked) if label.startswith("Line 3"))
    answer = await answer_to(here, asked, offered)
    assert "OEE of Line 3 yesterday" in text(answer)
    assert answer.ephemeral_to == here.ana.id
    assert "Share in channel" in labels(answer)


@scene(*WAYS)
async def test_an_ambiguous_asset_is_asked_back(here: Plant) -> None:
    asked = await mention(here, "/oee grinder yesterday")
    assert "Which one do you mean?" in text(asked), text(asked)
    grinders = [label for label in labels(asked) if label.startswith("Grinder")]
    assert len(grinders) >= 5
    answer = await answer_to(here, asked, grinders[-1], here.bernd)
    assert answer.thread_ts == asked.thread_ts
    assert grinders[-1].partition(" (")[0] in text(answer)


@scene()
async def test_a_question_that_can_mean_two_things_is_asked_back(here: Plant) -> None:
    asked = await write(here, "line 3")
    first = labels(asked)[0]
    answer = await answer_to(here, asked, first, place=here.direct)
    assert "Line 3" in text(answer)
    assert answer.ephemeral_to is None
    assert "Show the data" in labels(answer)


@scene(*WAYS)
async def test_what_has_no_room_is_in_the_menu(here: Plant) -> None:
    answer = await here.command("/oee")
    [menu] = [e for b in answer.blocks for e in b.get("elements", ()) if e["type"] == "overflow"]
    chosen = menu["options"][-1]
    more = await answer_to(here, answer, chosen["text"]["text"])
    assert len(text(more)) > 40
    assert more.ephemeral_to == here.ana.id


@scene(*WAYS)
async def test_run_again_says_what_changed(here: Plant) -> None:
    answer = await mention(here, "OEE of line 3 yesterday")
    again = await answer_to(here, answer, "Run again", here.bernd)
    assert "Seitdem hat sich nichts geändert." in text(again), text(again)
    assert again.thread_ts == answer.thread_ts
    hidden = await here.command("/oee", "line-3 yesterday")
    assert "Nothing changed since then." in text(await answer_to(here, hidden, "Run again"))


@scene(*WAYS)
async def test_stale_and_forged_values_are_refused(here: Plant) -> None:
    answer = await here.command("/oee", "line-3 yesterday")
    honest = here.slack.interactions.click(here.ana, answer, "Show the data")
    value = honest.payload["actions"][0]["value"]
    for forged in ("", "/data", "/oee line-4", value[:-1] + "x", "x" + value[1:], "."):
        seen = len(answers(here, here.floor))
        assert (await here.slack.deliver(_with_value(here, answer, forged))).ok
        told = await shown(here, here.floor, n=seen + 1)
        assert "This button is no longer valid. Please ask the question again." in text(told), (
            forged
        )
        assert told.ephemeral_to == here.ana.id
    await idle(here)
    assert here.slack.calls("views.open") == []


@scene()
async def test_a_true_value_on_the_wrong_button_does_no_harm(here: Plant) -> None:
    answer = await here.command("/oee", "line-3 yesterday")
    click = here.slack.interactions.click(here.ana, answer, "Share in channel")
    value = click.payload["actions"][0]["value"]
    for action_id in ("share", "page:1", "show_all", "data:1", "feedback", "ask:1"):
        for label in ("Show the data", "Run again"):
            other = here.slack.interactions.click(here.ana, answer, label)
            other.payload["actions"][0]["action_id"] = action_id
            assert (await here.slack.deliver(other)).ok
        mixed = here.slack.interactions.click(here.ana, answer, "Run again")
        mixed.payload["actions"][0] |= {"action_id": action_id, "value": value}
        assert (await here.slack.deliver(mixed)).ok
    await idle(here)
    states = {state for (state,) in rows(here, "SELECT state FROM inbox")}
    assert states == {"done"}


@scene()
async def test_a_button_under_a_direct_message_is_answered_there(here: Plant) -> None:
    first = await write(here, "OEE of line 3 yesterday")
    offered = labels(first)[0]
    answer = await answer_to(here, first, offered, place=here.direct)
    assert answer.ephemeral_to is None
    assert answer.thread_ts == first.thread_ts
    assert pings(answer) == []


@scene()
async def test_the_same_click_twice_acts_once(here: Plant) -> None:
    answer = await mention(here, "OEE of line 3 yesterday")
    click = here.slack.interactions.click(here.ana, answer, "Run again")
    await here.slack.deliver_many(click, 4)
    await idle(here)
    assert len(answers(here, here.floor)) == 2


def _with_value(here: Plant, answer: Message, value: str) -> Envelope:
    click = here.slack.interactions.click(here.ana, answer, "Run again")
    click.payload["actions"][0] = {"type": "button", "action_id": "again", "value": value}
    return click
