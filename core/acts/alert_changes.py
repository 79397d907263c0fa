"""What a person does to an alert, as a change of its stored facts, and how it is undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from core.domain.alarms import shelve
from core.errors import UserError
from core.request import User
from core.store.alerts import Event, StoredAlert

Act = Literal["take", "ack", "close", "shelve", "unshelve", "reason", "undo"]
UNDO_FOR = timedelta(minutes=10)
# The act → what the history calls it.
KINDS: dict[Act, str] = {
    "take": "taken", "ack": "acknowledged", "close": "closed", "shelve": "shelved",
    "unshelve": "unshelved", "reason": "reason", "undo": "undone",
}  # fmt: skip
_NOT_UNDONE = frozenset({"version", "facts", "shown_at"})


def taken(alert: StoredAlert, user: User, now: datetime) -> StoredAlert:
    """Somebody is on it; whoever was before is not any more. The first time counts."""
    seen = acknowledged(alert, now)
    if alert.taken_by == user.id:
        return alert
    return replace(
        seen, taken_by=user.id, taken_name=user.name or None, taken_at=alert.taken_at or now
    )


def acknowledged(alert: StoredAlert, now: datetime) -> StoredAlert:
    """Somebody has seen it."""
    if alert.acknowledged:
        return alert
    return replace(alert, acknowledged=True, acknowledged_at=alert.acknowledged_at or now)


def closed(alert: StoredAlert, now: datetime) -> StoredAlert:
    """It is not shown any more until its condition has gone and come back."""
    if alert.closed_at is not None:
        return alert
    return replace(unshelved(acknowledged(alert, now)), closed_at=now)


def shelved(
    alert: StoredAlert, now: datetime, duration: timedelta, why: str, longest: timedelta
) -> StoredAlert:
    """Raises UserError as core.domain.alarms.shelve does."""
    alarm = shelve(alert.alarm, now, duration, why, longest)
    return replace(alert, shelved_until=alarm.shelved_until, shelved_because=alarm.shelved_because)


def unshelved(alert: StoredAlert) -> StoredAlert:
    return replace(alert, shelved_until=None, shelved_because=None)


def difference(before: StoredAlert, after: StoredAlert) -> dict[str, Any]:
    """What it takes to go back from `after` to `before`, as JSON values."""
    names = (f.name for f in fields(StoredAlert) if f.name not in _NOT_UNDONE)
    changed = {n: getattr(before, n) for n in names if getattr(before, n) != getattr(after, n)}
    return {n: v.isoformat() if isinstance(v, datetime) else v for n, v in changed.items()}


def restored(alert: StoredAlert, before: Mapping[str, Any]) -> StoredAlert:
    """The alert with those facts as they were."""
    times = {f.name for f in fields(StoredAlert) if "datetime" in str(f.type)}
    values: dict[str, Any] = {
        n: datetime.fromisoformat(v) if n in times and v else v for n, v in before.items()
    }
    return replace(alert, **values)


def undoable(history: Sequence[Event], user: User, now: datetime) -> Event:
    """The last thing that this person did, if nobody did anything since. Raises UserError."""
    acts = [event for event in history if event.kind in KINDS.values() and event.user_id]
    if not acts or acts[-1].kind == "undone":
        raise UserError("alert_card.undo_none")
    last = acts[-1]
    if last.user_id != user.id:
        own = any(event.user_id == user.id for event in acts)
        raise UserError("alert_card.undo_other" if own else "alert_card.undo_none")
    if now - last.at > UNDO_FOR:
        raise UserError("alert_card.undo_late", n=round(UNDO_FOR / timedelta(minutes=1)))
    return last
