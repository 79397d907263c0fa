"""Whatever an asker writes stays a value."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.data.query import Condition, Operator, Query
from core.data.sql import SqlDataSource
from core.domain.periods import Interval
from tests.data.databases import Database, rows, utc

DAY = Interval(utc("2026-03-02"), utc("2026-03-03"))
NASTY = [
    "'; DROP TABLE downtime; --", "\" OR 1=1", "a' OR 'a'='a", "%", "_", "\\", "\0", "a\0b",
    "\ud800", "Störung", "ÄÖÜß", "🏭", ":until", "%(until)s", "?", "$1", "[]", '"]', "null",
    "a" * 9000,
]  # fmt: skip
_text = st.one_of(st.sampled_from(NASTY), st.text(max_size=40))
_condition = st.one_of(
    st.builds(
        Condition,
        st.sampled_from(["reason", "loss", "asset", "reason_code"]),
        st.sampled_from(["=", "<>", "contains", "<", ">="]),
        _text,
    ),
    st.builds(
        Condition,
        st.sampled_from(["reason", "asset"]),
        st.just("in"),
        st.lists(_text, max_size=3).map(tuple),
    ),
    st.builds(Condition, st.sampled_from(["reason", "reason_code"]), st.just("is null")),
)


@pytest.fixture
def source(database: Database) -> SqlDataSource:
    database.run(
        'CREATE TABLE downtime (asset text, start timestamp, "end" timestamp, reason text,'
        " reason_code integer, loss text)"
    )
    for number, reason in enumerate(("Störung 100%", "jam_1", 'O\'Neill \\ "x"')):
        at = f"2026-03-02 0{number}:"
        database.insert(
            "downtime",
            [
                {
                    "asset": "a",
                    "start": f"{at}00:00",
                    "end": f"{at}10:00",
                    "reason": reason,
                    "reason_code": number,
                    "loss": "setup",
                }
            ],
        )
    return database.source(facts={"downtime": {"table": "downtime"}})


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(where=[Condition("reason", "=", "\0")], assets=["\0", "'"], sums=True)
@given(
    where=st.lists(_condition, max_size=3),
    assets=st.lists(_text, max_size=3),
    sums=st.booleans(),
)
def test_values_never_become_sql(
    source: SqlDataSource, where: list[Condition], assets: list[str], sums: bool
) -> None:
    measures = ("minutes", "stops") if sums else ()
    query = Query("downtime", ("a", *assets), DAY, measures, where=tuple(where))
    found = rows(source, query)
    assert len(found) == 1 if sums else len(found) <= 3
    (all_of_them,) = rows(source, Query("downtime", ("a",), DAY, ("stops",)))
    assert all_of_them["stops"] == 3


@pytest.mark.parametrize(
    ("operator", "value", "stops"),
    [
        ("contains", "STÖRUNG", 1),
        ("contains", "100%", 1),
        ("contains", "%", 1),
        ("contains", "_", 1),
        ("contains", "\\", 1),
        ("contains", "o'neill", 1),
        ("contains", "", 3),
        ("=", 'O\'Neill \\ "x"', 1),
        ("<>", "jam_1", 2),
        ("=", "' OR ''='", 0),
    ],
)
def test_what_conditions_mean(
    source: SqlDataSource, operator: Operator, value: str, stops: int
) -> None:
    where = (Condition("reason", operator, value),)
    assert len(rows(source, Query("downtime", ("a",), DAY, where=where))) == stops
    (row,) = rows(source, Query("downtime", ("a",), DAY, ("stops",), where=where))
    assert (row["stops"] or 0) == stops
