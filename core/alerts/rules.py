"""Which alerts hold at a moment: alerts.toml's rules as pure functions over a Situation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import fmean
from typing import Literal

from core.alerts.limits import AlertRules, BehindRule, ScrapRule, StaleRule, UnderRule
from core.alerts.situation import (
    Check,
    Feed,
    OpenStop,
    Progress,
    Reading,
    Readings,
    SafetyEvent,
    ScrapSeries,
    Situation,
)
from core.domain.alarms import Priority
from core.domain.losses import Loss
from core.domain.safety import Severity
from core.domain.trend import BASELINE_POINTS, xmr_limits

_ORDER: tuple[Check, ...] = (
    "safety", "stop_cost", "down", "behind_plan", "scrap_jump", "quality", "oee", "feed_stale"
)  # fmt: skip
RATES: frozenset[Check] = frozenset({"behind_plan", "oee", "quality", "scrap_jump"})


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule that holds. `asset` may be an area (safety) or what several feeds have in common.

    `figure` and `limit` are in `unit`; `about` is a reason, a product or a severity as recorded.
    `cause` is the asset at fault where it is another one. `until` is the time of the facts that
    it rests on. `extra` are further figures that the sentence needs. `follow` are the alerts that
    this one explains: they are silenced, it never is.
    """

    rule: Check
    asset: str
    since: datetime
    until: datetime
    priority: Priority
    figure: float | None = None
    limit: float | None = None
    unit: Literal["minutes", "ratio", "money", "none"] = "none"
    about: str | None = None
    loss: Loss | None = None
    cause: str | None = None
    subject: str = ""
    extra: Mapping[str, float | str | None] = field(default_factory=dict)
    follow: tuple[Alert, ...] = ()
    members: tuple[str, ...] = ()
    cites: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """The same condition has the same key at every evaluation."""
        return f"{self.rule}:{self.asset}:{self.subject}"


def raised(situation: Situation, rules: AlertRules, now: datetime) -> tuple[Alert, ...]:
    """Every rule that holds, without grouping. Of an asset whose data is stale only that."""
    stale = {feed.asset for feed in situation.feeds}
    found = (
        *_each(safety(event, now) for event in situation.safety),
        *_each(down(stop, rules, now) for stop in situation.stops if stop.asset not in stale),
        *_each(behind(p, rules.behind_plan) for p in situation.progress if p.asset not in stale),
        *(a for r in situation.readings if r.asset not in stale for a in under_target(r, rules)),
        *_each(scrap_jump(s, rules.scrap_jump) for s in situation.scrap if s.asset not in stale),
        *_each(feed_stale(feed, rules.feed_stale, now) for feed in situation.feeds),
    )
    return tuple(sorted(found, key=gravity))


def gravity(alert: Alert) -> tuple[bool, int, int, datetime, str]:
    """Sorts safety first, then by priority, then what happens now before what has happened."""
    place = _ORDER.index(alert.rule)
    return alert.rule != "safety", -alert.priority, place, alert.since, alert.key


# --- the rules -------------------------------------------------------------------------------


def safety(event: SafetyEvent, now: datetime) -> Alert:
    """Every event that is not closed: a near miss is medium, all else is high."""
    near_miss = event.severity is Severity.NEAR_MISS
    return Alert(
        "safety",
        event.place,
        event.since,
        now,
        Priority.MEDIUM if near_miss else Priority.HIGH,
        about=event.said,
        subject=event.id,
        extra={"status": event.status},
        cites=event.cites,
    )


def down(stop: OpenStop, rules: AlertRules, now: datetime) -> Alert | None:
    """By its minutes, or by what it has cost: one alert, with the higher of the two priorities."""
    if stop.loss is Loss.PLANNED:
        return None
    standing = rules.down_output_point if stop.is_output_point else rules.down
    limits = rules.setup if stop.loss is Loss.SETUP else standing
    by_time = limits.priority(stop.minutes)
    by_cost = None if stop.cost is None else rules.stop_cost.priority(stop.cost)
    if by_time is None and by_cost is None:
        return None
    costly = by_cost is not None and (by_time is None or by_cost > by_time)
    return Alert(
        "stop_cost" if costly else "down",
        stop.asset,
        stop.since,
        now,
        max(priority for priority in (by_time, by_cost) if priority is not None),
        figure=stop.cost if costly else stop.minutes,
        limit=rules.stop_cost.least if costly else limits.least,
        unit="money" if costly else "minutes",
        about=stop.reason,
        loss=stop.loss,
        cause=None if stop.cause == stop.asset else stop.cause,
        subject=stop.id,
        extra={"minutes": stop.minutes, "cost": stop.cost, "currency": stop.currency},
        cites=stop.cites,
    )


