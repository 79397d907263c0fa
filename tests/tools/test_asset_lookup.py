from __future__ import annotations

import sqlite3

import pytest

from core.access import Access
from core.answer import Text
from core.errors import NoData, UserError
from core.request import User
from tests.tools import plain_sql
from tests.tools.conftest import Ask, MakePlant
from tests.tools.plain_sql import NOW

SHIFTS = {  # of the sample at NOW, the newest first; UTC
    "Night, Wed 11 Mar": ("2026-03-12 03:00:00", "2026-03-12 11:00:00"),
    "Late, Wed 11 Mar": ("2026-03-11 19:00:00", "2026-03-12 03:00:00"),
    "Early, Wed 11 Mar": ("2026-03-11 11:00:00", "2026-03-11 19:00:00"),
    "Night, Tue 10 Mar": ("2026-03-11 03:00:00", "2026-03-11 11:00:00"),
    "Late, Tue 10 Mar": ("2026-03-10 19:00:00", "2026-03-11 03:00:00"),
}


@pytest.mark.parametrize("asset", ["grinder-3", "line-3", "packaging", "riverside"])
def test_last_shifts_equal_plain_sql(ask: Ask, db: sqlite3.Connection, asset: str) -> None:
    asked = ask("asset_lookup", {"assets": (asset,)})
    table = next(table for table in asked.tables if table.title == "Last shifts")
    assert [row[0] for row in table.rows] == list(SHIFTS)
    assets = plain_sql.counted(db, asset)
    for (start, end), parts in zip(
        reversed(SHIFTS.values()), asked.result.recent.windows, strict=True
    ):
        for place in assets:
            made = db.execute(
                "SELECT sum(total_units) FROM production WHERE asset = ? AND start >= ?"
                " AND start < ?",
                (place, start, end),
            ).fetchone()[0]
            down = plain_sql.total(plain_sql.down(db, [place], start, end)).minutes
            assert parts[place].total == made
            assert parts[place].stopped == pytest.approx(down)


