"""/recall through the one door: what was asked and told, what it is now, and who may be told."""

from __future__ import annotations

import asyncio
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

import core.data
from core.access import EVERYTHING, Access
from core.answer import Answer, Notice, Table, Text
from core.assistant import Assistant
from core.data.cache import CachedSource
from core.data.mapping import parse
from core.data.sql import SqlDataSource
from core.installation import Definitions
from core.memory import Memory
from core.past import Past, matter
from core.request import Language, Place, Request, User
from tests import stores
from tests.plants import NOW

SAMPLE = Path(core.data.__path__[0]) / "sample.toml"
HOME = Place("slack:T1", "D1", "1")
FLOOR = Place("slack:T1", "C1", "1", private=False)
OFFICE = Place("slack:T1", "C2", "1", private=False)
LATER = NOW + timedelta(days=1)


class Desk:
    """One assistant with a memory; `access` is everybody's."""

    def __init__(self, sample: Path, home: Path, *, switched_on: bool = True) -> None:
        text = SAMPLE.read_text("utf-8").replace("{home}/plant.db", sample.as_posix())
        file = parse(tomllib.loads(text), where="sample.toml", home=sample.parent)
        self._runner = asyncio.Runner()
        self.home, self.access = home, EVERYTHING
        self.store = stores.opened(home / "andon.db")
        self.memory = Memory(self.store, home / "memory") if switched_on else None
        self._source = CachedSource(SqlDataSource(file), lambda: NOW)
        self.definitions = Definitions(file, self._source)
        self._assistant = Assistant(
            file, self._source, self.store, access_of=lambda *_: self.access, memory=self.memory
        )

    def ask(
        self,
        text: str,
        place: Place = HOME,
        *,
        user: str = "slack:T1:U1",
        language: Language | None = None,
        later: bool = False,
        addressed: bool = True,
    ) -> Answer:
        now = LATER if later else NOW
        request = Request(User(user), place, text, now, language=language, addressed=addressed)
        return self._runner.run(self._assistant.handle(request))

    def close(self) -> None:
        if self.memory is not None:
            self.memory.close()
        self._runner.run(self._source.close())
        self._runner.close()
        self.store.close()


