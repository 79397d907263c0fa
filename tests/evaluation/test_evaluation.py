"""A sample of the evaluation, through the planner and through the whole loop of a model; the rest
is played by `make eval`."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from core.agent import counted
from tests.evaluation import __main__ as evaluation
from tests.evaluation.labelled import labelled, periods
from tests.evaluation.play import Played, Tallied, assistant, play
from tests.evaluation.report import misses, report, write

EVERY = 12  # one question in so many
_GOOD = 0.8  # the whole does better; a sample may hold more of what the planner cannot do


def test_the_questions_are_many_and_of_every_kind() -> None:
    questions = labelled()
    kinds = Counter(question.kind for question in questions)
    assert len(questions) >= 150
    assert sum(question.language == "de" for question in questions) >= 40
    assert all(kinds[kind] >= 7 for kind in ("several", "follow_up", "ambiguous", "decline",
                                             "unknown_asset", "unknown_figure"))  # fmt: skip
    assert len({(q.after, q.ask) for q in questions}) == len(questions)


def test_every_expected_figure_is_in_the_file(sample_path: Path) -> None:
    plant = evaluation.plain_plant(sample_path)
    figures = [figure for question in labelled() for figure in question.figures]
    values = [plant.figure(f.measure, f.asset, f.during) for f in figures]
    assert len(values) > 60
    assert sum(value > 0 for value in values) > 0.9 * len(values)
    with closing(sqlite3.connect(sample_path)) as db:
        [assets] = (db.execute("SELECT group_concat(id) FROM asset").fetchone(),)
    known = {asset for text in assets for asset in text.split(",")}
    assert {figure.asset for figure in figures} <= known
    assert all(start < end for start, end in periods().values())


def right(played: list[Played]) -> float:
    return sum(one.score.right for one in played) / len(played)


def test_without_a_model(sample_path: Path, tmp_path: Path) -> None:
    async def run() -> None:
        meter, plant = Tallied(), evaluation.plain_plant(sample_path)
        async with assistant(sample_path, tmp_path, None, meter) as asked:
            played = await play(labelled()[::EVERY], asked, plant)
        assert right(played) >= _GOOD, misses(played)
        assert "Tokens" not in report(played, meter, "the planner")

    asyncio.run(run())


def test_through_the_loop(sample_path: Path, tmp_path: Path) -> None:
    """langchain, its tools, the guard and the figures by id: as good as the planner alone."""

    async def run() -> None:
        meter = Tallied()
        played = await evaluation.through_the_loop(
            labelled()[3::EVERY], sample_path, tmp_path, meter
        )
        assert right(played) >= _GOOD, misses(played)
        assert all(one.answer.by_model for one in played if one.answer.outcome == "answer")
        assert meter.total(counted.TURNS) >= len(played)
        assert meter.total(counted.FAILURES) == 0
        assert "Tokens" in report(played, meter, "the loop")

    asyncio.run(run())


def test_the_table_goes_between_its_markers(tmp_path: Path) -> None:
    doc = tmp_path / "evaluation.md"
    doc.write_text("before\n<!-- eval -->\nold\n<!-- /eval -->\nafter\n")
    write("new", doc)
    write("newer", doc)
    assert doc.read_text() == "before\n<!-- eval -->\nnewer\n<!-- /eval -->\nafter\n"
