"""The machine-readable door is complete, and what was stored is read back as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings

from core.answer import Answer, Chart, Part, Series, Text
from core.answer_json import from_json, to_json
from core.answer_text import as_text, printable
from core.domain.periods import Interval, Period
from tests.console import answers as made


@settings(max_examples=80, deadline=None)
@given(made.answers)
def test_an_answer_survives_the_round_trip(answer: Answer) -> None:
    assert from_json(json.loads(json.dumps(to_json(answer, 12.3), allow_nan=False))) == answer


def test_every_field_of_the_door_is_there() -> None:
    shown = to_json(made.FULL, 12.345)
    assert {k: shown[k] for k in ("outcome", "tool", "args", "ms", "id")} == {
        "outcome": "answer",
        "tool": "downtime_analysis",
        "args": {"assets": ["line-3"], "top": 3},
        "ms": 12.3,
        "id": "a-1",
    }
    assert [part["type"] for part in shown["parts"]] == [
        "heading",
        "text",
        "metrics",
        "chart",
        "chart",
        "chart",
        "chart",
        "table",
        "notice",
        "actions",
    ]
    assert shown["citations"][0]["as_of"] == "2026-03-12T10:58:00+00:00"
    assert shown["actions"][0] == {"label": "Show the losses", "command": "/losses line-3"}


def test_every_kind_of_part_has_a_name() -> None:
    named = {part["type"] for part in to_json(made.FULL)["parts"]}
    assert named == {kind.__name__.lower() for kind in Part.__args__}


def test_times_and_periods_among_the_arguments_are_iso() -> None:
    start, end = datetime(2026, 3, 11, tzinfo=UTC), datetime(2026, 3, 12, tzinfo=UTC)
    period = Period(Interval(start, end), "UTC", "date", (("day", "2026-03-11"),))
    args = {"period": period, "day": date(2026, 3, 11), "levels": frozenset({"b", "a"})}
    assert to_json(Answer("answer", (), args=args))["args"] == {
        "period": {
            "start": "2026-03-11T00:00:00+00:00",
            "end": "2026-03-12T00:00:00+00:00",
            "zone": "UTC",
            "label": "date",
            "arguments": {"day": "2026-03-11"},
            "so_far": False,
        },
        "day": "2026-03-11",
        "levels": ["a", "b"],
    }


def test_what_json_cannot_say_becomes_null() -> None:
    chart = Chart("bar", "t", ("a",), (Series("s", (float("nan"),)),), "%")
    assert to_json(Answer("answer", (chart,)))["parts"][0]["series"][0]["values"] == [None]


def test_an_unknown_part_is_refused() -> None:
    shown = to_json(Answer("answer", (Text("a"),)))
    shown["parts"][0]["type"] = "hologram"
    with pytest.raises(ValueError, match="hologram"):
        from_json(shown)


def test_the_text_says_everything_a_drawing_does() -> None:
    text = as_text(made.FULL)
    for piece in (
        "Line 3 stood still for 3 h 12 min last night. [1]",
        "OEE: 61.2 % (−3.1 pp vs the night before) [1]",
        "Downtime by reason (min) [1]: Conveyor fault 117; Filler jam 40",
        "22:14 | Conveyor fault | 105 min",
        "! Preliminary",
        "→ Trend (/trend line-3)",
        "12\u00a0rows · as of Thu 12 Mar 10:58",
    ):
        assert piece in text


def test_the_text_is_in_the_language_of_the_reader() -> None:
    assert "12\u00a0Zeilen · Stand Do 12. Mär" in as_text(replace(made.FULL, language="de"))


def test_printable_keeps_words_and_drops_commands() -> None:
    assert printable("Schärfen\t\x1b[2J\u202e漢\ud800") == "Schärfen [2J漢\ufffd"
    assert printable("a\nb") == "a b"
    assert printable("a\nb", keep_newlines=True) == "a\nb"
