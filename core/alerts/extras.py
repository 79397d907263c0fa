"""What a card says of a stop beyond the rule's figures: how often in this shift, at what rate it
costs units, and when it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from core.alerts.inhibition import Alerts
from core.alerts.rules import Alert
from core.alerts.situation import Situation
from core.alerts.snapshot import STOPS, condition
from core.context import ToolContext
from core.data.query import Condition, Query
from core.domain.periods import Interval
from core.domain.shifts import Shift
from core.measures.row_sums import number
from core.store.alerts import StoredAlert

_MOMENT = timedelta(seconds=1)


async def extras_of(
    context: ToolContext, found: Alerts, known: Sequence[StoredAlert]
) -> dict[str, Mapping[str, object]]:
    """Condition → more figures of its stop, for those not seen before. Raises SourceUnavailable."""
    before = {alert.key for alert in known}
    new = [a for a in found.active if a.rule in STOPS and condition(a) not in before]
    return {condition(alert): await _extras(context, alert) for alert in new}


async def _extras(context: ToolContext, alert: Alert) -> dict[str, object]:
    asset = context.hierarchy[alert.asset]
    shift = context.installation.calendar(asset).current(context.now)
    return {
        "rate": asset.ideal_rate,
        "unit": asset.unit,
        "nth": await _times(context, alert, shift) if shift is not None else None,
        "at_night": shift is not None and _is_at_night(context, shift),
    }


async def _times(context: ToolContext, alert: Alert, shift: Shift) -> int | None:
    """The how manieth stop of that reason it is in the shift; None where it is the first."""
    if not alert.about or alert.since < shift.interval.start:
        return None
    if not await context.has("downtime", "reason"):
        return None
    asking = Query(
        "downtime",
        (alert.asset,),
        Interval(shift.interval.start, alert.since + _MOMENT),
        ("stops",),
        ("asset",),
        where=(Condition("reason", "=", alert.about),),
        until=context.now,
    )
    rows = await context.look_up(asking)
    times = number(rows[0], "stops") if rows else None
    return round(times) if times and times > 1 else None


def _is_at_night(context: ToolContext, shift: Shift) -> bool:
    calendar = context.installation.calendars[str(context.plant)]
    first, last = calendar.local(shift.interval.start), calendar.local(shift.interval.end)
    return first.date() != last.date()


async def ends_of(
    context: ToolContext, known: Sequence[StoredAlert], situation: Situation
) -> dict[str, datetime]:
    """Condition → when its stop ended, for the stops that were open at the last look and are no
    longer. Raises SourceUnavailable."""
    still = {(stop.asset, stop.id) for stop in situation.stops}
    over = [
        alert
        for alert in known
        if alert.active and alert.rule in STOPS and (alert.asset, _stop_id(alert)) not in still
    ]
    if not over or not await context.has("downtime", "id", "end"):
        return {}
    assets = tuple(sorted({alert.asset for alert in over}))
    first = min(alert.since for alert in over)
    asking = Query(
        "downtime",
        assets,
        Interval(first, context.now + _MOMENT),
        where=(Condition("id", "in", tuple(sorted(_stop_id(alert) for alert in over))),),
    )
    ends = {
        (str(row["asset"]), str(row["id"])): row["end"] for row in await context.look_up(asking)
    }
    found = {alert.key: ends.get((alert.asset, _stop_id(alert))) for alert in over}
    return {key: end for key, end in found.items() if isinstance(end, datetime)}


def _stop_id(alert: StoredAlert) -> str:
    return str(alert.facts.get("subject", ""))
