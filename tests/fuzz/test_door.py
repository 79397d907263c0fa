"""Whatever somebody types: one of the declared outcomes, in words, in time, in bounds."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.planner import questions
from core import registry
from core.answer import Answer
from core.answer_text import as_text
from core.data.mapping import PlantFile
from core.store import Store
from tests.assistant.conftest import Door, sample_file
from tests.fuzz.junk import TEXTS
from tests.fuzz.shown import fit_to_be_seen
from tests.fuzz.trying import trying
from tests.planner.test_fuzz import said as times_and_assets
from tests.prove.test_soak import mangled

__all__ = ["sample_file"]

LONGEST_SECONDS = 20.0  # of the processor, all threads together; most take a hundredth of that
_OWN = """andon again data show share feedback alert action handover note briefing summary subscribe
help hilfe areas"""
_WORDS = """me prompts areas language quiet forget everything all me subscribe unsubscribe change
subscriptions help 22-6 22:00-06:00 99-98 de en packaging riverside hamburg everything here take
assign done not_useful not useful carry complete sign note ack close unshelve undo shelve reason
for 30 min 2h 0 -1 99999999999 v1 v0 v99999999999999999999 up down because up! deadbeef 12345678 top
by shift reason product day vs last week yesterday today line-3 line-1 grinder-5 nights Früh
kpi oee availability <@U1> <@U1|ana> #1 [1] :1 1 2 @ana -- ... ? !"""
SENTENCES = [question["text"] for question in questions("tune")]

commands = st.sampled_from(sorted({*registry.by_command(), *_OWN.split()}))
known = st.sampled_from(_WORDS.split())
word = st.one_of(known, known, TEXTS, times_and_assets)
typed = st.builds(
    lambda command, rest: f"/{command} {' '.join(rest)}", commands, st.lists(word, max_size=6)
)
spoken = st.builds(
    lambda sentence, seed: mangled(sentence, random.Random(seed)),
    st.sampled_from(SENTENCES),
    st.integers(0, 2**32),
)
long = st.builds(lambda text, times: text * times, TEXTS, st.integers(1, 2_000))
brief = st.one_of(typed, spoken, st.lists(word, max_size=8).map(" ".join))
anything = st.one_of(brief, brief, brief, long)


@pytest.fixture
def door(sample_file: PlantFile, tmp_path: Path) -> Iterator[Door]:
    opened = Door(sample_file, Store.open(f"sqlite:///{tmp_path}/andon.db"))
    yield opened
    opened.close()


def asked(door: Door, text: str, thread: str) -> Answer:
    spent = time.process_time()
    answer = door.ask(text, thread=thread)
    assert time.process_time() - spent < LONGEST_SECONDS
    return answer


FOLLOWS = ("/data {id} {word}", "/data {id} 1 {word}", "/again {id} {word}", "/show {id} {word}",
           "/share {id} {word}", "/feedback {id} {word}", "/feedback {id} down {word}",
           "{offered} {word}")  # fmt: skip
ENDLESS = "9" * 4_400  # more digits than Python makes a number of
NUMBERS = [
    "0",
    "-1",
    "²",
    "٣",
    "1e9",
    "99999999999999999999",
    ENDLESS,
    "v" + ENDLESS,
    ENDLESS + "h",
]


@trying(6)
@given(st.lists(anything, min_size=1, max_size=3), st.sampled_from(FOLLOWS), word)
@example(["/oee line-3 yesterday"], "/data {id} {word}", "²")
@example(["/oee line-3 yesterday"], "/data {id} 1 {word}", ENDLESS)
@example(["/actions"], "{offered} {word}", "v" + ENDLESS)
def test_a_conversation(door: Door, several: list[str], follows: str, more: str) -> None:
    """Also what follows on an answer: its buttons, and commands about it with anything behind."""
    allowed = " ".join([*several, more])
    for text in several:
        answer = asked(door, text, "fuzz")
        fit_to_be_seen(answer, allowed)
        assert as_text(answer).strip()
        offered = answer.actions[-1].command if answer.actions else "/actions"
        then = follows.format(id=answer.id or "deadbeef", word=more, offered=offered)
        fit_to_be_seen(asked(door, then, "fuzz"), allowed)


@pytest.mark.parametrize(
    "number",
    [pytest.param(n, marks=[] if n in ("²", ENDLESS) else pytest.mark.prove) for n in NUMBERS],
    ids=lambda number: number[:6],
)
def test_numbers_that_are_none(door: Door, number: str) -> None:
    for text in (
        f"/alert deadbeef v{number} shelve {number} min because", f"/alert deadbeef v{number} take",
        f"/action deadbeef take v{number}", f"/action take deadbeef v{number}",
        f"/handover complete deadbeef v{number}", f"/andon quiet {number}:00-{number}:00",
        f"/andon quiet {number}-6", f"/losses top {number}", f"/oee past {number} hours",
        f"oee of line {number} past {number} days", f"/trend oee line-3 past {number} weeks",
        f"/downtime line-3 {number}", f"/production {number}", f"lines {number} to {number}",
        f"/recall {number}", f"/oee line-3 {number}-{number}-{number}", f"#{number}",
        f"/oee line-3 {number}:{number} to {number}:{number}", f"/oee line-3 KW {number}",
    ):  # fmt: skip
        fit_to_be_seen(asked(door, text, "numbers"), text)
