"""How fast one person may ask: told once, then silence, and nobody else notices."""

from __future__ import annotations

import asyncio

import pytest

from adapters import Door, Progress
from bot import rate_limit
from bot.metrics import Metrics
from bot.rate_limit import RateLimit
from core.answer import Answer, Text
from core.request import Place, Request, User
from tests.plants import NOW

PLACE = Place("slack", "T:C", private=False)
ANSWERED, TOLD, SILENT = "answered", "told", "silent"


class Turnstile:
    """One door that anybody may press against, by a clock that a test moves."""

    def __init__(self, per_minute: int = 20) -> None:
        self.at = 0.0
        self.metrics = Metrics()
        self.asked = 0
        self.limit = RateLimit(per_minute, self.metrics, lambda: self.at)
        self.door: Door = self.limit.door(self._open, "en")

    async def _open(self, request: Request, _progress: Progress | None) -> Answer:
        self.asked += 1
        is_question = request.addressed or request.text.endswith("?")
        return Answer("answer", (Text("42"),) if is_question else ())

    def answer(self, request: Request) -> Answer:
        async def ask() -> Answer:
            return await self.door(request, None)

        return asyncio.run(ask())

    def ask(
        self,
        user: str = "slack:T:U1",
        text: str = "oee?",
        *,
        addressed: bool = True,
        typed: bool = True,
    ) -> str:
        request = Request(User(user), PLACE, text, NOW, addressed=addressed, typed=typed)
        before = self.asked
        answer = self.answer(request)
        if self.asked > before:
            return ANSWERED
        return TOLD if answer.parts else SILENT


@pytest.fixture
def door() -> Turnstile:
    return Turnstile()


def test_ten_at_once_then_one_sentence_then_silence(door: Turnstile) -> None:
    assert [door.ask() for _ in range(13)] == [ANSWERED] * 10 + [TOLD] + [SILENT] * 2


def test_who_is_turned_away_is_counted(door: Turnstile) -> None:
    for _ in range(13):
        door.ask()
    assert b'andon_too_fast_total{channel="slack"} 3.0' in door.metrics.exposed()


def test_it_fills_again_at_twenty_a_minute(door: Turnstile) -> None:
    heard = []
    for second in range(60 * 10):
        door.at = float(second)
        heard.append(door.ask())
    assert heard.count(ANSWERED) == 10 + 20 * 10 - 1
    assert heard.count(TOLD) == 1  # whoever goes on and on is told once


def test_whoever_waits_is_told_again(door: Turnstile) -> None:
    for _ in range(12):
        door.ask()
    door.at = 60.0
    assert [door.ask() for _ in range(12)] == [ANSWERED] * 10 + [TOLD, SILENT]


def test_a_usual_pace_is_never_too_fast(door: Turnstile) -> None:
    for n in range(200):
        door.at = n * 3.0
        assert door.ask() == ANSWERED


def test_nobody_waits_for_another(door: Turnstile) -> None:
    for _ in range(50):
        door.ask("slack:T:MALLORY")
    assert door.ask("slack:T:ANA") == ANSWERED


def test_buttons_cost_a_quarter(door: Turnstile) -> None:
    # A form or a tab has to show something, so presses are never met with silence.
    assert [door.ask(typed=False) for _ in range(43)] == [ANSWERED] * 40 + [TOLD] * 3


def test_a_handful_of_questions_leaves_the_buttons_of_alerts(door: Turnstile) -> None:
    for _ in range(9):
        door.ask()
    assert [door.ask(typed=False) for _ in range(4)] == [ANSWERED] * 4


def test_what_people_say_to_one_another_costs_nothing(door: Turnstile) -> None:
    for _ in range(50):
        door.ask(text="thanks, Bernd", addressed=False)
    assert door.ask() == ANSWERED


def test_questions_in_a_thread_cost_and_are_never_told_off(door: Turnstile) -> None:
    for _ in range(10):
        assert door.ask(addressed=False) == ANSWERED
    assert {door.ask(addressed=False) for _ in range(5)} == {SILENT}


def test_many_people_take_a_bounded_memory_and_lock_nobody_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rate_limit, "_MOST_PEOPLE", 100)
    door = Turnstile()
    for n in range(1_000):
        assert door.ask(f"slack:T:U{n}") == ANSWERED
    assert len(door.limit._buckets) == 100
    assert door.ask("slack:T:U0") == ANSWERED


def test_it_is_said_in_the_language_of_the_asker() -> None:
    door = Turnstile(per_minute=1)
    request = Request(User("teams:t:u", locale="de"), PLACE, "oee", NOW)
    answer = [door.answer(request) for _ in range(11)][-1]
    assert answer.language == "de"
    assert answer.outcome == "decline"
    (part,) = answer.parts
    assert isinstance(part, Text)
    assert part.text.startswith("Das war viel auf einmal")
