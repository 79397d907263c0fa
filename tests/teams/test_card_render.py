"""Real answers from the sample plant, and what each part of one becomes in Teams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.teams.citations import entities
from adapters.teams.escape import markdown, plain
from adapters.teams.render import Message, render, welcome
from core.answer import (
    Action,
    Actions,
    Answer,
    Chart,
    Heading,
    Metrics,
    Notice,
    Series,
    Table,
    Text,
)
from core.data.mapping import PlantFile
from core.request import Language
from core.store import Store
from core.words import Words
from tests.assistant.conftest import Door, sample_file
from tests.console.answers import CITATION, DOWNTIME, FULL, LINES, NIGHTS, STEPS
from tests.teams.card_checks import check, nodes, opened, plain_card, seal, shown, texts

__all__ = ["sample_file"]

QUESTIONS = (
    "/oee line-3 yesterday",
    "why was line 3 down last night?",
    "rank the losses of line-1 by money",
    "are we on plan in packaging?",
    "is grinder 5 getting worse?",
    "what should we do first today?",
    "/alerts",
    "/downtime line 9 yesterday",
    "/help",
    "wie ist die OEE von Linie 3 gestern?",
)
LANGUAGES: tuple[Language, ...] = ("en", "de")


@pytest.fixture(scope="module")
def door(sample_file: PlantFile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("store")
    opened_door = Door(sample_file, Store.open(f"sqlite:///{folder}/andon.db"))
    yield opened_door
    opened_door.close()


def drawn(answer: Answer, **options: Any) -> Message:
    message = render(answer, seal=seal, **options)
    check(message)
    return message


def kinds(message: Message) -> list[str]:
    return [element["type"] for element in (message.card or {"body": []})["body"]]


def buttons(message: Message) -> list[tuple[str, str, str]]:
    """What each button says, its verb, and the command that it carries."""
    return [
        (a["title"], a.get("verb") or a["data"]["verb"], opened(a["data"]["command"]))
        for a in (message.card or {}).get("actions", ())
    ]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_real_answer_is_all_there_also_for_an_old_client(door: Door, question: str) -> None:
    answer = door.ask(question)
    sentence = next(part.text for part in answer.parts if isinstance(part, Text))
    message = drawn(answer)
    assert shown(message.text).startswith(plain(sentence)[:150])
    assert plain(sentence)[:100] in message.summary
    for card in (message.card, plain_card(message.card)):
        everything = "\n".join(texts(card))
        for said in expected(answer):
            assert said in everything, said
    offered = {action.command for action in answer.actions}
    carried = {command for _, _, command in buttons(message)}
    assert offered <= carried or message.shortened


def expected(answer: Answer) -> Iterator[str]:
    """What stands in the answer beside its first sentence, cell by cell as far as is shown."""
    first = next(part for part in answer.parts if isinstance(part, Text))
    for part in answer.parts:
        match part:
            case Heading() | Notice():
                yield plain(part.text)
            case Text() if part is not first:
                yield plain(part.text)[-20:]
            case Metrics():
                yield from (m.label for m in part.metrics)
                yield from (m.change for m in part.metrics if m.change)
            case Table():
                yield from (plain(row[0]) for row in part.rows[:6])
                yield from (plain(row[-1]) for row in part.rows[:6])
            case Chart():
                yield plain(part.title)
            case _:
                pass
    yield from (f"[{citation.number}] {citation.table}" for citation in answer.citations)


def test_the_order_is_caveat_figures_charts_table_sources_buttons() -> None:
    message = drawn(FULL)
    assert message.text == "**Line 3 stood still for 3 h 12 min last night.** [1]"
    first, caveat, *rest = (message.card or {})["body"]
    assert first["inlines"][0]["text"] == "Downtime"
    assert caveat["style"] == "warning"
    own = [element["type"] for element in rest if element["type"] != "RichTextBlock"]
    charts = ["Chart.HorizontalBar", "Chart.HorizontalBar", "Chart.VerticalBar"]
    assert own == ["ColumnSet", "ColumnSet", *charts, "Chart.Line", "Table"]
    assert rest[-1]["inlines"][0]["text"].startswith("[1] downtime (12\u00a0rows")
    assert [title for title, _, _ in buttons(message)] == ["Show the losses", "Trend"]


def test_a_card_that_stands_alone_says_the_sentence_itself() -> None:
    message = drawn(FULL, whole=True)
    assert (message.text, message.entities) == ("", [])
    assert "Line 3 stood still for 3 h 12 min last night." in "\n".join(texts(message.card))


def test_a_figure_has_a_sign_that_needs_no_colour() -> None:
    said = list(texts(drawn(FULL).card))
    assert said[said.index("❗ OEE") :][:4] == [
        "❗ OEE",
        " [1]",
        "61.2 %",
        "−3.1 pp vs the night before",
    ]


def test_charts_keep_what_teams_cannot_draw_in_words() -> None:
    answer = Answer("answer", (Text("Yes."), DOWNTIME, STEPS, LINES, NIGHTS))
    charts = {n["type"]: n for n in nodes(drawn(answer).card) if "Chart." in n.get("type", "")}
    pareto = Answer("answer", (Text("Yes."), DOWNTIME))
    bars = next(n for n in nodes(drawn(pareto).card) if n.get("type") == "Chart.HorizontalBar")
    assert bars["data"][0] == {"x": "Conveyor fault (66\u00a0%)", "y": 117.0}
    assert "Unclassified" not in str(bars["data"])  # unknown is not zero
    steps = charts["Chart.HorizontalBar"]["data"]
    assert [point["x"][:2] for point in steps[1:-1]] == ["− "] * (len(steps) - 2)
    assert all(point["y"] >= 0 for point in steps)
    line = charts["Chart.Line"]["data"]
    assert [one["legend"] for one in line][:3] == ["mean", "upper limit", "lower limit"]
    assert len(line[0]["values"]) == 12
    assert len(line[3]["values"]) == 10  # two nights are gaps
    assert "target 70" in "\n".join(texts(drawn(answer).card))


def test_several_series_stand_beside_one_another() -> None:
    series = (Series("made", (1, 2)), Series("expected", (2, None)))
    chart = Chart("bar", "Made", ("line-1", "line-2"), series, "bottles")
    native = next(
        n
        for n in nodes(drawn(Answer("answer", (Text("Yes."), chart))).card)
        if n.get("type") == "Chart.VerticalBar.Grouped"
    )
    assert native["yAxisTitle"] == "bottles"
    assert native["data"] == [
        {"legend": "made", "values": [{"x": "line-1", "y": 1.0}, {"x": "line-2", "y": 2.0}]},
        {"legend": "expected", "values": [{"x": "line-1", "y": 2.0}]},
    ]


def test_a_chart_without_figures_says_so() -> None:
    empty = Chart("bar", "OEE", ("a", "b"), (Series("OEE", (None, None)),), "%")
    assert "no data" in list(texts(drawn(Answer("answer", (Text("Yes."), empty))).card))


def test_an_old_client_reads_a_wide_table_row_by_row() -> None:
    columns = ("Reason", "Duration", "Stops", "Share", "Cumulative", "Before")
    table = Table(columns, (("jam", "2 h", "3", "80 %", "80 %", ""),), "lrrrrr", "Downtime")
    body = (drawn(Answer("answer", (Text("Yes."), table))).card or {})["body"]
    said = list(texts(body))
    assert "Duration: 2 h · Stops: 3 · Share: 80 % · Cumulative: 80 %" in said


def test_what_is_left_out_is_said_and_can_be_opened() -> None:
    rows = tuple((f"stop {n}", "conveyor fault " * 5) for n in range(500))
    message = drawn(Answer("answer", (Text("Many."), Table(("Stop", "Why"), rows)), id="a-1"))
    assert message.shortened
    assert "… 485 more" in list(texts(message.card))
    assert ("Show all", "show_all", "a-1") in buttons(message)
    parts = tuple(Text(f"{n}. " + "word " * 300) for n in range(100))
    message = drawn(Answer("answer", parts, id="a-1"))
    assert "There is more than fits a card." in list(texts(message.card))


def test_buttons_carry_sealed_commands_and_open_dialogs() -> None:
    offered = (
        Action("Rows", "/data a-1"),
        Action("Again", "/again a-1"),
        Action("Why?", "/downtime line-3"),
    )
    message = drawn(Answer("answer", (Text("Yes."), Actions(offered)), id="a-1"))
    assert buttons(message) == [
        ("Why?", "ask", "/downtime line-3"),
        ("Rows", "data", "/data a-1"),
        ("Again", "again", "/again a-1"),
    ]
    opens = [a for a in (message.card or {})["actions"] if "msteams" in a["data"]]
    assert [a["data"]["msteams"] for a in opens] == [{"type": "task/fetch"}]
    assert message.channel_data == {"feedbackLoop": {"type": "default"}}


@pytest.mark.parametrize("count", [0, 1, 5, 6, 7, 12, 13, 100])
def test_every_action_is_a_button_in_the_menu_or_behind_show_all(count: int) -> None:
    offered = tuple(Action(f"Go {n}", f"/oee line-{n}") for n in range(count))
    message = drawn(Answer("answer", (Text("Yes."), Actions(offered)), id="a-1"))
    actions = (message.card or {}).get("actions", [])
    assert len([a for a in actions if a.get("mode") != "secondary"]) <= 5
    asked = [title for title, verb, _ in buttons(message) if verb == "ask"]
    assert asked == [f"Go {n}" for n in range(len(asked))]
    assert (len(asked) < count) == message.shortened


def test_choices_are_buttons() -> None:
    asked = Actions((Action("Line 1", "/oee line-1"), Action("Line 2", "/oee line-2")))
    message = drawn(Answer("clarify", (Text("Which line?"), asked)))
    assert buttons(message) == [("Line 1", "ask", "/oee line-1"), ("Line 2", "ask", "/oee line-2")]
    assert message.channel_data == {}


def test_sources_are_named_in_the_text_and_told_in_the_card() -> None:
    message = drawn(FULL)
    claim = message.entities[0]["citation"][0]
    assert claim["position"] == 1
    assert claim["appearance"]["name"] == "downtime · sample plant"
    assert claim["appearance"]["abstract"].startswith("asset = line-3 · last night")
    many = tuple(replace(CITATION, number=n, filter=f"line-{n}") for n in range(1, 31))
    message = drawn(Answer("answer", (Text("Yes."),), many))
    assert len(message.entities[0]["citation"]) == 20
    hidden = [n for n in nodes(message.card) if n.get("isVisible") is False]
    opens = [n for n in nodes(message.card) if n.get("type") == "Action.ToggleVisibility"]
    assert [opens[0]["targetElements"]] == [[n["id"]] for n in hidden]


def test_words_of_a_model_are_labelled() -> None:
    message = drawn(replace(FULL, by_model=True))
    assert message.entities[0]["additionalType"] == ["AIGeneratedContent"]
    assert "(AI)" in "\n".join(texts(message.card))
    assert "additionalType" not in drawn(FULL).entities[0]
    assert entities(replace(FULL, citations=()), [], Words("en")) == []


@pytest.mark.parametrize(
    ("raw", "escaped"),
    [
        ("<at>Everyone</at> & co", "&lt;at&gt;Everyone&lt;/at&gt; &amp; co"),
        ("line_3 is 3 * 4", "line_3 is 3 \u2217 4"),
        ("_it_ ~~no~~ `x`", "\u02cdit\u02cd \u223c\u223cno\u223c\u223c \u02cbx\u02cb"),
        ("see [1]", "see [\u200b1]\u200b"),
        ("@here", "@\u200bhere"),
        ("https://a.example/x", "https\u200b://a\u200b.example/x"),
        ("# 1", "\u200b# 1"),
        ("61.2 %", "61.2 %"),
        ("\x00\u202e", "–"),
    ],
)
def test_markdown_shows_what_was_written(raw: str, escaped: str) -> None:
    assert markdown(raw) == escaped


def test_an_error_is_a_sentence_with_a_sign_and_no_card() -> None:
    message = drawn(Answer("error", (Text("SQL Server does not answer."),)))
    assert message.text == "**⚠️ SQL Server does not answer.**"
    assert message.card is None
    assert message.activity() == {
        "type": "message",
        "summary": "SQL Server does not answer.",
        "text": message.text,
        "textFormat": "markdown",
    }


def test_nothing_at_all_is_still_a_message() -> None:
    assert drawn(Answer("answer", ())).text == "Nothing to show."


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_welcome_says_what_can_be_asked(language: Language) -> None:
    message = welcome(language, seal=seal, questions=[Action("OEE", "/oee")])
    check(message)
    assert buttons(message) == [("OEE", "ask", "/oee")]
    assert message.summary in list(texts(message.card))
