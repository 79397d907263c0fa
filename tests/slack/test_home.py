"""The home tab, the settings, and the shortcut on a message."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack import View, labels, pings
from tests.slack.conftest import Plant
from tests.slack.steps import (
    SOON,
    WAYS,
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


async def home(here: Plant, updates: int = 0, user: Any = None) -> View:
    return await here.slack.home(user or here.ana, updates=updates, within=SOON)


@scene(*WAYS)
async def test_the_home_tab_shows_how_things_are(here: Plant) -> None:
    await here.slack.deliver(here.slack.events.home_opened(here.ana))
    tab = await home(here)
    said = text(tab)
    for headline in ("Shift so far", "Open alerts", "My actions", "What you can ask", "Settings"):
        assert headline in said
    assert "My areas: none chosen yet" in said
    assert "As of Thu 12 Mar 06:20" in said, said[:300]
    assert "How is Riverside doing?" in said or "What should we do first in Riverside?" in said
    assert pings(tab) == []
    assert "Why?" in labels(tab)
    assert "who is behind plan right now?" not in labels(tab)  # what /production offers by itself
    assert len(here.slack.calls("users.info")) == 1


@scene()
async def test_refresh_draws_it_anew(here: Plant) -> None:
    await here.slack.deliver(here.slack.events.home_opened(here.ana))
    tab = await home(here)
    await press(here, tab, "Refresh")
    await home(here, updates=1)
    await here.command("/andon", "areas packaging")
    await press(here, tab, "Refresh")
    assert "My areas: Packaging" in text(await home(here, updates=2))


@scene(*WAYS)
async def test_a_question_of_the_home_tab_is_answered_in_a_modal(here: Plant) -> None:
    await here.slack.deliver(here.slack.events.home_opened(here.ana))
    tab = await home(here)
    question = next(label for label in labels(tab) if label.endswith("Riverside?"))
    await press(here, tab, question)
    view = await opened(here)
    assert "Riverside" in text(view)
    assert pings(view) == []
    assert answers(here) == []


@scene()
async def test_what_goes_wrong_on_the_home_tab_is_said_directly(here: Plant) -> None:
    await here.slack.deliver(here.slack.events.home_opened(here.ana))
    tab = await home(here)
    click = here.slack.interactions.click(here.ana, tab, "Change settings")
    here.slack.workspace.expire(click.payload["trigger_id"])
    await here.slack.deliver(click)
    told = await shown(here, here.direct)
    assert "Slack waited too long for me." in text(told)


@scene(*WAYS)
async def test_settings_are_stored_and_shown(here: Plant) -> None:
    await here.slack.deliver(here.slack.events.home_opened(here.ana))
    tab = await home(here)
    await press(here, tab, "Change settings")
    form = await opened(here)
    assert form.body["callback_id"] == "settings"
    submitted = here.slack.interactions.submit(
        here.ana, form, _chosen(["packaging", "machining"], "de", "22:00", "06:00")
    )
    assert (await here.slack.deliver(submitted)).ok
    tab = await home(here, updates=1)
    assert "Meine Bereiche: Packaging und Machining" in text(tab), text(tab)[:200]
    assert "Ruhezeit: 22:00 bis 06:00" in text(tab)
    [kept] = rows(here, "SELECT areas, language, quiet_from, quiet_to FROM people")
    assert kept == ('["packaging", "machining"]', "de", "22:00", "06:00")
    # They hold from now on, and stand in the form.
    assert "OEE von" in text(await here.command("/oee"))
    assert "Packaging" in text(await here.command("/production"))
    await press(here, tab, "Einstellungen ändern")
    form = await opened(here, n=2)
    elements = {b["element"]["action_id"]: b["element"] for b in form.blocks}
    assert [o["value"] for o in elements["areas"]["initial_options"]] == ["machining", "packaging"]
    assert elements["language"]["initial_option"]["value"] == "de"
    assert elements["quiet_from"]["initial_time"] == "22:00"
    # An empty field takes the choice back.
    back = here.slack.interactions.submit(here.ana, form, _chosen([], "own", None, None))
    await here.slack.deliver(back)
    await home(here, updates=2)
    [kept] = rows(here, "SELECT areas, language, quiet_from, quiet_to FROM people")
    assert kept == ("[]", None, None, None)


ONLY_PACKAGING = """
[default]
see = ["packaging"]
"""


@scene(access=ONLY_PACKAGING)
async def test_what_cannot_be_chosen_is_said(here: Plant) -> None:
    """The form was opened before the rights changed, or was tampered with."""
    await here.slack.deliver(here.slack.events.home_opened(here.ana))
    await press(here, await home(here), "Change settings")
    form = await opened(here)
    assert "Machining" not in text(form)
    forged = _chosen(["machining"], "en", None, None)
    await here.slack.deliver(here.slack.interactions.submit(here.ana, form, forged))
    told = await shown(here, here.direct)
    assert "You may not see Machining" in text(told)
    assert rows(here, "SELECT areas, language FROM people") == [("[]", "en")]


@scene(*WAYS)
async def test_ask_about_a_message(here: Plant) -> None:
    said = "why was line 3 down last night? <!channel>"
    message = here.slack.events.user_message(here.bernd, here.floor, said)
    shortcut = here.slack.interactions.message_shortcut(here.ana, message, "ask_andon")
    await here.slack.deliver(shortcut)
    answer = await shown(here, here.floor, to=here.ana)
    assert "Line 3" in text(answer)
    assert "Share in channel" in labels(answer)
    assert pings(answer) == []
    chatter = here.slack.events.user_message(here.bernd, here.floor, "lunch at twelve?")
    await here.slack.deliver(here.slack.interactions.message_shortcut(here.ana, chatter, "ask"))
    told = await shown(here, here.floor, n=2, to=here.ana)
    assert "Share in channel" not in labels(told)
    assert text(told)


@scene()
async def test_my_choices_by_command(here: Plant) -> None:
    assert "Saved." in text(await here.command("/andon", "areas packaging and machining"))
    assert "Saved." in text(await here.command("/andon", "quiet 22:00-06:00"))
    me = text(await here.command("/andon", "me"))
    assert "Packaging, Machining" in me
    assert "22:00–06:00" in me
    assert "“areas nowhere" not in me
    assert "nowhere" in text(await here.command("/andon", "areas nowhere"))
    assert "“klingon”" in text(await here.command("/andon", "language klingon"))
    assert "“always”" in text(await here.command("/andon", "quiet always"))
    assert "Packaging, Machining" in text(await write(here, "/andon me"))
    await idle(here)


def _chosen(
    areas: list[str], language: str, quiet_from: str | None, quiet_to: str | None
) -> dict[str, Any]:
    options = [{"value": area} for area in areas]
    spoken = {"type": "static_select", "selected_option": {"value": language}}
    return {
        "areas": {"areas": {"type": "multi_static_select", "selected_options": options}},
        "language": {"language": spoken},
        "quiet_from": {"quiet_from": {"type": "timepicker", "selected_time": quiet_from}},
        "quiet_to": {"quiet_to": {"type": "timepicker", "selected_time": quiet_to}},
    }
