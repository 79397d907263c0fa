"""Threads, answers, feedback."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "threads",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("context", sa.JSON, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False, index=True),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("asked_at", _INSTANT, nullable=False, index=True),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("place_key", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("tool", sa.Text),
        sa.Column("args", sa.JSON, nullable=False),
        sa.Column("answer", sa.JSON, nullable=False),
        sa.Column("queries", sa.JSON, nullable=False),
        sa.Index(None, "place_key", "asked_at"),
        sa.Index(None, "user_id", "asked_at"),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "answer_id", sa.Text, sa.ForeignKey("answers.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("at", _INSTANT, nullable=False),
        sa.CheckConstraint("verdict IN ('up', 'down')", "verdict"),
        sa.UniqueConstraint("answer_id", "user_id"),
    )