@pytest.fixture
def desk(sample_path: Path, tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(sample_path, tmp_path)
    yield opened
    opened.close()


def lead(answer: Answer) -> str:
    return next(p.text for p in answer.parts if isinstance(p, Text)).replace("\u00a0", " ")


def tables(answer: Answer) -> list[Table]:
    return [part for part in answer.parts if isinstance(part, Table)]


def notices(answer: Answer) -> list[str]:
    return [p.text.replace("\u00a0", " ") for p in answer.parts if isinstance(p, Notice)]


def shown(answer: Answer) -> str:
    return repr(answer.parts).replace("\\xa0", " ")


def test_what_was_told_stands_beside_what_it_is_now(desk: Desk) -> None:
    then = desk.ask("/downtime line-3 yesterday")
    told = {m.label: m.value for p in then.parts for m in getattr(p, "metrics", ())}
    found = desk.ask("/recall line 3", later=True)
    fresh = desk.ask("/downtime line-3 yesterday", user="slack:T1:U2", later=True)
    now = {m.label: m.value for p in fresh.parts for m in getattr(p, "metrics", ())}
    (table,) = tables(found)
    assert then.id in table.title
    assert "Thu 12 Mar 06:20" in table.title
    assert table.columns == ("Figure", "Then", "Now")
    assert table.rows
    assert all((told[label], now.get(label, "–")) == (a, b) for label, a, b in table.rows)
    assert any(a != b for _, a, b in table.rows)
    assert table.cites
    assert {c.number for c in found.citations} == {*table.cites}
    assert "You asked" in shown(found) or "you asked" in lead(found)
    assert any(n.startswith("Then: yesterday (Wed 11 Mar") for n in notices(found))


def test_the_earlier_answer_can_be_opened_and_checked(desk: Desk) -> None:
    then = desk.ask("/downtime line-3 yesterday")
    found = desk.ask("/recall line 3", later=True)
    commands = [action.command for action in found.actions]
    assert f"/show {then.id}" in commands
    assert f"/again {then.id}" in commands
    assert lead(desk.ask(f"/show {then.id}", later=True)) == lead(then)


def test_free_text_finds_by_asset_and_by_when_it_was_asked(desk: Desk) -> None:
    desk.ask("/oee line-4 yesterday")
    then = desk.ask("/downtime line-3 yesterday")
    found = desk.ask("what did I ask about line 3 yesterday?", later=True)
    assert found.tool == "memory_recall"
    assert [t.title.split(" · ")[0] for t in tables(found)] == ["“/downtime line-3 yesterday”"]
    assert then.id in tables(found)[0].title
    assert tables(desk.ask("/recall line-3 last week", later=True)) == []
    german = desk.ask("Was habe ich gestern zu Linie 3 gefragt?", later=True)
    assert german.language == "de"
    assert tables(german)[0].rows[0][0] == "Stillstand"
    assert "haben Sie gefragt" in lead(german)


def test_it_finds_by_the_matter_in_other_words(desk: Desk) -> None:
    desk.ask("what does the downtime of line 1 cost?")
    desk.ask("why was line 3 down last night?")
    desk.ask("how many near misses were there this year?")
    found = desk.ask("/recall the money that we lost")
    assert "what does the downtime of line 1 cost?" in lead(found)
    assert lead(found).startswith("What you asked nearest to “money lost”")


def test_without_the_extra_words_are_compared_and_that_is_said(desk: Desk) -> None:
    assert desk.memory is not None
    desk.memory.is_installed = False
    desk.ask("why was line 3 down last night?")
    desk.ask("what does the downtime of line 1 cost?")
    found = desk.ask("/recall costs")
    assert "what does the downtime of line 1 cost?" in lead(found)
    assert any("word by word" in notice for notice in notices(found))
    assert "no question of yours about “football”" in lead(desk.ask("/recall football"))


def test_nobody_is_told_what_another_asked(desk: Desk) -> None:
    desk.ask("/downtime line-3 yesterday", user="slack:T1:U2")
    desk.ask("/downtime line-3 yesterday", FLOOR, user="slack:T1:U2")
    for place in (HOME, FLOOR):
        for text in ("/recall", "/recall line-3", "/recall downtime"):
            assert "line-3 yesterday" not in shown(desk.ask(text, place))


def test_what_was_asked_privately_is_not_recalled_where_others_read(desk: Desk) -> None:
    desk.ask("/downtime line-3 yesterday")
    desk.ask("I run the night shift")
    desk.ask("/oee line-3 yesterday", FLOOR)
    for text in ("/recall", "/recall line-3", "/recall standstill of line 3"):
        on_floor = shown(desk.ask(text, FLOOR))
        assert "/downtime line-3" not in on_floor
        assert "night shift" not in on_floor
        assert "/oee line-3 yesterday" in on_floor
        assert "line-3 yesterday" not in shown(desk.ask(text, OFFICE))
    private = shown(desk.ask("/recall line-3"))
    assert "/downtime line-3 yesterday" in private
    assert "/oee line-3 yesterday" in private


def test_what_one_may_no_longer_see_is_not_recalled(desk: Desk) -> None:
    desk.ask("/downtime line-3 yesterday")
    desk.ask("/downtime press-1 yesterday")
    desk.access = Access(frozenset({"assembly"}))
    found = shown(desk.ask("/recall", later=True))
    assert "press-1" in found
    assert "line-3" not in found


def test_money_is_not_recalled_where_it_is_hidden_now(desk: Desk) -> None:
    desk.ask("/cost line-3 yesterday")
    assert "USD" in shown(desk.ask("/recall line-3"))
    desk.access = Access(money=False)
    assert "USD" not in shown(desk.ask("/recall line-3"))


def test_a_question_that_was_repeated_is_told_once(desk: Desk) -> None:
    for _ in range(4):
        desk.ask("/oee line-3 yesterday")
    assert len(tables(desk.ask("/recall"))) == 1


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("I run the night shift", "I run the night shift"),
        ("we're on early shift", "we're on early shift"),
        ("always in minutes", "always in minutes"),
        ("remember that filler-3 was rebuilt in May", "filler-3 was rebuilt in May"),
        ("Ich mache die Nachtschicht.", "Ich mache die Nachtschicht."),
        ("Merk dir, dass line-3 neu ist", "line-3 neu ist"),
        ("/andon remember I look after packaging", "I look after packaging"),
    ],
)
def test_what_a_person_says_of_themselves_is_kept(desk: Desk, said: str, kept: str) -> None:
    assert kept in lead(desk.ask(said))
    assert any(kept in row for table in tables(desk.ask("/recall")) for row in table.rows[0])


