"""German or English: by what a person writes, by their platform, by their choice."""

from __future__ import annotations

from tests.slack.conftest import Plant
from tests.slack.steps import WAYS, answer_to, mention, opened, press, scene, shown, text, write


@scene(*WAYS)
async def test_by_the_locale_where_the_words_do_not_tell(here: Plant) -> None:
    assert "OEE of Line 3 today" in text(await here.command("/oee", "line-3"))
    assert "OEE von Line 3 heute" in text(await here.command("/oee", "line-3", here.bernd))
    for command in ("/cost", "/safety", "/losses", "/actions", "/andon"):
        told = text(await here.command(command, "", here.bernd))
        assert "the" not in told.split(), told


@scene()
async def test_by_the_words_of_the_question(here: Plant) -> None:
    assert "OEE von Line 3 gestern" in text(
        await mention(here, "Wie war die OEE von Linie 3 gestern?")
    )
    answer = await mention(here, "what was the OEE of line 3 yesterday?", here.bernd)
    assert "OEE of Line 3 yesterday" in text(answer)
    assert "OEE von Line 3 gestern" in text(await here.command("/oee", "linie 3 gestern"))


@scene(*WAYS)
async def test_a_button_speaks_to_whoever_presses_it(here: Plant) -> None:
    """The command that it carries is worded as somebody else asked."""
    answer = await mention(here, "OEE of line 3 yesterday")
    german = await answer_to(here, answer, "Why?", here.bernd)
    assert "gestern" in text(german)
    assert "Wegen" in text(german) or "Stillstand" in text(german), text(german)[:200]
    english = await answer_to(here, answer, "Why?")
    assert "yesterday" in text(english)


@scene()
async def test_buttons_go_on_in_the_language_of_the_conversation(here: Plant) -> None:
    answer = await write(here, "Wie war die OEE von Linie 3 gestern?")
    await press(here, answer, "Daten zeigen")
    assert "Die Daten hinter [1]" in text(await opened(here))
    await press(here, answer, "👎 Nicht hilfreich")
    form = await opened(here, n=2, updates=0)
    assert "Was" in text(form)
    forged = here.slack.interactions.click(here.ana, answer, "Noch einmal")
    forged.payload["actions"][0] |= {"value": "x", "selected_option": {"value": "x"}}
    await here.slack.deliver(forged)
    told = await shown(here, here.direct, n=2)
    assert "Diese Schaltfläche gilt nicht mehr." in text(told)


@scene(*WAYS)
async def test_a_choice_holds_whatever_is_written(here: Plant) -> None:
    assert "Gespeichert." in text(await here.command("/andon", "language de"))
    assert "OEE von Line 3 gestern" in text(await write(here, "OEE of line 3 yesterday"))
    assert "OEE von Line 3 gestern" in text(await here.command("/oee", "line-3 yesterday"))
    await here.command("/andon", "sprache auto")
    assert "OEE of Line 3 yesterday" in text(await write(here, "OEE of line 3 yesterday"))


@scene(language="de")
async def test_a_plant_of_its_own_language(here: Plant) -> None:
    """Where Slack tells of another language or none, the plant's is spoken."""
    here.ana.locale = "fr-FR"
    assert "OEE von Line 3 heute" in text(await here.command("/oee", "line-3"))
