"""The machine-readable door: an answer as one JSON object, and back from the store."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

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
    Part,
    Series,
    Table,
    Text,
)
from core.answer_text import as_text
from core.domain.periods import Period

_TYPES: Mapping[type[Part], str] = {
    Heading: "heading",
    Text: "text",
    Metrics: "metrics",
    Table: "table",
    Chart: "chart",
    Notice: "notice",
    Actions: "actions",
}


def to_json(answer: Answer, ms: float | None = None) -> dict[str, Any]:
    """The object that `--json` prints and the store keeps.

    Parts are tagged by "type"; times are ISO 8601 with their offset; `ms` is how long the answer
    took in milliseconds, null where nobody measured.
    """
    return {
        "outcome": answer.outcome,
        "id": answer.id,
        "tool": answer.tool,
        "args": _plain(answer.args),
        "text": as_text(answer),
        "language": answer.language,
        "by_model": answer.by_model,
        "parts": [{"type": _TYPES[type(part)], **_plain(part)} for part in answer.parts],
        "citations": _plain(answer.citations),
        "actions": _plain(answer.actions),
        "ms": None if ms is None else round(ms, 1),
    }


def from_json(data: Mapping[str, Any]) -> Answer:
    """The answer that `to_json` wrote; arguments come back as plain JSON values.

    Raises KeyError, TypeError or ValueError where the object is none of ours.
    """
    return Answer(
        outcome=data["outcome"],
        id=data["id"],
        tool=data["tool"],
        args=dict(data["args"]),
        parts=tuple(_part(part) for part in data["parts"]),
        citations=tuple(_citation(citation) for citation in data["citations"]),
        language=data.get("language", "en"),
        by_model=data.get("by_model", False),
    )


def _plain(value: object) -> Any:
    """Only what JSON knows. NaN and infinity are not JSON: they become null."""
    match value:
        case None | bool() | int() | str():
            return value
        case float() | Decimal():
            return float(value) if math.isfinite(value) else None
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Period():
            interval = {"start": value.start.isoformat(), "end": value.end.isoformat()}
            return {
                **interval,
                "zone": value.zone,
                "label": value.label,
                "arguments": dict(value.arguments),
                "so_far": value.so_far,
            }
        case Mapping():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case Set():
            return sorted(_plain(inner) for inner in value)
        case Sequence():
            return [_plain(inner) for inner in value]
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return str(value)


def _part(data: Mapping[str, Any]) -> Part:
    fields = {key: value for key, value in data.items() if key != "type"}
    match data["type"]:
        case "heading":
            return Heading(**fields)
        case "text":
            return Text(**_cited(fields))
        case "metrics":
            return Metrics(tuple(Metric(**_cited(metric)) for metric in fields["metrics"]))
        case "table":
            fields["columns"] = tuple(fields["columns"])
            fields["rows"] = tuple(tuple(row) for row in fields["rows"])
            return Table(**_cited(fields))
        case "chart":
            fields["categories"] = tuple(fields["categories"])
            fields["series"] = tuple(
                Series(series["name"], tuple(series["values"])) for series in fields["series"]
            )
            fields["lines"] = tuple(Line(**line) for line in fields["lines"])
            return Chart(**_cited(fields))
        case "notice":
            return Notice(**fields)
        case "actions":
            return Actions(tuple(Action(**action) for action in fields["actions"]))
        case other:
            raise ValueError(f"no part is called {other!r}")


def _cited(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {**fields, "cites": tuple(fields["cites"])}


def _citation(data: Mapping[str, Any]) -> Citation:
    as_of = cast("str | None", data["as_of"])
    known = datetime.fromisoformat(as_of) if as_of else None
    return Citation(**{**data, "as_of": known, "also": tuple(data.get("also", ()))})
