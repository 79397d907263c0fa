"""What to do first on the sample plant, its figures against plain SQL, and on bare plants."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.access import Access
from core.actions import ROLES, CauseLoss, Task, When
from core.answer import Text
from core.domain.losses import Loss
from core.errors import NoData
from core.registry import by_command
from core.words import Words
from tests.tools.conftest import Ask, Asked, Plant
from tests.tools.plain_sql import PERIODS, by_key, counted, down, per_hour, waste

LEVELS = ("riverside", "packaging", "line-3", "grinder-5", "filler-2", "hamburg")
WEEK = PERIODS["last 7 days"]


def week(task: Task) -> CauseLoss:
    (loss,) = [why for why in task.why if isinstance(why, CauseLoss)]
    assert not loss.lately
    return loss


def task(asked: Asked, asset: str, kind: str, about: str | None) -> Task:
    found: list[Task] = [
        one
        for one in asked.result.tasks
        if (one.asset, one.kind, one.about) == (asset, kind, about)
    ]
    assert len(found) == 1
    return found[0]


# --- the sample plant's stories --------------------------------------------------------------


def test_the_first_thing_to_do(ask: Ask) -> None:
    asked = ask("action_list")
    assert asked.sentence == (
        "First: CNC 2 – follow up the open safety event: first aid (safety officer, now). "
        "Why: CNC 2 open since Sat 7 Mar 20:26. Contact: shift lead machining, ext. 4410."
    )
    kinds = [(one.asset, one.kind, one.when) for one in asked.result.tasks]
    assert kinds == [
        ("cnc-2", "safety", When.NOW),
        ("line-2", "safety", When.NOW),
        ("grinder-4", "breakdown", When.NOW),
        ("grinder-5", "breakdown", When.NOW),
        ("line-3", "breakdown", When.BEFORE_NEXT_SHIFT),
    ]


def test_line_3_loses_its_nights_to_the_conveyor(ask: Ask) -> None:
    asked = ask("action_list", {"assets": ("line-3",)})
    # The open near miss of its area comes first.
    assert [one.kind for one in asked.result.tasks[:2]] == ["safety", "breakdown"]
    second = asked.of(Text)[1].text.replace("\u00a0", " ")
    assert second == (
        "2. Line 3 – find the cause of “infeed conveyor jam” (maintenance, before the next shift). "
        "Why: the last 7 days: 21 stops, 15 h 40 min, USD 8,144. "
        "Contact: shift lead packaging, ext. 4417."
    )


def test_the_other_stories(ask: Ask) -> None:
    task(ask("action_list", {"assets": ("line-1",)}), "line-1", "setup", "changeover")
    press = task(
        ask("action_list", {"assets": ("press-2",)}), "press-2", "rejects", "crack at bend"
    )
    assert {why.rule for why in press.why if not isinstance(why, CauseLoss)} == {"scrap_jump"}
    filler = ask("action_list", {"assets": ("filler-2",)})
    assert task(filler, "filler-2", "minor", "bottle jam at infeed star").role == "setter"
    worn = task(
        ask("action_list", {"assets": ("grinder-5",)}), "grinder-5", "breakdown",
        "spindle bearing overheated",
    )  # fmt: skip
    assert [why.rule for why in worn.why if not isinstance(why, CauseLoss)] == ["down", "oee"]


def test_behind_plan_goes_to_what_stopped_the_line(ask: Ask) -> None:
    """Two hours into the night, line-3 has made 60 % of what is expected by then."""
    now = datetime(2026, 3, 10, 5, tzinfo=UTC)
    asked = ask("action_list", {"assets": ("line-3",)}, now=now)
    first = task(asked, "line-3", "breakdown", "infeed conveyor jam")
    assert first.when is When.THIS_SHIFT
    assert "40 % behind plan" in asked.said
    assert not any(one.kind == "behind_plan" for one in asked.result.tasks)


# --- against plain SQL -----------------------------------------------------------------------


@pytest.mark.parametrize("asset", ["line-3", "grinder-5", "packaging", "riverside"])
def test_stops_of_the_week(ask: Ask, db: sqlite3.Connection, asset: str) -> None:
    """Minutes, stops and money of each cause that lies with the asset that lost the time."""
    asked = ask("action_list", {"assets": (asset,)})
    stops = [
        (one, loss) for one in asked.result.tasks if one.kind in set(Loss)
        for loss in one.why if isinstance(loss, CauseLoss) and loss.affected == (one.asset,)
    ]  # fmt: skip
    assert stops
    for one, loss in stops:
        found = by_key(down(db, [one.asset], *WEEK))[one.about]
        assert loss.minutes == pytest.approx(found.minutes, abs=0.05)
        assert loss.stops == found.stops
        hour = per_hour(db, one.asset, "2026-03-12")
        assert loss.money == (
            None if hour is None else pytest.approx(found.minutes / 60 * hour, 1e-4)
        )


@pytest.mark.parametrize("asset", ["press-2", "line-3"])
def test_rejects_of_the_week(ask: Ask, db: sqlite3.Connection, asset: str) -> None:
    asked = ask("action_list", {"assets": (asset,)})
    loss = next(week(one) for one in asked.result.tasks if one.kind == "rejects")
    units, cost = waste(db, asset, *WEEK)
    assert loss.units == units
    assert loss.money == pytest.approx(cost)


def test_the_worst_cause_of_packaging(ask: Ask, db: sqlite3.Connection) -> None:
    """No stop of an output point costs more in the week than the first one named."""
    asked = ask("action_list", {"assets": ("packaging",)})
    first = next(one for one in asked.result.tasks if one.kind in set(Loss))
    money = {
        key: stopped.minutes / 60 * (per_hour(db, asset, "2026-03-12") or 0)
        for asset in counted(db, "packaging")
        for key, stopped in down(db, [asset], *WEEK).items()
    }
    assert week(first).money == pytest.approx(max(money.values()), 1e-4)
    assert (first.asset, first.about) == max(money, key=lambda key: money[key])


# --- what holds for every list ---------------------------------------------------------------


@pytest.mark.parametrize("asset", LEVELS)
def test_at_most_five_without_duplicates_and_in_order(ask: Ask, asset: str) -> None:
    asked = ask("action_list", {"assets": (asset,)})
    found = asked.result.tasks
    assert 1 <= len(found) <= 5
    assert len({(one.asset, one.kind, one.about) for one in found}) == len(found)
    is_safety = [one.kind == "safety" for one in found]
    assert is_safety == sorted(is_safety, reverse=True)
    numbers = {citation.number for citation in asked.context.citations}
    texts = asked.of(Text)
    assert [text.cites for text in texts] == [one.cites for one in found]
    for one, text in zip(found, texts, strict=True):
        assert one.cites
        assert set(one.cites) <= numbers
        assert one.role == ROLES[one.kind]
        assert re.search(r"\(.+, .+\)\. Why: ", text.text), text.text


@pytest.mark.parametrize("asset", LEVELS)
def test_german_says_the_same(ask: Ask, asset: str) -> None:
    english = ask("action_list", {"assets": (asset,)})
    german = ask("action_list", {"assets": (asset,)}, "de")
    plain = [replace(one, why=(), cites=()) for one in english.result.tasks]
    assert [replace(one, why=(), cites=()) for one in german.result.tasks] == plain
    assert german.sentence.startswith("Zuerst: ")
    assert german.heading.startswith("Maßnahmen · ")


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_kind_has_its_words(language: str) -> None:
    words = Words(language)  # type: ignore[arg-type]
    for kind, role in ROLES.items():
        assert words.has(f"action_list.do_{kind}")
        assert words.has(f"action_list.role_{role}")
    told = set(Loss) - {Loss.PLANNED} | {"holds_up", "rejects"}
    assert all(words.has(f"action_list.do_{kind}_about") for kind in told)
    opened = [key for key in told if words.has(f"action_list.do_{key}_open")]
    assert all(words.has(f"action_list.do_{kind}_open_about") for kind in opened)
    assert all(words.has(f"action_list.when_{when.name.lower()}") for when in When)


def test_buttons_are_commands_that_exist(ask: Ask) -> None:
    for asset in LEVELS:
        for command in ask("action_list", {"assets": (asset,)}).commands:
            assert command.split()[0].lstrip("/") in by_command()


def test_without_money_minutes_rank_and_no_price_is_shown(ask: Ask) -> None:
    asked = ask("action_list", {"assets": ("packaging",)}, access=Access(money=False))
    assert "USD" not in asked.said
    losses = [week(one) for one in asked.result.tasks if one.kind != "safety"]
    minutes = [loss.minutes for loss in losses]
    assert minutes == sorted(minutes, reverse=True)  # type: ignore[type-var]


def test_only_what_may_be_seen(ask: Ask) -> None:
    asked = ask("action_list", access=Access(frozenset({"assembly"})))
    assembly = {"press-1", "press-2", "oven-1", "robot-1", "robot-2", "assembly"}
    assert {one.asset for one in asked.result.tasks} <= assembly
    with pytest.raises(NoData):
        ask("action_list", {"assets": ("line-3",)}, access=Access(frozenset({"assembly"})))


def test_a_missing_rate_is_named(ask: Ask) -> None:
    asked = ask("action_list", {"assets": ("oven-1",)})
    assert "Oven 1: no cost rate, so it comes after what has a price." in asked.notices
    losses = [week(one) for one in asked.result.tasks]
    assert [loss.kind for loss in losses if loss.money is not None] == ["rejects"]
    minutes = [loss.minutes or 0 for loss in losses if loss.money is None]
    assert len(minutes) == 4
    assert minutes == sorted(minutes, reverse=True)


def test_several_plants_rank_by_minutes(ask: Ask) -> None:
    asked = ask("action_list", {"assets": ("line-3", "line-h1")})
    assert {one.asset for one in asked.result.tasks} >= {"line-3", "line-h1"}


# --- plants that know little -----------------------------------------------------------------

Make = Callable[[str, str], Plant]
MACHINE = """
[[assets]]
id = "m1"
name = "Machine 1"
"""
STOPS = """
[facts.downtime]
table = "stops"
columns = {asset = "m", start = "a", end = "z", reason = "why"}
"""


def test_only_stops_with_reasons(make_plant: Make) -> None:
    plant = make_plant(
        MACHINE + STOPS,
        """
        CREATE TABLE stops (m TEXT, a TEXT, z TEXT, why TEXT);
        INSERT INTO stops VALUES ('m1', '2026-03-10 10:00:00', '2026-03-10 14:00:00', 'belt torn');
        INSERT INTO stops VALUES ('m1', '2026-03-09 10:00:00', '2026-03-09 11:00:00', NULL);
        """,
    )
    asked = plant.ask("action_list")
    assert asked.sentence == (
        "First: Machine 1 – find the cause of “belt torn” (shift lead, this week). "
        "Why: the last 7 days: 1 stop, 4 h."
    )
    assert asked.of(Text)[1].text.startswith("2. Machine 1 – record the reasons of its stops")
    assert "Not looked at, for want of data: safety events and plan and targets." in asked.notices


def test_only_safety(make_plant: Make) -> None:
    plant = make_plant(
        MACHINE
        + '[facts.safety]\ntable = "s"\n'
        + 'columns = {asset = "m", time = "t", severity = "v", status = "o"}',
        """
        CREATE TABLE s (m TEXT, t TEXT, v TEXT, o TEXT);
        INSERT INTO s VALUES ('m1', '2026-03-12 10:00:00', 'lost time', 'in progress');
        INSERT INTO s VALUES ('m1', '2026-03-12 10:00:00', 'lost time', 'Closed');
        """,
    )
    asked = plant.ask("action_list", language="de")
    assert asked.sentence.startswith(
        "Zuerst: Machine 1 – offenes Sicherheitsereignis nachverfolgen: Unfall mit Ausfallzeit"
    )
    assert len(asked.result.tasks) == 1


def test_nothing_to_do_is_not_nothing_known(make_plant: Make) -> None:
    """A table without a readable row tells as little as none."""
    script = "CREATE TABLE stops (m TEXT, a TEXT, z TEXT, why TEXT);"
    unknown = "Plant: the data holds nothing to draw actions from."
    assert make_plant(MACHINE + STOPS, script).ask("action_list").sentence == unknown
    bare = make_plant(MACHINE, "CREATE TABLE other (x TEXT);")
    assert bare.ask("action_list").sentence == unknown
    one = "INSERT INTO stops VALUES ('m1', '2026-03-10 10:00:00', '2026-03-10 10:01:00', 'jam');"
    quiet = make_plant(MACHINE + STOPS, one)
    assert quiet.ask("action_list").sentence == "Nothing calls for action: Plant."


def test_stops_without_reasons_are_told_apart_by_their_loss(make_plant: Make) -> None:
    plant = make_plant(
        MACHINE + STOPS,
        """
        CREATE TABLE stops (m TEXT, a TEXT, z TEXT, why TEXT);
        INSERT INTO stops VALUES ('m1', '2026-03-10 08:00:00', '2026-03-10 08:03:00', NULL);
        INSERT INTO stops VALUES ('m1', '2026-03-10 10:00:00', '2026-03-10 14:00:00', NULL);
        """,
    )
    asked = plant.ask("action_list")
    assert asked.sentence.startswith("First: Machine 1 – record the reasons of its stops")
    assert "1 stop, 4 h" in asked.sentence
    assert "minor stops" not in asked.sentence


def test_sums_are_not_counted_as_stops(make_plant: Make) -> None:
    plant = make_plant(
        MACHINE
        + '[facts.downtime]\ntable = "shifts"\nrows_are = "sums"\n'
        + 'columns = {asset = "m", start = "a", minutes = "lost", reason = "why"}',
        """
        CREATE TABLE shifts (m TEXT, a TEXT, lost REAL, why TEXT);
        INSERT INTO shifts VALUES ('m1', '2026-03-10 06:00:00', 450, 'jam');
        """,
    )
    asked = plant.ask("action_list")
    assert "7 h 30 min" in asked.sentence
    assert "stop" not in asked.sentence.partition("Why:")[2]
    about = plant.ask("asset_lookup", {"assets": ("m1",)})
    reasons = next(table for table in about.tables if table.rows and table.rows[0][0] == "jam")
    assert len(reasons.columns) == len(reasons.rows[0]) == 2
