"""The tables of what is sent unasked: where to, for whom, and the outbox itself."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from core.store.schema import Instant, Words, metadata

STATES = ("waiting", "sending", "sent", "unknown", "dead", "expired", "cancelled")

_SENDING = text("state = 'sending'")

places = Table(
    "places",
    metadata,
    Column("key", Words, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("address", Words, nullable=False),
    Column("private", Boolean(create_constraint=False), nullable=False),
    # What a platform needs in order to write there unasked (Teams' conversation reference).
    Column("reference", JSON(none_as_null=True)),
    # Nothing goes there before: the pace of the platform, and the pause after a failure.
    Column("held_until", Instant),
    # Attempts in a row that failed because the place or its platform could not be reached.
    Column("failures", Integer, nullable=False),
    Column("gone_at", Instant),
    Column("gone_why", Words),
    Column("updated_at", Instant, nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Words, primary_key=True),
    Column("place", Words, ForeignKey("places.key"), nullable=False, index=True),
    Column("thread", Words, nullable=False),
    Column("scope", JSON, nullable=False),
    Column("kinds", JSON, nullable=False),
    Column("owner", Words, nullable=False),
    Column("language", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("quiet_from", Text),
    Column("quiet_to", Text),
    Column("created_at", Instant, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Words, primary_key=True),
    Column("key", Words, nullable=False, unique=True),
    Column("place", Words, ForeignKey("places.key"), nullable=False),
    Column("thread", Words, nullable=False),
    Column("kind", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("command", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("language", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("until", Instant),
    Column("state", Text, CheckConstraint(f"state IN {STATES}", "state"), nullable=False),
    # Not before, where the answer could not be made. On the wall clock like a lease, while
    # `due_at` and `until` are on the plant's, which may be set.
    Column("next_at", Instant),
    Column("attempt", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("lease_until", Instant),
    # Written right before the platform is asked: from then on it may have been shown.
    Column("begun", Boolean(create_constraint=False), nullable=False),
    # `version` is what is wanted, `shown` what the platform shows.
    Column("version", Integer, nullable=False),
    Column("shown", Integer, nullable=False),
    Column("message", Words),
    Column("problem", Words),
    Column("created_at", Instant, nullable=False, index=True),
    Column("sent_at", Instant),
    Index(None, "state", "due_at"),
    # Two never write to a place at the same time: order, and nothing to untangle after a crash.
    Index(
        "uq_deliveries_sending",
        "place",
        unique=True,
        sqlite_where=_SENDING,
        postgresql_where=_SENDING,
    ),
)

watermarks = Table(
    "watermarks",
    metadata,
    Column("name", Words, primary_key=True),
    Column("at", Instant, nullable=False),
)
