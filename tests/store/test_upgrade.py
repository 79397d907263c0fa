"""From the first release of the schema, and from each one since, to today's: no row is lost."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, Table, create_engine, insert, select, text
from sqlalchemy.types import JSON, Boolean, DateTime, Float, Integer, LargeBinary

from core.answer_json import from_json
from core.data.mapping import PlantFile
from core.request import Place, Request, User
from core.store import Store, migrate
from core.store.backup import backup
from core.store.migrate import SCRIPTS
from core.store.schema import HEAD, metadata
from tests.assistant.conftest import Door, first_text, sample_file
from tests.plants import NOW

__all__ = ["sample_file"]

FIRST = Path(__file__).with_name("first_release.sql")
TABLES = {"answers": 3, "feedback": 2, "threads": 3}
SAMPLE = ("0001", "0005", HEAD)
ANA, IN_THREAD = "ana", "console|ana|831f9e5efe79ae1c|ana"
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
# Where a column takes certain words only.
SAID = {"verdict": "up", "state": {"inbox": "done", "deliveries": "sent", "actions": "done"}}


def revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()][::-1]


@contextmanager
def connected(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def first_release(url: str) -> None:
    """The very file in SQLite, as it was dumped; in Postgres its rows in the same tables."""
    script = FIRST.read_text("utf-8")
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        file.parent.mkdir(exist_ok=True)
        with closing(sqlite3.connect(file)) as database:
            database.executescript(script)
        return
    migrate(url, head="0001")
    rows = [line for line in script.splitlines() if line.startswith("INSERT INTO")]
    with connected(url) as engine, engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
        for row in rows:
            if "alembic_version" not in row:
                connection.exec_driver_sql(row.replace("%", "%%"))


def everything(engine: Engine, only: Mapping[str, list[str]] | None = None) -> dict[str, list[Any]]:
    """All rows by table, of the tables and columns named in `only` where it is given."""
    found = MetaData()
    found.reflect(engine)
    with engine.connect() as connection:
        return {
            name: sorted(
                map(repr, connection.execute(select(*(table.c[c] for c in columns))).all())
            )
            for name, table in found.tables.items()
            if name != "alembic_version" and (only is None or name in only)
            for columns in [[*table.columns.keys()] if only is None else only[name]]
        }


def columns(engine: Engine) -> dict[str, list[str]]:
    found = MetaData()
    found.reflect(engine)
    tables = found.tables.items()
    return {name: list(table.columns.keys()) for name, table in tables if name != "alembic_version"}


def test_the_first_release_is_read_by_todays_code(store_url: str) -> None:
    first_release(store_url)
    with connected(store_url) as engine:
        before, known = everything(engine), columns(engine)
        assert {name: len(rows) for name, rows in before.items()} == TABLES
        done = migrate(store_url)
        assert (done.before, done.after) == ("0001", HEAD)
        assert everything(engine, known) == before

    async def read() -> None:
        answers = await store.recent_answers(user_id=ANA)
        assert {answer.id for answer in answers} == {"f21ea80f", "c7954703", "271bf116"}
        for answer in answers:
            assert answer.asked_at == NOW
            assert from_json(answer.answer).parts
            assert answer.queries
        assert [one.verdict for one in await store.feedback("f21ea80f")] == ["up"]
        assert [one.reason for one in await store.feedback("c7954703")] == [
            "it was the wrong shift"
        ]
        thread = await store.thread(IN_THREAD)
        assert thread is not None
        assert (thread.context["tool"], thread.updated_at) == ("oee_query", NOW)
        assert len(await store.asked(ANA)) == 3

    store = Store.open(store_url)
    try:
        asyncio.run(read())
    finally:
        store.close()


def test_what_the_first_release_answered_goes_on(sample_file: PlantFile, tmp_path: Path) -> None:
    """The old answer is shown, asked again, and followed up in its thread."""
    url = f"sqlite:///{tmp_path / 'andon.db'}"
    first_release(url)
    door = Door(sample_file, Store.open(url))

    def ask(said: str) -> Any:
        place = Place("console", ANA, "831f9e5efe79ae1c")
        return door._runner.run(door.assistant.handle(Request(User(ANA), place, said, NOW)))

    try:
        shown = ask("/show f21ea80f")
        assert (shown.id, shown.tool) == ("f21ea80f", "oee_query")
        assert "Line 3" in first_text(shown)
        for said in ("/data f21ea80f", "/again f21ea80f", "/feedback f21ea80f down late"):
            assert ask(said).outcome == "answer", said
        followed = ask("and line 1?")
        assert (followed.outcome, followed.tool) == ("answer", "oee_query")
        assert "Line 1" in first_text(followed)
    finally:
        door.close()


def made(table: Table, parent: Mapping[str, Any]) -> dict[str, Any]:
    """A row that fills every column. `parent` are the values that another table's row has."""
    row: dict[str, Any] = {}
    for column in table.columns:
        said = SAID.get(column.name)
        if isinstance(said, Mapping):
            said = said.get(table.name, "x")
        if column.foreign_keys:
            (key,) = column.foreign_keys
            row[column.name] = parent[key.target_fullname]
        elif said is not None:
            row[column.name] = said
        else:
            row[column.name] = value_of(column.type, f"{table.name}.{column.name}")
        parent = {**parent, f"{table.name}.{column.name}": row[column.name]}
    return row


def value_of(kind: Any, name: str) -> Any:
    match kind:
        case JSON():
            return [name]
        case Boolean():
            return True
        case DateTime():
            return AT
        case Float():
            return 0.5
        case Integer():
            return 7
        case LargeBinary():
            return name.encode()
        case _:
            return name


def fill(engine: Engine) -> None:
    """A row in each of the tables there are now."""
    found = MetaData()
    found.reflect(engine)
    parent: dict[str, Any] = {}
    with engine.begin() as connection:
        for table in found.sorted_tables:
            if table.name == "alembic_version":
                continue
            row = made(table, parent)
            parent |= {f"{table.name}.{name}": value for name, value in row.items()}
            connection.execute(insert(table), [row])


@pytest.mark.parametrize(
    "revision",
    [pytest.param(r, marks=[] if r in SAMPLE else pytest.mark.prove) for r in revisions()],
)
def test_every_release_keeps_a_row_of_each_table(store_url: str, revision: str) -> None:
    migrate(store_url, head=revision)
    with connected(store_url) as engine:
        fill(engine)
        before, known = everything(engine), columns(engine)
        assert all(len(rows) == 1 for rows in before.values())
        migrate(store_url)
        assert everything(engine, known) == before
        with engine.connect() as connection:  # every type as the code declares it
            for table in metadata.sorted_tables:
                assert len(connection.execute(select(table)).all()) == (table.name in before)
    Store.open(store_url).close()


def test_the_way_back_is_the_copy(tmp_path: Path) -> None:
    """`andon migrate` copies the file first; that copy put in its place is the store as it was."""
    file = tmp_path / "andon.db"
    url = f"sqlite:///{file}"
    first_release(url)
    with connected(url) as engine:
        before = everything(engine)
    kept = backup(file, tmp_path / "before.db")
    assert (kept.revision, dict(kept.rows)) == ("0001", TABLES)
    done = migrate(url)
    assert done.backup is not None
    for copy in (done.backup, kept.file):
        with connected(f"sqlite:///{copy}") as engine, engine.connect() as connection:
            assert everything(engine) == before
            said = text("SELECT version_num FROM alembic_version")
            assert connection.execute(said).scalar_one() == "0001"
