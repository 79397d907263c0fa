"""Whatever a plant's database holds, in any column: figures are right, left out or refused."""

from __future__ import annotations

import shutil
import sqlite3
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.mapping import PlantFile, parse
from tests.assistant.conftest import SAMPLE, Door
from tests.fuzz.junk import NUMBERS, TEXTS
from tests.fuzz.shown import fit_to_be_seen
from tests.fuzz.trying import trying
from tests.plants import sample

LONGEST_SECONDS = 20.0  # of the processor, all threads together
QUESTIONS = (
    "/oee line-3 yesterday",
    "/oee riverside past 2 days",
    "/downtime packaging past 2 days",
    "/downtime line-3 yesterday by shift",
    "/production",
    "/safety riverside past 2 days",
    "/cost line-3 past 2 days",
    "/losses riverside past 2 days",
    "/trend oee line-1 past 2 days",
    "/compare line-1 line-2 yesterday",
    "/actions",
    "/alerts",
    "/improve line-3",
    "/asset line-3",
    "/briefing packaging",
    "why was line 3 down last night?",
)
TIMES = st.sampled_from(
    ["0001-01-01 00:00:00", "9999-12-31 23:59:59", "2026-02-30 00:00:00", "2026-03-12",
     "2026-03-12T11:00:00+14:00", "2026-03-12 25:00:00", "1970-01-01 00:00:00", "now", "12:00",
     "2026-03-08 02:30:00", "-2026-01-01 00:00:00", "02026-03-12 00:00:00"]
)  # fmt: skip
Value = None | int | float | str | bytes


def held(value: object) -> Value:
    """As near to it as the database can hold."""
    match value:
        case int() if abs(value) >= 2**63:
            return 1e300 if value > 0 else -1e300
        case str():
            return value.encode("utf-8", "surrogatepass")
        case _:
            assert value is None or isinstance(value, int | float | bytes)
            return value


VALUES = st.one_of(
    st.none(), NUMBERS, st.integers(-100, 100), st.floats(), TIMES, TIMES, TEXTS,
    st.sampled_from([b"\x00\xff", b"", "\ud800", "1e999", "NaN", "-0", "0x10", "true", "1,5"]),
)  # fmt: skip


@dataclass(frozen=True)
class Spoilt:
    """What is put into a column of every n-th row, or what is done to a table."""

    table: str
    column: str
    value: object
    every: int


INVERTED = "start and end exchanged"
GONE = "no rows"
TWICE = "every row twice"


@dataclass(frozen=True)
class Plants:
    folder: Path
    whole: Path
    columns: dict[str, list[str]]
    number: Iterator[int] = field(default_factory=count)

    def file(self, spoilt: list[Spoilt]) -> PlantFile:
        """A new one each time: what read the last one may still be closing it."""
        for old in self.folder.glob("plant-*"):
            old.unlink()
        path = self.folder / f"plant-{next(self.number)}.db"
        shutil.copyfile(self.whole, path)
        with closing(sqlite3.connect(path)) as database:
            for one in spoilt:
                spoil(database, one)
            database.commit()
        text = SAMPLE.read_text("utf-8").replace("{home}/plant.db", path.as_posix())
        return parse(tomllib.loads(text), where="sample.toml", home=self.folder)


def spoil(database: sqlite3.Connection, one: Spoilt) -> None:
    table, column = f'"{one.table}"', f'"{one.column}"'
    match one.value:
        case _ if one.value is INVERTED and one.table in ("production", "downtime", "calendar"):
            change = f'UPDATE {table} SET start = "end", "end" = start WHERE rowid % ? = 0'
            database.execute(change, (one.every,))
        case _ if one.value is GONE:
            database.execute(f"DELETE FROM {table} WHERE rowid % ? = 0", (one.every,))
        case _ if one.value is TWICE:
            change = f"INSERT INTO {table} SELECT * FROM {table} WHERE rowid % ? = 0"
            database.execute(change, (one.every,))
        case str():
            change = f"UPDATE {table} SET {column} = CAST(? AS TEXT) WHERE rowid % ? = 0"
            database.execute(change, (held(one.value), one.every))
        case _:
            change = f"UPDATE {table} SET {column} = ? WHERE rowid % ? = 0"
            database.execute(change, (held(one.value), one.every))


@pytest.fixture(scope="module")
def plants(tmp_path_factory: pytest.TempPathFactory) -> Plants:
    """The sample plant in tables that take everything: no key, nothing required."""
    folder = tmp_path_factory.mktemp("values")
    whole = sample(folder, days=2).rename(folder / "whole.db")
    with closing(sqlite3.connect(whole)) as database:
        listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        tables = [name for (name,) in database.execute(listed) if name != "sample"]
        for table in tables:
            database.execute(f'CREATE TABLE loose AS SELECT * FROM "{table}"')
            database.execute(f'DROP TABLE "{table}"')
            database.execute(f'ALTER TABLE loose RENAME TO "{table}"')
        columns = {
            table: [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
            for table in tables
        }
        for table in columns.keys() & {"production", "downtime"}:
            database.execute(f'CREATE INDEX "of {table}" ON "{table}" (asset, start)')
        database.commit()
    return Plants(folder, whole, columns)


@st.composite
def some(draw: st.DrawFn, columns: Callable[[], dict[str, list[str]]]) -> list[Spoilt]:
    several = []
    for _ in range(draw(st.integers(1, 3))):
        table = draw(st.sampled_from(sorted(columns())))
        column = draw(st.sampled_from(columns()[table]))
        value = draw(st.one_of(VALUES, VALUES, st.sampled_from([INVERTED, GONE, TWICE])))
        several.append(Spoilt(table, column, value, draw(st.sampled_from([1, 2, 7, 50]))))
    return several


def answers_of(plants: Plants, spoilt: list[Spoilt], questions: list[str]) -> None:
    door = Door(plants.file(spoilt), None)
    allowed = " ".join([*questions, *(str(one.value) for one in spoilt), "inf"])
    try:
        for question in questions:
            began = time.process_time()
            fit_to_be_seen(door.ask(question), allowed)
            assert time.process_time() - began < LONGEST_SECONDS
    finally:
        door.close()


@pytest.mark.parametrize(
    ("spoilt", "question"),
    [
        (Spoilt("asset", "name", "🏭", 1), "/oee line-3 yesterday"),  # no word in it
        (Spoilt("production", "asset", None, 2), "/improve line-3"),  # most is not recorded
        (Spoilt("downtime", "end", b"\x00\xff", 1), "/downtime packaging past 2 days"),  # bytes
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.table}.{value.column}",
)
def test_what_was_found_stays_mended(plants: Plants, spoilt: Spoilt, question: str) -> None:
    answers_of(plants, [spoilt], [question])


@trying(4)
@given(
    data=st.data(),
    questions=st.lists(st.sampled_from(QUESTIONS), min_size=2, max_size=4, unique=True),
)
def test_any_value_in_any_column(plants: Plants, data: st.DataObject, questions: list[str]) -> None:
    answers_of(plants, data.draw(some(lambda: plants.columns)), questions)
