"""Structured queries against the sample plant, worked out a second time in plain SQL."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from core import registry
from core.access import Access
from core.answer import Answer, Chart
from core.answer_text import as_text
from core.assistant import Assistant
from core.errors import NoData, UserError
from core.request import Place, Request, User
from core.words import Words
from tests import stores
from tests.plants import NOW
from tests.tools.conftest import Ask, Asked, MakePlant, Plant
from tests.tools.plain_sql import PERIODS

PACKAGING = ("line-1", "line-2", "line-3", "line-4")
WEEK = PERIODS["last 7 days"]


def query(table: str, *measures: str, **more: Any) -> dict[str, Any]:
    return {"table": table, "measures": measures, **more}


def lines(asked: Asked) -> dict[tuple[object, ...], dict[str, float | None]]:
    return {line.keys: dict(line.values) for line in asked.result.found.lines}


def texts(asked: Asked) -> list[tuple[str, ...]]:
    return [tuple(c.replace("\u00a0", " ") for c in row) for t in asked.tables for row in t.rows]


# --- figures ---------------------------------------------------------------------------------


def test_good_units_per_product(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("data_query", query("production", "good_units", "scrap_ratio",
                                    group_by=("product",), assets=("packaging",)))  # fmt: skip
    marks = ",".join("?" * 4)
    rows = db.execute(
        f"SELECT product, sum(good_units), 1.0 * sum(scrap_units) / sum(total_units) "
        f"FROM production WHERE asset IN ({marks}) AND start >= ? AND start < ? GROUP BY product",
        (*PACKAGING, *WEEK),
    )
    expected = {(p,): {"good_units": g, "scrap_ratio": pytest.approx(r)} for p, g, r in rows}
    assert lines(asked) == expected
    assert len(expected) > 3
    assert asked.result.found.lines[0].unit == "bottles"


def test_units_of_different_kinds_are_never_added(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("data_query", query("production", "total_units", assets=("riverside",)))
    found = {line.unit: line.values["total_units"] for line in asked.result.found.lines}
    assert set(found) == {"bottles", "parts"}
    marks = ",".join("?" * 4)
    bottles = db.execute(
        f"SELECT sum(total_units) FROM production WHERE asset IN ({marks}) AND start >= ? "
        "AND start < ?",
        (*PACKAGING, *WEEK),
    ).fetchone()[0]
    assert found["bottles"] == bottles
    assert "not added up" in " ".join(asked.notices)


def test_a_line_and_its_machine_count_once(ask: Ask) -> None:
    both = ask("data_query", query("production", "good_units", assets=("line-1", "filler-1")))
    line = ask("data_query", query("production", "good_units", assets=("line-1",)))
    assert lines(both) == lines(line)
    assert "counted once" in " ".join(both.notices)
    apart = ask(
        "data_query",
        query("production", "good_units", assets=("line-1", "filler-1"), group_by=("asset",)),
    )
    assert set(lines(apart)) == {("line-1",), ("filler-1",)}


@pytest.mark.parametrize("period", ["yesterday", "last 7 days", "last 30 days"])
def test_stops_are_those_of_the_downtime_tool(ask: Ask, period: str) -> None:
    args = {"assets": ("line-3",), "period": period}
    tool = ask("downtime_analysis", args).result
    whole = ask("data_query", query("downtime", "minutes", "stops", "median", **args))
    (line,) = whole.result.found.lines
    assert line.values["minutes"] == pytest.approx(tool.now.minutes)
    assert line.values["stops"] == tool.now.stops
    assert line.values["median"] == pytest.approx(tool.lengths.median)
    by_reason = ask("data_query", query("downtime", "minutes", group_by=("reason",), **args))
    expected: defaultdict[tuple[object, ...], float] = defaultdict(float)
    for row in tool.now.rows:
        expected[(row.reason,)] += row.minutes
    found = {keys: values["minutes"] for keys, values in lines(by_reason).items()}
    assert found == pytest.approx(dict(expected))


def test_the_same_minutes_by_shift_day_week_and_weekday(ask: Ask) -> None:
    args: dict[str, Any] = {"assets": ("line-3",), "period": "last 30 days"}
    whole = ask("data_query", query("downtime", "minutes", "stops", **args)).result.found.lines[0]
    for key, groups in (("shift", 3), ("day", 30), ("week", 5), ("month", 2), ("weekday", 7)):
        asked = ask("data_query", query("downtime", "minutes", "stops", group_by=(key,),
                                        limit=50, **args))  # fmt: skip
        found = asked.result.found.lines
        assert len(found) == groups, key
        for measure in ("minutes", "stops"):
            total = sum(line.values[measure] or 0 for line in found)
            assert total == pytest.approx(whole.values[measure]), key


def test_a_median_by_weekday_is_that_of_its_stops(ask: Ask, db: sqlite3.Connection) -> None:
    args = {"assets": ("line-3",), "period": "last 30 days", "group_by": ("weekday",)}
    asked = ask("data_query", query("downtime", "median", "stops", **args))
    longest = ask("data_query", query("downtime", "longest", **args))
    assert all((v["median"] or 0) <= (lines(longest)[k]["longest"] or 0)
               for k, v in lines(asked).items())  # fmt: skip
    alone = ask("data_query", query("downtime", "median", assets=("line-3",),
                                    period="last 30 days",
                                    where=({"column": "weekday", "value": "Tue"},)))  # fmt: skip
    assert alone.result.found.lines[0].values["median"] == lines(asked)[(1,)]["median"]


def test_stops_over_thirty_minutes(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask(
        "data_query",
        {
            "table": "downtime",
            "assets": ("line-3",),
            "limit": 50,
            "where": ({"column": "minutes", "op": ">", "value": 30},),
        },
    )
    rows = db.execute(
        'SELECT (julianday("end") - julianday(start)) * 1440 AS m FROM downtime '
        "WHERE asset = 'line-3' AND loss <> 'planned' AND start >= ? AND start < ? AND m > 30",
        WEEK,
    ).fetchall()
    assert len(asked.result.found.rows) == len(rows) > 10
    minutes = [row["minutes"] for row in asked.result.found.rows]
    assert minutes == sorted(minutes, reverse=True)
    assert set(asked.result.found.rows[0]) == {
        "begins", "asset", "reason", "loss", "minutes", "is_open",
    }  # fmt: skip


def test_scrap_by_reason_and_shift(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("data_query", query("scrap", "units", group_by=("reason", "shift"),
                                    assets=("line-1",), limit=50))  # fmt: skip
    whole = db.execute(
        "SELECT reason, sum(units) FROM scrap WHERE asset = 'line-1' AND time >= ? AND time < ? "
        "GROUP BY reason",
        WEEK,
    )
    found: defaultdict[str, float] = defaultdict(float)
    for (reason, shift), values in lines(asked).items():
        assert shift in ("Early", "Late", "Night")
        found[str(reason)] += values["units"] or 0
    assert dict(found) == dict(whole.fetchall())


def test_a_filter_by_shift(ask: Ask) -> None:
    nights = ask(
        "data_query",
        query(
            "production",
            "good_units",
            assets=("line-3",),
            where=({"column": "shift", "value": "night"},),
        ),
    )
    by_shift = ask("data_query", query("production", "good_units", assets=("line-3",),
                                       group_by=("shift",)))  # fmt: skip
    assert nights.result.found.lines[0].values == lines(by_shift)[("Night",)]


def test_order_and_limit(ask: Ask) -> None:
    args = {"group_by": ("reason",), "assets": ("packaging",)}
    most = ask("data_query", query("downtime", "minutes", limit=3, **args)).result.found
    least = ask(
        "data_query", query("downtime", "minutes", order_by="minutes", limit=50, **args)
    ).result.found
    assert [line.keys for line in most.lines] == [line.keys for line in least.lines[:-4:-1]]
    assert most.many == len(least.lines) > 3
    by_name = ask("data_query", query("downtime", "minutes", order_by="reason", **args))
    names = [str(line.keys[0]) for line in by_name.result.found.lines if line.keys[0]]
    assert names == sorted(names)


def test_safety_events_without_their_descriptions(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("data_query", query("safety", "events", group_by=("area", "severity"),
                                    assets=("riverside",), period="last 60 days"))  # fmt: skip
    total = sum(line.values["events"] for line in asked.result.found.lines)
    tool = ask("safety_events", {"assets": ("riverside",), "period": "last 60 days"})
    assert total == tool.result.total > 0
    said = [row[0] for row in db.execute("SELECT description FROM safety") if row[0]]
    assert not any(text in asked.said for text in said)


def test_orders(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("data_query", query("orders", "orders", "planned_units", group_by=("status",),
                                    assets=("line-1",)))  # fmt: skip
    rows = db.execute(
        "SELECT status, count(*), sum(planned_units) FROM \"order\" WHERE asset = 'line-1' "
        "AND start < ? AND due > ? GROUP BY status",
        (WEEK[1], WEEK[0]),
    )
    expected = {(s,): {"orders": n, "planned_units": u} for s, n, u in rows}
    assert lines(asked) == expected


def test_nothing_recorded_is_not_zero(ask: Ask) -> None:
    asked = ask("data_query", query("production", "good_units", assets=("cnc-4",),
                                    period="past 3 hours"))  # fmt: skip
    assert "nothing like that is recorded" in asked.sentence
    assert "0" not in asked.sentence.replace("3 hours", "")


def test_one_unknown_row_makes_the_sum_unknown(make_plant: MakePlant) -> None:
    plant = make_plant(
        '[plants.p]\nzone = "UTC"\n[facts.asset]\ntable = "asset"\n[facts.production]\n'
        'table = "production"\n',
        """
        CREATE TABLE asset (id TEXT, name TEXT, kind TEXT, plant TEXT, unit TEXT);
        INSERT INTO asset VALUES ('l1', 'L1', 'line', 'p', 'cans');
        INSERT INTO asset VALUES ('l2', 'L2', 'line', 'p', 'jars');
        CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, product TEXT,
            total_units INTEGER, good_units INTEGER);
        INSERT INTO production VALUES
            ('l1', '2026-03-11 08:00:00', '2026-03-11 09:00:00', 'a', 10, NULL),
            ('l1', '2026-03-11 23:30:00', '2026-03-12 00:30:00', 'b', 10, 9),
            ('l2', '2026-03-11 08:00:00', '2026-03-11 09:00:00', 'b', 10, 8);
        """,
    )
    args = query("production", "good_units", period="yesterday", assets=("p",))
    asked = plant.ask("data_query", {**args, "group_by": ("product",)}, plant="p")
    assert {(line.keys, line.unit): line.values["good_units"]
            for line in asked.result.found.lines} == {
        (("a",), "cans"): None, (("b",), "cans"): 9, (("b",), "jars"): 8}  # fmt: skip
    assert any("unknown" in cell for row in texts(asked) for cell in row)
    assert "Thu 12 Mar 00:30" in " ".join(asked.notices)  # widened to whole rows
    with pytest.raises(NoData):  # no stops are recorded
        plant.ask("data_query", query("downtime", "minutes", assets=("l1",)), plant="p")


# --- what may not be seen --------------------------------------------------------------------


def test_only_what_the_asker_may_see(ask: Ask) -> None:
    mine = Access(places=frozenset({"line-3"}))
    with pytest.raises(NoData, match="not_allowed"):
        ask("data_query", query("production", "good_units", assets=("line-1",)), access=mine)
    own = ask("data_query", query("production", "good_units", group_by=("asset",)), access=mine)
    assert set(lines(own)) == {("line-3",)}
    for citation in own.context.citations:
        assert "line-1" not in citation.filter
    assert all(set(q.assets or ()) <= {"line-3", "filler-3"} for q in own.context.queries)


def test_neither_money_nor_comments_nor_contacts_can_be_asked_for() -> None:
    schema = json.dumps(registry.tool("data_query").args.model_json_schema())
    for word in ("cost", "margin", "price", "currency", "comment", "description", "contact"):
        assert word not in schema.replace('"description"', "").lower(), word


# --- errors that say what to mend ------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (query("production", "good_unit"), "good_units"),
        (query("downtime", "minutes", group_by=("reasons",)), "reason"),
        (query("downtime", "minutes", group_by=("product",)), "cause_asset"),
        (query("scrap", "units", where=({"column": "comment", "value": "x"},)), "phase"),
        (query("downtime", "stops", where=({"column": "reason", "value": "chnageover"},)),
         "changeover"),
        (query("downtime", "stops", where=({"column": "shift", "value": "Dawn"},)), "Night"),
        (query("downtime", "stops", where=({"column": "weekday", "value": "Funday"},)), "Monday"),
        (query("downtime", "stops", where=({"column": "asset", "value": "line-1"},)), "assets"),
        (query("downtime", "stops", where=({"column": "minutes", "op": ">", "value": "long"},)),
         "number"),
        (query("downtime", "stops", where=({"column": "reason", "op": ">", "value": "a"},)), "in"),
        (query("production"), "good_units"),
        (query("downtime", group_by=("reason",)), "minutes"),
        (query("downtime", "minutes", order_by="reason"), "minutes"),
        (query("downtime", "median", group_by=("area",)), "asset"),
        (query("downtime", "stops", group_by=("shift",), period="last 400 days"), "shorter"),
        (query("safety", "events", group_by=("severity",), period="last 60 days",
               where=({"column": "severity", "value": "nearmiss"},)), "near"),
    ],
)  # fmt: skip
def test_errors_name_what_may_be_meant(ask: Ask, args: dict[str, Any], told: str) -> None:
    with pytest.raises(UserError) as wrong:
        ask("data_query", args)
    for language in ("en", "de"):
        said = Words(language).say(wrong.value.key, **wrong.value.arguments)
        assert said != wrong.value.key
    assert told in Words("en").say(wrong.value.key, **wrong.value.arguments)


# --- how it is shown -------------------------------------------------------------------------


def test_it_is_shown_in_both_languages(ask: Ask) -> None:
    args = query("downtime", "stops", "minutes", group_by=("weekday",), assets=("line-3",),
                 where=({"column": "reason", "value": "Changeover"},))  # fmt: skip
    english, german = ask("data_query", args), ask("data_query", args, "de")
    assert english.heading.startswith("Stops · Reason = Changeover · Line 3 · the last 7 days")
    assert german.heading.startswith("Stillstände · Grund = Changeover · Line 3")
    assert {row[0] for row in texts(english)} <= {
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    }
    assert any(row[0] == "Dienstag" for row in texts(german))
    assert english.of(Chart)[0].kind == "bar"
    assert len(english.context.citations) > 0


def test_it_stays_out_of_everything_but_the_model() -> None:
    assert len(registry.names()) == 13
    assert registry.queries() == ("data_query", "sql_query")
    assert not set(registry.queries()) & set(registry.names())
    assert not set(registry.by_command().values()) & set(registry.queries())


def test_what_operators_wrote_stays_out_of_channels(
    sample_plant: Plant, tmp_path: Path, db: sqlite3.Connection
) -> None:
    asset, day, comment = db.execute(
        "SELECT asset, date(start), comment FROM downtime WHERE comment <> '' AND "
        "time(start) > '14:00' AND asset LIKE 'line-_' ORDER BY start DESC"
    ).fetchone()
    store = stores.opened(tmp_path / "andon.db")
    assistant = Assistant(sample_plant.file, sample_plant.source, store)

    async def shown(*, private: bool) -> str:
        place = Place("slack", "C1", "1", private=private)

        async def say(text: str) -> Answer:
            return await assistant.handle(Request(User("slack:T:U"), place, text, NOW))

        answer = await say(f"/downtime {asset} {day}")
        pages = [await say(f"/data {answer.id} {n}") for n in ("1", "2", "2 2")]
        return "\n".join(as_text(page) for page in pages)

    assert comment in asyncio.run(shown(private=True))
    assert comment not in asyncio.run(shown(private=False))
    store.close()
