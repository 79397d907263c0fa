"""What needs attention on the sample plant, against plain SQL, and on plants that know little."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from core.access import Access
from core.alerts.rules import Alert
from core.errors import NoData
from core.registry import by_command
from tests.plants import NOW
from tests.tools.conftest import Ask, Asked, Plant
from tests.tools.plain_sql import counted, down, ideal_minutes, per_hour, planned_minutes

LEVELS = ("riverside", "machining", "line-3", "grinder-5", "hamburg")
SHIFTS = (
    ("Early", "2026-03-11 11:00:00", "2026-03-11 19:00:00"),
    ("Late", "2026-03-11 19:00:00", "2026-03-12 03:00:00"),
    ("Night", "2026-03-12 03:00:00", "2026-03-12 11:00:00"),
)


def every(asked: Asked) -> list[Alert]:
    """Those shown and those that another one explains."""
    return [*asked.result.alerts.active, *asked.result.alerts.silenced]


def of(asked: Asked, rule: str) -> dict[str, Alert]:
    return {alert.asset: alert for alert in every(asked) if alert.rule == rule}


# --- the sample plant's stories --------------------------------------------------------------


def test_the_stories_are_found(ask: Ask) -> None:
    asked = ask("alert_check")
    keys = {(alert.rule, alert.asset) for alert in asked.result.alerts.active}
    assert {
        ("safety", "cnc-1"), ("down", "grinder-5"), ("oee", "grinder-5"),
        ("scrap_jump", "press-2"), ("feed_stale", "cnc-4"),
    } <= keys  # fmt: skip
    assert asked.sentence == (
        "Riverside: 10 alerts. One is of high priority. "
        "Gravest: CNC 2: open safety event: first aid, since Sat 7 Mar 20:26."
    )
    assert asked.heading == "Alerts · Riverside · Thu 12 Mar 06:20\u00a0CDT"


def test_stale_data_raises_nothing_else(ask: Ask) -> None:
    (alert,) = ask("alert_check", {"assets": ("cnc-4",)}).result.alerts.active
    assert (alert.rule, alert.asset) == ("feed_stale", "cnc-4")


def test_a_good_machine_needs_no_attention(ask: Ask) -> None:
    asked = ask("alert_check", {"assets": ("grinder-1",)})
    assert asked.sentence == (
        "Nothing needs attention: Grinder 1. Checked: safety events, open stops, plan, OEE, "
        "quality, scrap and data feeds; data up to Thu 12 Mar 06:20 CDT."
    )
    assert asked.tables == []
    assert asked.commands == ["/actions grinder-1"]


def test_one_alert_is_said_whole(ask: Ask) -> None:
    asked = ask("alert_check", {"assets": ("grinder-4",)})
    assert asked.sentence == (
        "Grinder 4: one alert. Grinder 4: down 20 min (limit 10 min): “wheel balancer fault”, "
        "since 06:00."
    )


# --- against plain SQL -----------------------------------------------------------------------


@pytest.mark.parametrize("asset", LEVELS)
def test_open_stops(ask: Ask, db: sqlite3.Connection, asset: str) -> None:
    asked = ask("alert_check", {"assets": (asset,)})
    rows = db.execute(
        """
        SELECT d.asset, d.start, d.loss FROM downtime d JOIN asset a ON a.id = d.asset
        WHERE d."end" IS NULL AND ? IN (a.id, a.parent, a.area, a.plant)
        """,
        (asset,),
    ).fetchall()
    known = {row["asset"]: row for row in rows}
    assert {stop.asset for stop in asked.result.situation.stops} == set(known)
    for stop in asked.result.situation.stops:
        found = down(db, [stop.asset], known[stop.asset]["start"], "2026-03-12 11:20:00")
        minutes = sum(one.minutes for one in found.values())
        assert stop.minutes == pytest.approx(minutes, abs=0.02)
        hour = per_hour(db, stop.asset, "2026-03-12")
        assert stop.cost == (None if hour is None else pytest.approx(stop.minutes * hour / 60))
    late = {s.asset for s in asked.result.situation.stops if s.minutes >= 10 and s.loss != "setup"}
    assert set(of(asked, "down")) == late


@pytest.mark.parametrize("asset", LEVELS)
def test_open_safety_events(ask: Ask, db: sqlite3.Connection, asset: str) -> None:
    rows = db.execute(
        """
        SELECT s.id FROM safety s JOIN (SELECT DISTINCT area, plant FROM asset) a USING (area)
        WHERE s.status = 'open' AND (? IN (s.asset, a.area, a.plant)
          OR s.asset IS NULL AND s.area = (SELECT area FROM asset WHERE id = ?))
        """,
        (asset, asset),
    )
    asked = ask("alert_check", {"assets": (asset,)})
    assert {alert.subject for alert in every(asked) if alert.rule == "safety"} == {
        row["id"] for row in rows
    }


def oee(db: sqlite3.Connection, asset: str, start: str, end: str) -> float | None:
    """Good ideal time by planned time without planned stops; None without a rate."""
    row = db.execute("SELECT ideal_rate FROM asset WHERE id = ?", (asset,)).fetchone()
    if row[0] is None:
        return None
    stops = down(db, [asset], start, end, where="loss = 'planned'")
    planned = planned_minutes(db, asset, start, end) - sum(s.minutes for s in stops.values())
    return ideal_minutes(db, asset, start, end, "good_units") / planned


@pytest.mark.parametrize("asset", ["riverside", "packaging", "line-3", "grinder-5"])
def test_oee_of_the_last_shifts(ask: Ask, db: sqlite3.Connection, asset: str) -> None:
    asked = ask("alert_check", {"assets": (asset,)})
    found = {readings.asset: readings for readings in asked.result.situation.readings}
    assert set(found) == set(counted(db, asset))
    low = set()
    for output, readings in found.items():
        expected = [oee(db, output, start, end) for _, start, end in SHIFTS]
        last = readings.readings[-3:]
        if output != "cnc-4":  # its data is stale, and its last shift incomplete
            assert [reading.oee for reading in last] == pytest.approx(expected, abs=1e-6)
        if all(r.oee is not None and r.oee_target and r.oee < r.oee_target for r in last):
            mean = sum(r.oee_target - r.oee for r in last) / 3
            low |= {output} if mean >= 0.02 and output != "cnc-4" else set()
    assert low <= set(of(asked, "oee"))


@pytest.mark.parametrize("asset", ["packaging", "machining", "line-3", "grinder-5"])
def test_who_is_behind(ask: Ask, db: sqlite3.Connection, asset: str) -> None:
    start, now, end = "2026-03-12 03:00:00", "2026-03-12 10:00:00", "2026-03-12 11:00:00"
    asked = ask("alert_check", {"assets": (asset,)}, now=datetime(2026, 3, 12, 10, tzinfo=UTC))
    points = {one.asset: one for one in asked.result.situation.progress}
    assert set(points) | {"cnc-4"} == set(counted(db, asset)) | {"cnc-4"}
    for output, point in points.items():
        made = (
            "SELECT sum(total_units) FROM production WHERE asset = ? AND start >= ? AND start < ?"
        )
        assert point.made == db.execute(made, (output, start, now)).fetchone()[0]
        if output == "cnc-4":
            continue
        share = planned_minutes(db, output, start, now) / planned_minutes(db, output, start, end)
        assert point.expected == pytest.approx(point.target * share)
        late = db.execute(made, (output, "2026-03-12 09:00:00", now)).fetchone()[0]
        rest = planned_minutes(db, output, now, end)
        assert point.projection is not None
        assert point.projection.units == pytest.approx(point.made + late / 60 * rest)
        is_late = point.made < 0.8 * point.expected and point.projection.units < point.target
        assert (output in of(asked, "behind_plan")) == is_late


def test_scrap_of_a_product(ask: Ask, db: sqlite3.Connection) -> None:
    alert = of(ask("alert_check", {"assets": ("press-2",)}), "scrap_jump")["press-2"]
    scrap, total = db.execute(
        """
        SELECT sum(scrap_units), sum(total_units) FROM production
        WHERE asset = 'press-2' AND product = 'bracket-b' AND start >= ? AND start < ?
        """,
        SHIFTS[1][1:],
    ).fetchone()
    assert alert.about == "bracket-b"
    assert alert.figure == pytest.approx(scrap / total)
    usual = db.execute(
        """
        SELECT avg(ratio) FROM (
            SELECT sum(scrap_units) * 1.0 / sum(total_units) AS ratio FROM production p
            JOIN calendar c ON c.plant = 'riverside' AND c.kind = 'work'
              AND p.start >= c.start AND p.start < c."end"
            WHERE p.asset = 'press-2' AND product = 'bracket-b' AND c.start >= ?
            GROUP BY c.start HAVING sum(total_units) > 600 ORDER BY c.start LIMIT 20)
        """,
        ("2026-02-10 04:00:00",),
    ).fetchone()[0]
    assert alert.extra["usual"] == pytest.approx(usual, abs=0.002)


# --- how it is said --------------------------------------------------------------------------


@pytest.mark.parametrize("asset", [*LEVELS, "packaging"])
def test_german_says_the_same(ask: Ask, asset: str) -> None:
    english = ask("alert_check", {"assets": (asset,)})
    german = ask("alert_check", {"assets": (asset,)}, "de")
    assert [a.key for a in german.result.alerts.active] == [
        a.key for a in english.result.alerts.active
    ]
    assert german.sentence != english.sentence
    assert german.commands == english.commands


def test_every_alert_and_every_figure_is_cited(ask: Ask) -> None:
    asked = ask("alert_check")
    numbers = {citation.number for citation in asked.context.citations}
    assert all(alert.cites and set(alert.cites) <= numbers for alert in every(asked))
    assert all(table.cites for table in asked.tables)


def test_buttons_are_commands_that_exist(ask: Ask) -> None:
    for asset in LEVELS:
        for command in ask("alert_check", {"assets": (asset,)}).commands:
            assert command.split()[0].lstrip("/") in by_command()


def test_several_plants_at_once(ask: Ask) -> None:
    asked = ask("alert_check", {"assets": ("packaging", "hamburg")})
    assert asked.heading.startswith("Alerts · Packaging and Hamburg")
    assert {alert.asset for alert in every(asked)}.isdisjoint({"grinder-5", "press-2"})


def test_only_what_may_be_seen(ask: Ask) -> None:
    asked = ask("alert_check", access=Access(frozenset({"assembly"}), money=False))
    assert {alert.asset for alert in every(asked)} <= {"press-1", "press-2", "robot-1", "assembly"}
    assert all(stop.cost is None for stop in asked.result.situation.stops)
    with pytest.raises(NoData):
        ask("alert_check", {"assets": ("line-3",)}, access=Access(frozenset({"assembly"})))


# --- plants that know little -----------------------------------------------------------------

Make = Callable[[str, str], Plant]
MACHINE = """
[[assets]]
id = "m1"
name = "Machine 1"
ideal_rate = 1.0
"""


def test_only_stops(make_plant: Make) -> None:
    plant = make_plant(
        MACHINE
        + '[facts.downtime]\ntable = "stops"\ncolumns = {asset = "m", start = "a", end = "z"}',
        """
        CREATE TABLE stops (m TEXT, a TEXT, z TEXT);
        INSERT INTO stops VALUES ('m1', '2026-03-12 10:00:00', NULL);
        """,
    )
    asked = plant.ask("alert_check")
    assert asked.sentence.startswith("Plant: one alert. Machine 1: down 80 min (limit 10 min)")
    (unchecked,) = [text for text in asked.notices if text.startswith("Not checked")]
    assert "safety events" in unchecked
    assert "OEE" in unchecked


def test_a_stop_that_nobody_closed(make_plant: Make) -> None:
    plant = make_plant(
        MACHINE
        + '[facts.downtime]\ntable = "stops"\ncolumns = {asset = "m", start = "a", end = "z"}\n'
        + '[facts.production]\ntable = "made"\n'
        + 'columns = {asset = "m", start = "a", end = "z", total_units = "n"}',
        """
        CREATE TABLE stops (m TEXT, a TEXT, z TEXT);
        CREATE TABLE made (m TEXT, a TEXT, z TEXT, n INTEGER);
        INSERT INTO stops VALUES ('m1', '2026-02-01 10:00:00', NULL);
        INSERT INTO made VALUES ('m1', '2026-03-12 10:00:00', '2026-03-12 11:10:00', 60);
        """,
    )
    asked = plant.ask("alert_check")
    assert asked.sentence.startswith("Nothing needs attention")
    assert any("probably never closed" in text for text in asked.notices)


def test_only_production_that_has_stopped_coming(make_plant: Make) -> None:
    plant = make_plant(
        MACHINE
        + '[facts.production]\ntable = "made"\n'
        + 'columns = {asset = "m", start = "a", end = "z", total_units = "n"}',
        """
        CREATE TABLE made (m TEXT, a TEXT, z TEXT, n INTEGER);
        INSERT INTO made VALUES ('m1', '2026-03-12 06:00:00', '2026-03-12 07:00:00', 60);
        """,
    )
    (alert,) = plant.ask("alert_check", language="de").result.alerts.active
    assert (alert.rule, alert.figure) == ("feed_stale", 260)


def test_between_shifts_nobody_expects_data(make_plant: Make) -> None:
    """Thirteen hours without a row, of which none was planned, and then 90 minutes that were."""
    toml = """
    [plants.mill]
    shifts = [{name = "Evening", start = "18:00", end = "22:00"}]
    [facts.production]
    table = "made"
    columns = {asset = "m", start = "a", end = "z", total_units = "n"}
    """
    plant = make_plant(
        MACHINE + toml,
        """
        CREATE TABLE made (m TEXT, a TEXT, z TEXT, n INTEGER);
        INSERT INTO made VALUES ('m1', '2026-03-11 21:00:00', '2026-03-11 22:00:00', 60);
        """,
    )
    assert plant.ask("alert_check").result.alerts.active == ()
    (alert,) = plant.ask(
        "alert_check", now=NOW + timedelta(hours=8, minutes=10)
    ).result.alerts.active
    assert (alert.rule, alert.figure) == ("feed_stale", 90)


def test_nothing_to_check(make_plant: Make) -> None:
    asked = make_plant(MACHINE, "CREATE TABLE other (x TEXT);").ask("alert_check")
    assert asked.sentence == "Plant: the data holds nothing that could be checked."
    empty = make_plant(
        MACHINE
        + '[facts.downtime]\ntable = "stops"\ncolumns = {asset = "m", start = "a", end = "z"}',
        "CREATE TABLE stops (m TEXT, a TEXT, z TEXT);",
    )
    assert empty.ask("alert_check").sentence == asked.sentence
    read = make_plant(
        MACHINE
        + '[facts.downtime]\ntable = "stops"\ncolumns = {asset = "m", start = "a", end = "z"}',
        "INSERT INTO stops VALUES ('m1', '2026-03-10 10:00:00', '2026-03-10 10:01:00');",
    )
    assert (
        read.ask("alert_check").sentence == "Nothing needs attention: Plant. Checked: open stops."
    )


def test_without_shifts_nothing_is_said_of_planned_time(make_plant: Make) -> None:
    plant = make_plant(
        MACHINE + '[facts.production]\ntable = "made"\n'
        'columns = {asset = "m", start = "a", end = "z", total_units = "n"}',
        """
        CREATE TABLE made (m TEXT, a TEXT, z TEXT, n INTEGER);
        INSERT INTO made VALUES ('m1', '2026-03-11 21:00:00', '2026-03-11 22:00:00', 60);
        """,
    )
    assert "no new data for 13 h 20 min, since" in plant.ask("alert_check").sentence
    assert "seit 13 h 20 min keine neuen Daten" in plant.ask("alert_check", {}, "de").sentence


def test_every_alert_is_listed(make_plant: Make) -> None:
    machines = "".join(f'[[assets]]\nid = "m{n}"\n' for n in range(30))
    stops = ", ".join(f"('m{n}', '2026-03-12 {n % 10:02d}:{n:02d}:00', NULL)" for n in range(30))
    plant = make_plant(
        machines + '[facts.downtime]\ntable = "stops"\n'
        'columns = {asset = "m", start = "a", end = "z"}',
        f"CREATE TABLE stops (m TEXT, a TEXT, z TEXT); INSERT INTO stops VALUES {stops};",
    )
    asked = plant.ask("alert_check")
    assert len(asked.result.alerts.active) == len(asked.tables[0].rows) == 30
