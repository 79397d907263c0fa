from __future__ import annotations

import sqlite3

import pytest

from core.access import Access
from core.answer import Chart, Metric, Table, Text
from core.errors import NoData, UserError
from core.words import Words
from tests.plants import NOW
from tests.tools import plain_sql
from tests.tools.conftest import Ask, Asked, MakePlant
from tests.tools.plain_sql import PERIODS

LEVELS = ("grinder-5", "line-3", "machining", "riverside")


def reasons(asked: Asked) -> dict[str, float]:
    found: dict[str, float] = {}
    for row in asked.result.now.rows:
        found[row.name or ""] = found.get(row.name or "", 0.0) + row.minutes
    return found


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("asset", LEVELS)
def test_minutes_and_stops_equal_plain_sql(
    ask: Ask, db: sqlite3.Connection, asset: str, period: str
) -> None:
    asked = ask("downtime_analysis", {"assets": (asset,), "period": period})
    found = plain_sql.down(db, plain_sql.counted(db, asset), *PERIODS[period])
    whole = plain_sql.total(found)
    assert asked.result.now.minutes == pytest.approx(whole.minutes)
    assert asked.result.now.stops == whole.stops
    expected = plain_sql.by_key(found)
    assert reasons(asked) == pytest.approx(
        {key or "": stopped.minutes for key, stopped in expected.items() if stopped.minutes}
    )


@pytest.mark.parametrize("asset", LEVELS)
def test_the_minutes_are_those_of_the_oee(ask: Ask, asset: str) -> None:
    args = {"assets": (asset,), "period": "last 7 days"}
    asked, oee = ask("downtime_analysis", args), ask("oee_query", args)
    stopped = sum(part.stopped for part in oee.result.found.parts.values())
    assert asked.result.now.minutes == pytest.approx(stopped)
    assert sum(reasons(asked).values()) == pytest.approx(stopped)


