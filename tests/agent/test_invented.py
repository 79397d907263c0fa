"""No figure passes that no tool returned, however it is written."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.agent.figure import REFERENCE
from core.agent.guard import LONGEST, Refused, Released
from tests.agent.invented import COMMAND, QUESTION, SENTENCES, UNSAFE, altered
from tests.agent.legitimate import CASES, Case
from tests.agent.turns import Plant, Turn


@pytest.fixture(scope="module")
def turn(plant: Plant) -> Turn:
    return plant.turn(QUESTION, COMMAND)


def test_no_invented_figure_passes(turn: Turn) -> None:
    assert len(SENTENCES) >= 200
    passed = [
        said
        for sentence in SENTENCES
        for said in (sentence, f"Line 3 was down, {sentence}", f"Das waren {sentence} auf Line 3.")
        if isinstance(turn.guard.check(said), Released)
    ]
    assert passed == []


def test_no_altered_or_written_out_figure_passes(plant: Plant) -> None:
    tried, passed = 0, []
    for turn, before, sentence in altered(plant):
        tried += 1
        if isinstance(turn.guard.check(sentence, before), Released):
            passed.append(sentence)
    assert tried >= 200
    assert passed == []


def test_nothing_unsafe_passes(turn: Turn) -> None:
    assert [s for s in UNSAFE if isinstance(turn.guard.check(s), Released)] == []


def test_what_stands_in_the_question_may_be_said_again(turn: Turn) -> None:
    for said in ("It is not more than 80 %.", "I looked at the past 4 hours too."):
        assert isinstance(turn.guard.check(said), Released), said
    for said in ("It had 4 stops.", "It made 80 bottles.", "It was 4 %.", "Line 3 had 3 stops."):
        assert isinstance(turn.guard.check(said), Refused), said


def test_an_offender_says_what_to_mend(turn: Turn) -> None:
    refused = turn.guard.check("Line 3 was down 136 min, see www.evil.example")
    assert isinstance(refused, Refused)
    assert {offender.why for offender in refused.offenders} == {"number", "link"}
    assert all(offender.said in offender.told("en") for offender in refused.offenders)
    assert "136" in refused.offenders[-1].told("de") or "136" in refused.offenders[0].told("de")


def test_a_sentence_without_end_is_refused(turn: Turn) -> None:
    assert isinstance(turn.guard.check("and " * LONGEST), Refused)


_TEXT = st.text(
    st.one_of(
        st.sampled_from(string.printable + "½²三١Ⅻ１①äöüß„“–\u00a0\u200b"),
        st.characters(categories=("Nd", "Nl", "No", "Ll", "Zs", "Po")),
    ),
    max_size=60,
)


@settings(max_examples=300)
@given(st.lists(st.one_of(_TEXT, st.sampled_from(["[[a1]]", "Line 3 was down ", "last night "]))))
def test_no_digit_passes_outside_references_and_names(turn: Turn, pieces: list[str]) -> None:
    sentence = "".join(pieces)
    if not isinstance(turn.guard.check(sentence), Released):
        return
    left = REFERENCE.sub(" ", sentence)
    left = re.sub(r"[^\W\d_]+[\s#_-]*\d+", lambda m: _unless_named(turn, m[0]), left)
    assert not any(char.isnumeric() for char in left), sentence


def _unless_named(turn: Turn, said: str) -> str:
    """Nothing where it is the name of an asset, or stands in the question; else as it is."""
    named = turn.detectors.asset_mentions(said)
    if any(mention.sort != "unknown" for mention in named):
        return ""
    return "" if said.lower() in QUESTION else said


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.question)
def test_the_figures_are_shown_as_the_tool_wrote_them(plant: Plant, case: Case) -> None:
    turn = plant.turn(case.question, *case.commands, language=case.language)
    for said in case.sentences:
        before, sentence = ("", said) if isinstance(said, str) else said
        checked = turn.check(sentence, before)
        if isinstance(checked, Released):
            assert "[[" not in checked.text
            assert all(figure.shown in checked.text for figure in checked.figures)
