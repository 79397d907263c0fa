"""An alert's card, and what people do to it through the one door."""

from __future__ import annotations

import shutil
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import text

from core.access import EVERYTHING, Access
from core.alerts.pulse import Pulse
from core.answer import Action, Answer, Notice, Table, Text
from core.data.mapping import PlantFile
from core.installation import Definitions
from core.request import Language, Place, Request, User
from core.store import Store, Subscription, audit
from core.store.alerts import StoredAlert, known_alerts
from tests.assistant.conftest import Door, first_text, notices
from tests.plants import NOW

HERE = Place("console", "here", "", private=False)
MINUTE = timedelta(minutes=1)
T = TypeVar("T")


@dataclass
class Watching:
    """A door behind which somebody looks after the sample plant."""

    door: Door
    file: PlantFile

    @property
    def store(self) -> Store:
        assert self.door.store is not None
        return self.door.store

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.door._runner.run(work)

    def look(self) -> None:
        source = self.door.source
        self.run(Pulse(Definitions(self.file, source), source, self.store).run(self.door.now))

    def alert(self, asset: str, rule: str = "down") -> StoredAlert:
        known = self.run(self.store.read(lambda c: known_alerts(c, ("riverside",), NOW)))
        return next(a for a in known if (a.asset, a.rule) == (asset, rule))

    def ask(self, said: str, name: str = "Ana", *, language: Language = "en") -> Answer:
        user = User(f"console:{name.lower()}", name)
        request = Request(user, HERE, said, self.door.now, language=language)
        return self.run(self.door.assistant.handle(request))

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        read = self.store.read(lambda c: [tuple(r) for r in c.execute(text(statement)).all()])
        return self.run(read)


