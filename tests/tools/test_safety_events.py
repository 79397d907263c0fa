from __future__ import annotations

import sqlite3
from datetime import date

import pytest

from core.access import Access
from core.answer import Text
from core.errors import NoData
from tests.tools.conftest import Ask, MakePlant

# The last 30 production days with today, at NOW; UTC.
MONTH = ("2026-02-11 12:00:00", "2026-03-12 11:20:00")
PERIODS = {
    None: MONTH,
    "yesterday": ("2026-03-11 11:00:00", "2026-03-12 11:00:00"),
    "last 7 days": ("2026-03-05 12:00:00", "2026-03-12 11:00:00"),
    "last night": ("2026-03-12 03:00:00", "2026-03-12 11:00:00"),
}
HERE = {
    "riverside": "area IN ('machining', 'assembly', 'packaging')",
    "machining": "area = 'machining'",
    "line-3": "asset IN ('line-3', 'filler-3')",
    "grinder-2": "asset = 'grinder-2'",
}


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("place", HERE)
def test_counts_equal_plain_sql(
    ask: Ask, db: sqlite3.Connection, place: str, period: str | None
) -> None:
    asked = ask("safety_events", {"assets": (place,), "period": period})
    rows = db.execute(
        f"""SELECT severity, count(*), sum(status = 'open') FROM safety
        WHERE {HERE[place]} AND time >= ? AND time < ? GROUP BY 1""",
        PERIODS[period],
    )
    found = {count.said: (count.events, count.open) for count in asked.result.counts}
    assert found == {row[0]: (row[1], row[2]) for row in rows}


@pytest.mark.parametrize("place", ["riverside", "machining", "line-3"])
def test_all_open_ones_are_found(ask: Ask, db: sqlite3.Connection, place: str) -> None:
    asked = ask("safety_events", {"assets": (place,), "period": "yesterday"})
    still = db.execute(f"SELECT count(*) FROM safety WHERE {HERE[place]} AND status = 'open'")
    assert len(asked.result.open) == still.fetchone()[0]


def test_one_of_the_last_day_is_open(ask: Ask) -> None:
    asked = ask("safety_events")
    assert asked.result.open
    assert "open" in asked.sentence
    table = next(table for table in asked.tables if "open ones first" in table.title)
    assert table.rows[0][3] == "open"
    newest = max(event.time for event in asked.result.open)
    assert (asked.context.now - newest).total_seconds() < 86_400


