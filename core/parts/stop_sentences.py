"""What is said first of stops: those that last, or the figure that was asked for by name.

`scope` has the words for the assets and the period that were asked about.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from core.alerts.situation import OpenStop
from core.answer import Text
from core.domain.periods import DAY, Period
from core.figures import names
from core.measures.causes import UNTOLD
from core.measures.stopped import Lengths, Stopped
from core.parts.stops import named, reason
from core.words import Words


def how_many(now: Stopped, scope: Mapping[str, str], words: Words) -> Text:
    if not now.single:
        return Text(words.say("downtime_analysis.stops_unknown", **scope), now.cites)
    count = words.say("common.stops", n=now.stops)
    return Text(words.say("downtime_analysis.stops", **scope, stops=count), now.cites)


def which_longest(
    now: Stopped,
    lengths: Lengths,
    by_id: Mapping[str, str],
    period: Period,
    scope: Mapping[str, str],
    words: Words,
) -> Text:
    """`by_id` are the names of the assets asked about."""
    if not lengths.longest:
        key = "longest_none" if now.single else "longest_unknown"
        return Text(words.say(f"downtime_analysis.{key}", **scope), now.cites)
    first = lengths.longest[0]
    said = words.say(
        "downtime_analysis.longest_is",
        assets=by_id.get(first.asset, first.asset),
        period=words.period_name(period),
        minutes=words.minutes(first.minutes),
        moment=words.moment(first.start, period.zone),
        reason=reason(first, words),
    )
    return Text(said, lengths.longest_cites)


def how_reliable(
    kpi: Literal["mtbf", "mttr"], now: Stopped, scope: Mapping[str, str], words: Words
) -> Text:
    """Of the failures of machines; where others are asked for it is said of which."""
    found, told = now.reliability, dict(scope)
    if now.machines and not now.is_of_machines:
        inside = names(now.machines, words)
        told["assets"] = words.say("downtime_analysis.failures_of", **scope, machines=inside)
    if found is None or found.failures is None:
        said = words.say(f"downtime_analysis.{kpi}_unknown", **told)
    elif not found.failures:
        said = words.say("downtime_analysis.no_failures", **told)
    else:
        key = "mtbf" if kpi == "mtbf" else found.mend_by
        minutes = words.minutes(found.mtbf if kpi == "mtbf" else found.mean_to_mend)
        said = words.say(f"downtime_analysis.{key}", **told, minutes=minutes, n=found.failures)
    return Text(said, now.reliability_cites or now.cites)


def what_stands(stop: OpenStop, asset: str, until: datetime, zone: str, words: Words) -> str:
    """Of a stop of the `asset` that lasts; the day is said where it began long before `until`."""
    is_old = stop.since < until - DAY
    since = words.moment(stop.since, zone) if is_old else words.clock(stop.since, zone)
    nameless = not stop.reason and stop.loss in UNTOLD
    return words.say(
        "downtime_analysis.stands",
        asset=asset,
        since=since,
        minutes=words.minutes(stop.minutes),
        reason=words.say("downtime_analysis.no_reason") if nameless else reason(stop, words),
    )


def which_worst(now: Stopped, wanted: str | None, words: Words) -> str:
    """The worst reason that has a name, or why there is none; of `wanted` its share of all."""
    if now.told.by is None:
        return words.say("downtime_analysis.no_causes")
    ranked = now.ranked()
    if wanted and len(ranked) == 1 and now.all_minutes:
        share = words.percent(ranked[0].value / now.all_minutes, 0)
        return words.say("downtime_analysis.of_all", share=share)
    worst = next((bar for bar in ranked if bar.key), None)
    if worst is None or not worst.value:
        return words.say("downtime_analysis.none_named")
    said = {
        "reason": named(worst.key, now.told, words),
        "minutes": words.minutes(worst.value),
        "share": words.percent(worst.share, 0),
    }
    if worst.count is None:
        return words.say("downtime_analysis.worst_sums", **said)
    n = words.say("common.stops", n=worst.count)
    return words.say("downtime_analysis.worst", **said, stops=n)
