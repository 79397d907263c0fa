"""How long a table's rows are: from start to end, or from one start to the next."""

from __future__ import annotations

from datetime import datetime
from statistics import median

from core.data.connect import times
from core.data.connect.roles import Role


def spans(start: Role | None, end: Role | None) -> tuple[float | None, ...]:
    """The rows' end − start in minutes; empty where a column is missing."""
    if start is None or end is None or start.form is None or end.form is None:
        return ()
    pairs = zip(
        times.instants(start.look, start.form), times.instants(end.look, end.form), strict=True
    )
    return tuple((b - a).total_seconds() / 60 if a and b else None for a, b in pairs)


def typical(lengths: tuple[float | None, ...]) -> float | None:
    known = [length for length in lengths if length is not None]
    return median(known) if known else None


def spacing(start: Role, asset: Role | None) -> float | None:
    """Minutes between one asset's neighbouring rows, as a rule."""
    if start.form is None:
        return None
    whose = asset.look.values if asset else (None,) * len(start.look.values)
    by_asset: dict[object, set[datetime]] = {}
    for at, owner in zip(times.instants(start.look, start.form), whose, strict=True):
        if at is not None:
            by_asset.setdefault(owner, set()).add(at)
    steps = [
        (b - a).total_seconds() / 60
        for ats in by_asset.values()
        for a, b in zip(sorted(ats), sorted(ats)[1:], strict=False)
    ]
    return median(steps) if steps else None


def length_text(minutes: float) -> str:
    """A length as plant.toml writes it."""
    if minutes % 1440 == 0:
        return f"{minutes / 1440:.0f}d"
    if minutes % 60 == 0:
        return f"{minutes / 60:.0f}h"
    return f"{max(1, round(minutes))}min"
