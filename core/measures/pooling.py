"""Windows of one period put together again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

from core.domain import oee
from core.domain.oee import Sums


def pooled(windows: Sequence[Mapping[str, Sums]]) -> dict[str, Sums]:
    """The sums of several windows per asset. A window of which there is no row adds its planned
    time and, as in a period without windows, nothing else; the coverage tells of it."""
    by_asset: defaultdict[str, list[Sums]] = defaultdict(list)
    for window in windows:
        for asset, sums in window.items():
            by_asset[asset].append(sums)
    return {asset: _pooled(parts) for asset, parts in by_asset.items()}


def _pooled(parts: list[Sums]) -> Sums:
    told = [sums for sums in parts if sums.total is not None or sums.run is not None]
    if not told:
        return oee.add_up(parts)
    whole = oee.add_up(told)
    for sums in parts:
        if sums.total is None and sums.run is None:
            whole += _with_nothing_more(sums, whole)
    return whole


def _with_nothing_more(silent: Sums, whole: Sums) -> Sums:
    added = {
        part.name: 0.0
        for part in fields(Sums)
        if part.name not in ("unit", "stops")
        and getattr(silent, part.name) is None
        and getattr(whole, part.name) is not None
    }
    stops = silent.stops if silent.stops is not None or whole.stops is None else {}
    return replace(silent, unit=whole.unit, stops=stops, **added)
