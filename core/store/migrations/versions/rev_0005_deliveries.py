"""What is sent unasked: places, subscriptions and the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_SENDING = sa.text("state = 'sending'")
_STATES = ("waiting", "sending", "sent", "unknown", "dead", "expired", "cancelled")


def upgrade() -> None:
    op.create_table(
        "places",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("private", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("reference", sa.JSON),
        sa.Column("held_until", _INSTANT),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("gone_at", _INSTANT),
        sa.Column("gone_why", sa.Text),
        sa.Column("updated_at", _INSTANT, nullable=False),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("place", sa.Text, sa.ForeignKey("places.key"), nullable=False, index=True),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("scope", sa.JSON, nullable=False),
        sa.Column("kinds", sa.JSON, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("quiet_from", sa.Text),
        sa.Column("quiet_to", sa.Text),
        sa.Column("created_at", _INSTANT, nullable=False),
    )
    _create_deliveries()
    op.create_table(
        "watermarks",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("at", _INSTANT, nullable=False),
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("place", sa.Text, sa.ForeignKey("places.key"), nullable=False),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("next_at", _INSTANT),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("lease_until", _INSTANT),
        sa.Column("begun", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("shown", sa.Integer, nullable=False),
        sa.Column("message", sa.Text),
        sa.Column("problem", sa.Text),
        sa.Column("created_at", _INSTANT, nullable=False, index=True),
        sa.Column("sent_at", _INSTANT),
        sa.CheckConstraint(f"state IN {_STATES}", "state"),
        sa.Index(None, "state", "due_at"),
    )
    op.create_index(
        "uq_deliveries_sending",
        "deliveries",
        ["place"],
        unique=True,
        sqlite_where=_SENDING,
        postgresql_where=_SENDING,
    )
