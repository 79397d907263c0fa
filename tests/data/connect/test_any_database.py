"""Whatever the database: the proposal loads, the check goes through, or there is a clear error."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.data.check import as_json, check
from core.data.check import render as shown
from core.data.connect import propose, render
from core.data.connect.names import vocabulary
from core.data.connect.proposal import Choice, FactProposal, Proposal
from core.data.mapping import parse
from core.errors import MisconfiguredError
from core.words import Words

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WORDS = sorted(
    word
    for entry in vocabulary()["columns"].values()
    for word in (*entry.get("words", ()), *entry.get("weak", ()))
)
odd = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12
)
names = st.one_of(
    st.sampled_from(WORDS),
    st.builds(
        "{}_{}".format, st.sampled_from(WORDS), st.sampled_from(["h", "s", "min", "ts", "id"])
    ),
    odd,
)
times = st.sampled_from(["2026-03-01 06:00:00", "2026-03-01T14:30:00Z", "2026-03-02", "31.12.2025",
                         "2026-03-01 06:00", "2026-03-29 02:30:00", "late"])  # fmt: skip
values = st.one_of(
    st.none(), times, st.integers(-5, 2_000_000_000), st.floats(-1e6, 1e6), odd,
    st.sampled_from(["Early", "Late", "", "M1", "M2"]), st.binary(max_size=4),
)  # fmt: skip


def words(kind: str, logical: str) -> st.SearchStrategy[str]:
    entry = vocabulary()[kind][logical]
    return st.sampled_from(entry["words"] if kind == "columns" else entry)


# How a plant's column of each part might look, most of the time.
PARTS: dict[str, st.SearchStrategy[object]] = {
    "start": st.sampled_from([f"2026-03-{day:02} 06:00:00" for day in range(1, 29)]),
    "end": st.sampled_from([f"2026-03-{day:02} 14:00:00" for day in range(1, 29)]),
    "asset": st.sampled_from(["M1", "M2", "Linie 3", 7]),
    "shift": st.sampled_from(["Early", "Late", "Nacht", "A"]),
    "product": st.sampled_from(["P1", "P2"]),
    "planned_min": st.integers(0, 480),
    "run_min": st.floats(0, 480),
    "down_min": st.floats(0, 480),
    "total_units": st.integers(0, 5_000),
    "good_units": st.integers(0, 5_000),
    "scrap_units": st.integers(0, 50),
    "minutes": st.floats(0, 500),
    "reason": st.sampled_from(["Umrüsten", "no material", "jam", "?"]),
    "reason_code": st.integers(1, 9),
    "id": st.integers(1, 100),
    "recorded_at": st.sampled_from(["2026-03-30 06:00:00", None]),
}
NEEDED = {"production": ["start", "total_units", "asset"], "downtime": ["start", "end", "reason"]}


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, list[str], list[list[object]]]:
    """A table as a plant might have it: what the fact needs, anything else, and some dirt."""
    fact = draw(st.sampled_from(sorted(NEEDED)))
    extra = draw(st.lists(st.sampled_from(sorted(PARTS)), max_size=6, unique=True))
    parts = list(dict.fromkeys([*NEEDED[fact], *extra]))
    columns = {draw(words("columns", part)).lower(): PARTS[part] for part in parts}
    columns |= {name.lower(): values for name in draw(st.lists(names, max_size=3))}
    dirt = draw(st.sampled_from([0, 0, 0, 7]))
    cells = [st.one_of(kind, values) if dirt else kind for kind in columns.values()]
    rows = draw(st.lists(st.tuples(*cells).map(list), min_size=1, max_size=8))
    return draw(words("tables", fact)), list(columns), rows


@contextmanager
def filled(made: list[tuple[str, list[str], list[list[object]]]]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plant.db"
        with closing(sqlite3.connect(path)) as connection, connection:
            for number, (name, columns, rows) in enumerate(made):
                table = quoted(f"{name} {number}" if number else name)
                if table.lower().startswith('"sqlite_'):
                    continue
                listed = ", ".join(map(quoted, columns))
                connection.execute(f"CREATE TABLE {table} ({listed})")
                marks = ", ".join("?" * len(columns))
                connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        yield f"sqlite:///{path.as_posix()}"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(tables(), min_size=1, max_size=2))
def test_a_proposal_always_loads_and_is_checked(
    made: list[tuple[str, list[str], list[list[object]]]],
) -> None:
    with filled(made) as url:
        try:
            proposal = propose(url, zone="Europe/Berlin")
        except MisconfiguredError:
            return
        plant = parse(tomllib.loads(render(proposal)), where="proposal", home=Path())
        report = check(plant, NOW)
    assert {state.fact for state in report.facts} == set(plant.facts)
    assert shown(report, Words("de"))
    json.dumps(as_json(report))


@given(odd, odd, odd)
@example('a"b', "line\nbreak", "tab\t\x7f\u2028")
def test_strange_names_stay_text(table: str, column: str, value: str) -> None:
    """A stranger's names end neither a string nor a comment of the file."""
    fact = FactProposal(
        "production", table, "guess", f"because of {value}",
        (Choice("asset", {"constant": value}, "sure", column),
         Choice("start", column, "guess", table)),
        others=(value,),
    )  # fmt: skip
    proposal = Proposal(
        "sqlite:///x.db", table, (value,), "UTC", False, (fact,), (), "", unused=(table, column)
    )
    read = tomllib.loads(render(proposal))
    assert read["facts"]["production"]["table"] == table
    assert read["facts"]["production"]["columns"]["start"] == column
    assert read["facts"]["production"]["columns"]["asset"] == {"constant": value}
    assert list(read["plants"]) == [value]
