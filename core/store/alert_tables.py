"""The tables of alerts that last, of stop reasons given by people, and of who did what."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from core.store.schema import Instant, Words, metadata

alerts = Table(
    "alerts",
    metadata,
    Column("id", Text, primary_key=True),
    # Of what a reader decides on: each change of state is one more.
    Column("version", Integer, nullable=False),
    Column("key", Words, nullable=False),
    Column("plant", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("asset", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("acknowledged", Boolean, nullable=False),
    Column("since", Instant, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("gone_since", Instant),
    Column("ended_at", Instant),
    Column("closed_at", Instant),
    Column("acknowledged_at", Instant),
    Column("taken_by", Words),
    Column("taken_name", Words),
    Column("taken_at", Instant),
    Column("shelved_until", Instant),
    Column("shelved_because", Words),
    Column("suppressed_by", Text),
    Column("escalated_at", Instant),
    # When the messages that show it were last renewed.
    Column("shown_at", Instant),
    Column("activations", Integer, nullable=False),
    Column("facts", JSON, nullable=False),
    Index(None, "plant", "key"),
    Index(None, "plant", "active", "acknowledged"),
    Index(None, "raised_at"),
)

alert_events = Table(
    "alert_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alert_id", Text, ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    # Empty for what happened by itself.
    Column("user_id", Words, nullable=False),
    Column("detail", JSON, nullable=False),
    Index(None, "alert_id"),
    Index(None, "kind", "at"),
)

# Which message shows which alert: a message of its own, or one line of a digest or a flood.
alert_messages = Table(
    "alert_messages",
    metadata,
    Column("alert_id", Text, ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True),
    Column("delivery", Words, primary_key=True),
    Column("place", Words, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "place", "at"),
    Index(None, "delivery"),
)

alert_floods = Table(
    "alert_floods",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subscription", Text, nullable=False),
    Column("plant", Text, nullable=False),
    Column("first_out", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Index(None, "plant", "ended_at"),
)

stop_reasons = Table(
    "stop_reasons",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plant", Text, nullable=False),
    Column("asset", Text, nullable=False),
    Column("stop_id", Words, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("machine_reason", Words),
    Column("reason", Words, nullable=False),
    Column("user_id", Words, nullable=False),
    Column("place", Words, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("asset", "stop_id"),
    Index(None, "asset", "at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("user_id", Words, nullable=False),
    Column("place", Words, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Words, nullable=False),
    Column("detail", JSON, nullable=False),
    Index(None, "subject", "at"),
)
