"""Answers made by hand and by chance, covering every part, for the renderer and the JSON."""

from __future__ import annotations

from datetime import UTC, datetime

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

DOWNTIME = Chart(
    "pareto",
    "Downtime by reason",
    ("Conveyor fault", "Filler jam", "Label roll change", "Unclassified"),
    (Series("Minutes", (117, 40, 20, None)), Series("cumulative", (66.1, 88.7, 100, None))),
    "min",
    cites=(1,),
)
STEPS = Chart(
    "waterfall",
    "Where the time went",
    ("Planned time", "Breakdown", "Setup", "Minor stops", "Fully productive"),
    (Series("min", (480, -120, -40, -80, 240)),),
    "min",
)
LINES = Chart(
    "bar",
    "OEE of the lines",
    ("line-1", "line-2", "line-3", "line-4"),
    (Series("OEE", (40, 80, 60, None)),),
    "%",
    (Line("target", 70),),
)
NIGHTS = Chart(
    "trend",
    "OEE per night",
    tuple(f"{day} Mar" for day in range(1, 13)),
    (Series("OEE", (61, 63, 60, None, None, 62, 64, 61, 59, 30, 62, 60)),),
    "%",
    (Line("mean", 61), Line("upper limit", 70), Line("lower limit", 52)),
)
CITATION = Citation(
    1,
    "sample plant",
    "downtime",
    "asset = line-3",
    "last night (Night, Wed 11 Mar 22:00 – Thu 12 Mar 06:00 CDT)",
    12,
    datetime(2026, 3, 12, 10, 58, tzinfo=UTC),
)
FULL = Answer(
    "answer",
    (
        Heading("Downtime"),
        Text("Line 3 stood still for 3 h 12 min last night.", (1,)),
        Metrics(
            (
                Metric("OEE", "61.2 %", "−3.1 pp vs the night before", "bad", (1,)),
                Metric("Availability", "70.1 %", "−6.0 pp", "bad"),
                Metric("Target", "75.0 %"),
            )
        ),
        DOWNTIME,
        STEPS,
        LINES,
        NIGHTS,
        Table(
            ("Start", "Reason", "Duration"),
            (("22:14", "Conveyor fault", "105 min"), ("02:05", "Filler jam", "40 min")),
            "llr",
            "Longest stops",
            (1,),
        ),
        Notice("Preliminary: late rows may still change these figures."),
        Actions((Action("Show the losses", "/losses line-3"), Action("Trend", "/trend line-3"))),
    ),
    (CITATION,),
    "downtime_analysis",
    {"assets": ["line-3"], "top": 3},
    "a-1",
)

# --- answers made by chance: any text a database may hold, any figure a tool may give

texts = st.text(max_size=40)
figures = st.none() | st.floats(-1e9, 1e9, allow_nan=False)
cites = st.lists(st.integers(1, 9), max_size=2).map(tuple)
tones = st.sampled_from(["good", "neutral", "warning", "bad"])


def tuples(of: st.SearchStrategy[object], most: int = 6) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(of, max_size=most).map(tuple)


tables = st.builds(
    Table,
    columns=tuples(texts, 5),
    rows=tuples(tuples(texts, 5), 4),
    align=st.text("lr", max_size=5),
    title=texts,
    cites=cites,
)
charts = st.builds(
    Chart,
    kind=st.sampled_from(["bar", "pareto", "waterfall", "trend"]),
    title=texts,
    categories=tuples(texts, 40),
    series=tuples(st.builds(Series, texts, tuples(figures, 40)), 3),
    unit=st.sampled_from(["min", "%", ""]),
    lines=tuples(st.builds(Line, texts, st.floats(-1e9, 1e9)), 3),
    cites=cites,
)
parts = st.one_of(
    st.builds(Heading, texts),
    st.builds(Text, texts, cites),
    st.builds(Metrics, tuples(st.builds(Metric, texts, texts, texts, tones, cites))),
    tables,
    charts,
    st.builds(Notice, texts, tones),
    st.builds(Actions, tuples(st.builds(Action, texts, texts))),
)
citations = st.builds(
    Citation,
    number=st.integers(1, 9),
    source=texts,
    table=texts,
    filter=texts,
    period=texts,
    rows=st.integers(0, 10**6),
    as_of=st.none() | st.datetimes(timezones=st.just(UTC)),
    query=st.integers(-1, 5),
    note=texts,
)
arguments = st.dictionaries(
    texts,
    st.none() | st.booleans() | st.integers() | texts | st.lists(texts, max_size=3),
    max_size=3,
)
answers = st.builds(
    Answer,
    outcome=st.sampled_from(["answer", "clarify", "unknown_asset", "decline", "no_data", "error"]),
    parts=tuples(parts),
    citations=tuples(citations, 3),
    tool=st.none() | texts,
    args=arguments,
    id=texts,
)
