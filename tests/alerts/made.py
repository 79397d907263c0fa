"""Alerts, looks and readers made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core.alerts.inhibition import Alerts
from core.alerts.lasting import Change, Look, alert_id
from core.alerts.rules import Alert
from core.alerts.rules_file import default_rules
from core.alerts.situation import Check, Feed, OpenStop, Situation
from core.alerts.telling import Reader
from core.domain.alarms import Priority
from core.domain.losses import Loss
from core.request import Place
from core.store.alerts import Event, StoredAlert

NOW = datetime(2026, 3, 12, 11, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULES = default_rules()
CHECKS: frozenset[Check] = frozenset(
    {"safety", "down", "stop_cost", "behind_plan", "scrap_jump", "quality", "oee", "feed_stale"}
)


def path_of(asset: str) -> tuple[str, ...]:
    """ "line-1.filler" lies in line-1, and that in the plant."""
    if asset == "plant":
        return ("plant",)
    line, _, machine = asset.partition(".")
    return (asset, line, "plant") if machine else (asset, "plant")


def found(rule: Check, asset: str, since: datetime = NOW, **rest: Any) -> Alert:
    facts: dict[str, Any] = {"priority": Priority.MEDIUM, "subject": "1", "unit": "minutes"}
    return Alert(rule, asset, since, since, **(facts | rest))


def look(
    now: datetime,
    active: Sequence[Alert] = (),
    *,
    checked: Iterable[Check] = CHECKS,
    stale: Sequence[str] = (),
    ends: dict[str, datetime] | None = None,
    standing: Sequence[str] = (),
) -> Look:
    feeds = tuple(Feed(asset, now, 90.0) for asset in stale)
    stops = tuple(OpenStop("1", asset, NOW, 12.0, Loss.BREAKDOWN) for asset in standing)
    situation = Situation({}, frozenset(checked), now, stops, feeds=feeds)
    return Look(
        "plant",
        now,
        Alerts(tuple(active)),
        situation,
        RULES.states,
        lambda asset: f"area of {asset}",
        lambda key: alert_id("plant", key, now),
        ends or {},
    )


def stored(rule: Check, asset: str, raised: datetime = NOW, **rest: Any) -> StoredAlert:
    key = f"{rule}:{asset}:1"
    facts: dict[str, Any] = {
        "priority": Priority.MEDIUM, "active": True, "acknowledged": False, "since": raised
    }  # fmt: skip
    facts |= rest
    return StoredAlert(
        alert_id("plant", key, raised), 1, key, "plant", "area", asset, rule, raised_at=raised,
        **facts,
    )  # fmt: skip


def new(alert: StoredAlert) -> Change:
    return Change(alert, None, (Event(alert.id, alert.raised_at, "raised"),))


def old(alert: StoredAlert, *kinds: str, at: datetime = NOW) -> Change:
    return Change(alert, alert.version, tuple(Event(alert.id, at, kind) for kind in kinds))


def reader(name: str = "s1", **rest: Any) -> Reader:
    made = Reader(
        name, Place("slack", f"C{name}", "", private=False), "slack:T:U", "en",
        frozenset({"plant"}), NOW - timedelta(hours=1),
    )  # fmt: skip
    return replace(made, **rest)