def test_the_oee_of_a_shift_equals_plain_sql(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("asset_lookup", {"assets": ("line-1",)})
    table = next(table for table in asked.tables if table.title == "Last shifts")
    for row in table.rows:
        start, end = SHIFTS[row[0]]
        good = plain_sql.ideal_minutes(db, "line-1", start, end, "p.good_units")
        oee = good / plain_sql.planned_minutes(db, "line-1", start, end)
        assert row[2].replace("\u00a0", " ") == f"{oee * 100:.1f} %"


def test_states_and_open_stops_are_those_of_the_data(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("asset_lookup", {"assets": ("riverside",)})
    known = {
        row["asset"]: row["state"]
        for row in db.execute(
            "SELECT asset, state FROM live JOIN asset ON asset.id = asset WHERE plant='riverside'"
        )
    }
    assert {state.asset.id: state.state for state in asked.result.states} == known
    still = db.execute(
        """SELECT asset FROM downtime JOIN asset ON asset.id = asset
        WHERE "end" IS NULL AND plant = 'riverside'"""
    )
    assert {stop.asset for stop in asked.result.stops} == {row[0] for row in still}


def test_an_open_stop_is_said_first(ask: Ask, db: sqlite3.Connection) -> None:
    stop = db.execute(
        """SELECT asset, reason, (julianday(?) - julianday(start)) * 1440 FROM downtime
        WHERE "end" IS NULL AND reason IS NOT NULL LIMIT 1""",
        (NOW,),
    ).fetchone()
    asked = ask("asset_lookup", {"assets": (stop["asset"],)})
    assert "is stopped since" in asked.sentence
    assert stop["reason"] in asked.sentence
    assert f"({stop[2]:.0f} min)" in asked.sentence


def test_a_stale_feed_is_said_first(ask: Ask) -> None:
    asked = ask("asset_lookup", {"assets": ("cnc-4",)})
    assert asked.sentence.startswith("CNC 4: no data for 6 h")
    assert "state now is unknown" in asked.sentence
    place = ask("asset_lookup", {"assets": ("machining",)})
    assert "No fresh data of CNC 4" in place.sentence


def test_what_it_is_and_whom_to_ask(ask: Ask) -> None:
    asked = ask("asset_lookup", {"assets": ("filler-3",)})
    about = {row[0]: row[1].replace("\u00a0", " ") for row in asked.tables[0].rows}
    assert about["Place"] == "Riverside › Packaging › Line 3"
    assert about["Ask"] == "shift lead packaging, ext. 4417"
    assert about["Ideal rate"] == "300 bottles/min"
    assert about["Role"] == "constraint of its line"
    robot = ask("asset_lookup", {"assets": ("robot-2",)})
    assert ("Ideal rate", "unknown") in robot.tables[0].rows


@pytest.mark.parametrize(
    ("asset", "focus", "said"),
    [
        ("filler-3", "contact", "About Filler 3, ask shift lead packaging, ext. 4417."),
        ("filler-3", "place", "Filler 3 stands in Riverside › Packaging › Line 3."),
        ("riverside", "place", "Riverside is a plant of its own."),
    ],
)
def test_what_is_asked_for_comes_first(ask: Ask, asset: str, focus: str, said: str) -> None:
    asked = ask("asset_lookup", {"assets": (asset,), "focus": focus})
    usual = ask("asset_lookup", {"assets": (asset,)})
    assert asked.sentence == said
    assert asked.of(Text)[1].text == usual.of(Text)[0].text


@pytest.mark.parametrize("language", ["en", "de"])
def test_nobody_to_ask(make_plant: MakePlant, language: str) -> None:
    script = 'CREATE TABLE downtime (asset TEXT, start TEXT, "end" TEXT);'
    plant = make_plant('[[assets]]\nid = "m1"\n[facts.downtime]\ntable = "downtime"\n', script)
    asked = plant.ask("asset_lookup", {"assets": ("m1",), "focus": "contact"}, language)
    expected = {
        "en": "No contact is recorded for m1.",
        "de": "Für m1 ist kein Ansprechpartner hinterlegt.",
    }
    assert asked.sentence == expected[language]


def test_reasons_are_read_without_the_month_of_production(ask: Ask) -> None:
    asked = ask("asset_lookup", {"assets": ("line-3",)})
    month = plain_sql.PERIODS["last 30 days"][0]
    read = {
        q.fact for q in asked.context.queries if q.interval and f"{q.interval.start:%F %T}" <= month
    }
    assert read == {"downtime"}


def test_a_stop_that_nobody_closed_is_not_open(make_plant: MakePlant) -> None:
    script = """
    CREATE TABLE downtime (asset TEXT, start TEXT, "end" TEXT, reason TEXT);
    INSERT INTO downtime VALUES ('m1', '2026-03-08 06:00:00', NULL, 'jam');
    CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INT);
    INSERT INTO production VALUES ('m1', '2026-03-12 09:00:00', '2026-03-12 11:00:00', 9);
    """
    facts = '[facts.production]\ntable = "production"\n[facts.downtime]\ntable = "downtime"\n'
    asked = make_plant('[[assets]]\nid = "m1"\n' + facts, script).ask("asset_lookup", {})
    assert not asked.result.stops


def test_frequent_reasons_equal_plain_sql(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("asset_lookup", {"assets": ("line-3",)})
    found = plain_sql.by_key(plain_sql.down(db, ["line-3"], *plain_sql.PERIODS["last 30 days"]))
    table = next(table for table in asked.tables if table.title.startswith("Most frequent"))
    expected = sorted((s.stops for key, s in found.items() if key), reverse=True)[:5]
    assert [int(row[1]) for row in table.rows] == expected


def test_changes(ask: Ask) -> None:
    changes = {}
    for asset in ("line-1", "line-2", "line-3", "grinder-1"):
        asked = ask("asset_lookup", {"assets": (asset,)})
        changes[asset] = [(c.kind, c.before, c.after) for c in asked.result.changed]
    assert ("oee_target", 0.70, 0.75) in changes["line-1"]
    assert any(kind == "rate" and after == 200 for kind, _, after in changes["line-2"])
    assert ("cost", 494, 520) in changes["line-3"]
    assert changes["grinder-1"] == []


def test_cost_rates_are_money(ask: Ask) -> None:
    asked = ask("asset_lookup", {"assets": ("line-3",)}, access=Access(money=False))
    assert "USD" not in asked.said


def test_one_asset_at_a_time(ask: Ask) -> None:
    with pytest.raises(UserError):
        ask("asset_lookup", {"assets": ("line-1", "line-2")})
    access = Access(frozenset({"packaging"}))
    with pytest.raises(NoData):
        ask("asset_lookup", {"assets": ("grinder-1",)}, access=access)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("asset", ["cnc-4", "robot-2", "line-h1", "hamburg", "packaging"])
def test_both_languages(ask: Ask, language: str, asset: str) -> None:
    assert ask("asset_lookup", {"assets": (asset,)}, language).sentence


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("fact", ["production", "downtime", "live"])
def test_plants_with_one_fact_only(make_plant: MakePlant, language: str, fact: str) -> None:
    script = """
    CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INT);
    INSERT INTO production VALUES ('m1', '2026-03-12 06:00:00', '2026-03-12 07:00:00', 500);
    CREATE TABLE downtime (asset TEXT, start TEXT, "end" TEXT);
    INSERT INTO downtime VALUES ('m1', '2026-03-12 11:00:00', NULL);
    CREATE TABLE live (asset TEXT, state TEXT);
    INSERT INTO live VALUES ('m1', 'Running');
    """
    toml = f'[[assets]]\nid = "m1"\n[facts.{fact}]\ntable = "{fact}"\n'
    asked = make_plant(toml, script).ask("asset_lookup", {"assets": ("m1",)}, language)
    assert asked.sentence
    if fact == "downtime" and language == "en":
        assert asked.sentence == "m1 is stopped since 11:00 (20 min): Unclassified."
    if fact == "live" and language == "en":
        assert asked.sentence == "m1: running now."


def test_a_feed_that_ended_long_ago(make_plant: MakePlant) -> None:
    script = """
    CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INT);
    INSERT INTO production VALUES ('m1', '2026-03-01 06:00:00', '2026-03-01 07:00:00', 500);
    """
    plant = make_plant('[[assets]]\nid = "m1"\n[facts.production]\ntable = "production"\n', script)
    for asked in (plant.ask("asset_lookup", {"assets": ("m1",)}), plant.ask("asset_lookup")):
        assert "no data for 11 days, since Sun 1 Mar 07:00 UTC" in asked.sentence


def test_without_a_name_the_first_of_ones_own_areas_is_meant(ask: Ask) -> None:
    user = User("console:test", areas=("packaging", "assembly"))
    assert ask("asset_lookup", {}, user=user).result.asset.id == "packaging"
