"""The labelled questions: what a good answer consists of, in data that anybody can read and extend.

One JSON object a line in questions.jsonl:
- `ask`, `in` ("en" or "de"); `after`: what was asked before in the same thread;
- `kind`: several tools, follow_up, ambiguous, decline, unknown_asset, unknown_figure; else one;
- `outcome`: those that are right, parted by "|"; else "answer";
- `tool`: the tool that answers; "a+b" takes both, "a|b" either;
- `assets`: their ids, [] for the plant or none named; `period`: a name of periods.toml;
- `figures`: "measure asset period" each, see plain_sql.py: the answer must show them;
- `unknown`: a measure of which no figure may be stated.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.evaluation.plain_sql import Interval

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Expected:
    """One figure that the answer must show."""

    measure: str
    asset: str
    during: Interval


@dataclass(frozen=True, slots=True)
class Question:
    """None: nothing is labelled, so nothing is asked of it."""

    ask: str
    language: str
    kind: str
    after: tuple[str, ...]
    outcomes: frozenset[str]
    tools: tuple[frozenset[str], ...]
    assets: frozenset[str] | None
    period: Interval | None
    figures: tuple[Expected, ...]
    unknown: str


def labelled() -> list[Question]:
    named = periods()
    lines = (HERE / "questions.jsonl").read_text("utf-8").splitlines()
    return [_question(json.loads(line), named) for line in lines]


def periods() -> Mapping[str, Interval]:
    told = tomllib.loads((HERE / "periods.toml").read_text("utf-8"))
    return {
        name: (start, end)
        for plant in (told["riverside"], told["hamburg"])
        for name, (start, end) in plant.items()
    }


def _question(told: Mapping[str, object], named: Mapping[str, Interval]) -> Question:
    text = {key: value for key, value in told.items() if isinstance(value, str)}
    lists = {key: tuple(map(str, v)) for key, v in told.items() if isinstance(v, list)}
    figures = (figure.rsplit(" ", 2) for figure in lists.get("figures", ()))
    tools = text.get("tool", "")
    return Question(
        ask=text["ask"],
        language=text["in"],
        kind=text.get("kind", "one"),
        after=lists.get("after", ()),
        outcomes=frozenset(text.get("outcome", "answer").split("|")),
        tools=tuple(frozenset(tool.split("+")) for tool in tools.split("|")) if tools else (),
        assets=frozenset(lists["assets"]) if "assets" in lists else None,
        period=named[text["period"]] if "period" in text else None,
        figures=tuple(Expected(m, asset, named[during]) for m, asset, during in figures),
        unknown=text.get("unknown", ""),
    )
