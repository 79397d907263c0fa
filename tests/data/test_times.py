"""Times as plants store them: every form, local and UTC, over both changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.data import zones
from core.data.query import Query
from core.data.sql import SqlDataSource
from core.domain.periods import Interval
from core.errors import NoData
from tests.data.databases import Database, rows, utc

ZONES = ("America/Chicago", "Europe/Berlin")
FORMS = {
    "T": "%Y-%m-%dT%H:%M:%S",
    "space": "%Y-%m-%d %H:%M:%S",
    "Z": "%Y-%m-%dT%H:%M:%SZ",
    "offset": "%Y-%m-%d %H:%M:%S+00:00",
    "fraction": "%Y-%m-%dT%H:%M:%S.000Z",
    "minutes": "%Y-%m-%d %H:%M",
}
COLUMNS = {"asset": "asset", "start": "start", "end": "end", "total_units": "n"}


def _hours(database: Database, kind: str, write: Any, **mapping: Any) -> SqlDataSource:
    """A row per hour from 05:00 to 09:00 UTC on 2026-03-02; each makes 1, 2, 4, 8 units."""
    database.run(f'CREATE TABLE made (asset text, start {kind}, "end" {kind}, n integer)')
    start = utc("2026-03-02 05:00")
    database.insert(
        "made",
        [
            {
                "asset": "a",
                "start": write(start + timedelta(hours=h)),
                "end": write(start + timedelta(hours=h + 1)),
                "n": 2**h,
            }
            for h in range(4)
        ],
    )
    return database.source(facts={"production": {"table": "made", "columns": COLUMNS, **mapping}})


def _check(source: SqlDataSource) -> None:
    """Two of the four hours, exactly; the third where the period ends a second later."""
    asked = Interval(utc("2026-03-02 06:00"), utc("2026-03-02 08:00"))
    (row,) = rows(source, Query("production", ("a",), asked, ("total_units", "row_min")))
    assert (row["total_units"], row["row_min"]) == (2 + 4, 120)
    assert (row["first"], row["last"]) == (asked.start, asked.end)
    later = Interval(asked.start, asked.end + timedelta(seconds=1))
    (row,) = rows(source, Query("production", ("a",), later, ("total_units",)))
    assert row["total_units"] == 2 + 4 + 8
    earlier = Interval(asked.start - timedelta(microseconds=1), asked.end)
    (row,) = rows(source, Query("production", ("a",), earlier, ("total_units",)))
    assert row["total_units"] == 1 + 2 + 4
    found = rows(source, Query("production", ("a",), asked))
    assert min(str(r["start"]) for r in found) == "2026-03-02 06:00:00+00:00"


@pytest.mark.parametrize("form", FORMS)
def test_iso_text(database: Database, form: str) -> None:
    _check(_hours(database, "text", lambda at: at.strftime(FORMS[form])))


def test_text_with_other_offsets(database: Database) -> None:
    place = ZoneInfo("America/Chicago")
    _check(_hours(database, "text", lambda at: at.astimezone(place).isoformat()))


@pytest.mark.parametrize(("form", "per_second"), [("epoch_s", 1), ("epoch_ms", 1000)])
def test_numbers_since_1970(database: Database, form: str, per_second: int) -> None:
    columns = COLUMNS | {
        name: {"column": name, "format": form} for name in ("start", "end")
    }  # fmt: skip
    write = lambda at: int(at.timestamp()) * per_second  # noqa: E731
    _check(_hours(database, "bigint", write, columns=columns))


@pytest.mark.parametrize("zone", ZONES)
def test_local_text(database: Database, zone: str) -> None:
    write = lambda at: f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"  # noqa: E731
    _check(_hours(database, "text", write, time_zone=zone))


@pytest.mark.parametrize("zone", ZONES)
def test_local_timestamps(postgres: Database, zone: str) -> None:
    write = lambda at: at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)  # noqa: E731
    _check(_hours(postgres, "timestamp", write, time_zone=zone))


def test_timestamps_with_time_zone(postgres: Database) -> None:
    postgres.run(
        "ALTER DATABASE "
        + postgres.url.rpartition("/")[2].partition("?")[0]
        + " SET timezone='Asia/Tokyo'"
    )
    _check(_hours(postgres, "timestamptz", lambda at: at, time_zone="America/Chicago"))


def test_a_daily_table(database: Database) -> None:
    kind = "text" if database.is_sqlite else "date"
    database.run(f"CREATE TABLE production (asset text, start {kind}, total_units integer)")
    for day in (1, 2, 3):
        database.run(f"INSERT INTO production VALUES ('a', '2026-03-0{day}', {day})")
    columns = {
        "asset": "asset", "start": "start", "end": {"length": "1d"}, "total_units": "total_units",
    }  # fmt: skip
    mapping = {"table": "production", "columns": columns, "time_zone": "Europe/Berlin"}
    source = database.source(facts={"production": mapping})
    asked = Interval(utc("2026-03-01 23:00"), utc("2026-03-02 23:00"))
    (row,) = rows(source, Query("production", None, asked, ("total_units", "row_min")))
    assert (row["total_units"], row["row_min"]) == (2, 1440)
    assert (row["first"], row["last"]) == (asked.start, asked.end)
    inside = Interval(utc("2026-03-02 10:00"), utc("2026-03-02 11:00"))
    assert rows(source, Query("production", None, inside, ("total_units",)))[0]["total_units"] == 2


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("month", [3, 10, 11])
@pytest.mark.parametrize("kind", ["text", "timestamp"])
def test_stops_over_the_change_of_the_clock(
    database: Database, zone: str, month: int, kind: str
) -> None:
    """Each hour of 48 around the change has a stop of 7 minutes, and one lasts over it."""
    place = ZoneInfo(zone)
    start, end = _around_change(place, month)
    database.run(f'CREATE TABLE downtime (asset text, start {kind}, "end" {kind})')
    text = database.is_sqlite or kind == "text"

    def write(at: datetime) -> Any:
        wall = at.astimezone(place).replace(tzinfo=None)
        return f"{wall:%Y-%m-%d %H:%M:%S}" if text else wall

    # The clock does not say which of two equal readings is meant: those are left out.
    clear = [at for at in _every_hour(start, end) if not _repeated(at, place)]
    stops = [("a", at, at + timedelta(minutes=7)) for at in clear]
    stops.append(("b", start + timedelta(hours=3), end - timedelta(hours=3)))
    database.insert(
        "downtime", [{"asset": a, "start": write(s), "end": write(e)} for a, s, e in stops]
    )
    mapping = {"table": "downtime", "time_zone": zone}
    source = database.source(facts={"downtime": mapping})
    whole = Query("downtime", None, Interval(start, end), ("minutes", "stops"), ("asset",))
    found = {r["asset"]: (r["minutes"], r["stops"]) for r in rows(source, whole)}
    assert found == {
        "a": (7 * len(clear), len(clear)),
        "b": ((end - start).total_seconds() / 60 - 360, 1),
    }
    for at in _every_hour(start, end):
        hour = Interval(at, at + timedelta(hours=1))
        (row,) = rows(source, Query("downtime", ("a",), hour, ("minutes", "stops")))
        assert (row["stops"] or 0) == (at in clear), at


def _around_change(place: ZoneInfo, month: int) -> tuple[datetime, datetime]:
    at = datetime(2026, month, 1, tzinfo=UTC)
    first = at.astimezone(place).utcoffset()
    while at.astimezone(place).utcoffset() == first and at.month == month:
        at += timedelta(hours=1)
    return at - timedelta(hours=24), at + timedelta(hours=24)


def _every_hour(start: datetime, end: datetime) -> list[datetime]:
    return [start + timedelta(hours=h) for h in range(int((end - start).total_seconds() // 3600))]


def _repeated(at: datetime, place: ZoneInfo) -> bool:
    local = at.astimezone(place)
    other = local.replace(fold=1 - local.fold)
    return local.utcoffset() != other.utcoffset()


_readings = st.datetimes(
    utc("2026-01-01").replace(tzinfo=None), utc("2026-12-31").replace(tzinfo=None)
)


# --- bounds ----------------------------------------------------------------------------------


# The end of the hour that Chicago's clocks show twice, and an instant in its second half.
@example("America/Chicago", utc("2026-11-01 02:00").replace(tzinfo=None),
         utc("2026-11-01 07:30").replace(tzinfo=None))  # fmt: skip
@given(
    st.sampled_from([*ZONES, "Australia/Lord_Howe", "UTC"]),
    _readings,
    _readings,
)
def test_bounds_part_readings_as_their_instants(zone: str, moment: datetime, at: datetime) -> None:
    reading = moment.replace(microsecond=0)
    existing = zones.instant(reading, zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if existing != reading:
        return  # no clock ever showed it
    instant, bound = zones.instant(reading, zone), at.replace(tzinfo=UTC)
    assert (reading < zones.wall(bound, zone)) == (instant < bound)
    assert (reading > zones.wall(bound, zone, up=False)) == (instant > bound)


@given(
    st.sampled_from([*ZONES, "Australia/Lord_Howe"]),
    _readings,
)
def test_offsets_equal_zoneinfo(zone: str, reading: datetime) -> None:
    year = zones.offsets(zone, utc("2025-12-30"), utc("2027-01-02"))
    shift = next(o.seconds for o in year if o.until is None or reading < o.until)
    # An hour that the clocks show twice is read as its first pass.
    meant = reading.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
    assert reading.replace(tzinfo=UTC) - timedelta(seconds=shift) == meant


# --- what is no time -------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["31.01.2026 06:00", "yesterday", "2026/01/31"])
def test_text_that_is_no_time(database: Database, written: str) -> None:
    source = _hours(database, "text", lambda _: written)
    asked = Query("production", None, Interval(utc("2026-01-01"), utc("2027-01-01")), ("row_min",))
    with pytest.raises(NoData) as caught:
        rows(source, asked)
    assert caught.value.key == "not_a_time"
    assert caught.value.arguments == {"column": "start", "table": "made"}


def test_a_single_unreadable_end_is_not_lost(sqlite: Database) -> None:
    sqlite.run('CREATE TABLE downtime (asset text, start text, "end" text)')
    sqlite.run(
        "INSERT INTO downtime VALUES ('a', '2026-03-02 05:00:00', '2026-03-02 05:10:00'),"
        " ('a', '2026-03-02 06:00:00', 'unknown')"
    )
    source = sqlite.source(facts={"downtime": {"table": "downtime"}})
    day = Interval(utc("2026-03-02"), utc("2026-03-03"))
    with pytest.raises(NoData) as caught:
        rows(source, Query("downtime", None, day, ("minutes",)))
    assert caught.value.key == "not_a_time"


def test_an_empty_end_is_an_open_stop(database: Database) -> None:
    database.run('CREATE TABLE downtime (asset text, start text, "end" text)')
    database.run(
        "INSERT INTO downtime VALUES ('a', '2026-03-02 05:00:00', ''),"
        " ('b', '2026-03-02 05:00:00', '2026-03-02 05:10:00')"
    )
    source = database.source(facts={"downtime": {"table": "downtime"}})
    day = Interval(utc("2026-03-02"), utc("2026-03-02 06:00"))
    found = rows(source, Query("downtime", None, day, ("minutes", "open"), ("asset",)))
    assert {r["asset"]: (r["minutes"], r["open"]) for r in found} == {"a": (60, 1), "b": (10, 0)}


def test_plain_numbers_need_a_format(database: Database) -> None:
    source = _hours(database, "bigint", lambda at: int(at.timestamp()))
    with pytest.raises(NoData) as caught:
        rows(source, Query("production", None, None, ("total_units",)))
    assert (caught.value.key, caught.value.arguments["column"]) == ("not_a_time", "end")


def test_a_table_that_is_empty_at_first(database: Database) -> None:
    database.run('CREATE TABLE made (asset text, start text, "end" text, n integer)')
    source = database.source(facts={"production": {"table": "made", "columns": COLUMNS}})
    day = Interval(utc("2026-03-02"), utc("2026-03-03"))
    assert rows(source, Query("production", None, day, ("total_units",)))[0]["rows"] == 0
    database.run("INSERT INTO made VALUES ('a', '2026-03-02T05:00:00Z', '2026-03-02T06:00:00Z', 3)")
    (row,) = rows(source, Query("production", None, day, ("total_units",)))
    assert (row["total_units"], row["last"]) == (3, utc("2026-03-02 06:00"))
