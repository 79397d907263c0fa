from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.access import Access
from core.answer import Heading, Text
from core.data.mapping import parse
from core.domain.periods import Period
from core.errors import NoData
from tests.plants import NOW, sample
from tests.tools import plain_sql
from tests.tools.conftest import SAMPLE, Ask, Asked, MakePlant, Plant

NOON = datetime(2026, 3, 12, 17, 10, tzinfo=UTC)
"""12:10 in Riverside's early shift, 18:10 in Hamburg's late one."""
EARLY = "2026-03-12 11:00:00", "2026-03-12 17:10:00", "2026-03-12 19:00:00"


@pytest.fixture(scope="session")
def noon(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    path = sample(tmp_path_factory.mktemp("noon"), days=2, now=NOON)
    text = SAMPLE.read_text("utf-8").replace("{home}/plant.db", path.as_posix())
    return Plant(parse(tomllib.loads(text), where="sample.toml", home=path.parent), path)


@pytest.fixture(scope="session")
def noon_db(noon: Plant) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{noon.db}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def points(asked: Asked) -> dict[str, Any]:
    return {point.asset.id: point for point in asked.result.plants[0].points}


def resolved(asked: Asked) -> Period:
    period = asked.context.resolved["period"]
    assert isinstance(period, Period)
    return period


def made(db: sqlite3.Connection, asset: str, start: str, end: str) -> float:
    sql = "SELECT sum(total_units) FROM production WHERE asset = ? AND start >= ? AND start < ?"
    return float(db.execute(sql, (asset, start, end)).fetchone()[0])


@pytest.mark.parametrize("asset", ["line-3", "grinder-2", "packaging", "riverside"])
def test_made_expected_and_projected_equal_plain_sql(
    noon: Plant, noon_db: sqlite3.Connection, asset: str
) -> None:
    asked = noon.ask("production_status", {"assets": (asset,)}, now=NOON)
    found = points(asked)
    start, now, end = EARLY
    assert set(found) == set(plain_sql.counted(noon_db, asset))
    for name, point in found.items():
        if name == "cnc-4":
            assert point.stale is not None
            assert point.expected is None
            continue
        assert point.made == made(noon_db, name, start, now)
        target = shift_target(noon_db, name)
        off = plain_sql.total(plain_sql.down(noon_db, [name], start, now, where="loss='planned'"))
        elapsed = plain_sql.planned_minutes(noon_db, name, start, now) - off.minutes
        whole = plain_sql.planned_minutes(noon_db, name, start, end) - off.minutes
        if target is None:
            assert point.gap is None
        else:
            assert point.expected == pytest.approx(target * elapsed / whole)
            assert point.gap == pytest.approx(point.made - point.expected)
        # Rows are whole hours: the last hour reaches back to 11:00.
        lately = "2026-03-12 16:00:00"
        pace = made(noon_db, name, lately, now) / plain_sql.planned_minutes(
            noon_db, name, lately, now
        )
        rest = plain_sql.planned_minutes(noon_db, name, now, end)
        assert point.projected.units == pytest.approx(point.made + pace * rest)
        assert point.projected.basis_minutes == 70


def shift_target(db: sqlite3.Connection, asset: str) -> float | None:
    """The orders' part of the shift, else the shift's target."""
    start, _, end = EARLY
    orders = db.execute(
        'SELECT * FROM "order" WHERE asset = ? AND start < ? AND due > ?', (asset, end, start)
    ).fetchall()
    if orders:
        shares = []
        for order in orders:
            first, last = plain_sql.seconds(order["start"]), plain_sql.seconds(order["due"])
            inside = min(last, plain_sql.seconds(end)) - max(first, plain_sql.seconds(start))
            shares.append(order["planned_units"] * inside / (last - first))
        return float(sum(shares))
    row = db.execute(
        "SELECT units FROM target WHERE asset = ? AND shift = 'Early' AND product IS NULL "
        "ORDER BY valid_from DESC LIMIT 1",
        (asset,),
    ).fetchone()
    return None if row[0] is None else float(row[0])


def test_who_is_behind_comes_first(noon: Plant) -> None:
    asked = noon.ask("production_status", {"assets": ("riverside",)}, now=NOON)
    shares = [p.ahead for p in asked.result.plants[0].points if p.ahead is not None]
    assert shares == sorted(shares)
    worst = asked.result.plants[0].points[0]
    standing, _, behind = asked.sentence.partition(f"{worst.asset.name} is furthest behind")
    assert standing == "Standing still: Press 2 (since 11:58, light curtain fault). "
    assert "are more than 2 % behind plan." in behind
    cut = sum(p.made is not None and bool(p.expected) for p in asked.result.plants[0].points)
    assert asked.charts[0].title.endswith(f" (10 of {cut})")
    assert f"/downtime {worst.asset.id}" in asked.commands
    assert asked.tables[0].rows[0][0] == worst.asset.name


def test_units_are_never_added_to_others(noon: Plant) -> None:
    asked = noon.ask("production_status", {"assets": ("riverside",)}, now=NOON)
    totals = {
        unit: sum(p.made or 0 for p in asked.result.plants[0].points if p.asset.unit == unit)
        for unit in ("bottles", "parts")
    }
    for unit, total in totals.items():
        assert asked.metrics[f"Made, {unit}"].value == f"{total:,.0f}"
    assert asked.charts[0].unit == "%"
    one = noon.ask("production_status", {"assets": ("packaging",)}, now=NOON)
    assert one.charts[0].unit == "bottles"
    assert [series.name for series in one.charts[0].series] == ["Made", "Expected so far"]


def test_machines_inside_a_line_only_when_asked_for(noon: Plant) -> None:
    area = noon.ask("production_status", {"assets": ("packaging",)}, now=NOON)
    assert set(points(area)) == {"line-1", "line-2", "line-3", "line-4"}
    both = noon.ask("production_status", {"assets": ("line-3", "filler-3")}, now=NOON)
    found = points(both)
    assert set(found) == {"line-3", "filler-3"}
    assert both.metrics["Made, bottles"].value == f"{found['line-3'].made:,.0f}"


def test_a_stale_feed_and_an_asset_without_a_plan_are_said(ask: Ask) -> None:
    asked = ask("production_status", {"assets": ("cnc-4", "robot-2", "robot-1")})
    assert any("CNC 4 is from" in notice for notice in asked.notices)
    assert any(n == "No plan or target known: Robot 2." for n in asked.notices)
    table = {row[0]: row for row in asked.tables[0].rows}
    assert "no data since" in table["CNC 4"][1].replace("\u00a0", " ")
    assert points(asked)["cnc-4"].gap is None


def test_the_open_stop_is_named_with_its_reason(ask: Ask, db: sqlite3.Connection) -> None:
    rows = db.execute('SELECT asset, reason FROM downtime WHERE "end" IS NULL').fetchall()
    outputs = set(plain_sql.counted(db, "riverside"))
    stop = next(row for row in rows if row["asset"] in outputs)
    asked = ask("production_status", {"assets": (stop["asset"],)})
    assert " now: stopped since " in asked.sentence.partition(".")[0]
    if stop["reason"]:
        assert stop["reason"] in asked.sentence


def test_the_state_comes_first(noon: Plant) -> None:
    asked = noon.ask("production_status", {"assets": ("line-1",)}, now=NOON)
    assert asked.sentence.startswith("Line 1 now: ")
    packaging = noon.ask("production_status", {"assets": ("packaging",)}, now=NOON)
    stands = [p for p in packaging.result.plants[0].points if p.stands]
    first = "Standing still: " if stands else "Nothing stands still. "
    assert packaging.sentence.startswith(first)


def test_no_projection_in_the_first_half_hour(ask: Ask) -> None:
    asked = ask("production_status", {"assets": ("packaging",)})
    assert all(p.projected is None for p in asked.result.plants[0].points)
    assert any("30th minute" in notice for notice in asked.notices)


def test_outside_a_shift_the_last_one_is_shown(noon: Plant, noon_db: sqlite3.Connection) -> None:
    late = datetime(2026, 3, 11, 22, 30, tzinfo=UTC)
    asked = noon.ask("production_status", {"assets": ("hamburg",)}, now=late)
    status = asked.result.plants[0]
    assert not status.is_running
    assert asked.sentence.startswith("No shift is running at Hamburg until Thu 12 Mar 06:00 CET")
    assert "Spät" in asked.heading
    expected = made(noon_db, "line-h1", "2026-03-11 13:00:00", "2026-03-11 21:00:00")
    assert points(asked)["line-h1"].made == expected
    assert points(asked)["line-h1"].projected is None


def test_two_plants_stand_apart_each_in_its_own_time(noon: Plant) -> None:
    asked = noon.ask("production_status", {"assets": ("packaging", "montage")}, now=NOON)
    headings = [heading.text for heading in asked.of(Heading)]
    assert "CDT" in headings[1]
    assert "CET" in headings[2]
    assert len(asked.of(Text)) == 2


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("assets", [(), ("line-3",), ("riverside", "hamburg"), ("robot-2",)])
def test_both_languages(ask: Ask, language: str, assets: tuple[str, ...]) -> None:
    asked = ask("production_status", {"assets": assets}, language)
    assert asked.sentence
    assert resolved(asked).label == "this_shift"
    later = ask("production_status", {"assets": ("hamburg",)}, language, NOW + timedelta(hours=11))
    assert later.sentence


def test_every_figure_is_cited(noon: Plant) -> None:
    asked = noon.ask("production_status", {"assets": ("packaging",)}, now=NOON)
    known = {citation.number for citation in asked.context.citations}
    cites = [table.cites for table in asked.tables] + [chart.cites for chart in asked.charts]
    for numbers in (*cites, *(metric.cites for metric in asked.metrics.values())):
        assert numbers
        assert set(numbers) <= known


def test_areas_that_one_may_not_see(ask: Ask) -> None:
    with pytest.raises(NoData):
        ask(
            "production_status", {"assets": ("grinder-5",)}, access=Access(frozenset({"packaging"}))
        )


# --- plants with less ------------------------------------------------------------------------

M1 = '[[assets]]\nid = "m1"\nunit = "pcs"\n'
SHIFTS = """
[plants.plant]
zone = "UTC"
[[plants.plant.shifts]]
name = "Day"
start = "06:00"
end = "14:00"
"""
PRODUCTION = """
CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INTEGER, wanted REAL);
INSERT INTO production VALUES ('m1', '2026-03-12 06:00:00', '2026-03-12 08:00:00', 100, 120),
    ('m1', '2026-03-12 08:00:00', '2026-03-12 11:20:00', 170, 200);
"""
FACT = '[facts.production]\ntable = "production"\n'
COLUMNS = 'columns = { asset = "asset", start = "start", end = "end", total_units = "total_units"'


def test_production_without_any_plan(make_plant: MakePlant) -> None:
    plant = make_plant(M1 + SHIFTS + FACT, PRODUCTION)
    for language in ("en", "de"):
        point = points(plant.ask("production_status", {}, language))["m1"]
        assert (point.made, point.expected, point.state) == (270, None, "")
    assert "no plan to compare with" in plant.ask("production_status", {}).sentence


def test_targets_of_the_rows_themselves(make_plant: MakePlant) -> None:
    toml = M1 + SHIFTS + FACT + COLUMNS + ', target_units = "wanted" }\n'
    asked = make_plant(toml, PRODUCTION).ask("production_status", {})
    assert points(asked)["m1"].expected == 320
    assert "behind by 50 pieces" in asked.sentence


def test_without_shifts_the_day_so_far(make_plant: MakePlant) -> None:
    asked = make_plant(M1 + FACT, PRODUCTION).ask("production_status", {})
    assert points(asked)["m1"].made == 270
    assert resolved(asked).label == "today"


def test_live_data_alone(make_plant: MakePlant) -> None:
    script = """
    CREATE TABLE live (asset TEXT, state TEXT, since TEXT, shift_units REAL, shift_target REAL,
        updated TEXT);
    INSERT INTO live VALUES
        ('m1', 'stopped', '2026-03-12 11:00:00', 240, 480, '2026-03-12 11:20:00');
    """
    facts = '[facts.live]\ntable = "live"\n[facts.downtime]\ntable = "downtime"\n'
    stops = 'CREATE TABLE downtime (asset TEXT, start TEXT, "end" TEXT);'
    plant = make_plant(M1 + SHIFTS + facts, script + stops)
    for language in ("en", "de"):
        point = points(plant.ask("production_status", {}, language))["m1"]
        assert point.made == 240
        assert point.expected == pytest.approx(480 * 320 / 480)
        assert point.stands


def test_nothing_at_all(make_plant: MakePlant) -> None:
    script = 'CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INTEGER);'
    with pytest.raises(NoData):
        make_plant(M1 + SHIFTS + FACT, script).ask("production_status", {})
