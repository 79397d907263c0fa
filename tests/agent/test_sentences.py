"""Whole sentences out of a text that comes in pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.agent.guard import LONGEST
from core.agent.sentences import Sentences, sentences

TEXTS = {
    "Line 3 was down. It was a jam.": ["Line 3 was down.", "It was a jam."],
    "Check Line 3. Then go on.": ["Check Line 3.", "Then go on."],
    "It was [[a1]]. And [[a2]].": ["It was [[a1]].", "And [[a2]]."],
    "See e.g. the conveyor. Or i.e. Line 3.": ["See e.g. the conveyor.", "Or i.e. Line 3."],
    "Das ist z. B. ein Stau. Prüfen!": ["Das ist z. B. ein Stau.", "Prüfen!"],
    "Das ist z.B. Rüsten. Gut.": ["Das ist z.B. Rüsten.", "Gut."],
    "In der 3. Schicht stand sie. Warum?": ["In der 3. Schicht stand sie.", "Warum?"],
    "Am Di 10. Mär war es so. Gut.": ["Am Di 10. Mär war es so.", "Gut."],
    "OEE was 73.4 %. Good.": ["OEE was 73.4 %.", "Good."],
    "One\n- two\n- three": ["One", "- two", "- three"],
    "1. First thing\n2. Second thing": ["1. First thing", "2. Second thing"],
    "A.\n\nB.": ["A.", "B."],
    "Really? Yes! Fine…": ["Really?", "Yes!", "Fine…"],
    "He said “stop.” Then left.": ["He said “stop.”", "Then left."],
    "": [],
    "  \n ": [],
    "no end": ["no end"],
    "Odd [[a1. b]] thing. Next.": ["Odd [[a1. b]] thing.", "Next."],
    "On Mon. 9 March it stood. Do so. Now.": ["On Mon. 9 March it stood.", "Do so.", "Now."],
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.items())
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_text_is_split_alike_however_it_comes(text: str, expected: list[str], size: int) -> None:
    chunks = [text[n : n + size] for n in range(0, len(text), size)]
    assert list(sentences(chunks)) == expected


def test_a_sentence_is_given_out_as_soon_as_the_next_begins() -> None:
    splitter = Sentences()
    assert list(splitter.feed("Line 3 was down.")) == []
    assert list(splitter.feed(" It")) == ["Line 3 was down."]
    assert list(splitter.feed(" stood.\n")) == ["It stood."]
    assert list(splitter.rest()) == []


@given(st.text(max_size=300), st.integers(1, 20))
def test_nothing_is_lost_or_added(text: str, size: int) -> None:
    chunks = [text[n : n + size] for n in range(0, len(text), size)]
    said = "".join("".join(sentences(chunks)).split())
    assert said == "".join(text.split())


@given(st.lists(st.sampled_from(["[[a1]]", "[[", "]]", ". ", "A", "\n", " "]), max_size=30))
def test_a_reference_is_never_split(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = "\x00".join(sentences(text))
    assert found.count("[[a1]]") == text.count("[[a1]]")


def test_a_text_without_end_is_cut() -> None:
    splitter = Sentences()
    found = list(splitter.feed("x" * (LONGEST * 5)))
    assert found
    assert all(len(sentence) > LONGEST for sentence in found[:1])
    assert len(splitter._open) <= LONGEST + 1
