"""Answers by chance: whatever a database may hold and a tool may make of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from core.answer import (
    Action,
    Actions,
    Answer,
    Chart,
    Citation,
    Heading,
    Line,
    Metric,
    Metrics,
    Notice,
    Series,
    Table,
    Text,
)

HOSTILE = (
    "<!channel>",
    "<@U0000001>",
    "<https://evil.example|click>",
    "https://evil.example/x",
    "www.evil.example",
    "mailto:a@evil.example",
    "@here",
    "#general",
    "*bold* _it_ ~no~ `code`",
    ":fire: :+1:",
    "> quoted",
    "1. listed",
    "&lt;!here&gt;",
    "a\u202eb\u200fc",
    "\ud800 \udfff",
    "\x00\x1b[31m",
    "👩‍👩‍👧" * 40,
    "ﷺ" * 3_000,
    "&" * 3_000,
    "x" * 10_000,
    "word. " * 2_000,
    "<at>Everyone</at>",
    "[x](https://evil.example) ![x](https://evil.example/x.png)",
    "[1] and [2]: cited",
    "a*b*c __d__ ~~e~~",
    "\\*escaped\\*",
    "# heading",
    "| a | b |\n|---|---|",
    "{{DATE(2017-02-14T06:08:39Z)}}",
    "<b onclick='x()'>&#42;bold&#42;</b>",
    "\n\n\n",
    "",
    " ",
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))
cites = st.lists(st.integers(1, 300), max_size=12).map(tuple)
tones = st.sampled_from(["good", "neutral", "warning", "bad"])
figures = st.none() | st.floats() | st.sampled_from([1e300, -1e300, 0.1])


def tuples(of: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=most).map(tuple)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Small ones of any shape, and large ones made of a few cells."""
    cells = draw(st.lists(texts, min_size=1, max_size=5))
    columns, rows = draw(
        st.tuples(st.integers(0, 4), st.integers(0, 4)) | st.just((7, 90)) | st.just((25, 120))
    )
    picked = [cells[n % len(cells)] for n in range(columns + 3)]
    body = tuple(tuple(picked[n % 3 : n % 3 + columns]) for n in range(rows))
    align = draw(st.text("lr", max_size=30))
    return Table(tuple(picked[:columns]), body, align, draw(texts), draw(cites))


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    """Of any length, with series that are shorter or longer than the categories."""
    count = draw(st.integers(0, 25))
    names = draw(tuples(texts, 4)) or ("x",)
    plain = draw(st.booleans())
    categories = tuple(f"{n}" if plain else names[n % len(names)] for n in range(count))
    values = st.floats(-1e6, 1e6) if plain else figures
    size = st.lists(values, min_size=count, max_size=count if plain else count + 2)
    series = draw(tuples(st.builds(Series, texts, size.map(tuple)), 7))
    kind = draw(st.sampled_from(["bar", "pareto", "waterfall", "trend"]))
    lines = draw(tuples(st.builds(Line, texts, st.floats()), 3))
    return Chart(kind, draw(texts), categories, series, draw(texts), lines, draw(cites))  # type: ignore[arg-type]


actions = st.builds(Action, texts, texts | st.just("/data a-1 2") | st.just("/again a-1"))
metrics = st.builds(Metric, texts, texts, texts, tones, cites)
parts = st.one_of(
    st.builds(Heading, texts),
    st.builds(Text, texts, cites),
    st.builds(Metrics, tuples(metrics, 14)),
    tables(),
    charts(),
    st.builds(Notice, texts, tones),
    st.builds(
        Actions, tuples(actions, 12) | st.lists(actions, max_size=2).map(lambda a: (*a * 50,))
    ),
)
citations = st.builds(
    Citation,
    number=st.integers(1, 300),
    source=texts,
    table=texts,
    filter=texts,
    period=texts,
    rows=st.integers(0, 10**9),
    as_of=st.none() | st.datetimes(timezones=st.just(UTC)),
    note=texts,
    zone=st.sampled_from(["UTC", "America/Chicago"]),
)
answers = st.builds(
    Answer,
    outcome=st.sampled_from(["answer", "clarify", "unknown_asset", "decline", "no_data", "error"]),
    parts=tuples(parts, 8) | st.lists(parts, max_size=2).map(lambda p: tuple(p * 30)),
    citations=tuples(citations, 4) | st.lists(citations, max_size=3).map(lambda c: tuple(c * 100)),
    id=st.sampled_from(["", "a-1"]),
    language=st.sampled_from(["en", "de"]),
)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
