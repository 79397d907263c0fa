"""What opens in a window of its own: the data behind a figure, the whole answer, its pages."""

from __future__ import annotations

import json
import sqlite3

from tests.fakes.slack import labels, pings
from tests.slack.conftest import Plant
from tests.slack.steps import (
    WAYS,
    answers,
    idle,
    mention,
    opened,
    press,
    scene,
    shown,
    text,
    write,
)


@scene(*WAYS)
async def test_show_the_data_and_its_pages(here: Plant) -> None:
    answer = await here.command("/oee", "line-3 yesterday")
    await press(here, answer, "Show the data")
    view = await opened(here)
    assert "The data behind [1] · sample plant" in text(view)
    assert "Rows 1 to 15 of 48" in text(view)
    assert pings(view) == []
    await press(here, view, "More rows")
    view = await opened(here, updates=2)
    assert "Rows 16 to 30 of 48" in text(view)
    other = next(label for label in labels(view) if label.startswith("[2]"))
    await press(here, view, other)
    assert "The data behind [2] · sample plant" in text(await opened(here, updates=3))
    assert len(here.slack.calls("views.open")) == 1


@scene(*WAYS)
async def test_the_data_opens_from_the_menu_too(here: Plant) -> None:
    """Where an answer offers more than a row holds; the live state has no period."""
    answer = await here.command("/asset", "grinder-5")
    buttons = [e for b in answer.blocks for e in b.get("elements", ()) if e["type"] == "button"]
    assert "Show the data" not in [button["text"]["text"] for button in buttons]
    await press(here, answer, "Show the data")
    view = await opened(here)
    assert "Rows 1 to 1 of 1; times on the clock of America/Chicago." in text(view)


@scene(*WAYS)
async def test_everyone_in_the_thread_may_look_at_its_data(here: Plant) -> None:
    """The answer stands there for all; what they open is theirs alone."""
    answer = await mention(here, "OEE of line 3 yesterday")
    await press(here, answer, "Show the data", here.bernd)
    view = await opened(here, here.bernd)
    assert "Die Daten hinter [1]" in text(view), text(view)
    await press(here, view, "Weitere Zeilen", here.bernd)
    assert "16 bis 30" in text(await opened(here, here.bernd, updates=2))
    await idle(here)
    assert len(answers(here)) == 1


@scene()
async def test_an_answer_to_another_is_not_opened(here: Plant) -> None:
    """Its id is no secret: it stands in the data of the buttons."""
    answer = await here.command("/oee", "line-3 yesterday")
    value = here.slack.interactions.click(here.ana, answer, "Show the data").payload
    answer_id = value["actions"][0].get("value", "") or _chosen(value)
    answer_id = answer_id.split()[1]
    for command in ("data", "show", "again", "share"):
        told = await write(here, f"/{command} {answer_id}", here.bernd)
        assert answer_id in text(told)
        assert "OEE" not in text(told)
        told = await mention(here, f"/{command} {answer_id}", here.bernd)
        assert answer_id in text(told)
        assert "OEE" not in text(told)
    assert "OEE of Line 3" in text(await mention(here, f"/show {answer_id}"))


@scene(*WAYS, look="plain")
async def test_show_all_and_its_pages(here: Plant) -> None:
    """In plain blocks a long table is cut; all of it is in the modal."""
    answer = await mention(here, "/downtime riverside past 30 days")
    _make_long(here)
    await press(here, answer, "Show all", here.bernd)
    view = await opened(here, here.bernd)
    first = text(view)
    assert "Page 1 of " in first
    await press(here, view, "Next", here.bernd)
    view = await opened(here, here.bernd, updates=2)
    assert "Page 2 of " in text(view)
    await press(here, view, "Back", here.bernd)
    assert text(await opened(here, here.bernd, updates=3)) == first


@scene()
async def test_a_button_in_a_modal_is_answered_there(here: Plant) -> None:
    answer = await here.command("/oee", "line-3 yesterday")
    await press(here, answer, "Show the data")
    view = await opened(here)
    forged = here.slack.interactions.click(here.ana, view, "More rows")
    forged.payload["actions"][0]["value"] = "forged"
    await here.slack.deliver(forged)
    view = await opened(here, updates=2)
    assert "This button is no longer valid." in text(view)
    assert len(answers(here)) == 1


@scene()
async def test_who_comes_too_late_is_told(here: Plant) -> None:
    answer = await here.command("/oee", "line-3 yesterday")
    for label in ("Show the data", "👎 Not helpful"):
        click = here.slack.interactions.click(here.ana, answer, label)
        here.slack.workspace.expire(click.payload["trigger_id"])
        seen = len(answers(here, here.floor))
        await here.slack.deliver(click)
        told = await shown(here, here.floor, n=seen + 1)
        assert "Slack waited too long for me." in text(told)
        assert told.ephemeral_to == here.ana.id
    await press(here, answer, "Show the data")
    assert "The data behind [1]" in text(await opened(here))


@scene()
async def test_a_modal_that_was_closed_stays_closed(here: Plant) -> None:
    answer = await here.command("/oee", "line-3 yesterday")
    await press(here, answer, "Show the data")
    view = await opened(here)
    click = here.slack.interactions.click(here.ana, view, "More rows")
    here.slack.interactions.close(here.ana, view)
    await here.slack.deliver(click)
    await idle(here)
    assert len(answers(here)) == 1


def _chosen(payload: dict[str, list[dict[str, dict[str, str]]]]) -> str:
    return payload["actions"][0]["selected_option"]["value"]


def _make_long(here: Plant) -> None:
    """What a plant of a thousand machines would have been told."""
    with sqlite3.connect(here.home / "andon.db") as store:
        [(told,)] = store.execute("SELECT answer FROM answers").fetchall()
        answer = json.loads(told)
        table = next(part for part in answer["parts"] if part["type"] == "table")
        table["rows"] = (table["rows"] * 1_000)[:1_000]
        store.execute("UPDATE answers SET answer = ?", (json.dumps(answer),))
