"""The bot's own state: SQLite in a file by default, Postgres where several bots share it."""

from core.store.asked import Asked
from core.store.claiming import Delivery, Now
from core.store.forget import Forgotten
from core.store.inbox import Claim, Ending, Inbox
from core.store.migrate import Migrated, migrate
from core.store.outbox import Outbox, Wanted
from core.store.people import Person
from core.store.rollup_tables import CELL, MONTH
from core.store.store import Feedback, Store, StoredAnswer, Thread
from core.store.subscriptions import Kind, Subscription

__all__ = [
    "CELL",
    "MONTH",
    "Asked",
    "Claim",
    "Delivery",
    "Ending",
    "Feedback",
    "Forgotten",
    "Inbox",
    "Kind",
    "Migrated",
    "Now",
    "Outbox",
    "Person",
    "Store",
    "StoredAnswer",
    "Subscription",
    "Thread",
    "Wanted",
    "migrate",
]
