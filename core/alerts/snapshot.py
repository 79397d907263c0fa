"""An alert's figures as JSON, and back: what a message shows needs no look at the plant's data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.alerts.rules import Alert
from core.domain.losses import Loss
from core.store.alerts import StoredAlert

STOPS = frozenset({"down", "stop_cost"})


def condition(alert: Alert) -> str:
    """What stays the same as long as the condition holds: a stop that grows dear is the same
    alert as when it only grew long."""
    return f"stop:{alert.asset}:{alert.subject}" if alert.rule in STOPS else alert.key


def conditions(alert: Alert) -> tuple[str, ...]:
    """All that the alert explains or stands for, but not its own."""
    members = (f"feed_stale:{member}:" for member in alert.members if member != alert.asset)
    return (*(condition(one) for one in alert.follow), *members)


def snapshot(alert: Alert) -> dict[str, Any]:
    """The figures as JSON values; the citations stay behind."""
    return {
        "rule": alert.rule,
        "until": alert.until.isoformat(),
        "figure": _plain(alert.figure),
        "limit": _plain(alert.limit),
        "unit": alert.unit,
        "about": alert.about,
        "loss": alert.loss,
        "cause": alert.cause,
        "subject": alert.subject,
        "extra": {name: _plain(value) for name, value in alert.extra.items()},
        "follow": [[one.rule, one.asset] for one in alert.follow],
        "members": list(alert.members),
    }


def _plain(value: object) -> float | str | None:
    """JSON has neither decimals nor what is no number."""
    if isinstance(value, int | float | Decimal):
        return float(value) if math.isfinite(value) else None
    return None if value is None else str(value)


def restored(stored: StoredAlert, *, money: bool) -> Alert:
    """The alert as it was at the last look; without `money` a dear stop is a long one."""
    facts = stored.facts
    extra: Mapping[str, Any] = facts.get("extra", {})
    whole = Alert(
        facts["rule"],
        stored.asset,
        stored.since,
        datetime.fromisoformat(facts["until"]),
        stored.priority,
        facts["figure"],
        facts["limit"],
        facts["unit"],
        facts["about"],
        None if facts["loss"] is None else Loss(facts["loss"]),
        facts["cause"],
        facts["subject"],
        extra,
        members=tuple(facts["members"]),
    )
    if money:
        return whole
    bare = replace(whole, extra={**extra, "cost": None})
    if whole.rule != "stop_cost":
        return bare
    return replace(bare, rule="down", unit="minutes", figure=extra.get("minutes"), limit=None)