@pytest.mark.parametrize(
    "text",
    [
        "remember what I asked about line 3?",
        "I run the night shift, how did line 3 do?",
        "do you remember my last question",
        "never mind",
        "how was the night shift?",
    ],
)
def test_a_question_is_not_taken_for_something_to_keep(desk: Desk, text: str) -> None:
    assert "Noted" not in shown(desk.ask(text))


def test_what_people_say_to_one_another_is_not_kept(desk: Desk) -> None:
    assert desk.ask("I run the night shift", FLOOR, addressed=False) == Answer("decline", ())


def test_forgetting_one_asset_and_then_everything(desk: Desk) -> None:
    desk.ask("/downtime line-3 yesterday")
    desk.ask("why did filler-3 stop?")
    desk.ask("/oee press-1 yesterday")
    desk.ask("/recall")
    desk.ask("/oee line-3 yesterday", user="slack:T1:U2")
    offered = desk.ask("/andon forget")
    assert lead(offered) == "I keep 3 questions of yours. Shall I forget them?"
    assert [action.command for action in offered.actions] == ["/andon forget me"]
    gone = desk.ask("/andon forget line-3")
    assert lead(gone) == "Forgotten and deleted from my files:"
    assert ("Questions with their answers", "3") in tables(gone)[0].rows  # one of them /recall
    assert "press-1" in shown(desk.ask("/recall"))
    desk.ask("/andon forget me")
    assert "have not asked me anything yet" in lead(desk.ask("/recall"))
    assert "line-3" in shown(desk.ask("/recall", user="slack:T1:U2"))
    with closing(sqlite3.connect(desk.home / "andon.db")) as connection:
        people = {row[0] for row in connection.execute("SELECT user_id FROM answers WHERE"
                                                       " tool <> 'memory_recall'")}  # fmt: skip
    assert people == {"slack:T1:U2"}


def test_an_unknown_asset_is_not_forgotten(desk: Desk) -> None:
    assert "no asset called" in lead(desk.ask("/andon forget line-77"))


def test_where_it_is_switched_off_nothing_is_recalled_or_kept(
    sample_path: Path, tmp_path: Path
) -> None:
    desk = Desk(sample_path, tmp_path, switched_on=False)
    desk.ask("/oee line-3 yesterday")
    for text in ("/recall", "what did I ask about line 3?", "I run the night shift"):
        assert lead(desk.ask(text)).startswith("Looking back is switched off")
    assert lead(desk.ask("/andon forget me")) == "Forgotten and deleted from my files:"
    desk.close()


def test_a_model_is_told_what_was_asked_but_no_figure(desk: Desk) -> None:
    assert desk.memory is not None
    desk.ask("I run the night shift")
    desk.ask("/downtime line-3 yesterday")
    past = Past(desk.store, desk.memory, "slack:T1:U1", HOME)
    told = asyncio.run(past.in_mind(lambda asked: True))
    assert told.splitlines() == [
        "told to keep in mind: I run the night shift",
        "asked on 2026-03-12: /downtime line-3 yesterday",
    ]
    on_floor = Past(desk.store, desk.memory, "slack:T1:U1", FLOOR)
    assert asyncio.run(on_floor.in_mind(lambda asked: True)) == ""


def test_a_word_that_is_no_asset_is_the_matter(desk: Desk) -> None:
    desk.ask("why was line 3 down last night?")
    for text in (
        "Was hast du mir zu den Förderbandstörungen gesagt?",
        "remind me what you said about the labeler",
        "/recall labeler",
    ):
        assert "why was line 3 down last night?" in lead(desk.ask(text))
    assert lead(desk.ask("/recall line 3 labeler")).startswith(
        "What you asked nearest to “labeler”"
    )
    assert "labeler" not in lead(desk.ask("you told me something about line 3, what was it?"))


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("what did I ask about line 3 yesterday?", ""),
        ("Was habe ich gestern zu Linie 3 gefragt?", ""),
        ("what was my last question?", ""),
        ("what did you tell me about the conveyor jams?", "conveyor jams"),
        ("Was hast du mir über Umrüsten an Linie 1 gesagt?", "Umrüsten"),
    ],
)
def test_what_a_question_about_the_past_is_about(desk: Desk, text: str, about: str) -> None:
    assert desk.ask(text).args["about"] == text
    installation = asyncio.run(desk.definitions.load())
    assert matter(text, installation.names("riverside"), installation.shift_names) == about
