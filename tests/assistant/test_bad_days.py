"""The door when something is missing, broken or not for everybody."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from core.access import Access
from core.answer import Table
from core.data.mapping import PlantFile
from core.store import Store
from tests.assistant.conftest import Door, first_text, notices


@pytest.fixture
def own_copy(sample_path: Path, tmp_path: Path) -> Path:
    """A plant that a test may spoil."""
    copy = tmp_path / "plant.db"
    with (
        closing(sqlite3.connect(f"file:{sample_path}?mode=ro", uri=True)) as there,
        closing(sqlite3.connect(copy)) as here,
    ):
        there.backup(here)
    return copy


@pytest.fixture
def spoiled(own_copy: Path, sample_file: PlantFile) -> Iterator[Door]:
    source = sample_file.source.model_copy(update={"url": f"sqlite:///{own_copy}"})
    opened = Door(sample_file.model_copy(update={"source": source}), None)
    yield opened
    opened.close()


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_without_a_store_the_answer_comes_and_says_so(spoiled: Door) -> None:
    answer = spoiled.ask("/oee line-3 yesterday")
    assert answer.outcome == "answer"
    assert any("follow-ups" in notice for notice in notices(answer))


def test_a_missing_database_is_named_without_its_path(spoiled: Door, own_copy: Path) -> None:
    own_copy.unlink()
    answer = spoiled.ask("/oee line-3 yesterday")
    assert answer.outcome == "error"
    assert str(own_copy.parent) not in first_text(answer)


def test_a_table_that_vanished_costs_its_figures_only(spoiled: Door, own_copy: Path) -> None:
    execute(own_copy, "DROP TABLE safety")
    assert spoiled.ask("/oee line-3 yesterday").outcome == "answer"
    assert spoiled.ask("/safety").outcome in ("no_data", "error")


def test_text_in_a_number_is_told_and_not_added_as_zero(spoiled: Door, own_copy: Path) -> None:
    execute(
        own_copy,
        "UPDATE production SET total_units = 'lots' WHERE asset = 'line-3' AND start IN"
        " (SELECT start FROM production WHERE asset = 'line-3' ORDER BY start DESC LIMIT 30)",
    )
    answer = spoiled.ask("/oee line-3 yesterday")
    assert answer.outcome == "no_data"
    assert "text" in first_text(answer)


def test_an_empty_table_is_unknown_and_not_zero(spoiled: Door, own_copy: Path) -> None:
    execute(own_copy, "DELETE FROM production")
    answer = spoiled.ask("/oee line-3 yesterday")
    assert answer.outcome == "answer"
    assert "cannot be given" in first_text(answer)
    assert " 0 %" not in first_text(answer)


def test_a_corrupt_file_is_told(spoiled: Door, own_copy: Path) -> None:
    own_copy.write_bytes(b"this is no database" * 1000)
    assert spoiled.ask("/oee line-3 yesterday").outcome == "error"


def test_an_older_value_is_served_with_a_note_when_the_source_fails(
    spoiled: Door, own_copy: Path
) -> None:
    """Also for a period that still runs, and so is another question every minute."""
    questions = ("/oee line-3 yesterday", "/oee line-3", "/production packaging")
    before = [spoiled.ask(question) for question in questions]
    own_copy.rename(own_copy.with_suffix(".gone"))
    spoiled.source._source._engine.dispose()  # type: ignore[attr-defined]
    spoiled.now += timedelta(hours=2)
    for question, then in zip(questions, before, strict=True):
        answer = spoiled.ask(question)
        assert (answer.outcome, first_text(answer)) == ("answer", first_text(then)), question
        assert any("does not answer" in notice for notice in notices(answer))
    assert spoiled.ask("/oee line-4").outcome == "error"
    spoiled.now += timedelta(days=1)
    assert spoiled.ask("/oee line-3").outcome == "error"


def test_who_may_see_packaging_only_sees_packaging_only(
    sample_file: PlantFile, tmp_path: Path
) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/andon.db")
    door = Door(sample_file, store, Access(frozenset({"packaging"}), money=False))
    try:
        assert door.ask("/oee line-3 yesterday").outcome == "answer"
        assert door.ask("/oee grinder-5 yesterday").outcome == "no_data"
        assert door.ask("/oee riverside yesterday").outcome == "no_data"
        own = door.ask("/oee yesterday")
        assert own.args["assets"] == ["packaging"]
        for command in ("/cost line-3", "/losses line-3", "/oee line-3", "/improve line-3"):
            answer = door.ask(command)
            shown = repr(answer.parts)
            assert "USD" not in shown, command
        tables = [p for p in door.ask("/actions").parts if isinstance(p, Table)]
        assert "grinder" not in repr(tables).lower()
    finally:
        door.close()


def test_a_source_of_hostile_names_shows_them_as_text(spoiled: Door, own_copy: Path) -> None:
    execute(
        own_copy,
        "UPDATE downtime SET reason = '<!channel> [red]{x}\x1b[31m' WHERE asset = 'line-3'",
    )
    answer = spoiled.ask("why was line 3 down last night?")
    assert answer.outcome == "answer"
    assert "<!channel> [red]{x}" in first_text(answer)


def test_data_of_a_cost_shows_no_rates_of_hidden_places(
    sample_file: PlantFile, tmp_path: Path
) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/andon.db")
    everyone, door = (
        Door(sample_file, store, access)
        for access in (Access(), Access(frozenset({"machining"}), money=True))
    )
    try:
        # An answer that was kept when its asker might see more is narrowed as well.
        for answer in (everyone.ask("/cost grinder-5 yesterday"), door.ask("/cost yesterday")):
            cites = {citation.table: citation.number for citation in answer.citations}
            rates = door.ask(f"/data {answer.id} {cites['cost']}")
            (table,) = (p for p in rates.parts if isinstance(p, Table))
            shown = {row[table.columns.index("cost_center")] for row in table.rows}
            assert shown == {"cc-machining"}
            refused = door.ask(f"/data {answer.id} {cites['product']}")
            assert refused.outcome == "no_data"
            assert "only to those who may see every area" in first_text(refused)
        number = cites["product"]
        assert everyone.ask(f"/data {answer.id} {number}").outcome == "answer"
    finally:
        door.close()
        everyone.close()
