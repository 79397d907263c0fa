"""Arithmetic on rows in which None is unknown and never 0."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from core.data.source import Row

_NUMBER = (int, float)


def good(row: Row) -> float | None:
    """Good units as mapped, else made − scrap − rework where scrap is mapped."""
    good, total, scrap = (number(row, n) for n in ("good_units", "total_units", "scrap_units"))
    if good is not None or total is None or scrap is None:
        return good
    return total - scrap - (number(row, "rework_units") or 0.0)


def scrapped(row: Row) -> float | None:
    """Scrap as mapped, else made − good − rework where good is mapped."""
    scrap, total, good = (number(row, n) for n in ("scrap_units", "total_units", "good_units"))
    if scrap is not None or total is None or good is None:
        return scrap
    return total - good - (number(row, "rework_units") or 0.0)


def total_of(rows: list[Row], value: Any) -> float | None:
    found = [value(row) for row in rows]
    return None if not found or None in found else sum(found)


def sum_of(rows: list[Row], name: str) -> float | None:
    """None where no row knows the figure."""
    known = [value for row in rows if isinstance(value := row.get(name), _NUMBER)]
    return float(sum(known)) if known else None


def sum_known(rows: list[Row], name: str) -> float | None:
    """0 for no rows; None where a row does not know the figure."""
    values = [number(row, name) for row in rows]
    return None if None in values else sum(value for value in values if value is not None)


def repaired(failures: list[Row]) -> float | None:
    """0 where nothing failed, so that it adds up with other assets; None where not recorded."""
    return sum_of(failures, "repair_minutes") if failures else 0.0


def number(row: Row, name: str) -> float | None:
    value = row.get(name)
    return float(value) if isinstance(value, _NUMBER) else None


def by_asset(rows: Sequence[Row]) -> dict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[str(row["asset"])].append(row)
    return dict(grouped)


def by_window(rows: Sequence[Row] | None, windows: int) -> list[list[Row]] | list[None]:
    """The rows of each window, in order; None for each where there are none to be had."""
    if rows is None or not windows:
        return [None] * windows
    grouped: list[list[Row]] = [[] for _ in range(windows)]
    for row in rows:
        grouped[int(row["window"])].append(row)  # type: ignore[call-overload]
    return grouped


def open_assets(rows: Sequence[Row] | None) -> tuple[str, ...]:
    return tuple(sorted({str(row["asset"]) for row in rows or () if row["is_open"]}))