def test_days_since_the_last_recordable(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("safety_events", {"assets": ("riverside",)})
    for entry in asked.result.recordable:
        last = db.execute(
            """SELECT max(date(time, '-5 hours')) FROM safety WHERE area = ?
            AND severity IN ('recordable', 'lost time', 'fatality')""",
            (entry.place.id,),
        ).fetchone()[0]
        days = None if last is None else (date(2026, 3, 12) - date.fromisoformat(last)).days
        assert entry.days is days is None or abs((entry.days or 0) - (days or 0)) <= 1
    assert {entry.place.id for entry in asked.result.recordable} == {
        "machining", "assembly", "packaging",
    }  # fmt: skip


def test_descriptions_stay_out(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("safety_events", {"period": "last 60 days"})
    for (text,) in db.execute("SELECT DISTINCT description FROM safety"):
        assert text not in asked.said


def test_one_sees_the_events_of_ones_own_area_only(ask: Ask, db: sqlite3.Connection) -> None:
    access = Access(frozenset({"assembly"}))
    asked = ask("safety_events", access=access)
    whole = db.execute(
        "SELECT count(*) FROM safety WHERE area = 'assembly' AND time >= ? AND time < ?", MONTH
    ).fetchone()[0]
    assert asked.result.total == whole
    with pytest.raises(NoData):
        ask("safety_events", {"assets": ("machining",)}, access=access)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("place", ["riverside", "hamburg", "grinder-2"])
def test_both_languages(ask: Ask, language: str, place: str) -> None:
    assert ask("safety_events", {"assets": (place,)}, language).sentence


M1 = '[[assets]]\nid = "m1"\narea = "hall"\n'
EVENTS = """
CREATE TABLE safety (time TEXT, severity TEXT, area TEXT);
INSERT INTO safety VALUES ('2026-03-10 08:00:00', 'Near Miss', 'hall'),
    ('2026-03-11 08:00:00', 'ouch', 'Hall'), ('2026-01-01 08:00:00', 'Recordable', 'hall');
"""


GRAVE = """
CREATE TABLE safety (time TEXT, severity TEXT, asset TEXT, area TEXT);
INSERT INTO safety VALUES ('2026-02-01 08:00:00', 'lost time', 'm1', 'hall'),
    ('2026-03-01 08:00:00', 'recordable', NULL, 'hall'),
    ('2026-03-10 08:00:00', 'near miss', 'm1', 'hall');
"""


@pytest.mark.parametrize(
    ("focus", "language", "said"),
    [
        ("recordable", "en", "11 days since the last recordable event ("),
        ("recordable", "de", "11 Tage seit dem letzten meldepflichtigen Ereignis ("),
        ("lost_time", "en", "39 days since the last lost-time accident ("),
        ("lost_time", "de", "39 Tage seit dem letzten Unfall mit Ausfallzeit ("),
    ],
)
def test_the_days_asked_for_come_first(
    make_plant: MakePlant, focus: str, language: str, said: str
) -> None:
    plant = make_plant(M1 + '[facts.safety]\ntable = "safety"\n', GRAVE)
    machine = plant.ask("safety_events", {"assets": ("m1",), "focus": focus}, language)
    assert machine.sentence.startswith(f"Hall: {said}")  # where one of its area counts too
    assert machine.of(Text)[0].cites
    assert len(machine.of(Text)) == 2
    whole = plant.ask("safety_events", {"focus": focus}, language).sentence
    assert whole.startswith(f"Plant: {said}Hall, ")


@pytest.mark.parametrize("language", ["en", "de"])
def test_an_unknown_severity_is_listed_as_recorded(make_plant: MakePlant, language: str) -> None:
    plant = make_plant(M1 + '[facts.safety]\ntable = "safety"\n', EVENTS)
    asked = plant.ask("safety_events", {}, language)
    assert asked.result.total == 2
    assert any("ouch" in label for label in asked.charts[0].categories)
    assert any("ouch" in row[2] for row in asked.tables[0].rows)
    assert any("ouch" in notice for notice in asked.notices)
    assert "70" in asked.sentence  # days since New Year's Day
    never = plant.ask("safety_events", {"focus": "lost_time"}, language).sentence
    assert ("no lost-time accident" in never) == (language == "en")
    assert "1 Jan 2026" in never or "1. Jan 2026" in never


def test_no_event_differs_from_no_data(make_plant: MakePlant) -> None:
    plant = make_plant(M1 + '[facts.safety]\ntable = "safety"\n', EVENTS)
    quiet = plant.ask("safety_events", {"period": "2026-02-01..2026-02-03"})
    assert "no safety event is recorded" in quiet.sentence
    other = make_plant(
        M1 + '[facts.downtime]\ntable = "downtime"\n',
        'CREATE TABLE downtime (asset TEXT, start TEXT, "end" TEXT);',
    )
    with pytest.raises(NoData) as refused:
        other.ask("safety_events", {})
    assert refused.value.key == "safety_not_mapped"


@pytest.mark.parametrize("language", ["en", "de"])
def test_an_empty_table(make_plant: MakePlant, language: str) -> None:
    script = "CREATE TABLE safety (time TEXT, severity TEXT, asset TEXT, status TEXT);"
    plant = make_plant(M1 + '[facts.safety]\ntable = "safety"\n', script)
    asked = plant.ask("safety_events", {}, language)
    assert asked.result.total == 0
    assert asked.sentence
    assert plant.ask("safety_events", {"focus": "recordable"}, language).sentence.startswith(
        "Plant: "
    )
