"""Many alerts with one cause become one: the cause stays, what follows from it is silenced.

The alert that names the cause is never silenced (DOMAIN.md, "Alarms").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.alerts.limits import AlertRules
from core.alerts.rules import RATES, Alert, gravity, raised, with_follower
from core.alerts.situation import OpenStop, Situation
from core.domain.alarms import first_out, flooding

_STOPS = frozenset({"down", "stop_cost"})
Path = tuple[str, ...]
# A line and its machine are recorded within so much of one another when they stand for one reason.
_TOGETHER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Alerts:
    """`active` in order of gravity, each with the alerts that follow from it. In a flood
    `first_out` is the one that came first, its likely cause."""

    active: tuple[Alert, ...] = ()
    first_out: Alert | None = None

    @property
    def silenced(self) -> tuple[Alert, ...]:
        return tuple(follower for alert in self.active for follower in alert.follow)


def evaluate(situation: Situation, rules: AlertRules, now: datetime) -> Alerts:
    """The alerts that hold now, grouped by their causes."""
    every = raised(situation, rules, now)
    roots = root_stops(situation.stops, situation.above)
    explained = _explained(every, roots, situation.above)
    minutes = timedelta(minutes=rules.feed_stale.together_minutes)
    grouped = _feeds_together(explained, situation.above, rules.feed_stale.together, minutes)
    active = tuple(sorted(grouped, key=gravity))
    return Alerts(active, _flood(active, now))


def root_stops(stops: Iterable[OpenStop], above: Mapping[str, Path]) -> dict[str, OpenStop]:
    """Asset → the open stop at the bottom of its standstill: of what it names as its cause, as
    long as that stands itself, else its own. The first of several stops of an asset counts.

    A machine that stands with its line for the same reason shares the line's stop.
    """
    first: dict[str, OpenStop] = {}
    for stop in sorted(stops, key=lambda stop: (stop.since, stop.id)):
        first.setdefault(stop.asset, stop)
    return {asset: _root(stop, first, above) for asset, stop in first.items()}


def _root(stop: OpenStop, first: Mapping[str, OpenStop], above: Mapping[str, Path]) -> OpenStop:
    seen = {stop.asset}
    while (cause := _cause(stop, first, above)) is not None and cause not in seen:
        stop = first[cause]
        seen.add(cause)
    return stop


def _cause(stop: OpenStop, first: Mapping[str, OpenStop], above: Mapping[str, Path]) -> str | None:
    """Another asset that stands and is the cause; None for a stop with a cause of its own."""
    if stop.cause is not None:
        return stop.cause if stop.cause in first else None
    for line in above.get(stop.asset, ())[1:]:
        other = first.get(line)
        if other is not None and other.cause is None and _is_same(stop, other):
            return line
    return None


def _is_same(stop: OpenStop, other: OpenStop) -> bool:
    alike = (other.reason, other.loss) == (stop.reason, stop.loss)
    return alike and abs(other.since - stop.since) <= _TOGETHER


def _explained(
    every: Sequence[Alert], roots: Mapping[str, OpenStop], above: Mapping[str, Path]
) -> list[Alert]:
    """Stops that another stop causes, and rates of what stands, go behind the causing alert."""
    causing = {(a.asset, a.subject): a.key for a in every if a.rule in _STOPS}
    kept = {alert.key: alert for alert in every}
    for alert in every:
        root = _explanation(alert, roots, above)
        cause = causing.get((root.asset, root.id)) if root else None
        if cause is not None and cause != alert.key and cause in kept:
            del kept[alert.key]
            kept[cause] = with_follower(kept[cause], alert)
    return list(kept.values())


def _explanation(
    alert: Alert, roots: Mapping[str, OpenStop], above: Mapping[str, Path]
) -> OpenStop | None:
    """The stop that explains the alert: the root of its asset's, or of its line's, standstill;
    for a line's rates also the first one of its own machines."""
    if alert.rule not in _STOPS and alert.rule not in RATES:
        return None
    scopes = above.get(alert.asset, (alert.asset,)) if alert.rule in RATES else (alert.asset,)
    found = next((roots[scope] for scope in scopes if scope in roots), None)
    if found is None and alert.rule in RATES:
        inside = [root for asset, root in roots.items() if alert.asset in above.get(asset, ())]
        found = min(inside, key=lambda stop: (stop.since, stop.id), default=None)
    # A stop explains only what was measured after it began.
    return found if found is not None and found.since < alert.until else None


def _feeds_together(
    alerts: Iterable[Alert], above: Mapping[str, Path], together: int, within: timedelta
) -> list[Alert]:
    """Feeds that fell silent at about the same time are one alert: one connection is down."""
    alerts = list(alerts)
    feeds = sorted((a for a in alerts if a.rule == "feed_stale"), key=lambda a: (a.since, a.key))
    grouped: list[list[Alert]] = []
    for feed in feeds:
        if grouped and feed.since - grouped[-1][-1].since <= within:
            grouped[-1].append(feed)
        else:
            grouped.append([feed])
    found = [alert for alert in alerts if alert.rule != "feed_stale"]
    for group in grouped:
        found += [_one_feed(group, above)] if len(group) >= together else group
    return found


def _one_feed(group: Sequence[Alert], above: Mapping[str, Path]) -> Alert:
    paths = [above.get(alert.asset, (alert.asset,)) for alert in group]
    shared = next((at for at in paths[0] if all(at in path for path in paths)), group[0].asset)
    return replace(
        group[0],
        asset=shared,
        priority=max(alert.priority for alert in group),
        members=tuple(alert.asset for alert in group),
        cites=tuple(dict.fromkeys(cite for alert in group for cite in alert.cites)),
    )


def _flood(active: Sequence[Alert], now: datetime) -> Alert | None:
    if not flooding((alert.since for alert in active), now, was_flooding=False):
        return None
    # A rate is reckoned from the start of its shift, which is not when it fell.
    onsets = {a.key: a.until if a.rule in RATES else a.since for a in active if a.rule != "safety"}
    first = first_out(onsets.items())
    return next((alert for alert in active if alert.key == first), None)
