"""Plants that nobody here made, through mapping alone: the door answers, or says why it cannot."""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.answer import Answer, Metrics
from core.data.connect import propose, render
from core.data.mapping import parse
from tests.assistant.conftest import Door, first_text, notices

BOTTLING = Path(__file__).parents[1] / "data" / "bottling" / "bottling.sqlite"
EVER = "2022-01-01..2023-03-01"


@pytest.fixture
def open_door() -> Iterator[Callable[[str, datetime], Door]]:
    opened: list[Door] = []

    def open_(toml: str, now: datetime) -> Door:
        file = parse(tomllib.loads(toml), where="plant.toml", home=Path())
        door = Door(file, None)
        door.now = now
        opened.append(door)
        return door

    yield open_
    for door in opened:
        door.close()


def amounts(answer: Answer) -> dict[str, Any]:
    return {
        metric.label: metric.amount
        for part in answer.parts
        if isinstance(part, Metrics)
        for metric in part.metrics
    }


@pytest.fixture
def bottling(open_door: Callable[[str, datetime], Door]) -> Door:
    toml = render(propose(f"sqlite:///{BOTTLING}", zone="America/Sao_Paulo"))
    return open_door(toml, datetime(2023, 3, 1, 12, tzinfo=UTC))


def test_a_real_line_gives_its_published_figures(bottling: Door) -> None:
    made = bottling.ask(f"/oee {EVER}")
    assert amounts(made)["Made"] == 60_888
    assert amounts(made)["Availability"] == pytest.approx(0.4266, abs=5e-5)
    assert "not recorded" in first_text(made)
    assert amounts(made)["OEE"] is amounts(made)["Quality"] is None
    stood = bottling.ask(f"/downtime {EVER}")
    assert amounts(stood)["Stops"] == 1_388
    assert amounts(stood)["Median stop"] == pytest.approx(1.5, abs=0.01)
    assert "reasons are not recorded" in first_text(stood)
    assert "137 h 34 min" in " ".join(notices(stood))  # 137.564 h, by the daily table
    assert "7,914 min" in " ".join(notices(stood))


@pytest.mark.parametrize(
    ("month", "units", "availability"),
    [("December 2022", 16_051, 0.377), ("January 2023", 10_042, 0.540)],
)
def test_and_its_published_months(
    bottling: Door, month: str, units: int, availability: float
) -> None:
    answer = bottling.ask(f"/oee {month}")
    assert amounts(answer)["Made"] == units
    assert amounts(answer)["Availability"] == pytest.approx(availability, abs=5e-4)


@pytest.mark.parametrize(
    "question",
    ["/losses", "/cost", "/safety", "/production", "/actions", "/alerts", "/improve", "/trend",
     "/compare", "/asset"],
)  # fmt: skip
def test_what_a_plant_lacks_is_said_and_not_made_up(bottling: Door, question: str) -> None:
    answer = bottling.ask(f"{question} bottling-line")
    assert answer.outcome in ("answer", "no_data", "clarify")
    said = " ".join([first_text(answer), *notices(answer)])
    assert "100 %" not in said
    assert "error" not in said.lower()


SHIFT_TABLE = """
CREATE TABLE schichtbuch (datum TEXT, schicht TEXT, maschine TEXT, geplant_h REAL,
  produziert INTEGER, gut INTEGER, ausschuss INTEGER, stillstand_min REAL, grund TEXT);
INSERT INTO schichtbuch VALUES
 ('2026-03-09', 'Früh', 'Presse 7', 7.5, 9000, 8800, 200, 45, 'Werkzeugwechsel'),
 ('2026-03-09', 'Nacht', 'Presse 7', 7.5, 6000, 5700, 300, 150, 'Hydraulik'),
 ('2026-03-10', 'Früh', 'Presse 7', 7.5, 9900, 9800, 100, 0, NULL);
"""
SHIFT_TOML = """
[source]
url = "sqlite:///{file}"
[plants.werk]
zone = "Europe/Berlin"
[[plants.werk.shifts]]
name = "Früh"
start = "06:00"
end = "14:00"
[[plants.werk.shifts]]
name = "Nacht"
start = "22:00"
end = "06:00"
[[assets]]
id = "presse-7"
name = "Presse 7"
plant = "werk"
key = "Presse 7"
ideal_rate = 25
unit = "parts"
[facts.production]
table = "schichtbuch"
time_zone = "Europe/Berlin"
longest = "8h"
[facts.production.columns]
asset = "maschine"
start = { date = "datum", shift = "schicht" }
shift = "schicht"
planned_min = { column = "geplant_h", unit = "h" }
total_units = "produziert"
good_units = "gut"
scrap_units = "ausschuss"
[facts.downtime]
table = "schichtbuch"
time_zone = "Europe/Berlin"
rows_are = "sums"
longest = "8h"
losses = { Werkzeugwechsel = "setup", Hydraulik = "breakdown" }
[facts.downtime.columns]
asset = "maschine"
start = { date = "datum", shift = "schicht" }
minutes = "stillstand_min"
reason = "grund"
"""


@pytest.fixture
def wide(tmp_path: Path, open_door: Callable[[str, datetime], Door]) -> Door:
    path = tmp_path / "wide.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(SHIFT_TABLE)
    toml = SHIFT_TOML.replace("{file}", str(path))
    return open_door(toml, datetime(2026, 3, 10, 15, tzinfo=UTC))


def test_a_wide_shift_table_serves_production_and_downtime(wide: Door) -> None:
    night = wide.ask("/oee presse 7 last night")
    assert night.args["assets"] == ["presse-7"]
    figures = amounts(night)
    assert figures["Made"] == 6_000
    # 480 scheduled minutes less 150 stopped; 6,000 at 25 a minute need 240.
    assert figures["Availability"] == pytest.approx(330 / 480)
    assert figures["Performance"] == pytest.approx(240 / 330)
    assert figures["Quality"] == pytest.approx(0.95)
    assert figures["OEE"] == pytest.approx(228 / 480)


def test_its_reasons_are_ranked_and_its_counts_withheld(wide: Door) -> None:
    answer = wide.ask("warum stand Presse 7 am 9. März?")
    assert answer.tool == "downtime_analysis"
    assert "Hydraulik" in first_text(answer)
    assert "195" in repr(answer.parts) or "3 h 15 min" in repr(answer.parts).replace("\\xa0", " ")
    assert not any("MTBF" in label for label in amounts(answer))
    assert amounts(answer).get("Stillstände") is None
