"""What a Supabase project answers, under logical names: UTC times, minutes, numbers, ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from core.data.query import Query
from core.data.schema import SCHEMA
from core.data.source import Facts, Origin, Row
from core.data.supabase.questions import Place
from core.errors import NoData

_TIMES = frozenset({"first", "last", "recorded", "latest"})
_NEWEST = ("recorded", "latest")


def rows(found: Sequence[Mapping[str, Any]], query: Query, at: Place) -> tuple[Row, ...]:
    """Measures that the table cannot give are None. Raises NoData "not_a_time"."""
    kinds = SCHEMA[query.fact].columns
    plain = not query.measures
    times = {name for name, kind in kinds.items() if kind == "time"}
    read_as_time = _TIMES | (times if plain else times & set(query.group_by))
    unknown = dict.fromkeys(name for name in query.measures if name not in ("latest", "row_min"))
    known: dict[str, datetime] = {}  # many rows begin and end together

    def read(name: str, value: Any) -> object:
        if value is None or name not in read_as_time:
            return value
        if value not in known:
            known[value] = _time(value, name, at)
        return known[value]

    return tuple(
        unknown | {name: read(name, value) for name, value in row.items()} for row in found
    )


def facts(rows: Sequence[Row], query: Query, at: Place, source: str) -> Facts:
    """The rows with what is cited of them."""
    summed = bool(query.measures) and query.measures != ("latest",)
    counted = sum(int(str(row["rows"] or 0)) for row in rows) if summed else len(rows)
    recorded = SCHEMA[query.fact].recorded
    known = (*_NEWEST, recorded) if query.measures else (recorded,)
    newest = (row.get(name) for row in rows for name in known)
    as_of = max((at for at in newest if isinstance(at, datetime)), default=None)
    return Facts(tuple(rows), Origin(source, at.table, counted), as_of)


def _time(value: Any, name: str, at: Place) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise NoData("not_a_time", column=name, table=at.table) from None
    # A date, or a timestamp that says no zone, is read as UTC.
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
