"""What the planner does with free text, beside the labelled questions."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from benchmarks.planner import CALENDAR, questions, sample_names
from core.planner.arguments import fill
from core.planner.model import trained
from core.planner.planner import (
    DECLINED,
    FIELDS,
    UNASKED,
    Clarify,
    Decline,
    Plan,
    Planner,
    ThreadContext,
    command,
)
from core.planner.reading import detect_language
from core.planner.training import train

NAMES = sample_names()
SHIFTS = CALENDAR.names
PLANNER = Planner()


def ask(text: str, tool: str | None = None, **args: object) -> Plan | Clarify | Decline:
    context = ThreadContext(tool, args) if tool else None
    return PLANNER.plan(text, NAMES, SHIFTS, context)


def planned(text: str, tool: str | None = None, **args: object) -> tuple[str, Mapping[str, object]]:
    plan = ask(text, tool, **args)
    assert isinstance(plan, Plan), plan
    return plan.tool, plan.args


def test_a_question_becomes_a_tool_and_words_for_its_arguments() -> None:
    assert planned("Why was line 3 down last night?") == (
        "downtime_analysis",
        {"assets": ["line-3"], "period": "last night"},
    )
    assert planned("oee of line 3 yesterday vs last week") == (
        "oee_query",
        {"assets": ["line-3"], "period": "yesterday", "versus": "last week", "kpi": "oee"},
    )
    assert planned("top 5 stop reasons filler-2 by shift") == (
        "downtime_analysis",
        {"assets": ["filler-2"], "top": 5, "by": "shift"},
    )


def test_an_unknown_or_ambiguous_asset_keeps_its_words() -> None:
    assert planned("why did line 9 stop")[1]["assets"] == ["line 9"]
    assert planned("oee of the filler today")[1]["assets"] == ["filler"]


@pytest.mark.parametrize("text", ["", "   ", "?!", "\n", "🤖🤖"])
def test_nothing_asked(text: str) -> None:
    assert ask(text) == Decline("empty")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("stop line 3", "control"),
        ("set the speed to 80", "control"),
        ("order spare parts for grinder 5", "control"),
        ("will line 3 break tomorrow", "future"),
        ("oee line 3 next week", "future"),
        ("who screwed up line 3", "person"),
        ("rank the operators", "person"),
        ("can I bypass the light curtain", "safety_advice"),
        ("what is the weather like", "not_plant"),
        ("qwertz uiop", "not_plant"),
    ],
)
def test_what_is_declined(text: str, key: str) -> None:
    assert ask(text) == Decline(key)


def test_a_name_alone_is_asked_back_with_commands() -> None:
    answer = ask("line 3 yesterday")
    assert isinstance(answer, Clarify)
    assert answer.key == "what_about"
    assert [choice.command for choice in answer.choices] == [
        "/oee line-3 yesterday",
        "/downtime line-3 yesterday",
        "/cost line-3 yesterday",
    ]


THREAD: Mapping[str, object] = {"assets": ["line-3"], "period": "yesterday"}


@pytest.mark.parametrize(
    ("text", "tool", "args"),
    [
        ("and line 4?", "oee_query", {"assets": ["line-4"], "period": "yesterday"}),
        ("what about last week?", "oee_query", {"assets": ["line-3"], "period": "last week"}),
        ("und gestern?", "oee_query", {"assets": ["line-3"], "period": "gestern"}),
        ("by shift", "oee_query", {**THREAD, "by": "shift"}),
        ("vs last week", "oee_query", {"assets": ["line-3"], "versus": "last week"}),
        ("why?", "downtime_analysis", THREAD),
        ("show the cost", "financial_impact", THREAD),
        ("Monday too please", "oee_query", {"assets": ["line-3"], "period": "Monday"}),
        ("just the night shift pls", "oee_query", {**THREAD, "period": "yesterday night shift"}),
        ("and the night before", "oee_query", {**THREAD, "period": "night before the yesterday"}),
        ("und die Nacht davor?", "oee_query", {**THREAD, "period": "Nacht davor yesterday"}),
        (
            "and before that?",
            "oee_query",
            {"assets": ["line-3"], "period": "before that yesterday"},
        ),
        ("sorry, line 4", "oee_query", {"assets": ["line-4"], "period": "yesterday"}),
        ("and the other lines?", "oee_query", {"assets": ["line-1", "line-2", "line-4"]}),
        ("and the boiler?", "oee_query", {"assets": ["boiler"], "period": "yesterday"}),
        ("break it down by shift", "oee_query", {**THREAD, "by": "shift"}),
        ("show me the trend", "trend_analysis", {"assets": ["line-3"], "kpi": "oee"}),
        ("compare it with line 2", "comparative_analysis", {"assets": ["line-3", "line-2"]}),
        ("any alerts?", "alert_check", {}),
        ("which machines were down last week", "downtime_analysis", {"period": "last week"}),
    ],
)
def test_a_follow_up_keeps_the_threads_context(
    text: str, tool: str, args: Mapping[str, object]
) -> None:
    got, got_args = planned(text, "oee_query", **THREAD)
    assert got == tool
    assert {name: got_args.get(name) for name in args} == dict(args)
    if "assets" not in args:
        assert "assets" not in got_args


def test_a_comparison_in_a_thread_keeps_both_periods() -> None:
    tool, args = planned("vs the week before", "oee_query", assets=["line-3"], period="last week")
    assert tool == "comparative_analysis"
    assert (args["period"], args["versus"]) == ("last week", "week before the last week")


def test_a_trend_keeps_the_threads_period_unless_it_has_no_course() -> None:
    said = "is that getting better?"
    assert planned(said, "oee_query", period="last month")[1]["period"] == "last month"
    assert "period" not in planned(said, "oee_query", period="yesterday")[1]


def test_a_thread_does_not_look_ahead_either() -> None:
    assert ask("and next week?", "oee_query", **THREAD) == Decline("future")


def test_thanks_in_a_thread_ask_nothing_again() -> None:
    assert planned("ok thanks", "oee_query", **THREAD)[0] == "help"


@pytest.mark.parametrize(
    ("text", "assets"),
    [
        ("oee foobar", ["foobar"]),
        ("oee of wrapper 2", ["wrapper 2"]),
        ("downtime of the boiler last week", ["boiler"]),
        ("why did the boiler stop", ["boiler"]),
        ("Stillstand vom Kessel letzte Woche", ["Kessel"]),
        ("stops on wrapper 2 and line 3", ["wrapper 2", "line-3"]),
        ("robot oee", ["robot"]),
        ("oee of grinder yesterday", ["grinder"]),
        ("oee of press last week", ["press"]),
        ("oee for grinder yesterday", ["grinder"]),
        ("OEE von Schleifer gestern", ["Schleifer"]),
        ("OEE von grinder gestern", ["grinder"]),
        ("oee of packaging line 3 yesterday", ["line-3"]),
        ("robot 2 oee", ["robot-2"]),
        ("best packaging line last month?", ["line-1", "line-2", "line-3", "line-4"]),
        ("oee packaging line 3", ["line-3"]),
    ],
)
def test_what_stands_where_an_asset_would_is_one(text: str, assets: list[str]) -> None:
    assert planned(text)[1]["assets"] == assets


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("line 3 oee christmas", "christmas"),
        ("what was the oee of line 3 since the overhaul", "since the overhaul"),
        ("Wie war die OEE von Linie 3 seit dem Umzug gestern?", "seit dem Umzug"),
        ("downtime on line 3 during the thunderstorm", "thunderstorm"),
        ("rejects cnc3 during nights this week", "nights"),
        ("hey, could you kindly show my boss the oee of line 3 yesterday mate", ""),
        ("our auditor was here, so what was the availabilty of oven 1 yesterday", ""),
        ("days since the last accident in packaging", ""),
        ("compare nights and days on line 3", ""),
    ],
)
def test_words_for_a_time_that_nobody_understood_are_told(text: str, left: str) -> None:
    plan = ask(text)
    assert isinstance(plan, Plan)
    assert plan.leftover == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("line 3 downtime yesterday excluding changeovers", "excluding changeovers"),
        ("line 3 downtime yesterday without the changeovers", "without the changeovers"),
        ("downtime line 3 without changeovers and jams last week", "without changeovers and jams"),
        ("all stops except conveyor jam on line 3 yesterday", "except conveyor jam"),
        ("downtime of line 3 yesterday, apart from cleaning", "apart from cleaning"),
        ("downtime of line 3 yesterday other than planned cleaning", "other than planned cleaning"),
        ("line 3 downtime yesterday, changeovers excluded", "changeovers excluded"),
        ("oee of line 3 yesterday without changeovers", "without changeovers"),
        ("Stillstand Linie 3 gestern ohne Rüsten", "ohne Rüsten"),
        ("Stillstand Linie 3 gestern außer Reinigung", "außer Reinigung"),
        ("Stillstand Linie 3 gestern abgesehen von Umrüsten", "abgesehen von Umrüsten"),
    ],
)
def test_a_reason_to_leave_out_is_no_filter_and_is_told(text: str, left: str) -> None:
    plan = ask(text)
    assert isinstance(plan, Plan)
    assert "reason" not in plan.args
    assert plan.leftover == left


def test_a_reason_beside_one_to_leave_out_is_still_asked_for() -> None:
    plan = ask("jam stops on line 3 yesterday excluding changeovers")
    assert isinstance(plan, Plan)
    assert (plan.args["reason"], plan.leftover) == ("jam", "excluding changeovers")


def test_hardly_a_word_of_the_labelled_questions_is_told_as_not_understood() -> None:
    asked = [
        q["text"] for name in ("tune", "strangers_tune", "strangers2_tune") for q in questions(name)
    ]
    told = [plan.leftover for text in asked if isinstance(plan := ask(text), Plan) if plan.leftover]
    assert len(told) < len(asked) / 100, told


@pytest.mark.parametrize(
    ("text", "unsplit"),
    [
        ("oee line 3 by product", "product"),
        ("OEE Linie 3 nach Wochentag", "Wochentag"),
        ("trend of line 1 last month by reason", "reason"),
        ("oee line 3 by shift", ""),
        ("bottles per hour line 3 today", ""),
    ],
)
def test_a_split_that_cannot_be_had_is_told(text: str, unsplit: str) -> None:
    plan = ask(text)
    assert isinstance(plan, Plan)
    assert plan.unsplit == unsplit


@pytest.mark.parametrize(
    ("text", "tool", "field", "value"),
    [
        ("teep of line 3 yesterday", "oee_query", "kpi", "teep"),
        ("fpy filler 2 last week", "oee_query", "kpi", "first_pass_yield"),
        ("Erstausbeute Füller 2 gestern", "oee_query", "kpi", "first_pass_yield"),
        ("quality of line 1 today", "oee_query", "kpi", "quality"),
        ("trend of the first pass yield of line 1", "trend_analysis", "kpi", "quality"),
        ("mtbf grinder 5", "downtime_analysis", "focus", "mtbf"),
        ("how often did line 3 stop yesterday", "downtime_analysis", "focus", "stops"),
        ("who do i call for the oven", "asset_lookup", "focus", "contact"),
    ],
)
def test_the_figure_that_is_asked_about_first(text: str, tool: str, field: str, value: str) -> None:
    got, args = planned(text)
    assert (got, args[field]) == (tool, value)


@pytest.mark.parametrize(
    "text", ["whats broken", "what is broken?", "open stops", "was ist kaputt"]
)
def test_what_stands_now_is_not_declined(text: str) -> None:
    assert planned(text)[0] in ("production_status", "downtime_analysis", "alert_check")


def test_a_tool_that_came_later_is_found_by_its_examples() -> None:
    fields = {**FIELDS, "energy": frozenset({"assets", "period"})}
    planner = Planner(fields, {"energy": ("how much energy did the oven use yesterday",)})
    plan = planner.plan("how much energy did line 3 use last week", NAMES, SHIFTS)
    assert isinstance(plan, Plan)
    assert plan.tool == "energy"
    assert plan.args == {"assets": ["line-3"], "period": "last week"}


def test_a_split_that_the_tool_does_not_know_is_left_out() -> None:
    assert "by" not in planned("trend of line 1 last month by reason")[1]


@pytest.mark.parametrize(
    ("tool", "text", "args", "left"),
    [
        ("oee_query", "line-3 yesterday", {"assets": ["line-3"], "period": "yesterday"}, ()),
        ("downtime_analysis", "L3 5", {"assets": ["line-3"], "top": 5}, ()),
        ("cost_of_loss", "L3 7 days 5", {"period": "7 days", "top": 5}, ()),
        ("trend_analysis", "filler-2 scrap please", {"kpi": "scrap_ratio"}, ()),
        ("oee_query", "line-1 vs last week", {"versus": "last week", "period": None}, ()),
        ("alert_check", "line-1 blubb", {"assets": ["line-1"]}, ("blubb",)),
        ("alert_check", "", {"assets": None}, ()),
        ("downtime_analysis", "line-3 stops", {"focus": "stops"}, ()),
        ("oee_query", "line-3 this month vs last", {"versus": "last month"}, ()),
        ("oee_query", "line-3 by product", {"by": None}, ("product",)),
    ],
)
def test_words_after_a_command(
    tool: str, text: str, args: Mapping[str, object], left: tuple[str, ...]
) -> None:
    filled = fill(FIELDS[tool], text, NAMES, SHIFTS)
    assert {name: filled.args.get(name) for name in args} == args
    assert filled.left == left


def test_a_command_says_the_same_as_its_arguments() -> None:
    args = {"assets": ["line-3"], "period": "last week", "top": 3, "by": "shift"}
    said = command("downtime_analysis", args)
    assert said == "/downtime line-3 last week top 3 by shift"
    assert fill(FIELDS["downtime_analysis"], said.partition(" ")[2], NAMES, SHIFTS).args == args


def test_the_day_stays_where_its_shifts_are_compared() -> None:
    _, args = planned("early and late yesterday side by side, output of packaging")
    assert args["by"] == "shift"
    assert args["period"] == "yesterday"


@pytest.mark.parametrize(
    "text",
    [
        "Größte Verluste in Packaging gestern?",
        "Wo hat Riverside gestern am meisten verloren?",
        "Where did Packaging lose most yesterday?",
    ],
)
def test_where_most_was_lost_is_asked_of_the_losses(text: str) -> None:
    assert planned(text)[0] == "cost_of_loss"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("why was line 3 down", "en"),
        ("warum stand Linie 3", "de"),
        ("OEE Linie 3 gestern", "de"),
        ("oee line-3", "en"),
        ("größte Verluste", "de"),
        ("", "en"),
    ],
)
def test_the_language_of_a_question(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_the_model_knows_exactly_the_tools_and_reasons() -> None:
    assert set(trained().aims) == {*FIELDS, *DECLINED, UNASKED}
    for language in train.LANGUAGES:
        phrasings = train.phrasings(train.HERE / f"{language}.txt")
        assert {aim for aim, _ in phrasings} == set(trained().aims)
    assert {aim for aim, _ in train.phrasings(train.VOICES)} == set(trained().aims)


def test_the_words_that_count_as_known_are_those_of_the_phrasings() -> None:
    """Run core.planner.training.train after a change of the phrasings."""
    assert train.WORDS.read_text(encoding="utf-8").split() == train.learned()
