"""The shift before in a line or two: made against plan, OEE against target, what was unusual."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.answer import Text
from core.briefing.gather import Brief
from core.chart_text import step
from core.figures import why_not
from core.measures.shift_record import Made, ShiftRecord
from core.words import Words
from core.words.words import NBSP

_UNUSUAL = 2
_NEAR = timedelta(hours=12)


def last_shift(brief: Brief, words: Words) -> list[Text]:
    """Made against plan, OEE against target, safety."""
    if brief.last is None or brief.record is None:
        return []
    record = brief.record
    known = [one for one in record.made if one.units is not None]
    if _is_cut(brief, record):  # what is not known to be made is no shortfall
        told = [words.units(one.units, one.unit) for one in known]
        assert record.found.data_time is not None
        ends = when(record.found.data_time, brief, words)
        told.append(words.say("briefing.data_ends", clock=ends))
    else:
        told = [made_said(one, words) for one in known] + [_oee(brief, record, words)]
    if brief.events is not None:
        told.append(words.say("briefing.events", n=brief.events))
    day = words.day(brief.last.day)
    shift = words.say("briefing.shift", shift=brief.last.name, day=day)
    if brief.now - brief.last.interval.end < _NEAR:
        shift = brief.last.name
    cites = (*record.cites, *brief.before.cites, *brief.event_cites)
    return [Text(f"{shift}: {' · '.join(told)}", tuple(dict.fromkeys(cites)))]


def when(at: datetime, brief: Brief, words: Words) -> str:
    """The time of day, with its day where that is not tonight or today."""
    clock = words.clock(at, brief.zone)
    if abs(brief.now - at) < _NEAR:
        return clock
    return f"{words.day(at.astimezone(ZoneInfo(brief.zone)).date())} {clock}"


def _is_cut(brief: Brief, record: ShiftRecord) -> bool:
    """Whether the data ends well before the shift did."""
    data = record.found.data_time
    return data is not None and record.period.end - data > brief.stale


def made_said(made: Made, words: Words) -> str:
    """ "41,200 of 48,000 bottles (−14 %)" """
    if made.planned is None or made.share is None:
        return words.units(made.units, made.unit)
    share = f"{words.signed(made.share * 100)}{NBSP}%"
    if not made.is_whole:
        known = words.say("briefing.where_planned", share=share)
        return f"{words.units(made.units, made.unit)} ({known})"
    planned = words.units(made.planned, made.unit)
    return words.say("briefing.of", made=words.number(made.units), planned=planned, share=share)


def _oee(brief: Brief, record: ShiftRecord, words: Words) -> str:
    kpis = record.found.kpis
    if kpis.oee is None:
        return words.say("briefing.oee_unknown", why=why_not(kpis, "oee", words))
    said = words.say("briefing.oee", value=words.percent(kpis.oee))
    if record.target is not None:
        target = words.percent(record.target, 0)
        said = words.say("briefing.oee_target", value=words.percent(kpis.oee), target=target)
    return f"{said} {sparkline(brief.before.course)}".rstrip()


def sparkline(course: Sequence[float | None]) -> str:
    """Ratios as bars of eight heights from 40 to 100 %; empty for fewer than three known ones."""
    known = [value for value in course if value is not None]
    if len(known) < 3:
        return ""
    return "".join(step(value, 0.4, 1.0, "·") for value in course)


def unusual(brief: Brief, words: Words) -> list[Text]:
    found = brief.before.unusual
    if not found:
        return []
    assets = {asset.id: asset.name for asset in brief.record.found.assets} if brief.record else {}
    told = []
    for one in found[:_UNUSUAL]:
        by_loss = words.has(f"losses.{one.cause}")
        cause = words.say(f"losses.{one.cause}") if by_loss else one.cause
        times = "" if one.stops is None else words.say("briefing.times", n=one.stops)
        figures = ", ".join(part for part in (times, words.minutes(one.minutes)) if part)
        usual = words.minutes(one.usual.center)
        what = {"asset": assets.get(one.asset, one.asset), "cause": cause, "figures": figures}
        told.append(words.say("briefing.unusual", **what, usual=usual))
    if len(found) > _UNUSUAL:
        told.append(words.say("common.more", n=len(found) - _UNUSUAL))
    said = {"n": brief.before.shifts, "shift": brief.last.name if brief.last else ""}
    listed = words.say("briefing.unusual_list", listed="; ".join(told), **said)
    return [Text(listed, brief.before.cites)]
