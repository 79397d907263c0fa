"""What channels received, and what people chose for themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("payload", sa.JSON),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False, index=True),
        sa.Column("lease_until", _INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('working', 'sending', 'done', 'unknown', 'failed')", "state"),
        sa.Index(None, "state", "lease_until"),
    )
    op.create_table(
        "people",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("plant", sa.Text),
        sa.Column("areas", sa.JSON, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("quiet_from", sa.Text),
        sa.Column("quiet_to", sa.Text),
        sa.Column("updated_at", _INSTANT, nullable=False),
    )
