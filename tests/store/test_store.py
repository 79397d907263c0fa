"""What the store keeps, replaces and forgets; on SQLite and Postgres alike."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from core.store import Feedback, Store, StoredAnswer
from core.store.schema import MAX_TEXT
from core.store.store import MAX_CONTEXT_CHARACTERS

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ANSWER = StoredAnswer(
    id="a1",
    asked_at=NOW,
    user_id="console:local",
    place_key="console||",
    question="why was line 3 down last night?",
    tool="downtime_analysis",
    args={"assets": ["line-3"], "period": {"label": "last_night"}},
    answer={"parts": [{"text": "Förderband × 312 min"}], "share": 61.5, "gap": None},
    queries=({"fact": "downtime", "assets": ["line-3"]}, {"fact": "production"}),
)

WRITER = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from core.store import Store, StoredAnswer

async def write(url, name):
    store = Store.open(url, wait_seconds=30)
    for number in range(int(sys.argv[3])):
        id = f"{name}-{number}"
        at = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=number)
        await store.save_answer(StoredAnswer(id, at, "u", name, "q", None, {}, {"n": number}, ()))
        await store.save_thread("the one thread", {"last": id}, at)
        print(id, flush=True)
    store.close()

asyncio.run(write(sys.argv[1], sys.argv[2]))
"""


def writer(url: str, name: str, count: int) -> subprocess.Popen[str]:
    """Another process that writes answers and prints the id of each one that is committed."""
    program = [sys.executable, "-c", WRITER, url, name, str(count)]
    return subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    )


def test_an_answer_comes_back_as_it_was_given(store: Store) -> None:
    asyncio.run(store.save_answer(ANSWER))
    assert asyncio.run(store.answer("a1")) == ANSWER
    assert asyncio.run(store.answer("a2")) is None


def test_an_answer_saved_twice_stays_as_it_was(store: Store) -> None:
    asyncio.run(store.save_answer(ANSWER))
    asyncio.run(store.save_answer(replace(ANSWER, question="another")))
    assert asyncio.run(store.answer("a1")) == ANSWER


def test_instants_come_back_in_utc_whatever_zone_they_had(store: Store) -> None:
    in_chicago = NOW.astimezone(timezone(timedelta(hours=-6)))
    asyncio.run(store.save_answer(replace(ANSWER, asked_at=in_chicago)))
    found = asyncio.run(store.answer("a1"))
    assert found is not None
    assert (found.asked_at, found.asked_at.utcoffset()) == (NOW, timedelta())


def test_a_naive_datetime_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="aware"):
        asyncio.run(store.save_answer(replace(ANSWER, asked_at=NOW.replace(tzinfo=None))))
    assert asyncio.run(store.answer("a1")) is None


def test_a_thread_keeps_its_last_context(store: Store) -> None:
    later = NOW + timedelta(minutes=1)
    asyncio.run(store.save_thread("console||", {"tool": "oee_query", "assets": ["line-3"]}, NOW))
    asyncio.run(store.save_thread("console||", {"tool": "oee_query", "assets": ["line-4"]}, later))
    thread = asyncio.run(store.thread("console||"))
    assert thread is not None
    assert thread.context == {"tool": "oee_query", "assets": ["line-4"]}
    assert thread.updated_at == later
    assert asyncio.run(store.thread("console||other")) is None


def test_a_context_that_is_too_long_leaves_no_older_one_behind(store: Store) -> None:
    asyncio.run(store.save_thread("t", {"assets": ["line-3"]}, NOW))
    asyncio.run(store.save_thread("t", {"question": "x" * MAX_CONTEXT_CHARACTERS}, NOW))
    assert asyncio.run(store.thread("t")) is None


def test_an_answer_and_its_thread_are_kept_together_or_not_at_all(store: Store) -> None:
    asyncio.run(store.save_both(ANSWER, "t", {"answer": "a1"}))
    thread = asyncio.run(store.thread("t"))
    assert asyncio.run(store.answer("a1")) == ANSWER
    assert thread is not None
    assert (thread.context, thread.updated_at) == ({"answer": "a1"}, ANSWER.asked_at)
    unfit = replace(ANSWER, id="a2", question=None)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError):
        asyncio.run(store.save_both(unfit, "t", {"answer": "a2"}))
    assert asyncio.run(store.thread("t")) == thread


def test_recent_answers_are_the_newest_of_the_place_or_the_user(store: Store) -> None:
    for number in range(6):
        answer = replace(
            ANSWER,
            id=f"a{number}",
            asked_at=NOW + timedelta(minutes=number),
            place_key=f"place-{number % 2}",
            user_id=f"user-{number % 3}",
        )
        asyncio.run(store.save_answer(answer))

    def ids(**which: str | int) -> list[str]:
        return [a.id for a in asyncio.run(store.recent_answers(**which))]  # type: ignore[arg-type]

    assert ids() == ["a5", "a4", "a3", "a2", "a1", "a0"]
    assert ids(place_key="place-0", limit=2) == ["a4", "a2"]
    assert ids(user_id="user-1") == ["a4", "a1"]
    assert ids(place_key="place-1", user_id="user-1") == ["a1"]
    assert ids(place_key="nowhere") == []


