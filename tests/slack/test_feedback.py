"""Whether an answer was of use: kept with its reason, the last word counts."""

from __future__ import annotations

from tests.slack.conftest import Plant
from tests.slack.steps import WAYS, answers, idle, mention, opened, press, rows, scene, shown, text

KEPT = "SELECT user_id, verdict, reason FROM feedback ORDER BY user_id"


@scene(*WAYS)
async def test_thumbs_up_is_kept_and_thanked_for(here: Plant) -> None:
    answer = await mention(here, "OEE of line 3 yesterday")
    await press(here, answer, "👍 Helpful", here.bernd)
    told = await shown(here, here.floor, to=here.bernd)
    assert "Danke" in text(told)
    assert told.ephemeral_to == here.bernd.id
    assert rows(here, KEPT) == [(f"slack:T0ANDON01:{here.bernd.id}", "up", None)]
    assert answers(here, here.floor)[0].revisions == []


@scene(*WAYS)
async def test_thumbs_down_asks_for_the_reason(here: Plant) -> None:
    answer = await mention(here, "OEE of line 3 yesterday")
    await press(here, answer, "👎 Not helpful", here.bernd)
    view = await opened(here, here.bernd, updates=0)
    assert "Was stimmte" in text(view) or view.body["callback_id"] == "feedback"
    who = f"slack:T0ANDON01:{here.bernd.id}"
    assert rows(here, KEPT) == [(who, "down", None)]
    reason = "the <!channel> number\nis wrong"
    ack = await here.slack.deliver(
        here.slack.interactions.submit(here.bernd, view, {"reason": {"reason": reason}})
    )
    assert ack.ok
    assert not view.open
    await idle(here)
    assert rows(here, KEPT) == [(who, "down", "the <!channel> number is wrong")]
    assert len(answers(here)) == 1


@scene()
async def test_the_last_verdict_counts_one_per_person(here: Plant) -> None:
    answer = await mention(here, "OEE of line 3 yesterday")
    for label in ("👍 Helpful", "👎 Not helpful", "👍 Helpful"):
        await press(here, answer, label)
        await idle(here)
    await press(here, answer, "👎 Not helpful", here.bernd)
    await idle(here)
    assert [row[1:] for row in rows(here, KEPT)] == [("up", None), ("down", None)]


@scene()
async def test_no_reason_is_a_verdict_too(here: Plant) -> None:
    answer = await here.command("/oee", "line-3 yesterday")
    await press(here, answer, "👎 Not helpful")
    view = await opened(here, updates=0)
    await here.slack.deliver(
        here.slack.interactions.submit(here.ana, view, {"reason": {"reason": None}})
    )
    await idle(here)
    assert [row[1:] for row in rows(here, KEPT)] == [("down", None)]


@scene(look="plain")
async def test_plain_buttons_do_the_same(here: Plant) -> None:
    answer = await here.command("/oee", "line-3 yesterday")
    await press(here, answer, "👍 Helpful")
    await shown(here, here.floor, to=here.ana, contains="Thank you")
