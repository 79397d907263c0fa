"""Real answers from the sample plant, as Slack messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.escape import mrkdwn, plain
from adapters.slack.limits import clip, size
from adapters.slack.render import Look, Message, charts_to_draw, render
from core.answer import (
    Action,
    Actions,
    Answer,
    Chart,
    Heading,
    Metric,
    Metrics,
    Notice,
    Series,
    Table,
    Text,
)
from core.data.mapping import PlantFile
from core.store import Store
from tests.assistant.conftest import Door, sample_file
from tests.console.answers import CITATION, DOWNTIME, FULL, LINES, NIGHTS, STEPS
from tests.slack.checks import check, nodes, seal

__all__ = ["sample_file"]

LOOKS: tuple[Look, ...] = ("native", "picture", "plain")
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
    "what is the OEE of robot 2 today?",
    "wie ist die OEE von Linie 3 gestern?",
)


@pytest.fixture(scope="module")
def door(sample_file: PlantFile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("store")
    opened = Door(sample_file, Store.open(f"sqlite:///{folder}/andon.db"))
    yield opened
    opened.close()


def shown(answer: Answer, look: Look = "native", **options: Any) -> Message:
    message = render(answer, look=look, seal=seal, **options)
    check(message)
    return message


def said(block: dict[str, Any]) -> str:
    return "".join(n["text"] for n in nodes(block) if isinstance(n.get("text"), str))


def types(message: Message) -> list[str]:
    return [block["type"] for block in message.blocks]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_real_answer_says_its_sentence_first_in_every_look(door: Door, question: str) -> None:
    answer = door.ask(question)
    sentence = next(part.text for part in answer.parts if isinstance(part, Text))
    for look in LOOKS:
        message = shown(answer, look, sharing=True)
        assert said(message.blocks[0]).startswith(plain(sentence)[:200])
        assert message.text.startswith(mrkdwn(sentence)[:200])
        figures = [m.value for p in answer.parts if isinstance(p, Metrics) for m in p.metrics]
        everything = " ".join(map(said, message.blocks))
        assert all(mrkdwn(figure) in everything for figure in figures)
        for citation in answer.citations:
            assert f"[{citation.number}] {citation.table}" in everything or message.shortened


def test_the_order_is_sentence_caveat_figures_chart_table_buttons_sources_feedback() -> None:
    message = shown(FULL, files={3: "F1", 4: "F2", 5: "F3", 6: "F4"})
    assert types(message) == [
        "rich_text",  # the sentence
        "context",  # what about and when
        "rich_text",  # the caveat
        "section",
        *["image"] * 4,
        "rich_text",
        "data_table",
        "actions",
        "context",
        "context_actions",
    ]
    lead = message.blocks[0]["elements"][0]["elements"]
    assert lead[0]["style"] == {"bold": True}
    assert "Preliminary" in said(message.blocks[2])


def test_a_figure_has_a_sign_that_needs_no_colour() -> None:
    fields = [f["text"] for f in shown(FULL).blocks[3]["fields"]]
    assert fields[0] == "OEE [1]\n❗ *61.2 %*\n−3.1 pp vs the night before"
    assert fields[2] == "Target\n*75.0 %*"


def test_charts_go_to_slack_where_it_can_show_all_of_them() -> None:
    simple = Chart("bar", "OEE", ("line-1", "line-2"), (Series("OEE", (40.0, 60.123)),), "%")
    trend = Chart("trend", "OEE", NIGHTS.categories[:3], (Series("OEE", (1, 2, 3)),), "%")
    parts = (Text("Yes."), simple, LINES, DOWNTIME, STEPS, NIGHTS, trend, simple)
    answer = Answer("answer", parts)
    # A target across bars, a Pareto's line, steps and gaps are beyond it; a message takes two.
    assert [index for index, _ in charts_to_draw(answer, "native")] == [2, 3, 4, 5, 7]
    assert [index for index, _ in charts_to_draw(answer, "picture")] == [1, 2, 3, 4, 5, 6, 7]
    assert charts_to_draw(answer, "plain") == []
    native = [b for b in shown(answer).blocks if b["type"] == "data_visualization"]
    assert native[0]["chart"] == {
        "type": "bar",
        "series": [
            {
                "name": "OEE",
                "data": [{"label": "line-1", "value": 40.0}, {"label": "line-2", "value": 60.12}],
            }
        ],
        "axis_config": {"categories": ["line-1", "line-2"], "y_label": "%"},
    }
    assert native[1]["chart"]["type"] == "line"


def test_a_picture_has_a_title_and_says_what_it_shows() -> None:
    picture = next(
        b for b in shown(FULL, "picture", files={3: "F1"}).blocks if b["type"] == "image"
    )
    assert picture["slack_file"] == {"id": "F1"}
    assert picture["title"]["text"] == "Downtime by reason [1]"
    assert "Conveyor fault 117" in picture["alt_text"]


def test_bars_of_text_fit_a_phone() -> None:
    rows = said(shown(Answer("answer", (Text("Yes."), DOWNTIME)), "plain").blocks[1]).split("\n")
    assert rows[0] == "Downtime by reason (min) [1]Conveyor fault    ████████ 117  66 %"
    assert rows[3] == "Unclassified                 –"


def test_a_table_in_fixed_width_lines_up_and_a_wide_one_becomes_rows() -> None:
    narrow = Table(("Reason", "min"), (("jam", "105"), ("瓶が詰まった", "7")), "lr")
    wide = Table(("Reason", "Action", "Time"), (("x" * 30, "y" * 30, "1 h"), ("z", "", "2 h")))
    message = shown(Answer("answer", (Text("Yes."), narrow, wide)), "plain")
    assert said(message.blocks[1]) == "Reason        min\njam           105\n瓶が詰まった    7"
    assert said(message.blocks[2]).endswith("z · – · 2 h")


def test_text_does_not_repeat_a_chart_as_a_table() -> None:
    table = Table(("Reason", "min"), (("jam", "105"),), title=DOWNTIME.title)
    answer = Answer("answer", (Text("Yes."), DOWNTIME, table), id="a-1")
    assert types(shown(answer)) == [*["rich_text"] * 3, "data_table", "context_actions"]
    plain_one = shown(answer, "plain")
    assert plain_one.shortened
    assert "105" not in str(plain_one.blocks)


def test_a_long_table_is_cut_and_show_all_opens_the_rest() -> None:
    rows = tuple((f"stop {n}", "conveyor fault " * 5) for n in range(500))
    table = Table(("Stop", "Reason"), rows)
    for look in LOOKS:
        message = shown(Answer("answer", (Text("Many."), table), id="a-1"), look)
        assert message.shortened
        assert "stop 0" in str(message.blocks)
        opens = next(n for n in nodes(message.blocks) if n.get("action_id") == "show_all")
        assert opens["value"] == seal("a-1")


def test_buttons_carry_sealed_commands_under_the_ids_that_the_channel_knows() -> None:
    offered = (
        Action("Rows", "/data a-1"),
        Action("Rows of [2]", "/data a-1 2"),
        Action("Again", "/again a-1"),
        Action("Why?", "/downtime line-3"),
    )
    message = shown(Answer("answer", (Text("Yes."), Actions(offered)), id="a-1"), sharing=True)
    row = next(b for b in message.blocks if b["type"] == "actions")["elements"]
    assert [(e["action_id"], e["value"]) for e in row] == [
        ("ask:0", seal("/downtime line-3")),
        ("data:1", seal("/data a-1")),
        ("data:2", seal("/data a-1 2")),
        ("again", seal("/again a-1")),
        ("share", seal("a-1")),
    ]
    up, down = (message.blocks[-1]["elements"][0][f"{k}_button"] for k in ("positive", "negative"))
    assert (up["value"], down["value"]) == (seal("/feedback a-1 up"), seal("/feedback a-1 down"))


def test_an_answer_without_an_id_offers_nothing_that_needs_one() -> None:
    answer = Answer("clarify", (Text("Which line?"), Actions((Action("Line 1", "/oee line-1"),))))
    ids = [n["action_id"] for n in nodes(shown(answer, sharing=True).blocks) if "action_id" in n]
    assert ids == ["ask:0"]


def test_what_data_says_stays_plain_text() -> None:
    name = "<!channel> <@U0000001> https://evil.example *b* :x: @here"
    answer = Answer(
        "answer",
        (
            Heading(name),
            Text(name),
            Metrics((Metric(name, name, name),)),
            Table((name,), ((name,),), title=name),
            Notice(name),
            Actions((Action(name, "/oee"),)),
        ),
        (CITATION,),
    )
    for look in LOOKS:
        shown(answer, look)  # `check` finds everything that would be live


@pytest.mark.parametrize(
    ("raw", "escaped"),
    [
        ("<!channel> & co", "&lt;!channel&gt; &amp; co"),
        ("line_3 is 3 * 4", "line_3 is 3 \u2217 4"),
        ("*bold* _it_ ~no~", "\u2217bold\u2217 \u02cdit\u02cd \u223cno\u223c"),
        (":fire: 22:14", ":\u200bfire: 22:14"),
        ("@here #all", "@\u200bhere #\u200ball"),
        ("https://a.example/x", "https\u200b://a\u200b.example/x"),
        ("> quoted", "\u200b&gt; quoted"),
        ("61.2 %", "61.2 %"),
        ("\x00\u202e", "–"),
    ],
)
def test_mrkdwn_shows_what_was_written(raw: str, escaped: str) -> None:
    assert mrkdwn(raw) == escaped


@pytest.mark.parametrize("text", ["x" * 50, "👩" * 50, "é👩" * 30, "short"])
def test_clip_keeps_to_the_limit_in_the_larger_unit(text: str) -> None:
    cut = clip(text, 20)
    assert size(cut) <= 20
    assert cut == text or cut.endswith("…")


def test_an_error_is_a_sentence_with_a_sign() -> None:
    message = shown(Answer("error", (Text("SQL Server does not answer."),)))
    assert said(message.blocks[0]) == "⚠️ SQL Server does not answer."
    assert message.text == "SQL Server does not answer."
    assert types(message) == ["rich_text"]


def test_nothing_at_all_is_still_a_message() -> None:
    message = shown(Answer("answer", ()))
    assert message.text == "Nothing to show."


@pytest.mark.parametrize("look", LOOKS)
def test_words_of_a_model_are_labelled(look: Look) -> None:
    answer = replace(FULL, by_model=True)
    assert "(AI)" in str(render(answer, look=look, seal=seal).blocks)
    assert "(AI)" not in str(render(FULL, look=look, seal=seal).blocks)