def test_feedback_is_one_per_user_and_answer_and_the_last_counts(store: Store) -> None:
    async def scenario() -> tuple[Feedback, ...]:
        await store.save_answer(ANSWER)
        assert await store.save_feedback(Feedback("a1", "anna", "up", None, NOW))
        assert await store.save_feedback(Feedback("a1", "ben", "up", None, NOW + timedelta(1)))
        changed = Feedback("a1", "anna", "down", "wrong shift", NOW + timedelta(2))
        assert await store.save_feedback(changed)
        return await store.feedback("a1")

    assert [(f.user_id, f.verdict, f.reason) for f in asyncio.run(scenario())] == [
        ("ben", "up", None),
        ("anna", "down", "wrong shift"),
    ]


def test_feedback_on_an_answer_that_is_gone_is_not_kept(store: Store) -> None:
    assert not asyncio.run(store.save_feedback(Feedback("gone", "anna", "up", None, NOW)))
    assert asyncio.run(store.feedback("gone")) == ()


def test_prune_forgets_what_is_older_and_nothing_else(store: Store) -> None:
    async def scenario() -> None:
        old, boundary = NOW - timedelta(days=90, microseconds=1), NOW - timedelta(days=90)
        for name, at in (("old", old), ("boundary", boundary), ("new", NOW)):
            await store.save_answer(replace(ANSWER, id=name, asked_at=at))
            await store.save_feedback(Feedback(name, "anna", "up", None, at))
            await store.save_thread(name, {}, at)
        assert await store.prune(boundary) == 2
        assert await store.prune(boundary) == 0
        assert [a.id for a in await store.recent_answers()] == ["new", "boundary"]
        assert await store.feedback("old") == ()
        assert len(await store.feedback("boundary")) == 1
        assert await store.thread("old") is None
        assert await store.thread("boundary") is not None

    asyncio.run(scenario())


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(typed=st.text(st.characters(), max_size=40))
def test_whatever_is_typed_is_kept(store: Store, typed: str) -> None:
    """In JSON exactly; as plain text too, but for NUL and half a surrogate pair."""

    async def scenario() -> None:
        id, plain = uuid4().hex, re.sub("[\0\ud800-\udfff]", "", typed)
        context = {"question": typed}
        await store.save_answer(replace(ANSWER, id=id, question=typed, answer=context))
        await store.save_thread(f"{id} {typed}", context, NOW)
        found, thread = await store.answer(id), await store.thread(f"{id} {typed}")
        assert found is not None
        assert thread is not None
        assert thread.context == found.answer == context
        assert len(found.question) == len(typed)
        assert found.question == typed or plain != typed

    asyncio.run(scenario())


def test_a_question_of_any_length_takes_bounded_room(store: Store) -> None:
    asyncio.run(store.save_answer(replace(ANSWER, question="?" * 10 * MAX_TEXT)))
    found = asyncio.run(store.answer("a1"))
    assert found is not None
    assert len(found.question) == MAX_TEXT


def test_a_figure_that_is_no_number_is_refused_everywhere(store: Store) -> None:
    with pytest.raises(Exception, match="not JSON compliant"):
        asyncio.run(store.save_answer(replace(ANSWER, answer={"oee": float("nan")})))


def test_a_hundred_writers_in_one_process(store: Store) -> None:
    async def scenario() -> None:
        many = [
            replace(ANSWER, id=f"a{n}", asked_at=NOW + timedelta(seconds=n)) for n in range(100)
        ]
        await asyncio.gather(
            *(store.save_answer(answer) for answer in many),
            *(store.save_thread("t", {"n": n}, NOW) for n in range(100)),
        )
        assert await store.recent_answers(limit=200) == tuple(reversed(many))
        assert await store.thread("t") is not None

    asyncio.run(scenario())


def test_three_processes_write_at_once_and_nothing_is_lost(store: Store, store_url: str) -> None:
    started = [writer(store_url, f"w{number}", 40) for number in range(3)]
    printed, errors = zip(*(process.communicate(timeout=60) for process in started), strict=True)
    assert errors == ("", "", "")
    committed = {id for text in printed for id in text.split()}
    assert len(committed) == 120
    assert {a.id for a in asyncio.run(store.recent_answers(limit=200))} == committed


@pytest.mark.parametrize("committed_before", [1, 7, 40])
def test_a_killed_process_loses_nothing_it_had_committed(
    store_url: str, committed_before: int
) -> None:
    process = writer(store_url, "victim", 100_000)
    assert process.stdout is not None
    seen = [process.stdout.readline().strip() for _ in range(committed_before)]
    process.kill()
    seen += process.stdout.read().split()
    process.wait()
    process.stdout.close()
    assert process.stderr is not None
    process.stderr.close()
    store = Store.open(store_url)
    kept = {answer.id for answer in asyncio.run(store.recent_answers(limit=100_000))}
    assert seen[0] == "victim-0"
    assert set(seen) <= kept
    assert len(kept) <= len(set(seen)) + 1  # at most the one whose id could not be printed
    asyncio.run(store.save_thread("the one thread", {"after": "the kill"}, NOW))
    store.close()
