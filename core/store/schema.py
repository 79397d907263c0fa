"""The tables that hold the bot's own state; a change here comes with a migration."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

HEAD = "0009"
"""The newest migration. Known here so that a start need not import alembic to find it."""

INBOX_STATES = ("working", "sending", "done", "unknown", "failed")

MAX_TEXT = 4_000
"""Characters kept of a question or of a reason given with feedback."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime, in UTC on the way out. SQLite keeps no zone, so UTC is stored."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the store takes aware datetimes only")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """What a person typed. Postgres takes neither NUL nor half a surrogate pair."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        clean = (
            value.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{SYMBOL FOR NULL}")
        )
        return clean[:MAX_TEXT]


metadata = MetaData(
    naming_convention={
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

threads = Table(
    "threads",
    metadata,
    Column("key", Words, primary_key=True),
    Column("context", JSON, nullable=False),
    Column("updated_at", Instant, nullable=False, index=True),
)

answers = Table(
    "answers",
    metadata,
    Column("id", Words, primary_key=True),
    Column("asked_at", Instant, nullable=False, index=True),
    Column("user_id", Words, nullable=False),
    Column("place_key", Words, nullable=False),
    Column("question", Words, nullable=False),
    Column("tool", Text),
    Column("args", JSON, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("queries", JSON, nullable=False),
    Index(None, "place_key", "asked_at"),
    Index(None, "user_id", "asked_at"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("answer_id", Words, ForeignKey("answers.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", Words, nullable=False),
    Column(
        "verdict", Text, CheckConstraint("verdict IN ('up', 'down')", "verdict"), nullable=False
    ),
    Column("reason", Words),
    Column("at", Instant, nullable=False),
    UniqueConstraint("answer_id", "user_id"),
)

memories = Table(
    "memories",
    metadata,
    Column("id", Words, primary_key=True),
    Column("answer_id", Words, ForeignKey("answers.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", Words, nullable=False),
    # "" for what was asked privately, else the place without its thread.
    Column("place", Words, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Column("payload", JSON, nullable=False),
    UniqueConstraint("answer_id"),
    Index(None, "user_id", "place"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("key", Words, primary_key=True),
    Column("channel", Text, nullable=False),
    # Null once the work is done: what people said is not kept longer than it is needed.
    Column("payload", JSON(none_as_null=True)),
    Column("state", Text, CheckConstraint(f"state IN {INBOX_STATES}", "state"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("received_at", Instant, nullable=False, index=True),
    Column("lease_until", Instant, nullable=False),
    Index(None, "state", "lease_until"),
)

people = Table(
    "people",
    metadata,
    Column("user_id", Words, primary_key=True),
    Column("plant", Text),
    Column("areas", JSON, nullable=False),
    Column("language", Text),
    Column("quiet_from", Text),
    Column("quiet_to", Text),
    Column("updated_at", Instant, nullable=False),
)

usage = Table(
    "usage",
    metadata,
    Column("user_id", Words, primary_key=True),
    # A day in UTC, in ISO 8601: what people spend is counted by days.
    Column("day", Text, primary_key=True),
    Column("tokens", Integer, nullable=False),
    Column("cost", Float, nullable=False),
)
