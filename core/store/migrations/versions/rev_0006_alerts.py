"""Alerts that last, their history, stop reasons given by people, and who did what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("plant", sa.Text, nullable=False),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("asset", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("acknowledged", sa.Boolean, nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("raised_at", _INSTANT, nullable=False),
        sa.Column("gone_since", _INSTANT),
        sa.Column("ended_at", _INSTANT),
        sa.Column("closed_at", _INSTANT),
        sa.Column("acknowledged_at", _INSTANT),
        sa.Column("taken_by", sa.Text),
        sa.Column("taken_name", sa.Text),
        sa.Column("taken_at", _INSTANT),
        sa.Column("shelved_until", _INSTANT),
        sa.Column("shelved_because", sa.Text),
        sa.Column("suppressed_by", sa.Text),
        sa.Column("escalated_at", _INSTANT),
        sa.Column("shown_at", _INSTANT),
        sa.Column("activations", sa.Integer, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Index(None, "plant", "key"),
        sa.Index(None, "plant", "active", "acknowledged"),
        sa.Index(None, "raised_at"),
    )
    op.create_table(
        "alert_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "alert_id", sa.Text, sa.ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Index(None, "alert_id"),
        sa.Index(None, "kind", "at"),
    )
    op.create_table(
        "alert_messages",
        sa.Column(
            "alert_id", sa.Text, sa.ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("delivery", sa.Text, primary_key=True),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Index(None, "place", "at"),
        sa.Index(None, "delivery"),
    )
    op.create_table(
        "alert_floods",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("subscription", sa.Text, nullable=False),
        sa.Column("plant", sa.Text, nullable=False),
        sa.Column("first_out", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.Index(None, "plant", "ended_at"),
    )
    op.create_table(
        "stop_reasons",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("plant", sa.Text, nullable=False),
        sa.Column("asset", sa.Text, nullable=False),
        sa.Column("stop_id", sa.Text, nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("machine_reason", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.UniqueConstraint("asset", "stop_id"),
        sa.Index(None, "asset", "at"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", _INSTANT, nullable=False, index=True),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Index(None, "subject", "at"),
    )
