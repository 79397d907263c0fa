"""Stops as parts of an answer: ranked by reason or place, the longest, those that last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from core.alerts.situation import OpenStop
from core.answer import Chart, Notice, Part, Series
from core.domain.pareto import Bar
from core.measures.causes import Cause, Causes, LongStop
from core.measures.stopped import Key, Lengths, Stopped
from core.tables import Column, durations, figures, table, texts
from core.words import Words


def reason(stop: LongStop | OpenStop, words: Words) -> str:
    """As recorded, else the kind of loss."""
    return stop.reason or words.say(f"losses.{stop.loss.value}")


def named(key: str | None, told: Causes, words: Words) -> str:
    """What a bar of a ranking by reason is called; None stands for all others."""
    if key is None:
        return words.say("common.other")
    return told.said(key, words) if key else words.say("downtime_analysis.no_reason")


def pareto(now: Stopped, title: str, top: int, words: Words, key: Key | None = None) -> Chart:
    """Of reasons, unless `key` says of what."""
    bars = now.ranked(key, top)
    labels = tuple(
        bar.key if key and bar.key is not None else named(bar.key, now.told, words) for bar in bars
    )
    shares = tuple(None if bar.cumulative is None else bar.cumulative * 100 for bar in bars)
    series = (
        Series(words.say("kpis.downtime"), tuple(bar.value for bar in bars)),
        Series(words.say("common.cumulative"), shares),
    )
    return Chart("pareto", title, labels, series, "min", cites=now.cites)


def by_reason(now: Stopped, before: Stopped | None, top: int, words: Words) -> tuple[Part, ...]:
    """Nothing where nothing tells stops apart; with the minutes of the period before."""
    if now.told.by is None:
        return ()
    earlier = {bar.key: bar.value for bar in (before.ranked() if before else ())}
    past: Column[Bar] = durations(
        words.say("downtime_analysis.before"),
        lambda bar: earlier.get(bar.key, 0.0),
        words,
        lambda bar, said: "" if bar.key is None else said,
    )
    return table(
        now.ranked(top=top),
        texts(words.say(f"common.{now.told.by}"), lambda bar: named(bar.key, now.told, words)),
        *_sizes(now, words),
        figures(words.say("common.cumulative"), lambda bar: words.percent(bar.cumulative, 0)),
        past if before else None,
        title=words.say(f"downtime_analysis.by_{now.told.by}"),
        cites=now.cites + (before.cites if before else ()),
    )


def by_place(
    now: Stopped, key: Key, by: Literal["asset", "shift"], most: int, words: Words
) -> tuple[Part, ...]:
    """Where or when it stood, with the worst reason of each."""

    def worst(bar: Bar) -> str:
        found = now.mostly(key, bar.key) if bar.key is not None and now.told.by else None
        return named(found, now.told, words) if found else ""

    other = words.say("common.other")
    return table(
        now.ranked(key, most),
        texts(words.say(f"common.{by}"), lambda bar: other if bar.key is None else bar.key),
        *_sizes(now, words),
        texts(words.say("downtime_analysis.most"), worst),
        title=words.say(f"downtime_analysis.by_{by}"),
        cites=now.cites,
    )


def _sizes(now: Stopped, words: Words) -> tuple[Column[Bar] | None, ...]:
    """How long, how often, and which share."""
    count: Column[Bar] = figures(
        words.say("common.stop_count"), lambda bar: words.number(bar.count)
    )
    return (
        durations(words.say("common.duration"), lambda bar: bar.value, words),
        count if now.single else None,
        figures(words.say("common.share"), lambda bar: words.percent(bar.share, 0)),
    )


def frequent(told: Causes, most: int, words: Words, *, single: bool) -> tuple[Part, ...]:
    """Reasons by how often they stopped it; by their minutes where stops are not counted."""
    if told.by is None:
        return ()
    sums: dict[str, list[Cause]] = {}
    for row in told.rows:
        if key := told.key(row):
            sums.setdefault(key, []).append(row)
    totals = [
        (k, sum(r.stops for r in rows), sum(r.minutes for r in rows)) for k, rows in sums.items()
    ]
    often: Column[tuple[str, int, float]] = figures(
        words.say("common.stop_count"), lambda entry: words.number(entry[1])
    )
    return table(
        sorted(totals, key=lambda e: (-e[1] if single else 0, -e[2]))[:most],
        texts(words.say(f"common.{told.by}"), lambda entry: told.said(entry[0], words)),
        often if single else None,
        durations(words.say("common.duration"), lambda entry: entry[2], words),
        title=words.say("asset_lookup.reasons" if single else "asset_lookup.reasons_sums"),
        cites=told.cites,
    )


def longest(
    lengths: Lengths, names: Mapping[str, str], zone: str, words: Words
) -> tuple[Part, ...]:
    """`names` are those of the assets asked about, by id."""

    def still_open(stop: LongStop, said: str) -> str:
        return words.say("downtime_analysis.still", minutes=said) if stop.is_open else said

    asset: Column[LongStop] = texts(
        words.say("common.asset"), lambda stop: names.get(stop.asset, stop.asset)
    )
    return table(
        lengths.longest,
        texts(words.say("common.start"), lambda stop: words.moment(stop.start, zone)),
        asset if len(names) > 1 else None,
        durations(words.say("common.duration"), lambda stop: stop.minutes, words, still_open),
        texts(words.say("common.reason"), lambda stop: _with_given(stop, words)),
        title=words.say("downtime_analysis.longest"),
        cites=lengths.longest_cites,
    )


def _with_given(stop: LongStop, words: Words) -> str:
    """The machine's reason, and beside it what a person said."""
    said = reason(stop, words)
    return (
        said
        if stop.given is None
        else f"{said}; {words.say('alert_states.given', reason=stop.given)}"
    )


def lasting(
    stops: Sequence[OpenStop], names: Mapping[str, str], zone: str, words: Words
) -> tuple[Part, ...]:
    """Stops that last right now; the citations are for the stops, not for what they cost."""
    return table(
        stops,
        texts(words.say("common.asset"), lambda stop: names[stop.asset]),
        texts(words.say("common.start"), lambda stop: words.moment(stop.since, zone)),
        durations(words.say("common.duration"), lambda stop: stop.minutes, words),
        texts(words.say("common.reason"), lambda stop: reason(stop, words)),
        title=words.say("asset_lookup.open"),
        cites=cites_of(stops),
    )


def cites_of(stops: Sequence[OpenStop]) -> tuple[int, ...]:
    """Of the stops themselves, not of what they cost."""
    return tuple(dict.fromkeys(cite for stop in stops for cite in stop.cites[:1]))


def doubts(now: Stopped, words: Words) -> list[Notice]:
    """What the reader must know of how the stops are recorded."""
    notices = []
    if (both := now.overlapping()) is not None:
        logged, minutes = (f"{words.number(value)} min" for value in both)
        said = words.say("downtime_analysis.overlap", logged=logged, counted=minutes)
        notices.append(Notice(said, "neutral"))
    if (both := now.second_opinion()) is not None:
        events, rows, gap = words.durations([*both, abs(both[0] - both[1])])
        said = words.say("downtime_analysis.differ", events=events, rows=rows, gap=gap)
        notices.append(Notice(said))
    if not now.single and now.minutes is not None:
        key = "from_rows" if now.found.stops is None else "sums"
        notices.append(Notice(words.say(f"downtime_analysis.{key}"), "neutral"))
    return notices
