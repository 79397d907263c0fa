"""The form in which somebody chooses what comes to a place by itself."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.slack import View
from tests.slack.conftest import Plant
from tests.slack.steps import (
    SOON,
    WAYS,
    answer_to,
    answers,
    idle,
    opened,
    press,
    rows,
    scene,
    shown,
    text,
    write,
)

KEPT = "SELECT place, scope, kinds, owner FROM subscriptions ORDER BY created_at, id"


def chosen(areas: list[str], kinds: list[str]) -> Any:
    def options(values: list[str]) -> list[dict[str, str]]:
        return [{"value": value} for value in values]

    return {
        "areas": {"areas": {"type": "multi_static_select", "selected_options": options(areas)}},
        "kinds": {"kinds": {"type": "checkboxes", "selected_options": options(kinds)}},
    }


def kept(here: Plant) -> list[tuple[str, list[str], list[str], str]]:
    return [(place, json.loads(scope), json.loads(kinds), owner)
            for place, scope, kinds, owner in rows(here, KEPT)]  # fmt: skip


def initial(form: View, element: str) -> list[str]:
    [found] = [b["element"] for b in form.blocks if b["element"]["action_id"] == element]
    return [option["value"] for option in found.get("initial_options", [])]


async def send(here: Plant, form: View, areas: list[str], kinds: list[str]) -> None:
    sent = here.slack.interactions.submit(here.ana, form, chosen(areas, kinds))
    assert (await here.slack.deliver(sent)).ok


@scene(*WAYS)
async def test_a_channel_is_subscribed_changed_and_ended_in_a_form(here: Plant) -> None:
    told = here.slack.interactions.command(here.ana, here.floor, "/andon", "subscribe")
    assert (await here.slack.deliver(told)).ok
    form = await opened(here)
    assert form.body["callback_id"] == "subscription"
    assert initial(form, "kinds") == ["briefing", "alerts"]
    await send(here, form, ["packaging"], ["briefing", "handover"])
    said = await shown(here, here.floor)
    assert "Subscribed." in text(said)
    assert said.ephemeral_to == here.ana.id
    assert kept(here)[0][0].endswith(f":{here.floor.id}")
    [(_, scope, kinds, owner)] = kept(here)
    assert (scope, kinds) == (["packaging"], ["briefing", "handover"])
    assert owner.endswith(f":{here.ana.id}")
    # Its button in the list leads to the same form, as it stands now.
    await press(here, said, "Change: Packaging")
    form = await opened(here, n=2)
    assert initial(form, "areas") == ["packaging"]
    assert initial(form, "kinds") == ["briefing", "handover"]
    await send(here, form, ["packaging", "machining"], ["alerts"])
    assert "Changed." in text(await shown(here, here.floor, n=2))
    assert [(scope, kinds) for _, scope, kinds, _ in kept(here)] == [
        (["machining", "packaging"], ["alerts"])
    ]
    said = await here.command("/andon", "list")
    await press(here, said, "Change: Machining, Packaging")
    await send(here, await opened(here, n=3), ["packaging"], [])
    assert "Ended." in text(await shown(here, here.floor, n=4))
    assert kept(here) == []


@scene()
async def test_the_home_tab_subscribes_the_persons_own_conversation(here: Plant) -> None:
    await here.slack.deliver(here.slack.events.home_opened(here.ana))
    await press(here, await here.slack.home(here.ana, within=SOON), "Subscriptions")
    await send(here, await opened(here), [], ["briefing"])
    assert "Subscribed." in text(await shown(here, here.direct))
    [(place, scope, kinds, _)] = kept(here)
    assert place.endswith(f":{here.direct.id}")
    assert (scope, kinds) == (["riverside"], ["briefing"])
    assert "briefing at shift start" in text(await write(here, "/andon list"))


PACKERS = """
[default]
see = ["packaging"]
subscribe = false
"""


@scene(access=PACKERS)
async def test_the_form_gives_no_rights(here: Plant) -> None:
    """Neither to see more nor to change a channel; a forged form does not either."""
    told = here.slack.interactions.command(here.ana, here.floor, "/andon", "subscribe")
    await here.slack.deliver(told)
    assert "You may not change what comes to this channel" in text(await opened(here))
    direct = here.slack.interactions.command(here.ana, here.direct, "/andon", "subscribe")
    await here.slack.deliver(direct)
    form = await opened(here, n=2)
    assert "Machining" not in text(form)
    await send(here, form, ["machining"], ["briefing"])
    assert "Machining" in text(await shown(here, here.direct))
    form.body["private_metadata"] = "forged"
    await send(here, form, ["packaging"], ["briefing"])
    await idle(here)
    assert kept(here) == []


@scene()
async def test_who_comes_too_late_for_the_form_subscribes_in_words(here: Plant) -> None:
    told = here.slack.interactions.command(here.ana, here.floor, "/andon", "subscribe")
    here.slack.workspace.expire(told.payload["trigger_id"])
    await here.slack.deliver(told)
    said = await shown(here, here.floor)
    assert "Subscribed." in text(said)
    await answer_to(here, said, "End: Riverside")
    assert kept(here) == []
    assert len(answers(here, here.floor)) == 2
