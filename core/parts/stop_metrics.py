"""How long and how often it stood, MTBF and MTTR, against the period before."""

from __future__ import annotations

from core.answer import Metric, Metrics, Part
from core.figures import Against
from core.measures.stopped import Lengths, Stopped
from core.words import Words


def metrics_of(
    now: Stopped,
    before: Stopped | None,
    lengths: Lengths,
    long_minutes: float,
    reference: str,
    words: Words,
) -> tuple[Part, ...]:
    """`reference` names the period before; a stop of `long_minutes` is a long one."""
    if now.minutes is None:
        return ()
    cites = now.cites + (before.cites if before else ())
    against = Against(words, reference, cites)
    label = words.say("kpis.downtime")
    shown = [against.minutes(label, now.minutes, before.minutes if before else None)]
    if now.single:
        label = words.say("common.stop_count")
        shown.append(against.count(label, now.stops, before.stops if before else None))
        shown += _lengths(now, lengths.median, long_minutes, words)
        shown += _reliable(now, before, reference, words)
    return (Metrics(tuple(shown)),)


def _lengths(now: Stopped, median: float | None, long_minutes: float, words: Words) -> list[Metric]:
    rows, cites = now.rows, now.cites
    whole = sum(row.event_minutes for row in rows)
    if median is None or not now.stops or not whole:
        return []
    long_stops = sum(row.long_stops for row in rows)
    of_time = words.percent(sum(row.long_minutes for row in rows) / whole)
    label = words.say("downtime_analysis.long", minutes=words.minutes(long_minutes))
    change = words.say("downtime_analysis.of_time", share=of_time)
    middle = words.say("downtime_analysis.median")
    return [
        Metric(middle, words.minutes(median), cites=cites, amount=median),
        Metric(label, words.number(long_stops), change, cites=cites, amount=long_stops),
    ]


def _reliable(now: Stopped, past: Stopped | None, reference: str, words: Words) -> list[Metric]:
    """MTBF and MTTR are of all failures, so they are not given for some reasons only."""
    found, before = now.reliability, past and past.reliability
    if found is None or found.failures is None:
        return []
    of, cites = _of_machines(now, words), now.reliability_cites
    mtbf, mend = words.say("kpis.mtbf") + of, words.say(f"kpis.{found.mend_by}") + of
    if not found.failures:
        return [Metric(mtbf, words.say("downtime_analysis.no_failure"), cites=cites)]
    cites += past.reliability_cites if past else ()
    against = Against(words, reference, cites)
    mended = before.mean_to_mend if before and before.mend_by == found.mend_by else None
    return [
        against.minutes(mtbf, found.mtbf, before.mtbf if before else None, higher_is_better=True),
        against.minutes(mend, found.mean_to_mend, mended),
    ]


def _of_machines(now: Stopped, words: Words) -> str:
    """Failures are those of machines; where others are asked for it is said of which."""
    if now.is_of_machines:
        return ""
    if len(now.machines) == 1:
        return f", {now.machines[0].name}"
    return f", {words.say('downtime_analysis.machines', n=len(now.machines))}"
