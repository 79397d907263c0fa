"""The migrations: from nothing to the newest, one process at a time, with a copy first."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from core.errors import SourceUnavailable
from core.store import Store, migrate
from core.store.migrate import SCRIPTS
from core.store.schema import HEAD, metadata

NEXT_MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "next", "{head}", None, None

def upgrade():
    op.create_table("halfway", sa.Column("id", sa.Integer, primary_key=True))
    with op.batch_alter_table("answers") as answers:
        answers.alter_column("tool", existing_type=sa.Text, nullable=False, server_default="none")
    {then}
"""


@contextmanager
def connected(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def scripts_with_next(folder: Path, then: str = "pass") -> Path:
    """The project's migrations and one more, which alters a table that others refer to."""
    scripts = folder / "migrations"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    source = NEXT_MIGRATION.format(head=HEAD, then=then)
    (scripts / "versions" / "rev_next.py").write_text(source)
    return scripts


def insert_answer(url: str) -> None:
    """An answer and the feedback on it, which falls with it if the answer is ever deleted."""
    with connected(url) as engine, engine.begin() as connection:
        for statement in (
            "INSERT INTO answers (id, asked_at, user_id, place_key, question, tool, args, answer,"
            " queries) VALUES ('a1', '2026-11-23 06:00:00', 'u', 'p', 'q', 't', '{}', '{}', '[]')",
            "INSERT INTO feedback (answer_id, user_id, verdict, at)"
            " VALUES ('a1', 'u', 'up', '2026-11-23 06:00:00')",
        ):
            connection.execute(text(statement))


def test_the_newest_migration_is_the_one_that_the_code_knows() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_from_nothing_to_head_and_then_nothing_to_do(store_url: str) -> None:
    first, second = migrate(store_url), migrate(store_url)
    assert (first.before, first.after, first.backup) == (None, HEAD, None)
    assert (second.before, second.after, second.backup) == (HEAD, HEAD, None)


def test_migrated_tables_equal_the_declared_ones(store_url: str) -> None:
    migrate(store_url)
    with connected(store_url) as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        # autogenerate looks at neither of these
        found = inspect(connection)
        assert [c["name"] for c in found.get_check_constraints("feedback")] == [
            "ck_feedback_verdict"
        ]
        assert found.get_foreign_keys("feedback")[0]["options"] == {"ondelete": "CASCADE"}


def test_an_older_database_moves_on_with_its_rows(store_url: str, tmp_path: Path) -> None:
    migrate(store_url)
    insert_answer(store_url)
    done = migrate(store_url, scripts=scripts_with_next(tmp_path), head="next")
    assert (done.before, done.after) == (HEAD, "next")
    with connected(store_url) as engine, engine.connect() as connection:
        kept = "SELECT answers.id FROM answers JOIN feedback ON answer_id = answers.id"
        assert connection.execute(text(kept)).scalars().all() == ["a1"]
        assert inspect(connection).has_table("halfway")


def test_a_migration_that_fails_leaves_everything_as_it_was(store_url: str, tmp_path: Path) -> None:
    migrate(store_url)
    insert_answer(store_url)
    scripts = scripts_with_next(tmp_path, then='raise RuntimeError("half done")')
    with pytest.raises(RuntimeError, match="half done"):
        migrate(store_url, scripts=scripts, head="next")
    with connected(store_url) as engine, engine.connect() as connection:
        assert not inspect(connection).has_table("halfway")
        assert connection.execute(text("SELECT id FROM answers")).scalars().all() == ["a1"]
    Store.open(store_url).close()  # and it still opens


def test_the_file_is_copied_before_it_is_changed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'andon.db'}"
    migrate(url)
    insert_answer(url)
    done = migrate(url, scripts=scripts_with_next(tmp_path), head="next")
    assert done.backup == tmp_path / f"andon.db.{HEAD}.bak"
    assert done.backup.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(done.backup)) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
        assert copy.execute("SELECT id FROM answers").fetchall() == [("a1",)]
    assert not list(tmp_path.glob("*.part"))


def test_many_migrators_at_once_do_it_once(store_url: str) -> None:
    program = "import sys; from core.store import migrate; print(migrate(sys.argv[1]).after)"
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program, store_url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    ended = [(*process.communicate(timeout=60), process.returncode) for process in started]
    assert ended == [(f"{HEAD}\n", "", 0)] * 4


def test_tables_of_a_newer_andon_are_left_alone(store_url: str) -> None:
    migrate(store_url)
    with connected(store_url) as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SourceUnavailable, match="newer version of Andon"):
        Store.open(store_url)
    with connected(store_url) as engine, engine.connect() as connection:
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        assert version == "9999"


def test_a_start_at_head_imports_no_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'andon.db'}"
    migrate(url)
    program = (
        "import sys; from core.store import Store; Store.open(sys.argv[1]);"
        "print([name for name in sys.modules if name.startswith(('alembic', 'psycopg'))])"
    )
    run = [sys.executable, "-c", program, url]
    assert subprocess.check_output(run, text=True) == "[]\n"


def test_a_store_of_the_release_before_keeps_all_its_rows(store_url: str) -> None:
    """From 0004, the last one without anything that is sent unasked."""
    migrate(store_url, head="0004")
    insert_answer(store_url)
    more = (
        "INSERT INTO people (user_id, areas, quiet_from, quiet_to, updated_at)"
        " VALUES ('u', '[\"packaging\"]', '22:00', '06:00', '2026-11-23 06:00:00')",
        "INSERT INTO inbox (key, channel, payload, state, attempt, received_at, lease_until)"
        " VALUES ('k', 'slack', '{}', 'working', 1, '2026-11-23 06:00:00', '2026-11-23 06:00:00')",
        "INSERT INTO threads (key, context, updated_at) VALUES ('t', '{}', '2026-11-23 06:00:00')",
        "INSERT INTO usage (user_id, day, tokens, cost) VALUES ('u', '2026-11-23', 9, 0.1)",
    )
    tables = ("answers", "feedback", "people", "inbox", "threads", "usage")
    with connected(store_url) as engine:
        with engine.begin() as connection:
            for statement in more:
                connection.execute(text(statement))
        before = _rows(engine, tables)
        assert migrate(store_url).before == "0004"
        assert _rows(engine, tables) == before
        assert _rows(engine, ("subscriptions", "deliveries", "places")) == [[], [], []]
    Store.open(store_url).close()


def _rows(engine: Engine, tables: tuple[str, ...]) -> list[list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return [
            [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]
            for table in tables
        ]
