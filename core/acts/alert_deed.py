"""An act on an alert, written: the alert, its history, who did it, and the messages that are to
show it, all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from core.acts.alert_changes import KINDS, Act, difference, restored, undoable
from core.acts.alert_reason import Reason
from core.asking import Asking
from core.store import Store, audit, stop_reasons
from core.store.alert_messages import messages_of
from core.store.alerts import Event, StoredAlert, change_alert, history, note

Do = Callable[[StoredAlert], StoredAlert]


@dataclass(frozen=True, slots=True)
class Deed:
    """`seen` is the version that the clicker saw, None for what was typed."""

    act: Act
    seen: int | None
    do: Do
    reason: Reason | None = None


def written(
    connection: Connection, deed: Deed, before: StoredAlert, asking: Asking, store: Store
) -> StoredAlert:
    """The alert as it is from now on. Raises UserError where the deed cannot be done."""
    request = asking.request
    detail: dict[str, Any] = {}
    after = deed.do(before)
    if deed.act == "undo":
        undone = undoable(history(connection, before.id), request.user, request.now)
        after = restored(before, undone.detail.get("before", {}))
        _restore_reason(connection, before, undone)
        detail = {"undone": undone.kind}
    elif deed.reason is not None:
        detail = {"reason": deed.reason.text, **_give(connection, deed.reason, before, asking)}
    elif after == before:
        return before
    detail["before"] = difference(before, after)
    if deed.act == "shelve":
        detail |= {"until": str(after.shelved_until), "why": after.shelved_because}
    after = replace(after, version=before.version + 1)
    change_alert(connection, before.version, after)
    kind = KINDS[deed.act]
    note(connection, (Event(before.id, request.now, kind, request.user.id, detail),))
    what = f"alert.{deed.act}"
    place = request.place.key
    audit.record(
        connection, audit.Entry(request.now, request.user.id, place, what, before.id, detail)
    )
    shown = messages_of(connection, (before.id,)).get(before.id, ())
    store.outbox.renew(connection, {message.delivery for message in shown}, request.now)
    return after


def _give(
    connection: Connection, reason: Reason, alert: StoredAlert, asking: Asking
) -> dict[str, str | None]:
    """Keeps the reason; returns what was said of the stop before."""
    request, stop = asking.request, str(alert.facts["subject"])
    earlier = stop_reasons.reason_of(connection, alert.asset, stop)
    given = stop_reasons.StopReason(
        alert.plant, alert.asset, stop, alert.since, alert.facts.get("about"), reason.text,
        request.user.id, request.place.key, request.now,
    )  # fmt: skip
    stop_reasons.give(connection, given)
    return {"earlier": earlier.reason if earlier else None}


def _restore_reason(connection: Connection, alert: StoredAlert, undone: Event) -> None:
    if undone.kind != KINDS["reason"]:
        return
    stop = str(alert.facts["subject"])
    earlier, given = undone.detail.get("earlier"), None
    if earlier is not None:
        given = stop_reasons.reason_of(connection, alert.asset, stop)
    if earlier is None or given is None:
        stop_reasons.take_back(connection, alert.asset, stop)
    else:
        stop_reasons.give(connection, replace(given, reason=earlier))
