"""Tells one person something unasked, in private: what they see is made when it is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from core.request import Language, direct
from core.store.outbox import Wanted

if TYPE_CHECKING:
    from core.store.store import Store

Also = Callable[[Connection], object]


async def in_private(
    store: Store, user_id: str, key: str, kind: str, command: str, at: datetime
) -> list[Also]:
    """What writes the delivery inside the caller's transaction. Raises SourceUnavailable."""
    own = await store.subscriptions.owned(user_id)
    known = next((one for one in own if one.place.private), None)
    place = known.place if known else direct(user_id)
    person = await store.person(user_id)
    language: Language = (person and person.language) or (known.language if known else "en")
    wanted = Wanted(key, place, kind, 4, command, user_id, language, at)
    return [partial(_want, store, wanted, at)]


def _want(store: Store, wanted: Wanted, at: datetime, connection: Connection) -> None:
    store.outbox.want(connection, [wanted], at)
