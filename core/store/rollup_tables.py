"""Sums of complete production days, shift by shift: copies of what the plant's own tables give.

A tile is a stretch of time of a group of assets: a cell (a shift, or the time between two) or a
whole month of cells. Its sums stand in the table of its fact.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    JSON,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from core.store.schema import Instant, metadata

CELL, MONTH = "cell", "month"

rollup_groups = Table(
    "rollup_groups",
    metadata,
    Column("id", Integer, primary_key=True),
    # All that the sums depend on besides the planned time, which stands with each tile.
    Column("signature", Text, nullable=False, unique=True),
    Column("fact", Text, nullable=False),
    Column("plant", Text, nullable=False),
    Column("described", JSON, nullable=False),
    Column("seen_at", Instant, nullable=False),
)

rollup_tiles = Table(
    "rollup_tiles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("group_id", Integer, ForeignKey("rollup_groups.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("start", Instant, nullable=False),
    Column("end", Instant, nullable=False),
    Column("planned", Text, nullable=False),
    Column("digest", Text, nullable=False),
    # The latest end of a row that starts in it.
    Column("reach", Instant),
    # Assets that have no sums here: a stop of theirs was still open.
    Column("doubts", JSON, nullable=False),
    Column("made_at", Instant, nullable=False),
    UniqueConstraint("group_id", "kind", "start"),
    Index(None, "group_id", "made_at"),
)

rollup_state = Table(
    "rollup_state",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Integer, nullable=False),
)


def _sums(name: str, dims: Sequence[str], measures: Sequence[str], times: Sequence[str]) -> Table:
    return Table(
        name,
        metadata,
        Column("tile", Integer, primary_key=True, autoincrement=False),
        Column("asset", Text, primary_key=True),
        Column("n", Integer, primary_key=True, autoincrement=False),
        *(Column(dim, Text) for dim in dims),
        *(Column(measure, Float) for measure in measures),
        Column("rows", Integer, nullable=False),
        *(Column(time, Instant) for time in times),
        sqlite_with_rowid=False,
    )


rollup_production = _sums(
    "rollup_production",
    ("product", "shift"),
    (
        "planned_min", "run_min", "down_min", "target_units", "total_units", "good_units",
        "scrap_units", "rework_units", "first_pass_units", "row_min",
    ),
    ("first", "last", "recorded"),
)  # fmt: skip

# `rows` are stops that run on from before: they are counted where they begin, by `stops`.
rollup_downtime = _sums(
    "rollup_downtime",
    ("loss", "reason_code", "reason", "reason_group", "cause_asset"),
    (
        "minutes", "stops", "event_minutes", "longest", "repair_minutes", "repairs",
        "long_stops", "long_minutes",
    ),
    (),
)  # fmt: skip

rollup_scrap = _sums("rollup_scrap", ("product", "reason", "phase"), ("units",), ("first", "last"))