@pytest.fixture(scope="module")
def looked(sample_file: PlantFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store after one look at the plant, to be copied."""
    folder = tmp_path_factory.mktemp("looked")
    made = watching_with(sample_file, folder, EVERYTHING)
    subscription = Subscription(
        "s1", HERE, ("riverside",), frozenset({"alerts"}), "console:ana", "en", "", None, NOW
    )
    made.run(made.store.subscriptions.save(subscription))
    made.look()
    made.door.close()
    return folder / "andon.db"


def watching_with(file: PlantFile, folder: Path, access: Access) -> Watching:
    return Watching(Door(file, Store.open(f"sqlite:///{folder}/andon.db"), access), file)


@pytest.fixture
def watching(sample_file: PlantFile, looked: Path, tmp_path: Path) -> Iterator[Watching]:
    shutil.copy(looked, tmp_path)
    made = watching_with(sample_file, tmp_path, EVERYTHING)
    yield made
    made.door.close()


def button(answer: Answer, label: str) -> Action:
    return next(a for a in answer.actions if a.label.startswith(label))


def line(answer: Answer) -> str:
    return first_text(answer)


def test_the_card_says_it_in_one_line_that_fits_a_lock_screen(watching: Watching) -> None:
    alert = watching.alert("grinder-4")
    said = line(watching.ask(f"/alert {alert.id}"))
    assert said == (
        "Grinder 4 DOWN 20 min, since 06:00 · wheel balancer fault · ≈ 24 parts, USD 32"
        " · nobody on it"
    )
    assert "wheel balancer" in said[:60]
    german = line(watching.ask(f"/alert {alert.id}", language="de"))
    assert german.startswith("Grinder 4 STEHT 20 min, seit 06:00 · wheel balancer fault · ≈ 24")


def test_taking_it_says_who_is_on_it_and_renews_its_messages(watching: Watching) -> None:
    alert = watching.alert("grinder-4")
    card = watching.ask(f"/alert {alert.id}")
    answer = watching.ask(button(card, "I'm on it").command, "Ben")
    assert line(answer) == "Ben is on it."
    assert line(watching.ask(f"/alert {alert.id}")).endswith("· Ben is on it")
    [version] = watching.rows(f"SELECT version FROM deliveries WHERE command LIKE '%{alert.id}%'")
    assert version == (2,)
    [entry] = watching.run(watching.store.read(lambda c: audit.entries(c, alert.id)))
    assert (entry.user_id, entry.place, entry.what) == ("console:ben", HERE.key, "alert.take")
    assert entry.at == NOW


def test_a_stale_card_is_refused_with_the_newest_state(watching: Watching) -> None:
    alert = watching.alert("grinder-4")
    card = watching.ask(f"/alert {alert.id}")
    watching.ask(button(card, "I'm on it").command, "Ben")
    late = watching.ask(button(card, "Shelve").command + " 15 being repaired", "Cleo")
    assert late.outcome == "decline"
    assert "nothing was done" in notices(late)[0]
    assert any(isinstance(p, Text) and "Ben is on it" in p.text for p in late.parts)
    assert watching.alert("grinder-4").shelved_until is None
    fresh = button(late, "Shelve").command
    assert watching.ask(f"{fresh} 15 being repaired", "Cleo").outcome == "answer"


def test_shelving_asks_for_how_long_and_why(watching: Watching) -> None:
    alert = watching.alert("grinder-4")
    offered = watching.ask(f"/alert {alert.id} shelve v1")
    assert offered.outcome == "clarify"
    shelved = watching.ask(button(offered, "60").command)
    assert line(shelved) == "Shelved until 07:20: being repaired"
    assert "shelved until 07:20" in line(watching.ask(f"/alert {alert.id}"))
    watching.door.now = NOW + 60 * MINUTE
    assert "nobody on it" in line(watching.ask(f"/alert {alert.id}")), "it ends by itself"


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("shelve 15", "say why"),
        ("shelve 0 parts", "lies ahead"),
        ("shelve 9h parts", "at most 8 hours"),
        ("shelve a while", "as minutes"),
        ("burn", "I do not know “burn”"),
    ],
)
def test_what_is_not_understood_is_said(watching: Watching, said: str, problem: str) -> None:
    answer = watching.ask(f"/alert {watching.alert('grinder-4').id} {said}")
    assert problem in line(answer)
    assert watching.alert("grinder-4").version == 1


def test_to_the_end_of_the_shift(watching: Watching) -> None:
    alert = watching.alert("grinder-4")
    answer = watching.ask(f"/alert {alert.id} shelve shift waiting for parts")
    assert line(answer) == "Shelved until 14:00: waiting for parts"


def test_times_in_words(watching: Watching) -> None:
    alert = watching.alert("grinder-4")
    for said, until in (("45 minutes", "07:05"), ("2 hours", "08:20"), ("1 Stunde", "07:20")):
        answer = watching.ask(f"/alert {alert.id} shelve {said} waiting")
        assert line(answer) == f"Shelved until {until}: waiting"


def test_undo_for_ten_minutes_by_the_same_person(watching: Watching) -> None:
    alert = watching.alert("grinder-4")
    took = watching.ask(f"/alert {alert.id} take")
    assert "nothing of yours" in line(watching.ask(f"/alert {alert.id} undo", "Ben"))
    watching.door.now = NOW + 10 * MINUTE
    assert line(watching.ask(button(took, "Undo").command)) == "Undone."
    back = watching.alert("grinder-4")
    assert (back.taken_by, back.acknowledged, back.version) == (None, False, 3)
    assert "nothing of yours" in line(watching.ask(f"/alert {alert.id} undo"))
    watching.ask(f"/alert {alert.id} take")
    watching.ask(f"/alert {alert.id} ack")
    watching.ask(f"/alert {alert.id} shelve 30 parts", "Ben")
    assert "Somebody else" in line(watching.ask(f"/alert {alert.id} undo"))
    watching.door.now += 11 * MINUTE
    assert "10 minutes only" in line(watching.ask(f"/alert {alert.id} undo", "Ben"))


def test_a_reason_by_one_tap_by_search_and_in_own_words(watching: Watching) -> None:
    alert = watching.alert("grinder-4")
    card = watching.ask(f"/alert {alert.id}")
    likely = [a for a in card.actions if a.label.startswith("Reason: ")]
    assert len(likely) == 3
    given = watching.ask(likely[0].command)
    reason = likely[0].label.removeprefix("Reason: ")
    assert line(given) == f"Reason noted: {reason}."
    fresh = watching.ask(f"/alert {alert.id}")
    assert f"· {reason} ·" in line(fresh)
    assert any(isinstance(p, Text) and "wheel balancer fault" in p.text for p in fresh.parts)
    found = watching.ask(f"/alert {alert.id} reason door")
    assert [a.label for a in found.actions] == ["door interlock", "Use “door”"]
    watching.ask(button(found, "door").command)
    own = watching.ask(f"/alert {alert.id} reason forklift in the way")
    assert "No reason of the last 90 days" in notices(own)[0]
    watching.ask(button(own, "Use").command)
    query = "SELECT asset, machine_reason, reason, user_id FROM stop_reasons"
    assert watching.rows(query) == [
        ("grinder-4", "wheel balancer fault", "forklift in the way", "console:ana")
    ]
    watching.ask(f"/alert {alert.id} undo")
    assert watching.rows(query)[0][2] == "door interlock"


def test_the_reason_of_the_first_time_is_taken_back(watching: Watching) -> None:
    alert = watching.alert("grinder-4")
    watching.ask(f"/alert {alert.id} reason =broken belt")
    watching.ask(f"/alert {alert.id} undo")
    assert watching.rows("SELECT * FROM stop_reasons") == []


def test_a_reason_stands_beside_the_machines_own(watching: Watching) -> None:
    alert = watching.alert("grinder-4")
    watching.ask(f"/alert {alert.id} reason =broken belt")
    answer = watching.ask("/downtime grinder-4 today")
    reasons = [row[-1] for part in answer.parts if isinstance(part, Table) for row in part.rows]
    assert "wheel balancer fault; people say: broken belt" in reasons


def test_only_a_stop_has_a_reason(watching: Watching) -> None:
    alert = watching.alert("cnc-4", "feed_stale")
    assert "Only a stop" in line(watching.ask(f"/alert {alert.id} reason jam"))


def test_closed_is_out_of_sight_until_it_comes_back(watching: Watching) -> None:
    alert = watching.alert("grinder-4")
    watching.ask(f"/alert {alert.id} close")
    assert line(watching.ask(f"/alert {alert.id}")).endswith("· closed")
    assert "over" in line(watching.ask(f"/alert {alert.id} take"))
    watching.door.now = NOW + 20 * MINUTE
    watching.look()
    assert watching.alert("grinder-4").closed_at is not None


def test_alerts_shows_who_is_on_what_and_lets_one_act(watching: Watching) -> None:
    alert = watching.alert("grinder-4")
    watching.ask(f"/alert {alert.id} take", "Ben")
    shelved = watching.alert("grinder-5")
    watching.ask(f"/alert {shelved.id} shelve 30 parts")
    answer = watching.ask("/alerts machining")
    [table] = [p for p in answer.parts if isinstance(p, Table)]
    states = {(row[1], row[2][:4]): row[4] for row in table.rows}
    assert states["Grinder 4", "down"] == "Ben is on it"
    assert states["Grinder 5", "down"] == "shelved until 06:50: parts"
    take = button(answer, "I'm on it:")
    assert line(watching.ask(take.command)) == "Ana is on it."


def test_how_many_there_were_is_told_per_area(watching: Watching) -> None:
    answer = watching.ask("/alert load")
    [table] = [p for p in answer.parts if isinstance(p, Table)]
    areas = {row[0]: row[1:] for row in table.rows}
    assert areas["Machining"][0] == "7"
    assert areas["Machining"][1:] == ("too few", "too few")
    assert any(isinstance(p, Notice) and "per person" in p.text for p in answer.parts)


def test_who_may_not_see_the_asset_is_refused(
    sample_file: PlantFile, looked: Path, tmp_path: Path
) -> None:
    shutil.copy(looked, tmp_path)
    made = watching_with(sample_file, tmp_path, Access(frozenset({"packaging"})))
    try:
        alert = made.alert("grinder-4")
        for said in ("", " take v1", " close", " undo"):
            answer = made.ask(f"/alert {alert.id}{said}")
            assert answer.outcome == "no_data"
            assert not answer.actions
        assert made.alert("grinder-4").version == 1
        unasked = made.ask(f"/alert {alert.id} push")
        assert (unasked.outcome, unasked.parts) == ("no_data", ())
        [digest] = made.rows("SELECT command FROM deliveries WHERE kind = 'digest'")
        assert made.ask(str(digest[0])).outcome == "no_data"
    finally:
        made.door.close()


def test_money_is_not_shown_to_all(sample_file: PlantFile, looked: Path, tmp_path: Path) -> None:
    shutil.copy(looked, tmp_path)
    made = watching_with(sample_file, tmp_path, Access(money=False))
    try:
        said = line(made.ask(f"/alert {made.alert('grinder-4').id}"))
        assert "≈ 24 parts" in said
        assert "USD" not in said
    finally:
        made.door.close()


def test_an_alert_that_is_not_there(watching: Watching) -> None:
    assert "no alert “zzz”" in line(watching.ask("/alert zzz"))
    assert "Which alert?" in line(watching.ask("/alert"))


def test_forgetting_leaves_what_was_done_without_who(watching: Watching) -> None:
    alert = watching.alert("grinder-4")
    watching.ask(f"/alert {alert.id} take")
    watching.ask(f"/alert {alert.id} reason =jam")
    watching.ask("/andon forget me")
    assert watching.rows("SELECT DISTINCT user_id FROM audit") == [("",)]
    assert watching.rows("SELECT user_id FROM stop_reasons") == [("",)]
    assert "somebody is on it" in line(watching.ask(f"/alert {alert.id}"))


def test_what_is_over_is_pruned(watching: Watching) -> None:
    alert = watching.alert("grinder-4")
    watching.ask(f"/alert {alert.id} reason =jam")
    watching.run(watching.store.prune(NOW + timedelta(days=1)))
    assert watching.rows("SELECT * FROM audit") == []
    assert watching.rows("SELECT * FROM stop_reasons") == []
    assert watching.alert("grinder-4").active, "what holds stays"
