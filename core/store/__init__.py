"""The bot's own state: SQLite in a file by default, Postgres where several bots share it."""

from core.store.migrate import Migrated, migrate
from core.store.store import Feedback, Store, StoredAnswer, Thread

__all__ = ["Feedback", "Migrated", "Store", "StoredAnswer", "Thread", "migrate"]
