"""What people ask, from free text to the answer."""

from __future__ import annotations

import json

import pytest

from core.answer import Metrics, Notice, Table, Text
from core.answer_json import to_json
from tests.assistant.conftest import Door, action, first_text, notices

STORIES = {
    "why was line 3 down last night?": ("downtime_analysis", "infeed conveyor jam"),
    "warum stand Linie 3 letzte Nacht?": ("downtime_analysis", "infeed conveyor jam"),
    "what is the OEE of robot 2 today?": ("oee_query", "no ideal rate"),
    "wie ist die OEE von Robot 2 heute?": ("oee_query", "keinen Solltakt"),
    "is grinder 5 getting worse?": ("trend_analysis", "Grinder 5"),
    "what does downtime of oven-1 cost us?": ("financial_impact", "Oven 1"),
    "any safety incidents open?": ("safety_events", "open"),
    "what should we do first today?": ("action_list", ""),
    "which alerts are there right now?": ("alert_check", ""),
    "what would help filler-2 most?": ("recommendation_engine", "Filler 2"),
    "are we on plan in packaging?": ("production_status", ""),
    "rank the losses of line-1 by money": ("cost_of_loss", "Line 1"),
    "compare line-1 and line-2 last week": ("comparative_analysis", "Line"),
    "tell me about cnc-4": ("asset_lookup", "CNC 4"),
}


@pytest.mark.parametrize(("question", "expected"), STORIES.items())
def test_a_question_finds_its_tool_and_story(
    door: Door, question: str, expected: tuple[str, str]
) -> None:
    answer = door.ask(question)
    assert (answer.outcome, answer.tool) == ("answer", expected[0])
    assert expected[1] in first_text(answer)


def test_every_figure_has_a_citation(door: Door) -> None:
    answer = door.ask("/oee line-3 yesterday")
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    (production,) = [c for c in answer.citations if c.table == "production"]
    assert production.rows == 2 * 24  # yesterday, and the day before
    assert production.period.count("CDT") == 2


def test_the_answer_tells_programs_what_was_understood(door: Door) -> None:
    shown = to_json(door.ask("/oee line 3 yesterday"))
    json.dumps(shown, allow_nan=False)
    assert shown["args"]["assets"] == ["line-3"]
    assert shown["args"]["period"]["label"] == "yesterday"
    assert shown["args"]["period"]["zone"] == "America/Chicago"


def test_a_thread_keeps_its_subject_and_another_thread_does_not(door: Door) -> None:
    door.ask("oee of line 3 yesterday")
    followed = door.ask("and line 4?")
    assert (followed.tool, followed.args["assets"]) == ("oee_query", ["line-4"])
    assert followed.args["period"].label == "yesterday"  # type: ignore[attr-defined]
    again = door.ask("what about last week?")
    assert again.args["assets"] == ["line-4"]
    assert again.args["period"].label == "last_week"  # type: ignore[attr-defined]
    elsewhere = door.ask("and line 4?", thread="2")
    assert elsewhere.outcome == "clarify"
    someone_else = door.ask("and line 4?", user="console:ben")
    assert someone_else.outcome == "clarify"


def test_an_unknown_asset_gets_its_nearest_names_as_buttons(door: Door) -> None:
    answer = door.ask("/downtime line 9 yesterday")
    assert answer.outcome == "unknown_asset"
    assert "line 9" in first_text(answer)
    assert answer.actions
    chosen = door.ask(answer.actions[0].command)
    assert chosen.outcome == "answer"
    assert chosen.args["period"].label == "yesterday"  # type: ignore[attr-defined]


def test_plants_with_days_of_their_own_are_asked_about_one_by_one(door: Door) -> None:
    answer = door.ask("/downtime hamburg riverside yesterday")
    assert answer.outcome == "clarify"
    asked = [door.ask(action.command) for action in answer.actions]
    assert [one.args["assets"] for one in asked] == [["hamburg"], ["riverside"]]
    assert door.ask("/downtime hamburg riverside past 24 hours").outcome == "answer"


def test_an_ambiguous_asset_is_asked_back(door: Door) -> None:
    answer = door.ask("/oee grinder")
    assert answer.outcome == "clarify"
    assert len(answer.actions) == 6
    assert door.ask(answer.actions[4].command).args["assets"] == ["grinder-5"]


@pytest.mark.parametrize(
    "question",
    [
        "stop line 3",
        "will line 3 break down tomorrow?",
        "who screwed up line 3?",
        "what is the capital of France?",
        "'; DROP TABLE production; --",
    ],
)
def test_what_the_bot_cannot_or_must_not_do_is_declined_with_a_way_out(
    door: Door, question: str
) -> None:
    answer = door.ask(question)
    assert answer.outcome == "decline"
    assert answer.actions


@pytest.mark.parametrize("question", ["", "   ", "\n", "😀😀😀", "x" * 10_001, "line-3 " * 1_400])
def test_empty_and_endless_questions_get_a_sentence(door: Door, question: str) -> None:
    answer = door.ask(question)
    assert answer.outcome in ("clarify", "decline", "answer")
    assert first_text(answer)


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("/oee line-3 2030-01-01", "decline"),
        ("/oee line-3 2999-01-01", "clarify"),
        ("/oee line-3 2026-03-10..2026-03-01", "clarify"),
        ("/nonsense", "clarify"),
        ("/oee line-3 2026-02-30", "clarify"),
    ],
)
def test_wrong_periods_and_commands_are_told(door: Door, question: str, outcome: str) -> None:
    assert door.ask(question).outcome == outcome