def behind(progress: Progress, rule: BehindRule) -> Alert | None:
    """Late against what is expected by now, and at the latest pace also at the shift's end."""
    if progress.elapsed_minutes < rule.after_minutes or progress.expected <= 0:
        return None
    share = progress.gap / progress.expected
    priority = rule.priority(100 * progress.gap / progress.target)
    end = progress.projection.units if progress.projection else None
    recovers = end is not None and end >= progress.target
    if priority is None or recovers or 100 * share < rule.percent:
        return None
    return Alert(
        "behind_plan",
        progress.asset,
        progress.interval.start,
        progress.until,
        priority,
        figure=share,
        limit=rule.percent / 100,
        unit="ratio",
        subject=progress.shift,
        extra={
            "gap": progress.gap,
            "target": progress.target,
            "projected": end,
            "basis": progress.projection.basis_minutes if progress.projection else None,
        },
        cites=progress.cites,
    )


def under_target(readings: Readings, rules: AlertRules) -> Iterator[Alert]:
    """OEE and quality of ended shifts against their targets, with hysteresis."""
    latest = next((r for r in reversed(readings.readings) if r.oee_target is not None), None)
    if latest is not None and latest.oee_target is not None:
        pairs = [(r, r.oee, r.oee_target) for r in readings.readings]
        yield from _under("oee", readings, pairs, rules.oee)
    limit = rules.quality.target / 100
    pairs = [(r, r.quality, limit) for r in readings.readings]
    yield from _under("quality", readings, pairs, rules.quality)


def _under(
    rule: Check,
    readings: Readings,
    pairs: Sequence[tuple[Reading, float | None, float | None]],
    limits: UnderRule,
) -> Iterator[Alert]:
    run = under_run([(v, t) for _, v, t in pairs], limits.readings, limits.hysteresis / 100)
    low = [pairs[index] for index in run]
    if not low:
        return
    recent = low[-limits.readings :]
    figure = fmean(value for _, value, _ in recent if value is not None)
    target = fmean(target for _, _, target in recent if target is not None)
    priority = limits.priority(100 * (target - figure))
    if priority is not None:
        yield Alert(
            rule,
            readings.asset,
            low[0][0].interval.start,
            low[-1][0].interval.end,
            priority,
            figure=figure,
            limit=target,
            unit="ratio",
            extra={"readings": float(len(recent))},
            cites=readings.cites,
        )


def under_run(
    values: Sequence[tuple[float | None, float | None]], readings: int, hysteresis: float
) -> list[int]:
    """The indices of the values below their targets that keep the alert up; empty: it is not up.

    It is raised by `readings` known values in a row below target, and cleared by one that
    reaches the target + `hysteresis`. Values in between, and unknown ones, change nothing.
    """
    run: list[int] = []
    active = False
    for index, (value, target) in enumerate(values):
        if value is None or target is None:
            continue
        if value < target:
            run.append(index)
        elif not active or value >= target + hysteresis:
            run, active = [], False
        active = active or len(run) >= readings
    return run if active else []


def scrap_jump(series: ScrapSeries, rule: ScrapRule) -> Alert | None:
    """The newest shift with this product against the limits of the oldest ones; None where there
    are too few to know what is usual, or the product was not made lately."""
    if not series.points or series.points[-1].interval.start < series.recent_from:
        return None
    *earlier, last = series.points
    baseline = [point.ratio for point in earlier[:BASELINE_POINTS]]
    limits = xmr_limits(baseline, least=0.0, most=1.0)
    if limits is None or last.ratio <= limits.upper:
        return None
    priority = rule.priority(100 * (last.ratio - limits.center))
    if priority is None:
        return None
    return Alert(
        "scrap_jump",
        series.asset,
        last.interval.start,
        last.interval.end,
        priority,
        figure=last.ratio,
        limit=limits.upper,
        unit="ratio",
        about=series.product,
        subject=series.product or "",
        extra={"usual": limits.center, "scrap": last.scrap},
        cites=series.cites,
    )


def feed_stale(feed: Feed, rule: StaleRule, now: datetime) -> Alert | None:
    priority = rule.priority(feed.silent_minutes)
    if priority is None:
        return None
    return Alert(
        "feed_stale",
        feed.asset,
        feed.at,
        now,
        priority,
        figure=feed.silent_minutes,
        unit="minutes",
        extra={"by_shifts": float(feed.by_shifts)},
        cites=feed.cites,
    )


def _each(found: Iterable[Alert | None]) -> Iterator[Alert]:
    return (alert for alert in found if alert is not None)


def with_follower(alert: Alert, follower: Alert) -> Alert:
    """The alert as the explanation of another one, which brings its citations along."""
    cites = tuple(dict.fromkeys(alert.cites + follower.cites))
    return replace(alert, follow=(*alert.follow, follower), cites=cites)
