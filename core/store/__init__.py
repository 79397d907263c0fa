"""The bot's own state: SQLite in a file by default, Postgres where several bots share it."""

from core.store.asked import Asked
from core.store.forget import Forgotten
from core.store.inbox import Claim, Ending, Inbox
from core.store.migrate import Migrated, migrate
from core.store.people import Person
from core.store.store import Feedback, Store, StoredAnswer, Thread

__all__ = [
    "Asked",
    "Claim",
    "Ending",
    "Feedback",
    "Forgotten",
    "Inbox",
    "Migrated",
    "Person",
    "Store",
    "StoredAnswer",
    "Thread",
    "migrate",
]
