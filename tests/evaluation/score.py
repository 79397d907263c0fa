"""Whether an answer is what its label says."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from core.answer import Answer
from core.answer_text import as_text
from core.domain.periods import Period
from tests.evaluation.labelled import Expected, Question
from tests.evaluation.plain_sql import Interval, Plant

_RATIOS = frozenset({"oee", "availability", "performance", "quality"})
_WHOLE_PLANT: tuple[frozenset[str], ...] = (frozenset(), frozenset({"riverside"}))
_NEARLY = timedelta(minutes=20)  # a period that runs until now may end with the last data


@dataclass(frozen=True, slots=True)
class Score:
    """None where nothing is labelled. `figures` is right only if all of them are shown."""

    outcome: bool
    tool: bool | None
    assets: bool | None
    period: bool | None
    figures: bool | None

    @property
    def right(self) -> bool:
        return all(getattr(self, field.name) is not False for field in fields(self))


def score(question: Question, answer: Answer, plant: Plant) -> Score:
    called = frozenset(answer.tool.split()) if answer.tool else frozenset()
    answered = answer.outcome == "answer"
    given = answer.args.get("assets")
    assets = frozenset(map(str, given)) if isinstance(given, list | tuple) else frozenset[str]()
    shows: bool | None = None
    if question.figures:
        shows = answered and all(shown(f, answer, plant) for f in question.figures)
    if question.unknown:
        shows = not _stated(question.unknown, answer)
    return Score(
        outcome=answer.outcome in question.outcomes,
        tool=any(tools <= called for tools in question.tools)
        if question.tools and (answered or question.outcomes == {"answer"})
        else None,
        assets=(assets == question.assets or {assets, question.assets} <= {*_WHOLE_PLANT})
        if question.assets is not None and (answered or question.outcomes == {"answer"})
        else None,
        period=_same(question.period, answer.args.get("period")) if question.period else None,
        figures=shows,
    )


def shown(expected: Expected, answer: Answer, plant: Plant) -> bool:
    """Whether a reader of the answer finds the figure in it."""
    value = plant.figure(expected.measure, expected.asset, expected.during)
    text = re.sub(r"[\u00a0\u202f]", " ", as_text(answer))
    return any(
        re.search(rf"(?<![\d.,]){re.escape(form)}(?![.,]?\d)", text)
        for form in written(expected.measure, value, answer.language)
    )


def written(measure: str, value: float, language: str) -> list[str]:
    """The ways in which the figure may be written."""
    name = measure.partition(":")[0]
    if name in _RATIOS:
        forms = [f"{value * 100:.1f} %"]
    elif name == "downtime":
        hours, minutes = divmod(round(value), 60)
        forms = [f"{hours} h {minutes} min", f"{hours} h {minutes:02} min", f"{value:,.0f} min"]
        forms += [f"{value:.1f} min", *([f"{hours} h"] if not minutes else [])]
        forms += [f"{value:,.0f}"] if value >= 100 else []  # in a chart of minutes
    else:
        forms = [f"{value:,.0f}"]
    swap = str.maketrans(".,", ",.")
    return [form.translate(swap) if language == "de" else form for form in forms]


def _stated(measure: str, answer: Answer) -> bool:
    """Whether the answer gives a figure for the measure: in a metric, or a sentence about it."""
    if answer.outcome != "answer":
        return False
    if measure == "USD":
        return bool(
            re.search(r"(?:downtime cost|Stillstand\w*)[^.\n]{0,40}USD.\d", as_text(answer))
        )
    figure = rf"\b{measure}\b[^.\n:;·]{{0,40}}:? ?\d+[.,]\d.?%"
    return bool(re.search(figure, as_text(answer)))


def _same(wanted: Interval, given: object) -> bool:
    if not isinstance(given, Period):
        return False
    start, end = (datetime.fromisoformat(f"{text}+00:00") for text in wanted)
    return given.start == start and abs(given.end - end) <= _NEARLY
