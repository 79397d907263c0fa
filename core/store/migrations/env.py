"""Alembic's entry: runs on the connection, and inside the transaction, of core.store.migrate."""

from __future__ import annotations

from alembic import context

from core.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    # SQLite can roll back DDL once a transaction was begun by hand, as it was here.
    transactional_ddl=True,
)
context.run_migrations()
