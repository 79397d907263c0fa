"""`/andon admin`: for those who are named, in private, and also when the plant is away."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.access import Access, AccessRules, Rule
from core.admin import By, Desk, Part, Wrong, status
from core.admin_acts import pause
from core.admin_json import status_json
from core.admin_sources import SourceHealth
from core.answer import Answer, Heading, Metrics, Notice, Table, Text
from core.assistant import Assistant
from core.data.cache import CachedSource, Counts
from core.data.mapping import PlantFile
from core.data.sql import SqlDataSource
from core.request import Place, Request, User, direct
from core.store import Now, Store, Subscription, Wanted, audit, pauses
from core.store.audit import Entry
from core.store.pace import Pace
from tests.plants import NOW

ADA, BOB = User("slack:T1:U0ADA", "Ada"), User("slack:T1:U0BOB", "Bob")
PRIVATE, FLOOR = Place("slack", "T1:D1"), Place("slack", "T1:C1", "1", private=False)
RULES = AccessRules(
    Access(frozenset({"packaging"}), money=False),
    (Rule(frozenset({BOB.id}), access=Access(None, money=True)),),
    frozenset({ADA.id}),
)
FREE = Pace(post=0.001, update=0.001)


class Lobby:
    """A House whose parts a test sets."""

    serving = True

    def __init__(self) -> None:
        self.problems: dict[str, str] = {"mes": "", "slack": "", "outbox": ""}
        self.wrong: tuple[Wrong, ...] = ()
        self.cleared = 0

    async def sources(self, now: datetime) -> Sequence[SourceHealth]:
        return (SourceHealth("mes", self.problems["mes"], 0.012, "live", now),)

    async def channels(self) -> Sequence[Part]:
        return (Part("slack", self.problems["slack"]),)

    def jobs(self) -> Sequence[Part]:
        return (Part("outbox", self.problems["outbox"], NOW if self.problems["outbox"] else None),)

    def errors(self) -> Sequence[Wrong]:
        return self.wrong

    def cache(self) -> Mapping[str, Counts]:
        return {"live": Counts(hits=3, misses=1)}

    def clear_cache(self) -> int:
        self.cleared += 1
        return 7


class Office:
    """One door on the sample plant, with Ada as its administrator."""

    def __init__(self, file: PlantFile, store: Store | None) -> None:
        self.runner = asyncio.Runner()
        self.lobby = Lobby()
        self.kept = store
        self.source = CachedSource(SqlDataSource(file), lambda: NOW)
        desk = Desk(store, RULES, self.lobby)
        self.assistant = Assistant(file, self.source, store, access_of=RULES.of, desk=desk)

    @property
    def store(self) -> Store:
        assert self.kept is not None
        return self.kept

    def ask(self, text: str, user: User = ADA, place: Place = PRIVATE, **more: Any) -> Answer:
        request = Request(user, place, text, more.pop("now", NOW), **more)
        return self.runner.run(self.assistant.handle(request))

    def read(self, work: Callable[[Any], Any]) -> Any:
        return self.runner.run(self.store.read(work))

    def log(self) -> list[Entry]:
        found: tuple[Entry, ...] = self.read(lambda c: audit.recent(c, NOW - timedelta(days=1), 99))
        return list(found)

    def want(self, key: str, **more: Any) -> str:
        given = Wanted(key, FLOOR, "briefing", 3, f"/briefing {key}", BOB.id, "en", NOW)
        one = replace(given, **more)
        self.runner.run(self.store.write(lambda c: self.store.outbox.want(c, [one], NOW)))
        listed = self.runner.run(self.store.listing.of(("waiting",), 99))
        return next(row.id for row in listed if row.command == one.command)

    def kill(self, key: str) -> str:
        """A dead letter."""
        id = self.want(key)
        claimed = self.runner.run(
            self.store.sending.claim("slack", Now(NOW, NOW), NOW + timedelta(hours=1), 9, FREE)
        )
        self.runner.run(self.store.sending.end(claimed[0], "dead", "the place is read-only"))
        return id

    def subscribe(self, id: str, place: Place, owner: User = BOB, language: str = "en") -> None:
        one = Subscription(id, place, ("packaging",), frozenset({"briefing"}), owner.id, language, "", None, NOW)  # type: ignore[arg-type]  # noqa: E501  # fmt: skip
        self.runner.run(self.store.subscriptions.save(one))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store made once: making one takes longer than most of these tests."""
    file = tmp_path_factory.mktemp("empty") / "andon.db"
    Store.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def office(sample_file: PlantFile, empty: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copy(empty, tmp_path / "andon.db")
    opened = Office(sample_file, Store.open(f"sqlite:///{tmp_path}/andon.db"))
    yield opened
    opened.runner.run(opened.source.close())
    opened.runner.close()
    opened.store.close()


def said(answer: Answer) -> str:
    found = [p.text for p in answer.parts if isinstance(p, Text | Notice | Heading)]
    return "\n".join(found).replace("\u00a0", " ")


def table(answer: Answer) -> Table:
    return next(part for part in answer.parts if isinstance(part, Table))


def figures(answer: Answer) -> dict[str, str]:
    parts = [part for part in answer.parts if isinstance(part, Metrics)]
    return {one.label: one.value for part in parts for one in part.metrics}


# --- who may


@pytest.mark.parametrize(
    "words", ["", "pause 4 x", "deliveries", "resend abc", "broadcast x", "confirm x", "access",
              "cache clear", "usage", "sources", "nonsense"],
)  # fmt: skip
def test_others_get_one_friendly_sentence_whatever_they_say(office: Office, words: str) -> None:
    answer = office.ask(f"/andon admin {words}", BOB)
    assert (answer.outcome, len(answer.parts)) == ("decline", 1)
    assert "for Andon's administrators" in said(answer)
    assert office.lobby.cleared == 0
    assert [(one.what, one.user_id) for one in office.log()] == [("door.refused", BOB.id)]


@pytest.mark.parametrize("user", [ADA, BOB])
def test_in_public_nobody_learns_who_administers(office: Office, user: User) -> None:
    answer = office.ask("/andon admin pause 4 x", user, FLOOR)
    assert answer.parts == office.ask("/andon admin", BOB).parts
    assert office.read(lambda c: pauses.pause_at(c, NOW)) is None


def test_a_slash_command_in_a_channel_is_private(office: Office) -> None:
    shared = Place("slack", "T1:C1", private=True, shared=True)
    assert said(office.ask("/andon admin", ADA, shared)).startswith("Andon at a glance")


def test_without_a_file_nobody_administers_from_chat() -> None:
    everyone = AccessRules()
    assert not everyone.of(ADA, PRIVATE).administers
    assert RULES.of(ADA, PRIVATE).administers
    assert RULES.of(ADA, FLOOR).administers  # the door asks for privacy besides
    assert not RULES.of(BOB, PRIVATE).administers


def test_who_administers_sees_no_more_of_the_plant(office: Office) -> None:
    assert RULES.of(ADA, PRIVATE).places == frozenset({"packaging"})
    assert not RULES.of(ADA, PRIVATE).money


def test_it_is_never_offered_to_others(office: Office) -> None:
    assert "admin" not in str(office.ask("/andon help", BOB).parts)


# --- at a glance


def test_all_is_well(office: Office) -> None:
    answer = office.ask("/andon admin")
    assert "All is well." in said(answer)
    assert {row[0]: row[1] for row in table(answer).rows} == {
        "own database": "well", "mes": "well", "slack": "well", "outbox": "well",
    }  # fmt: skip
    assert office.log() == []  # looking changes nothing


def test_what_is_wrong_comes_first_and_is_counted(office: Office) -> None:
    office.kill("a")
    office.lobby.problems |= {"mes": "timeout", "outbox": "stuck"}
    office.lobby.wrong = (Wrong(NOW, "defect 1f2e"),)
    answer = office.ask("/andon admin")
    assert "3 things need attention." in said(answer)
    assert [row[:2] for row in table(answer).rows[:2]] == [
        ("mes", "it does not answer in time"), ("outbox", "stuck"),
    ]  # fmt: skip
    assert figures(answer)["Given up"] == "1"
    assert "defect 1f2e" in str(answer.parts)
    assert "/andon admin deliveries dead" in [one.command for one in answer.actions]


def test_it_works_where_the_plant_is_away(sample_file: PlantFile, tmp_path: Path) -> None:
    gone = sample_file.model_copy(
        update={"source": sample_file.source.model_copy(update={"url": f"sqlite:///{tmp_path}/no"})}
    )
    opened = Office(gone, Store.open(f"sqlite:///{tmp_path}/andon.db"))
    try:
        assert opened.ask("/oee", BOB).outcome == "error"
        assert opened.ask("/andon admin").outcome == "answer"
    finally:
        opened.runner.run(opened.source.close())
        opened.runner.close()
        opened.store.close()


def test_it_works_where_its_own_database_is_away(sample_file: PlantFile) -> None:
    opened = Office(sample_file, None)
    try:
        answer = opened.ask("/andon admin")
        assert "1 thing needs attention." in said(answer)
        assert table(answer).rows[0][0] == "own database"
        assert opened.ask("/andon admin pause 1 x").outcome == "error"
        assert opened.ask("/andon admin", BOB).outcome == "decline"
    finally:
        opened.runner.run(opened.source.close())
        opened.runner.close()


def test_the_same_for_a_program(office: Office) -> None:
    desk = Desk(office.store, RULES, office.lobby)
    by = By(ADA.id, "Ada", PRIVATE.key)
    office.runner.run(pause(desk, by, timedelta(hours=2), "trial", NOW))
    told = status_json(office.runner.run(status(desk, NOW)))
    assert told["troubles"] == 0
    until = (NOW + timedelta(hours=2)).isoformat()
    assert told["pause"] == {"until": until, "why": "trial"}


# --- deliveries


def test_a_dead_letter_is_shown_and_sent_again(office: Office) -> None:
    id = office.kill("line 3")
    office.want("line 4", place=Place("slack", "T1:C9", private=False))
    assert [row[0] for row in table(office.ask("/andon admin deliveries dead")).rows] == [id]
    answer = office.ask("/andon admin deliveries")
    assert len(table(answer).rows) == 2
    assert figures(answer) == {"Waiting": "1", "Given up": "1"}
    button = next(one for one in answer.actions if one.command.endswith(id))
    assert office.ask(button.command).outcome == "answer"
    assert office.runner.run(office.store.listing.counts()) == {"waiting": 2}
    assert [(one.what, one.subject, one.user_id) for one in office.log()] == [
        ("admin.resend", id, ADA.id)
    ]
    again = office.ask(button.command)
    assert again.outcome == "clarify"
    assert len(office.log()) == 1  # what was not done is not written down as done


# --- pausing


def test_a_pause_wants_a_reason_and_is_shown(office: Office) -> None:
    asked = office.ask("/andon admin pause 8")
    assert asked.outcome == "clarify"
    assert office.read(lambda c: pauses.pause_at(c, NOW)) is None
    answer = office.ask(asked.actions[1].command)
    assert "Safety comes all the same" in said(answer)
    held = office.read(lambda c: pauses.pause_at(c, NOW))
    assert (held.until, held.why) == (NOW + timedelta(hours=8), "test or trial")
    assert "paused until" in said(office.ask("/andon admin"))
    (entry,) = office.log()
    assert (entry.what, entry.user_id, entry.detail["why"]) == (
        "admin.pause", ADA.id, "test or trial",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "hours"),
    [("pause shift trial", 4), ("pause 1 x", 1), ("pause 24h x", 24), ("pause 72 hours x", 72)],
)
def test_how_long_it_lasts(office: Office, words: str, hours: int) -> None:
    assert office.ask(f"/andon admin {words}").outcome == "answer"
    held = office.read(lambda c: pauses.pause_at(c, NOW))
    assert held.until == NOW + timedelta(hours=hours)