def test_the_period_before(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("downtime_analysis", {"assets": ("line-3",), "period": "last 7 days"})
    before = plain_sql.total(plain_sql.down(db, ["line-3"], *plain_sql.BEFORE["last 7 days"]))
    assert asked.result.before.minutes == pytest.approx(before.minutes)
    assert asked.result.before.stops == before.stops
    assert "vs Thu 26 Feb – Wed 4 Mar" in asked.metrics["Downtime"].change


def test_why_line_3_stands_at_night(ask: Ask, db: sqlite3.Connection) -> None:
    asked = ask("downtime_analysis", {"assets": ("line 3",), "period": "last night"})
    jams = plain_sql.by_key(plain_sql.down(db, ["line-3"], *PERIODS["last night"]))
    worst = jams["infeed conveyor jam"]
    assert worst.stops == 3
    assert "Worst: infeed conveyor jam" in asked.sentence
    assert f"in {worst.stops} stops" in asked.sentence
    share = worst.minutes / plain_sql.total({(k or "", k): s for k, s in jams.items()}).minutes
    assert f"({share * 100:.0f} %)" in asked.sentence
    assert asked.charts[0].kind == "pareto"
    assert asked.charts[0].categories[0] == "infeed conveyor jam"
    assert asked.charts[0].series[1].values[-1] == pytest.approx(100)


def test_the_jams_are_a_matter_of_the_night_shift(ask: Ask) -> None:
    args = {
        "assets": ("line-3",),
        "period": "last 7 days",
        "reason": "conveyor jams",
        "by": "shift",
    }
    asked = ask("downtime_analysis", args)
    by_shift = next(table for table in asked.tables if table.title == "Downtime by shift")
    assert [row[0] for row in by_shift.rows] == ["Night"]
    assert "of all downtime there" in asked.sentence
    assert set(reasons(asked)) == {"infeed conveyor jam"}


def test_shifts_add_up(ask: Ask) -> None:
    args = {"assets": ("packaging",), "period": "last 7 days"}
    whole = ask("downtime_analysis", args)
    parts = ask("downtime_analysis", {**args, "by": "shift"})
    assert parts.result.now.minutes == pytest.approx(whole.result.now.minutes)
    assert parts.result.now.stops == whole.result.now.stops
    assert sum(v or 0 for v in parts.charts[0].series[0].values) == pytest.approx(
        whole.result.now.minutes
    )


def test_grinder_5_wears_out(ask: Ask) -> None:
    asked = ask("downtime_analysis", {"assets": ("G5",), "period": "last 7 days"})
    assert "Worst: spindle bearing overheated" in asked.sentence
    longer_ago = ask("downtime_analysis", {"assets": ("G5",), "period": "2026-01-08..2026-01-14"})
    assert asked.result.now.reliability.mtbf < longer_ago.result.now.reliability.mtbf / 2


def test_line_1_has_long_changeovers_on_mondays(ask: Ask) -> None:
    monday = ask("downtime_analysis", {"assets": ("line-1",), "period": "2026-03-09"})
    sunday = ask("downtime_analysis", {"assets": ("line-1",), "period": "2026-03-08"})
    assert "Worst: changeover" in monday.sentence
    assert reasons(monday)["changeover"] > 2 * reasons(sunday)["changeover"]


def test_filler_2_has_many_minor_stops(ask: Ask) -> None:
    asked = ask("downtime_analysis", {"assets": ("filler-2",), "period": "last 7 days"})
    assert asked.result.lengths.median < 3
    others = ask("downtime_analysis", {"assets": ("filler-1",), "period": "last 7 days"})
    assert asked.result.now.stops > 2.5 * others.result.now.stops


def test_mtbf_and_mttr_equal_plain_sql(ask: Ask, db: sqlite3.Connection) -> None:
    start, end = PERIODS["last 7 days"]
    asked = ask("downtime_analysis", {"assets": ("grinder-5",), "period": "last 7 days"})
    failures, repair = db.execute(
        """
        SELECT count(*), sum(julianday(repair_end) - julianday(repair_start)) * 1440 FROM downtime
        WHERE asset = 'grinder-5' AND start >= ? AND start < ? AND loss = 'breakdown'
          AND (julianday("end") - julianday(start)) * 1440 >= 5 - 1e-6
        """,
        (start, end),
    ).fetchone()
    run = db.execute(
        "SELECT sum(run_min) FROM production WHERE asset = 'grinder-5' AND start BETWEEN ? AND ?",
        (start, end[:11] + "10:00:00"),
    ).fetchone()[0]
    setup = plain_sql.down(db, ["grinder-5"], start, end, "loss", "loss = 'setup'")
    found = asked.result.now.reliability
    assert found.failures == failures
    operating = run + plain_sql.total(setup).minutes
    assert found.mtbf == pytest.approx(operating / failures, rel=1e-6)
    assert found.mean_to_mend == pytest.approx(repair / failures, rel=1e-6)
    assert found.mend_by == "mttr"


def test_a_lines_failures_are_those_of_its_machines(ask: Ask) -> None:
    asked = ask("downtime_analysis", {"assets": ("line-3",), "period": "last 7 days"})
    assert "MTBF, Filler 3" in asked.metrics
    filler = ask("downtime_analysis", {"assets": ("filler-3",), "period": "last 7 days"})
    found, own = asked.result.now.reliability, filler.result.now.reliability
    assert (found.failures, found.mend_by) == (own.failures, own.mend_by)
    assert found.mtbf == pytest.approx(own.mtbf)
    assert found.mean_to_mend == pytest.approx(own.mean_to_mend)


def test_longest_and_median_equal_plain_sql(ask: Ask, db: sqlite3.Connection) -> None:
    start, end = PERIODS["last 7 days"]
    asked = ask("downtime_analysis", {"assets": ("line-4",), "period": "last 7 days"})
    lengths = sorted(plain_sql.total(plain_sql.down(db, ["line-4"], start, end)).lengths)
    middle = len(lengths) // 2
    median = lengths[middle] if len(lengths) % 2 else sum(lengths[middle - 1 : middle + 1]) / 2
    assert asked.result.lengths.median == pytest.approx(median, abs=0.01)
    minutes = [stop.minutes for stop in asked.result.lengths.longest]
    assert minutes == sorted(minutes, reverse=True)
    assert minutes[0] == pytest.approx(lengths[-1], rel=0.5)
    long = sum(length >= 15 - 1e-6 for length in lengths)
    assert asked.metrics["Stops of 15\u00a0min or more"].amount == long


def test_planned_stops_are_no_downtime(ask: Ask, db: sqlite3.Connection) -> None:
    planned = db.execute("SELECT asset, start FROM downtime WHERE loss = 'planned'").fetchone()
    assert planned is not None
    day = planned["start"][:10]
    asked = ask("downtime_analysis", {"assets": (planned["asset"],), "period": f"{day}..{day}"})
    assert "furnace maintenance" not in asked.said


def test_an_open_stop_is_marked(ask: Ask, db: sqlite3.Connection) -> None:
    asset = db.execute('SELECT asset FROM downtime WHERE "end" IS NULL').fetchone()[0]
    asked = ask("downtime_analysis", {"assets": (asset,), "period": "today"})
    assert any("Includes an open stop" in notice for notice in asked.notices)
    assert "open" in asked.said


def test_by_asset_names_the_worst_of_each(ask: Ask) -> None:
    args = {"assets": ("packaging", "filler-3"), "period": "last 7 days", "by": "asset"}
    asked = ask("downtime_analysis", args)
    table = next(table for table in asked.tables if table.title == "Downtime by asset")
    rows = {row[0]: row[-1] for row in table.rows}
    assert set(rows) == {"Line 1", "Line 2", "Line 3", "Line 4"}
    assert rows["Line 3"] == "infeed conveyor jam"


def test_a_reason_that_is_not_there(ask: Ask) -> None:
    args = {"assets": ("line-3",), "period": "last night", "reason": "alien landing"}
    asked = ask("downtime_analysis", args)
    assert "no stop for “alien landing”" in asked.sentence
    assert "infeed conveyor jam" in asked.sentence


def test_top_and_others(ask: Ask) -> None:
    asked = ask("downtime_analysis", {"assets": ("riverside",), "period": "yesterday", "top": 3})
    assert len(asked.charts[0].categories) == 4
    assert asked.charts[0].categories[-1] == "Other"


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("args", [{}, {"by": "shift"}, {"by": "asset"}, {"reason": "setup"}])
def test_both_languages(ask: Ask, language: str, args: dict[str, str]) -> None:
    for asset in ("line-3", "hamburg"):
        asked = ask("downtime_analysis", {"assets": (asset,), **args}, language)
        assert asked.sentence
        assert asked.heading.endswith(("CDT)", "CET)", "CDT", "MEZ)"))


def test_every_part_with_figures_is_cited(ask: Ask) -> None:
    asked = ask("downtime_analysis", {"assets": ("line-3",)})
    known = {citation.number for citation in asked.context.citations}
    parts: list[Table | Chart | Metric] = [*asked.tables, *asked.charts, *asked.metrics.values()]
    for part in parts:
        assert part.cites
        assert set(part.cites) <= known


def test_areas_that_one_may_not_see(ask: Ask) -> None:
    access = Access(frozenset({"packaging"}))
    with pytest.raises(NoData):
        ask("downtime_analysis", {"assets": ("grinder-5",)}, access=access)
    asked = ask("downtime_analysis", {}, access=access)
    assert [asset.id for asset in asked.result.asked] == ["packaging"]


def test_the_future_is_not_known(ask: Ask) -> None:
    with pytest.raises(UserError):
        ask("downtime_analysis", {"assets": ("line-3",), "period": "2027-01-01"})


def test_a_stop_that_lasts_comes_first(ask: Ask, db: sqlite3.Connection) -> None:
    reason = db.execute(
        "SELECT reason FROM downtime WHERE asset = 'line-3' AND \"end\" IS NULL"
    ).fetchone()[0]
    asked = ask("downtime_analysis", {"assets": ("line-3",)})
    assert asked.sentence.startswith("Line 3 has stood still since ")
    assert asked.sentence.endswith(f" min): {reason}.")
    assert asked.of(Text)[1].text.startswith("Line 3, Thu 5 Mar – Thu 12 Mar")
    assert asked.result.period.end == NOW
    assert asked.result.now.found.open_stops == ("line-3",)
    german = ask("downtime_analysis", {"assets": ("line-3",)}, "de").sentence
    assert german.startswith("Line 3 steht seit ")


def test_who_names_a_time_is_told_of_that(ask: Ask) -> None:
    for args in ({"period": "last 7 days"}, {"reason": "setup"}):
        asked = ask("downtime_analysis", {"assets": ("line-3",), **args})
        assert not asked.result.standing
        assert len(asked.of(Text)) == 1
        assert asked.result.period.label == "last_days"


def test_a_stop_that_nobody_closed_does_not_last(make_plant: MakePlant) -> None:
    script = """
    CREATE TABLE downtime (asset TEXT, start TEXT, "end" TEXT, reason TEXT);
    INSERT INTO downtime VALUES ('m1', '2026-03-08 06:00:00', NULL, 'jam');
    CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INT);
    INSERT INTO production VALUES ('m1', '2026-03-12 09:00:00', '2026-03-12 10:00:00', 9);
    """
    facts = '[facts.production]\ntable = "production"\n[facts.downtime]\ntable = "downtime"\n'
    asked = make_plant(M1 + facts, script).ask("downtime_analysis", {})
    assert not asked.result.standing


def test_before_the_records_begin_nothing_is_known(ask: Ask) -> None:
    """No stop in a time of which nothing was recorded is not a time without stops."""
    args = {"assets": ("line-3",), "period": "2025-08-01..2025-08-31"}
    asked = ask("downtime_analysis", args)
    assert asked.result.now.minutes is None
    assert "cannot be given" in asked.sentence
    assert not asked.metrics


# --- the figure that is asked for first ------------------------------------------------------


def test_the_first_sentence_is_the_figure_asked_for(ask: Ask) -> None:
    args = {"assets": ("grinder-5",), "period": "last 7 days"}
    usual = ask("downtime_analysis", args)
    now, first = usual.result.now, usual.result.lengths.longest[0]
    mtbf, mttr = usual.metrics["MTBF"].value, usual.metrics["MTTR"].value
    expected = {
        "stops": f": {now.stops} stops.",
        "longest": f"the longest stop took {words(first.minutes)}, from ",
        "mtbf": f"MTBF {mtbf}, with {now.reliability.failures} failures.",
        "mttr": f"MTTR {mttr}, with {now.reliability.failures} failures.",
    }
    for focus, said in expected.items():
        asked = ask("downtime_analysis", {**args, "focus": focus})
        lead, rest = asked.of(Text)
        assert said.replace("\u00a0", " ") in asked.sentence
        assert lead.cites
        assert rest.text == usual.of(Text)[0].text
        assert ask("downtime_analysis", {**args, "focus": focus}, "de").sentence != asked.sentence


def words(minutes: float) -> str:
    return Words("en").minutes(minutes)


def test_of_a_line_it_is_said_whose_failures_count(ask: Ask) -> None:
    args = {"assets": ("line-3",), "period": "last 7 days", "focus": "mtbf"}
    assert "Line 3 (failures of Filler 3), " in ask("downtime_analysis", args).sentence


def test_a_figure_asked_for_by_name_comes_before_what_stands(ask: Ask) -> None:
    asked = ask("downtime_analysis", {"assets": ("line-3",), "focus": "longest"})
    assert "the longest stop took" in asked.sentence
    assert not asked.result.standing


def test_words_of_other_tools_count_as_not_said(ask: Ask) -> None:
    asked = ask("downtime_analysis", {"assets": ("line-3",), "focus": "contact"})
    assert asked.result.args.focus is None


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("focus", ["stops", "longest", "mtbf", "mttr"])
def test_a_figure_that_is_not_known_is_said_to_be(
    make_plant: MakePlant, focus: str, language: str
) -> None:
    plant = make_plant(M1 + '[facts.downtime]\ntable = "downtime"\n', STOPS)
    asked = plant.ask("downtime_analysis", {"focus": focus}, language)
    unknown = "cannot be given" if language == "en" else "kann nicht genannt werden"
    assert (unknown in asked.sentence) == (focus in ("mtbf", "mttr"))


def test_a_time_without_failures_has_no_mtbf(make_plant: MakePlant) -> None:
    script = """
    CREATE TABLE downtime (asset TEXT, start TEXT, "end" TEXT, loss TEXT);
    INSERT INTO downtime VALUES ('m1', '2026-03-10 06:00:00', '2026-03-10 06:40:00', 'setup');
    """
    plant = make_plant(M1 + '[facts.downtime]\ntable = "downtime"\n', script)
    assert "no failure is recorded" in plant.ask("downtime_analysis", {"focus": "mtbf"}).sentence


def test_minutes_of_one_column_have_one_unit(ask: Ask) -> None:
    asked = ask("downtime_analysis", {"assets": ("packaging",), "period": "last 7 days"})
    for table in asked.tables:
        cells = [row[table.columns.index("Duration")] for row in table.rows]
        assert len({"h" in cell for cell in cells if cell != "0\u00a0min"}) == 1


# --- plants with less ------------------------------------------------------------------------

M1 = '[[assets]]\nid = "m1"\n'
STOPS = """
CREATE TABLE downtime (asset TEXT, start TEXT, "end" TEXT);
INSERT INTO downtime VALUES ('m1', '2026-03-10 06:00:00', '2026-03-10 06:40:00'),
    ('m1', '2026-03-11 06:00:00', '2026-03-11 06:03:00');
"""


def test_without_reasons_the_cause_is_withheld(make_plant: MakePlant) -> None:
    plant = make_plant(M1 + '[facts.downtime]\ntable = "downtime"\n', STOPS)
    asked = plant.ask("downtime_analysis", {})
    assert asked.result.now.minutes == pytest.approx(43)
    assert asked.result.now.stops == 2
    assert "reasons are not recorded" in asked.sentence
    assert not asked.charts
    assert "MTBF" not in asked.metrics  # nothing tells which stop was a failure
    assert "Gründe sind nicht erfasst" in plant.ask("downtime_analysis", {}, "de").sentence


def test_with_production_only(make_plant: MakePlant) -> None:
    script = """
    CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INTEGER);
    INSERT INTO production VALUES ('m1', '2026-03-10 06:00:00', '2026-03-10 14:00:00', 500);
    """
    plant = make_plant(M1 + '[facts.production]\ntable = "production"\n', script)
    for language in ("en", "de"):
        asked = plant.ask("downtime_analysis", {}, language)
        assert asked.result.now.minutes is None
        assert not asked.metrics
    assert "neither stops nor stop minutes" in plant.ask("downtime_analysis", {}).sentence


def test_two_records_that_differ_are_both_shown(make_plant: MakePlant) -> None:
    script = (
        STOPS
        + """
    CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INT, down_min REAL);
    INSERT INTO production VALUES ('m1', '2026-03-10 06:00:00', '2026-03-10 14:00:00', 500, 61);
    """
    )
    facts = '[facts.production]\ntable = "production"\n'
    plant = make_plant(M1 + facts + '[facts.downtime]\ntable = "downtime"\n', script)
    notices = plant.ask("downtime_analysis", {}).notices
    assert any("43 min" in n and "61 min" in n and "gap is 18 min" in n for n in notices)
    alone = make_plant(
        M1 + facts, "DROP TABLE IF EXISTS production; DROP TABLE IF EXISTS downtime;" + script
    )
    asked = alone.ask("downtime_analysis", {})
    assert asked.result.now.minutes == pytest.approx(61)
    assert "The cause cannot be given" in asked.sentence
    assert "Stops" not in asked.metrics


def test_rows_may_count_planned_stops_with_the_others(make_plant: MakePlant) -> None:
    """A gap that is exactly the planned pause is no contradiction."""
    script = """
    CREATE TABLE downtime (asset TEXT, start TEXT, "end" TEXT, loss TEXT);
    INSERT INTO downtime VALUES ('m1', '2026-03-10 07:00:00', '2026-03-10 07:40:00', 'breakdown'),
        ('m1', '2026-03-10 09:00:00', '2026-03-10 10:30:00', 'planned');
    CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INT, down_min REAL);
    INSERT INTO production VALUES ('m1', '2026-03-10 06:00:00', '2026-03-10 14:00:00', 500, 130);
    """
    facts = '[facts.production]\ntable = "production"\n[facts.downtime]\ntable = "downtime"\n'
    shifts = (
        '[plants.p]\nzone = "UTC"\nshifts = [{ name = "D", start = 06:00:00, end = 14:00:00 }]\n'
    )
    plant = make_plant(shifts + '[[assets]]\nid = "m1"\nplant = "p"\n' + facts, script)
    args = {"period": "2026-03-10"}
    asked = plant.ask("downtime_analysis", args)
    assert asked.result.now.minutes == pytest.approx(40)
    assert asked.result.now.found.recorded_down == {"m1": 130}
    assert not any("records differ" in notice for notice in asked.notices)
    assert any("by shift" in command for command in asked.commands)


def test_without_shifts_none_are_offered(make_plant: MakePlant) -> None:
    asked = make_plant(M1 + '[facts.downtime]\ntable = "downtime"\n', STOPS).ask(
        "downtime_analysis", {}
    )
    assert not any("by shift" in command for command in asked.commands)


def test_sums_are_not_counted(make_plant: MakePlant) -> None:
    script = """
    CREATE TABLE shifts (machine TEXT, start TEXT, lost REAL, why TEXT);
    INSERT INTO shifts VALUES ('m1', '2026-03-10 06:00:00', 30, 'jam'),
        ('m1', '2026-03-10 14:00:00', 3, 'cleaning'), ('m1', '2026-03-11 06:00:00', 12, 'jam');
    """
    toml = (
        M1
        + """
    [facts.downtime]
    table = "shifts"
    rows_are = "sums"
    columns = { asset = "machine", start = "start", minutes = "lost", reason = "why" }
    """
    )
    plant = make_plant(toml, script)
    for language in ("en", "de"):
        asked = plant.ask("downtime_analysis", {}, language)
        assert asked.result.now.minutes == pytest.approx(45)
        assert reasons(asked) == pytest.approx({"jam": 42, "cleaning": 3})
        assert not asked.result.lengths.longest
        assert len(asked.metrics) == 1
    assert "jam, 42 min (93 %)" in plant.ask("downtime_analysis", {}).sentence


def test_empty_tables(make_plant: MakePlant) -> None:
    script = 'CREATE TABLE downtime (asset TEXT, start TEXT, "end" TEXT, reason TEXT);'
    plant = make_plant(M1 + '[facts.downtime]\ntable = "downtime"\n', script)
    for language in ("en", "de"):
        assert plant.ask("downtime_analysis", {"by": "shift"}, language).sentence
    assert "no stop is recorded" in plant.ask("downtime_analysis", {}).sentence


def test_a_running_day_is_compared_with_as_much_of_the_day_before(make_plant: MakePlant) -> None:
    hours = ", ".join(
        f"('m1', '2026-03-{day} {hour:02d}:00:00', '2026-03-{day} {hour + 1:02d}:00:00', 9)"
        for day, last in ((11, 23), (12, 11))
        for hour in range(last)
    )
    script = f"""
    CREATE TABLE production (asset TEXT, start TEXT, "end" TEXT, total_units INT);
    INSERT INTO production VALUES {hours};
    {STOPS}
    """
    facts = '[facts.production]\ntable = "production"\n[facts.downtime]\ntable = "downtime"\n'
    asked = make_plant(M1 + facts, script).ask("downtime_analysis", {"period": "today"})
    assert asked.result.now.found.covered.minutes == 11 * 60
    assert asked.result.before.found.covered.minutes == 11 * 60


def test_a_day_that_has_just_begun_is_not_compared(ask: Ask) -> None:
    """20 minutes of today cannot be held against a whole hour's row of yesterday."""
    asked = ask("downtime_analysis", {"assets": ("line-3",), "period": "today"})
    assert asked.result.before is None
    assert not any(metric.change.endswith("Mar") for metric in asked.metrics.values())
