"""What may be asked of each fact, and the errors that say what to ask instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from core.data.query import Fact
from core.errors import UserError

Table = Literal["production", "downtime", "scrap", "orders", "safety"]
TimeKey = Literal["shift", "day", "week", "month", "weekday"]
PLACES = ("asset", "area", "plant")
TIMES: tuple[str, ...] = get_args(TimeKey)
_BY_TIME = ("shift", "weekday")
_MOST_FILTERS = 6


@dataclass(frozen=True, slots=True)
class Shape:
    """One table. `attributes` are its own columns to group and filter by, `lengths` those that
    are compared as minutes; `counted` measures are in the asset's unit. `lists`: its rows can be
    had one by one."""

    fact: Fact
    measures: tuple[str, ...]
    attributes: tuple[str, ...]
    counted: frozenset[str] = frozenset()
    lengths: tuple[str, ...] = ()
    timed: bool = True
    lists: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        return (*PLACES, *self.attributes, *(TIMES if self.timed else ()))

    @property
    def filters(self) -> tuple[str, ...]:
        return (*self.attributes, *self.lengths, *(_BY_TIME if self.timed else ()))


_UNITS = ("good_units", "total_units", "scrap_units", "rework_units")
SHAPES: dict[str, Shape] = {
    "production": Shape(
        "production", (*_UNITS, "scrap_ratio"), ("product",), counted=frozenset(_UNITS)
    ),
    "downtime": Shape(
        "downtime",
        ("minutes", "stops", "longest", "median"),
        ("reason", "reason_group", "reason_code", "loss", "cause_asset"),
        lengths=("minutes",),
        lists=True,
    ),
    "scrap": Shape(
        "scrap", ("units",), ("reason", "product", "phase"), counted=frozenset({"units"})
    ),
    "orders": Shape(
        "order",
        ("planned_units", "orders"),
        ("product", "status"),
        counted=frozenset({"planned_units"}),
        timed=False,
        lists=True,
    ),
    "safety": Shape("safety", ("events", "days_lost"), ("severity", "status"), timed=False),
}
LISTED = {
    "downtime": ("minutes", "start"),
    "orders": ("planned_units", "start", "due"),
}
"""What rows can be ordered by where they are listed one by one."""


class Filter(BaseModel):
    """Rows to keep; text is compared as it is recorded, whatever its case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str = Field(description="A column of the table; minutes is the length of one stop.")
    op: Literal["=", "<>", "in", "contains", ">", ">=", "<", "<="] = "="
    value: float | str | tuple[str, ...]

    @property
    def values(self) -> tuple[str, ...]:
        if isinstance(self.value, tuple):
            return self.value
        return (self.value if isinstance(self.value, str) else f"{self.value:g}",)

    def __str__(self) -> str:
        return f"{self.column} {self.op} {', '.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query that has been checked. Without measures its rows are listed one by one."""

    table: str
    measures: tuple[str, ...]
    group_by: tuple[str, ...]
    where: tuple[Filter, ...]
    order_by: str
    limit: int

    @property
    def shape(self) -> Shape:
        return SHAPES[self.table]

    @property
    def descends(self) -> bool:
        return self.order_by.startswith("-")

    @property
    def ordered_by(self) -> str:
        return self.order_by.removeprefix("-")

    @property
    def is_list(self) -> bool:
        return not self.measures

    @property
    def by_time(self) -> bool:
        return any(name in TIMES for name in self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """All that rows are told apart or chosen by."""
        return (*self.group_by, *(one.column for one in self.where))

    @property
    def attributes(self) -> tuple[str, ...]:
        return tuple(key for key in self.group_by if key in self.shape.attributes)


def checked(
    table: str,
    measures: tuple[str, ...],
    group_by: tuple[str, ...],
    where: tuple[Filter, ...],
    order_by: str | None,
    limit: int,
) -> Wanted:
    """Raises UserError naming what does not fit and what may be meant."""
    shape = SHAPES[table]
    if not measures and not shape.lists:
        raise UserError("data_query.no_measure", table=table, known=", ".join(shape.measures))
    if not measures and group_by:
        raise UserError("data_query.group_of_nothing", known=", ".join(shape.measures))
    for name in measures:
        _known("measure", name, shape.measures, table)
    for name in group_by:
        _known("group", name, shape.keys, table)
    if len(where) > _MOST_FILTERS:
        raise UserError("data_query.too_many_filters", n=_MOST_FILTERS)
    for one in where:
        if one.column in PLACES:
            raise UserError("data_query.filter_place", said=one.column)
        _known("filter", one.column, shape.filters, table)
        _comparable(one, shape)
    offered = (*measures, *group_by) if measures else LISTED[table]
    by = order_by or (f"-{offered[0]}")
    _known("order", by.removeprefix("-"), offered, table)
    return Wanted(
        table, tuple(dict.fromkeys(measures)), tuple(dict.fromkeys(group_by)), where, by, limit
    )


def _comparable(one: Filter, shape: Shape) -> None:
    is_length = one.column in shape.lengths
    if is_length and (one.op in ("in", "contains") or not isinstance(one.value, float | int)):
        raise UserError("data_query.number_wanted", column=one.column)
    if not is_length and one.op in (">", ">=", "<", "<="):
        raise UserError("data_query.text_wanted", column=one.column, said=one.op)


def _known(what: str, said: str, known: Iterable[str], table: str) -> None:
    known = tuple(known)
    if said not in known:
        raise UserError(
            f"data_query.no_{what}_named", said=said[:40], table=table, known=nearest(said, known)
        )


def nearest(said: str, known: Iterable[str], most: int = 12) -> str:
    """The names that may be meant, the likeliest first, then the others."""
    among = tuple(dict.fromkeys(known))
    folded = {name.casefold(): name for name in reversed(among)}
    like = [folded[n] for n in get_close_matches(said.casefold(), folded, n=3, cutoff=0.5)]
    return ", ".join(tuple(dict.fromkeys((*like, *among)))[:most])
