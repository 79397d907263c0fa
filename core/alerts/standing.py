"""What the bot has kept of the alerts that hold: who is on them, what is shelved, what is over and
nobody acknowledged, and which ones come and go. Without a store there is nothing of that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from core.alerts.rules import Alert
from core.alerts.snapshot import condition
from core.answer import Action, Notice
from core.context import ToolContext
from core.domain.alarms import AlarmState
from core.domain.assets import Asset
from core.errors import SourceUnavailable
from core.store.alert_load import BadActor, bad_actors
from core.store.alerts import StoredAlert, known_alerts
from core.words import Words

_WEEK = timedelta(days=7)
_BUTTONS = 3
_NAMED = 4


@dataclass(frozen=True, slots=True)
class Standing:
    """`kept` by condition; `returned` are over and unacknowledged; `names` of their assets."""

    now: datetime
    zone: str
    kept: Mapping[str, StoredAlert]
    returned: tuple[StoredAlert, ...]
    bad: tuple[BadActor, ...]
    names: Mapping[str, str]

    def of(self, alert: Alert) -> StoredAlert | None:
        return self.kept.get(condition(alert))


async def standing_of(context: ToolContext, asked: Sequence[Asset]) -> Standing | None:
    """None without a store, or where it does not answer: the alerts themselves still stand."""
    if context.store is None:
        return None
    now, plants = context.now, tuple(dict.fromkeys(asset.plant for asset in asked))

    def read(connection: Connection) -> tuple[tuple[StoredAlert, ...], tuple[BadActor, ...]]:
        known = known_alerts(connection, plants, now)
        return known, bad_actors(connection, plants, now - _WEEK, now)

    try:
        known, bad = await context.store.read(read)
    except SourceUnavailable:
        return None
    ids = {asset.id for asset in asked}

    def is_meant(asset: str) -> bool:
        at = context.hierarchy.get(asset)
        may = at is not None and context.access.allows(at, context.hierarchy)
        return may and not ids.isdisjoint(context.hierarchy.path(asset))

    meant = [alert for alert in known if is_meant(alert.asset)]
    return Standing(
        now,
        context.installation.zone(asked[0]),
        {alert.key: alert for alert in meant if alert.active},
        tuple(a for a in meant if a.state(now) is AlarmState.RETURNED_UNACKNOWLEDGED),
        tuple(one for one in bad if is_meant(one.asset)),
        {asset.id: asset.name for asset in context.hierarchy},
    )


def state_said(stored: StoredAlert | None, standing: Standing, words: Words) -> str:
    """Who is on it, or why it is out of sight; empty for what the bot has not noticed yet."""
    if stored is None:
        return ""
    if stored.closed_at is not None:
        return words.say("alert_states.closed")
    if stored.state(standing.now) is AlarmState.SHELVED:
        until = words.clock(stored.shelved_until, standing.zone)
        return words.say("alert_states.shelved", until=until, why=stored.shelved_because)
    if stored.taken_by is not None:
        name = stored.taken_name or words.say("alert_states.somebody")
        return words.say("alert_states.taken", name=name)
    return words.say("alert_states.seen" if stored.acknowledged else "alert_states.nobody")


def standing_notices(standing: Standing, words: Words) -> list[Notice]:
    """What is over and nobody acknowledged; what comes and goes or stays for days."""
    found = []
    if standing.returned:
        listed = [_short(a.rule, a.asset, standing, words) for a in standing.returned[:_NAMED]]
        listed += _more(standing.returned, words)
        said = words.say("alert_states.returned", alerts=words.joined(listed))
        found.append(Notice(said, "neutral"))
    if standing.bad:
        listed = [
            words.say(
                f"alert_states.{one.kind}",
                asset=standing.names.get(one.asset, one.asset),
                what=words.say(f"alerts.short_{one.rule}"),
                n=one.times,
            )
            for one in standing.bad[:_NAMED]
        ]
        listed += _more(standing.bad, words)
        said = words.say("alert_states.bad_actors", listed=words.joined(listed))
        found.append(Notice(said, "neutral"))
    return found


def standing_actions(
    alerts: Iterable[Alert], standing: Standing, words: Words
) -> tuple[Action, ...]:
    """One may take the gravest that nobody is on, and look at what somebody is on."""
    waiting = [s for a in alerts if (s := standing.of(a)) is not None and s.taken_by is None]
    open_ = [s for s in waiting if s.state(standing.now) is AlarmState.UNACKNOWLEDGED]
    return tuple(
        Action(
            words.say("alert_states.take", asset=standing.names.get(s.asset, s.asset)),
            f"/alert {s.id} take v{s.version}",
        )
        for s in open_[:_BUTTONS]
    )


def _short(rule: str, asset: str, standing: Standing, words: Words) -> str:
    return f"{standing.names.get(asset, asset)} {words.say(f'alerts.short_{rule}')}"


def _more(listed: Sequence[object], words: Words) -> list[str]:
    left = len(listed) - _NAMED
    return [words.say("common.more", n=left)] if left > 0 else []
