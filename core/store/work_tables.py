"""The tables of what people do: actions, handovers, and notes for whoever comes next."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from core.store.schema import Instant, Words, metadata

ACTION_STATES = ("proposed", "taken", "done", "not_useful")

actions = Table(
    "actions",
    metadata,
    Column("id", Words, primary_key=True),
    # What it is about; while it is open nobody else has the same, which `open_key` ensures.
    Column("key", Words, nullable=False),
    Column("open_key", Words, unique=True),
    Column("asset", Words, nullable=False),
    Column("kind", Text, nullable=False),
    Column("about", Words),
    Column("plant", Words, nullable=False),
    Column("role", Text, nullable=False),
    Column("state", Text, CheckConstraint(f"state IN {ACTION_STATES}", "state"), nullable=False),
    # How it stands, and how it stood before the last change, which may be taken back.
    Column("standing", JSON, nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("version", Integer, nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("changed_at", Instant),
    Column("changed_by", Words, nullable=False),
    Column("due_at", Instant),
    Column("ended_at", Instant),
    Column("measured_at", Instant),
    Column("verdict", Text, nullable=False),
    Index(None, "key", "proposed_at"),
    Index(None, "plant", "state"),
)

handovers = Table(
    "handovers",
    metadata,
    Column("id", Words, primary_key=True),
    # The ids of its places, sorted, with a space between them.
    Column("scope", Words, nullable=False),
    Column("plant", Words, nullable=False),
    Column("shift", Words, nullable=False),
    Column("start", Instant, nullable=False),
    Column("end", Instant, nullable=False),
    Column("completed", JSON(none_as_null=True)),
    Column("signed", JSON(none_as_null=True)),
    Column("alone", Boolean(create_constraint=False), nullable=False),
    # What was handed over, as it was shown when it was completed.
    Column("answer", JSON(none_as_null=True)),
    Column("version", Integer, nullable=False),
    Column("escalated_at", Instant),
    UniqueConstraint("scope", "start"),
    Index(None, "plant", "start"),
)

notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("plant", Words, nullable=False),
    Column("scope", Words, nullable=False),
    Column("user_id", Words, nullable=False),
    Column("user_name", Words, nullable=False),
    Column("place", Words, nullable=False),
    Column("said", Words, nullable=False),
    Index(None, "plant", "at"),
)
