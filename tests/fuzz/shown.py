"""What no answer may ever be: without words, endless, not to be drawn, or with a program's insides
in it."""

from __future__ import annotations

import json
import re

from adapters.slack.render import render as slack_render
from adapters.teams.render import render as teams_render
from core.answer import Answer
from core.answer_json import to_json
from core.answer_text import as_text
from tests.slack.checks import check as slack_takes
from tests.slack.checks import seal as slack_seal
from tests.teams.card_checks import check as teams_takes
from tests.teams.card_checks import seal as teams_seal

OUTCOMES = {"answer", "clarify", "unknown_asset", "decline", "no_data", "error"}
LONGEST = 1_000_000
INSIDES = re.compile(
    r"Traceback|\b[A-Z]\w+(?:Error|Exception)\b|object at 0x|sqlalchemy|sqlite3|psycopg|pydantic"
    r"|<class '|\bNoneType\b|SELECT |INSERT INTO|\bdatetime\.|\bDecimal\("
)
NO_FIGURES = re.compile(r"(?<![\w.])[-+]?(?:nan|inf|NaN|Infinity|∞)(?![\w.])|\bNone\b")


def fit_to_be_seen(answer: Answer, typed: str = "") -> None:
    """`typed` is what the asker wrote: it may be said back, whatever it is."""
    assert answer.outcome in OUTCOMES
    text = as_text(answer)
    for wrong in INSIDES.findall(text):
        assert wrong in typed, (wrong, text[:2_000])
    for wrong in NO_FIGURES.findall(text):
        assert wrong.strip() in typed, (wrong, text[:2_000])
    said = json.dumps(to_json(answer), allow_nan=False)
    assert len(said) < LONGEST
    slack_takes(slack_render(answer, seal=slack_seal))
    teams_takes(teams_render(answer, seal=teams_seal))
