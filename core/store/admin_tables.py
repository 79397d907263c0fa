"""The tables of what an administrator does: holding back what is sent unasked, and notices."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from core.store.schema import Instant, Words, metadata

# What is held back; the only one so far is "unasked". Who did it before stands in the audit log.
pauses = Table(
    "pauses",
    metadata,
    Column("what", Text, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("user_id", Words, nullable=False),
    Column("why", Words, nullable=False),
)

# What an administrator tells everyone: a draft until `sent_at`.
notices = Table(
    "notices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("user_id", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("said", Words, nullable=False),
    Column("sent_at", Instant),
)
