"""The dialogs: whole answers, rows, settings."""

from __future__ import annotations

from typing import Any

from adapters.settings_form import Settings
from adapters.teams import dialogs
from adapters.teams.dialogs import (
    data_dialog,
    error_dialog,
    full_dialog,
    settings_dialog,
)
from core.answer import Action, Actions, Answer, Metric, Metrics, Table, Text
from core.request import Language
from tests.console.answers import FULL
from tests.teams.card_checks import check_card, nodes, opened, seal, texts

LANGUAGES: tuple[Language, ...] = ("en", "de")


def content(info: dict[str, Any]) -> dict[str, Any]:
    card: dict[str, Any] = info["card"]["content"]
    check_card(card)
    assert not [n for n in nodes(card) if n.get("type") == "Action.Execute"]
    return card


def turning(card: dict[str, Any]) -> list[str]:
    actions = card.get("actions", ())
    return [opened(a["data"]["command"]) for a in actions if a["data"]["verb"] == "page"]


def test_the_whole_answer_leaves_nothing_out() -> None:
    rows = tuple((f"stop {n}", "conveyor fault " * 9) for n in range(500))
    actions = tuple(Action(f"Go {n}", f"/oee {n}") for n in range(30))
    metrics = tuple(Metric(f"figure {n}", "1") for n in range(40))
    parts = (Text("Many."), Metrics(metrics), Table(("Stop", "Why"), rows), Actions(actions))
    answer = Answer("answer", parts, id="a-1")
    pages = [content(full_dialog(answer, seal=seal))]
    while f"a-1 {len(pages) + 1}" in turning(pages[-1]):
        pages.append(content(full_dialog(answer, seal=seal, page=len(pages) + 1)))
    assert len(pages) > 1
    everything = "\n".join(said for page in pages for said in texts(page))
    assert all(f"stop {n}" in everything for n in range(500))
    assert all(f"Go {n}" in everything for n in range(30))
    assert all(f"figure {n}" in everything for n in range(40))
    assert f"Page 2 of {len(pages)}" in list(texts(pages[1]))


def test_rows_of_very_long_cells_are_spread_over_pages() -> None:
    table = Table(("a",) * 6, tuple(("ü" * 200,) * 6 for _ in range(100)))
    answer = Answer("answer", (Text("Long."), table), id="a-1")
    for page in (1, 2, 3):
        content(full_dialog(answer, seal=seal, page=page))


def test_the_whole_answer_cites_in_full() -> None:
    info = full_dialog(FULL, seal=seal)
    assert info["title"] == "The whole answer"
    assert "[1] sample plant · downtime · asset = line-3" in "\n".join(texts(content(info)))


def test_rows_behind_a_figure_name_their_columns() -> None:
    columns = ("start", "end", "asset", "shift", "reason", "loss", "minutes")
    row = ("2026-03-12 01:00", "01:58", "line-3", "Night", "conveyor fault", "breakdown", "58")
    more = Actions((Action("More rows", "/data a-1 1 2"),))
    card = content(
        data_dialog(Answer("answer", (Text("Row 1"), Table(columns, (row,)), more)), seal=seal)
    )
    assert "reason: conveyor fault" in "\n".join(texts(card))
    data = [n["data"] for n in nodes(card) if n.get("type") == "Action.Submit"]
    assert data == [{"verb": "data", "command": seal("/data a-1 1 2")}]


def test_an_error_is_one_line_in_both_languages() -> None:
    for language in LANGUAGES:
        card = content(error_dialog("<at>x</at> *broken*", language))
        assert list(texts(card)) == ["⚠️ <at>x</at> *broken*"]


def test_settings_start_from_what_was_chosen() -> None:
    areas = tuple((f"area-{n}", f"Area {n}") for n in range(150))
    chosen = Settings(areas, ("area-3", "gone"), "de", "22:00", "06:00", "Europe/Berlin")
    inputs = {n["id"]: n for n in content(settings_dialog(chosen, "en"))["body"] if "id" in n}
    assert inputs[dialogs.AREAS]["value"] == "area-3"
    assert len(inputs[dialogs.AREAS]["choices"]) == 100
    assert inputs[dialogs.LANGUAGE]["value"] == "de"
    assert inputs[dialogs.QUIET_FROM]["value"] == "22:00"
    content(settings_dialog(Settings(()), "de"))