@pytest.mark.parametrize("words", ["pause 0 x", "pause 73 x", "pause 9999 x", "pause 99"])
def test_nothing_is_paused_for_ever(office: Office, words: str) -> None:
    assert office.ask(f"/andon admin {words}").outcome == "clarify"
    assert office.read(lambda c: pauses.pause_at(c, NOW)) is None


def test_resuming_is_written_down_once(office: Office) -> None:
    office.ask("/andon admin pause 4 trial")
    assert "Resumed" in said(office.ask("/andon admin resume"))
    assert "Nothing is paused" in said(office.ask("/andon admin resume"))
    assert [one.what for one in office.log()] == ["admin.pause", "admin.resume"]


def test_the_list_of_what_comes_here_tells_of_a_pause(office: Office) -> None:
    office.subscribe("s1", PRIVATE)
    assert "paused" not in said(office.ask("/andon list", BOB))
    office.ask("/andon admin pause 4 trial")
    assert "paused until" in said(office.ask("/andon list", BOB))


# --- telling everyone


def test_a_notice_is_shown_first_and_sent_once_to_each_place(office: Office) -> None:
    office.subscribe("s1", FLOOR)
    office.subscribe("s2", FLOOR.room)  # the same room again
    office.subscribe("s3", direct(BOB.id), language="de")
    asked = office.ask("/andon admin broadcast  @channel the   canteen is <closed>")
    assert "2 places (1 of them one person's own)" in said(asked)
    assert "“@channel the canteen is <closed>”" in said(asked)
    assert office.runner.run(office.store.listing.counts()) == {}
    (button,) = asked.actions
    assert "2 places" in said(office.ask(button.command))
    assert office.ask(button.command).outcome == "clarify"  # pressed twice
    rows = office.runner.run(office.store.listing.of(("waiting",), 9))
    assert len(rows) == 2
    assert {row.kind for row in rows} == {"notice"}
    (entry,) = office.log()
    assert (entry.what, entry.detail["places"]) == ("admin.broadcast", 2)
    # What is sent is made at the door, for whoever subscribed, in the place itself.
    shown = office.ask(rows[0].command, BOB, FLOOR, language="de")
    assert "Ada an alle" in said(shown)
    assert "“@channel the canteen is <closed>”" in said(shown)


