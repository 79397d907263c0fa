"""The modals' views: whole answers, rows, feedback, settings."""

from __future__ import annotations

from adapters.settings_form import Settings
from adapters.slack import modals
from adapters.slack.modals import (
    data_view,
    error_view,
    feedback_view,
    full_view,
    loading_view,
    settings_view,
)
from core.answer import Action, Actions, Answer, Table, Text
from core.request import Language
from tests.console.answers import FULL
from tests.slack.checks import check_modal, nodes, seal

LANGUAGES: tuple[Language, ...] = ("en", "de")


def said(view: object) -> str:
    return "\n".join(n["text"] for n in nodes(view) if isinstance(n.get("text"), str))


def test_the_whole_answer_leaves_nothing_out() -> None:
    rows = tuple((f"stop {n}", "conveyor fault " * 9) for n in range(1_000))
    actions = tuple(Action(f"Go {n}", f"/oee {n}") for n in range(30))
    answer = Answer("answer", (Text("Many."), Table(("Stop", "Why"), rows), Actions(actions)))
    pages = [full_view(answer, seal=seal)]
    while f"page:{len(pages) + 1}" in [n.get("action_id") for n in nodes(pages[-1])]:
        pages.append(full_view(answer, seal=seal, page=len(pages) + 1))
    assert len(pages) > 1
    for view in pages:
        check_modal(view)
    everything = "\n".join(map(said, pages))
    assert all(f"stop {n}" in everything for n in range(1_000))
    assert all(f"Go {n}" in everything for n in range(30))


def test_rows_of_very_long_cells_are_spread_over_pages() -> None:
    table = Table(("a",) * 6, tuple(("ü" * 200,) * 6 for _ in range(100)))
    answer = Answer("answer", (Text("Long."), table))
    for page in (1, 2, 3):
        check_modal(full_view(answer, seal=seal, page=page))


def test_the_whole_answer_cites_in_full() -> None:
    view = full_view(FULL, seal=seal, state="m-1")
    check_modal(view)
    assert "[1] sample plant · downtime · asset = line-3" in said(view)
    assert view["private_metadata"] == "m-1"
    assert view["title"]["text"] == "The whole answer"


def test_rows_behind_a_figure_name_their_columns() -> None:
    columns = ("start", "end", "asset", "shift", "reason", "loss", "minutes")
    row = ("2026-03-12 01:00", "01:58", "line-3", "Night", "conveyor fault", "breakdown", "58")
    more = Actions((Action("More rows", "/data a-1 1 2"), Action("[2] stops", "/data a-1 2")))
    answer = Answer("answer", (Text("Rows 1 to 1"), Table(columns, (row,)), more))
    view = data_view(answer, seal=seal)
    check_modal(view)
    assert "reason: conveyor fault" in said(view)
    ids = [n["action_id"] for n in nodes(view) if "action_id" in n]
    assert ids == ["data:1", "data:2"]


def test_small_modals_are_valid_in_both_languages() -> None:
    for language in LANGUAGES:
        check_modal(loading_view(language))
        check_modal(error_view("<!channel> *broken*", language))
        check_modal(feedback_view(language, state="a-1"))
    asked = feedback_view("de", state="a-1")
    assert asked["callback_id"] == modals.FEEDBACK
    assert [n["action_id"] for n in nodes(asked) if "action_id" in n] == [modals.REASON]
    assert asked["blocks"][0]["optional"]


def test_settings_start_from_what_was_chosen() -> None:
    areas = tuple((f"area-{n}", f"Area {n} <!here>") for n in range(150))
    view = settings_view(
        Settings(areas, ("area-3", "gone"), "de", "22:00", "06:00", "Europe/Berlin"), "en"
    )
    check_modal(view)
    elements = {b["block_id"]: b["element"] for b in view["blocks"]}
    chosen = elements[modals.AREAS]["initial_options"]
    assert [one["value"] for one in chosen] == ["area-3"]
    assert len(elements[modals.AREAS]["options"]) == 100
    assert elements[modals.LANGUAGE]["initial_option"]["value"] == "de"
    assert elements[modals.QUIET_FROM]["initial_time"] == "22:00"
    check_modal(settings_view(Settings(()), "de"))
