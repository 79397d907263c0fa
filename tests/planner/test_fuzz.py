"""Whatever people type: only the declared answers, and spans that lie in the text."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.planner import CALENDAR, NOW, sample_names
from core.domain.periods import Period
from core.errors import UserError
from core.planner.arguments import fill
from core.planner.asset_words import AssetNames
from core.planner.features import MOST_WORDS, features
from core.planner.lexicon import MAX_TEXT, entries, words
from core.planner.period_words import find_period, parse_period
from core.planner.planner import FIELDS, Clarify, Decline, Plan, Planner, ThreadContext
from tests.planner.test_asset_words import Thing

NAMES = sample_names()
PLANNER = Planner()
SECTIONS = ("day", "unit", "month", "weekday", "part", "shift_name", "clock", "to_date")
TIME_WORDS = sorted(
    {phrase.rstrip("*") for section in SECTIONS for phrase, _ in entries("time", section)}
    | {phrase.rstrip("*") for phrase, _ in entries("time")}
    | {phrase for phrase, _ in entries("numbers")}
    | {"2026-11-17", "31.02.", "0", "7", "99", "9999999", "24h", "3rd", "12:75", "25:00", "Q3",
       "..", "-", "2025", "0000-00-00", "2026-W60", "13/2025", "1/1/1", "9999-12-31", "0001-01-01",
       "0uhr", "2026-11-17T06:00Z", "99999999999999999999 h", "٣", "Ⅻ", "²"}
)  # fmt: skip
OTHER_WORDS = [
    "line",
    "3",
    "lines",
    "grinder",
    "#",
    "5",
    "the",
    "vs",
    "by",
    "top",
    "oee",
    "why",
    ",",
]
said = st.lists(st.sampled_from([*TIME_WORDS, *OTHER_WORDS]), max_size=12).map(" ".join)
MOMENTS = st.integers(1_735_689_600, 1_830_211_200).map(lambda at: datetime.fromtimestamp(at, UTC))
anything = st.text(max_size=300) | said


@settings(max_examples=300, deadline=None)
@given(anything)
def test_a_question_has_one_of_the_three_answers(text: str) -> None:
    for context in (None, ThreadContext("oee_query", {"assets": ["line-3"], "period": "today"})):
        answer = PLANNER.plan(text, NAMES, CALENDAR.names, context)
        assert isinstance(answer, (Plan, Clarify, Decline))
        if isinstance(answer, Plan):
            assert set(answer.args) <= FIELDS[answer.tool]


@settings(max_examples=300, deadline=None)
@given(anything)
def test_spans_lie_in_the_text(text: str) -> None:
    end = 0
    for mention in NAMES.find(text):
        assert 0 <= mention.start < mention.end <= len(text)
        assert set(mention.ids) <= set(NAMES.ids)
    for span in find_period(text, CALENDAR.names):
        assert end <= span.start < span.end <= len(text)
        end = span.end
    fill(FIELDS["downtime_analysis"], text, NAMES, CALENDAR.names)


@settings(max_examples=500, deadline=None)
@given(said, MOMENTS)
def test_a_period_is_understood_or_refused(text: str, now: datetime) -> None:
    for span in find_period(text, CALENDAR.names):
        try:
            period = parse_period(span.said, CALENDAR, now)
        except UserError:
            continue
        assert isinstance(period, Period)
        assert period.start <= period.end <= now


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=5, unique=True))
def test_any_name_is_found_as_it_is(names: list[str]) -> None:
    things = [Thing(f"asset-{n}", name) for n, name in enumerate(names)]
    found = AssetNames(things)
    for thing in things:
        assert found.resolve(thing.id) == thing.id
        try:
            found.resolve(thing.name)
        except UserError:
            alike = [name for name in names if name != thing.name]
            assert alike or not thing.name.strip(), "a name that stands alone is found"


def test_long_questions_are_read_in_part() -> None:
    """The work is bounded because no part looks further than this."""
    long = "why was line 3 down " * 500
    assert len(long) == 10_000
    assert all(word.end <= MAX_TEXT for word in words(long))
    assert all(mention.end <= MAX_TEXT for mention in NAMES.find(long))
    assert all(span.end <= MAX_TEXT for span in find_period(long.replace("down", "today")))
    assert features(["down"] * 10_000, ()) == features(["down"] * MOST_WORDS, ())
    answer = PLANNER.plan(long, NAMES, CALENDAR.names)
    assert isinstance(answer, Plan)
    assert answer.tool == "downtime_analysis"


def test_now_is_only_what_is_passed() -> None:
    assert parse_period("today", CALENDAR, NOW).end == NOW