def test_a_notice_goes_out_in_a_pause(office: Office) -> None:
    office.subscribe("s1", FLOOR)
    office.ask("/andon admin pause 4 trial")
    (button,) = office.ask("/andon admin broadcast trial until noon").actions
    office.ask(button.command)
    claimed = office.runner.run(
        office.store.sending.claim("slack", Now(NOW, NOW), NOW + timedelta(hours=1), 9, FREE)
    )
    assert [one.kind for one in claimed] == ["notice"]


def test_a_draft_is_no_notice_and_does_not_hold_for_long(office: Office) -> None:
    office.subscribe("s1", FLOOR)
    (button,) = office.ask("/andon admin broadcast x").actions
    id = button.command.split()[-1]
    assert office.ask(f"/andon notice {id}", BOB).outcome == "no_data"
    late = office.ask(button.command, now=NOW + timedelta(minutes=61))
    assert late.outcome == "clarify"
    assert office.runner.run(office.store.listing.counts()) == {}
    assert office.ask("/andon admin confirm nothing").outcome == "clarify"


@pytest.mark.parametrize("text", ["", "x" * 1_001])
def test_a_notice_has_a_length(office: Office, text: str) -> None:
    office.subscribe("s1", FLOOR)
    assert office.ask(f"/andon admin broadcast {text}").actions == ()


