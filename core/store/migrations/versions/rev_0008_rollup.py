"""Sums of complete production days."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "rollup_groups",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("signature", sa.Text, nullable=False, unique=True),
        sa.Column("fact", sa.Text, nullable=False),
        sa.Column("plant", sa.Text, nullable=False),
        sa.Column("described", sa.JSON, nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
    )
    op.create_table(
        "rollup_tiles",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("group_id", sa.Integer, sa.ForeignKey("rollup_groups.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("start", _INSTANT, nullable=False),
        sa.Column("end", _INSTANT, nullable=False),
        sa.Column("planned", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("reach", _INSTANT),
        sa.Column("doubts", sa.JSON, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("group_id", "kind", "start"),
        sa.Index(None, "group_id", "made_at"),
    )
    op.create_table(
        "rollup_state",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Integer, nullable=False),
    )
    _sums(
        "rollup_production",
        ("product", "shift"),
        (
            "planned_min", "run_min", "down_min", "target_units", "total_units", "good_units",
            "scrap_units", "rework_units", "first_pass_units", "row_min",
        ),
        ("first", "last", "recorded"),
    )  # fmt: skip
    _sums(
        "rollup_downtime",
        ("loss", "reason_code", "reason", "reason_group", "cause_asset"),
        (
            "minutes", "stops", "event_minutes", "longest", "repair_minutes", "repairs",
            "long_stops", "long_minutes",
        ),
        (),
    )  # fmt: skip
    _sums("rollup_scrap", ("product", "reason", "phase"), ("units",), ("first", "last"))


def _sums(name: str, dims: Sequence[str], measures: Sequence[str], times: Sequence[str]) -> None:
    op.create_table(
        name,
        sa.Column("tile", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("asset", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        *(sa.Column(dim, sa.Text) for dim in dims),
        *(sa.Column(measure, sa.Float) for measure in measures),
        sa.Column("rows", sa.Integer, nullable=False),
        *(sa.Column(time, _INSTANT) for time in times),
        sqlite_with_rowid=False,
    )
