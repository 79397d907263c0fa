"""What a question takes from the rollup, and what it says of that."""

from __future__ import annotations

from dataclasses import replace

from core.data.source import Scope
from core.domain.periods import Interval
from core.rollup.source import RolledSource
from tests.rollup.plant import (
    NOW,
    Bench,
    equal,
)
from tests.rollup.scenes import production


def test_the_citation_says_what_was_used(filled: Bench) -> None:
    raw, rolled = filled.both(replace(production(filled), assets=("m-1",)))
    assert (raw.origin.note, rolled.origin.note) == ("", "whole")
    assert rolled.origin == replace(raw.origin, note="whole")
    running = replace(production(filled), interval=Interval(filled.days("p", 0, 0).start, NOW))
    assert filled.both(running)[1].origin.note == "partly"
    rows = production(filled).rows()
    assert filled.both(rows)[1] == filled.both(rows)[0]
    assert filled.both(rows)[1].origin.note == ""


def test_what_a_scope_does_not_allow_is_left_to_the_source(filled: Bench) -> None:
    query = replace(production(filled), assets=("m-1", "m-2"))

    def note(scope: Scope) -> str:
        return filled.run(filled.rolled.fetch(query, scope)).origin.note

    assert note(Scope()) == note(Scope(frozenset({"p"}))) == "whole"
    assert note(Scope(frozenset({"a"}))) == "partly"
    assert note(Scope(None, frozenset({"c"}))) == ""


def test_a_store_that_fails_costs_speed_only(filled: Bench) -> None:
    raw, _ = filled.both(production(filled))
    with filled.store._engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE rollup_tiles RENAME TO elsewhere")
    filled.rolled = RolledSource(filled.raw, filled.store, filled.plant)
    rolled = filled.run(filled.rolled.fetch(production(filled)))
    equal(raw.rows, rolled.rows, ("asset", "product"))