def test_nobody_is_told_where_nobody_subscribed(office: Office) -> None:
    assert "Nobody gets anything" in said(office.ask("/andon admin broadcast x"))


# --- the rest


def test_the_cache_is_cleared_and_written_down(office: Office) -> None:
    assert table(office.ask("/andon admin cache")).rows[0][-1] == "75.0\u00a0%"
    assert "Cleared: 7 answers" in said(office.ask("/andon admin cache clear"))
    assert office.lobby.cleared == 1
    assert [one.what for one in office.log()] == ["admin.cache"]


def test_sources_tell_how_new_their_data_are(office: Office) -> None:
    (row,) = table(office.ask("/andon admin sources")).rows
    assert row[:4] == ("mes", "well", "12 ms", "live")
    assert row[4].endswith("UTC")


@pytest.mark.parametrize(
    "given", [BOB.id, "U0BOB", "<@U0BOB>", "<@U0BOB|bob>"], ids=["id", "short", "mention", "named"]
)
def test_access_of_a_person_is_told_and_written_down(office: Office, given: str) -> None:
    answer = office.ask(f"/andon admin access {given}")
    assert table(answer).rows == ((BOB.id, "everything", "yes", "yes", "no"),)
    assert [(one.what, one.subject) for one in office.log()] == [("admin.access", BOB.id)]


def test_the_rules_are_told(office: Office) -> None:
    answer = office.ask("/andon admin access")
    assert "Administrator: slack:T1:U0ADA" in said(answer)
    assert table(answer).rows == (
        (BOB.id, "everything", "yes", "yes"),
        ("everyone else", "packaging", "no", "yes"),
    )
    assert office.ask("/andon admin access everybody").outcome == "clarify"


def test_usage_by_day(office: Office) -> None:
    office.ask("/oee line-3", BOB)
    office.runner.run(office.store.spend(BOB.id, NOW.date().isoformat(), 1_200, 0.5))
    answer = office.ask("/andon admin usage 2 days")
    assert [row[1:] for row in table(answer).rows] == [
        ("0", "0", "0", "0.00"), ("1", "1", "1,200", "0.50"),
    ]  # fmt: skip
    assert "The last 2 days: 1 answered, 1,200 tokens, 0.50" in said(answer)
    assert office.ask("/andon admin usage 32").outcome == "clarify"
    assert BOB.id not in str(answer.parts)


def test_german(office: Office) -> None:
    assert "Alles ist in Ordnung." in said(office.ask("/andon verwaltung", language="de"))
    assert office.ask("/andon admin zustellungen", language="de").outcome == "answer"
    assert office.ask("/andon admin fortsetzen", language="de").outcome == "answer"


def test_a_word_it_does_not_know_names_those_it_does(office: Office) -> None:
    answer = office.ask("/andon admin reboot everything")
    assert answer.outcome == "clarify"
    assert "pause" in said(answer)
