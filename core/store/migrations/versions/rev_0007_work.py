"""Actions that are tracked, and handovers from shift to shift."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "actions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("open_key", sa.Text, unique=True),
        sa.Column("asset", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about", sa.Text),
        sa.Column("plant", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("standing", sa.JSON, nullable=False),
        sa.Column("before", sa.JSON),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("proposed_at", _INSTANT, nullable=False),
        sa.Column("changed_at", _INSTANT),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("due_at", _INSTANT),
        sa.Column("ended_at", _INSTANT),
        sa.Column("measured_at", _INSTANT),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.CheckConstraint("state IN ('proposed', 'taken', 'done', 'not_useful')", "state"),
        sa.Index(None, "key", "proposed_at"),
        sa.Index(None, "plant", "state"),
    )
    op.create_table(
        "handovers",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("plant", sa.Text, nullable=False),
        sa.Column("shift", sa.Text, nullable=False),
        sa.Column("start", _INSTANT, nullable=False),
        sa.Column("end", _INSTANT, nullable=False),
        sa.Column("completed", sa.JSON),
        sa.Column("signed", sa.JSON),
        sa.Column("alone", sa.Boolean, nullable=False),
        sa.Column("answer", sa.JSON),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("escalated_at", _INSTANT),
        sa.UniqueConstraint("scope", "start"),
        sa.Index(None, "plant", "start"),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("plant", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Index(None, "plant", "at"),
    )