def test_words_that_are_not_understood_are_said_to_be_left_out(door: Door) -> None:
    answer = door.ask("/oee line-3 yesterday flurbel")
    assert answer.outcome == "answer"
    assert any("flurbel" in notice for notice in notices(answer))


def test_an_unknown_word_in_the_place_of_an_asset_is_asked_back(door: Door) -> None:
    answer = door.ask("/oee lin yesterday")
    assert answer.outcome == "unknown_asset"
    assert door.ask("/downtime foobar").outcome == "unknown_asset"


def test_a_period_that_a_tool_cannot_look_at_is_said_to_be_left_out(door: Door) -> None:
    answer = door.ask("/production line-1 yesterday")
    assert isinstance(answer.parts[2], Notice)
    assert "yesterday" in answer.parts[2].text
    assert not any("left out" in notice for notice in notices(door.ask("/production line-1")))


def test_the_same_answer_is_compared_alike_when_asked_again(door: Door) -> None:
    answer = door.ask("/downtime line-3 last night")
    again = door.ask("run again")
    assert "Nothing changed" in first_text(again)
    figures = [p for p in answer.parts if isinstance(p, Metrics)]
    assert [p for p in again.parts if isinstance(p, Metrics)] == figures
    door.ask("/downtime line-3 last night")
    shown = door.ask("Show the data")
    assert any(isinstance(part, Table) for part in shown.parts)


def test_blame_is_declined_with_the_causes_offered(door: Door) -> None:
    answer = door.ask("who screwed up line 3?")
    assert answer.outcome == "decline"
    assert answer.actions[0].command == "/downtime line-3"


def test_help_names_every_command_and_explains_one(door: Door) -> None:
    overview = next(p for p in door.ask("/andon help").parts if isinstance(p, Table))
    assert {"/oee", "/downtime", "/actions"} <= {row[0] for row in overview.rows}
    fields = next(p for p in door.ask("/oee help").parts if isinstance(p, Table))
    assert {row[0] for row in fields.rows} == {"assets", "kpi", "period", "versus", "by"}


def test_long_work_shows_progress(door: Door) -> None:
    told: list[str] = []
    door.ask("/oee line-3", progress=told.append)
    assert told


def test_the_data_behind_a_figure_can_be_paged(door: Door) -> None:
    answer = door.ask("/oee line-3 yesterday")
    number = next(c.number for c in answer.citations if c.table == "production")
    first = door.ask(f"/data {answer.id} {number}")
    table = next(p for p in first.parts if isinstance(p, Table))
    assert len(table.rows) == 15
    assert "total_units" in table.columns
    pages, page = [table], first
    while any(one.label == "More rows" for one in page.actions):
        page = door.ask(action(page, "More rows").command)
        pages.append(next(p for p in page.parts if isinstance(p, Table)))
    starts = {row[table.columns.index("start")] for shown in pages for row in shown.rows}
    assert len(starts) == 2 * 24  # yesterday, and the day before
    assert door.ask(f"/data {answer.id} 99").outcome == "clarify"


def test_the_data_are_the_counted_rows_by_the_plants_clock(door: Door) -> None:
    answer = door.ask("/downtime line-3 last night")
    for citation in answer.citations:
        said = door.ask(f"/data {answer.id} {citation.number}").parts[1]
        assert isinstance(said, Text)
        assert f" of {citation.rows}, " in said.text
        assert "The figure was made from" not in said.text
        assert "on the clock of America/Chicago" in said.text
    table = next(p for p in door.ask(f"/data {answer.id} 1").parts if isinstance(p, Table))
    starts = [row[table.columns.index("start")] for row in table.rows]
    assert all(start[11:] >= "22:00" or start[11:] < "06:00" for start in starts)
    assert "asset" not in table.columns  # the same in every row, and in the title


@pytest.mark.parametrize("command", ["/data", "/again"])
def test_a_replay_without_an_id_says_what_it_needs(door: Door, command: str) -> None:
    answer = door.ask(command)
    assert answer.outcome == "clarify"
    assert "“”" not in "".join(p.text for p in answer.parts if isinstance(p, Text))


def test_nobody_reads_anothers_private_answer(door: Door) -> None:
    answer = door.ask("/oee line-3 yesterday")
    assert door.ask(f"/data {answer.id} 1", user="console:eve", thread="9").outcome == "clarify"
    assert door.ask("/data nonsense").outcome == "clarify"


def test_feedback_is_kept_once_per_person(door: Door) -> None:
    answer = door.ask("/oee line-3 yesterday")
    assert door.ask(f"/feedback {answer.id} up").outcome == "answer"
    assert door.ask(f"/feedback {answer.id} down wrong shift").outcome == "answer"
    assert door.ask(f"/feedback {answer.id} maybe").outcome == "clarify"
    assert door.store is not None
    kept = door._runner.run(door.store.feedback(answer.id))
    assert [(f.verdict, f.reason) for f in kept] == [("down", "wrong shift")]
