"""A briefing as a reader takes it in within twenty seconds: safety first, a line each."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.actions import CauseLoss, Task
from core.alerts.rules import Alert
from core.alerts.situation import Situation
from core.alerts.wording import AlertWords
from core.answer import Action, Actions, Heading, Notice, Part, Text
from core.briefing.gather import SECTIONS, Brief, state_of, words_of
from core.briefing.last_shift import last_shift, unusual, when
from core.domain.alarms import AlarmState
from core.figures import names
from core.measures.shift_record import ShiftRecord
from core.parts.tasks import Standings, TaskWords, command
from core.words import Words

_OPEN, _WATCH, _NOTES = 2, 3, 2
_NOTE_LETTERS = 100
_STANDS = frozenset({"down", "stop_cost", "behind_plan"})


def present(brief: Brief, standings: Standings, words: Words) -> tuple[Part, ...]:
    """The safety line leads; then the shift before, what to do, what is open."""
    alerts = AlertWords(words, brief.places, brief.zone, brief.now)
    parts: list[Part] = [
        Text(_safety(brief, alerts), _safety_cites(brief)),
        Heading(_title(brief, words)),
        *last_shift(brief, words),
        *unusual(brief, words),
        *_tasks(brief, alerts, standings),
        *_open(brief, alerts),
        *_shelved(brief, alerts),
        *_watch(brief, alerts),
        *_handed(brief, standings),
        *_notices(brief, words),
        _buttons(brief, words),
    ]
    return tuple(parts)


def _title(brief: Brief, words: Words) -> str:
    """ "Packaging · Early 06:00 CDT (data 05:58, preliminary until 06:15)" """
    shown, zone = names(brief.asked, words), brief.zone
    if brief.shift is not None:
        start = words.moment(brief.shift.interval.start, zone)
        said = words.say("briefing.title", assets=shown, shift=brief.shift.name, moment=start)
    elif brief.next_start is not None:
        start = words.moment(brief.next_start, zone)
        said = words.say("briefing.title_later", assets=shown, moment=start)
    else:
        said = words.say("briefing.title_none", assets=shown)
    told = _fresh(brief, words)
    return f"{said} ({told})" if told else said


def _fresh(brief: Brief, words: Words) -> str:
    """How new the data is, and until when the last shift's figures may change."""
    told = []
    data = brief.seen.situation.data_time if brief.seen else None
    data = data or (brief.record.found.data_time if brief.record else None)
    if data is not None:
        told.append(words.say("briefing.data", clock=when(data, brief, words)))
    if brief.record is not None and brief.record.found.is_preliminary:
        final = _final(brief.record)
        if final > brief.now:
            told.append(words.say("briefing.preliminary", clock=words.clock(final, brief.zone)))
        else:  # the data is late, and nobody knows when it comes
            told.append(words.say("briefing.still_preliminary"))
    return ", ".join(told)


def _final(record: ShiftRecord) -> datetime:
    minutes = record.found.rules.preliminary_minutes
    return record.period.end + timedelta(minutes=minutes)


# --- safety ----------------------------------------------------------------------------------


def _safety(brief: Brief, alerts: AlertWords) -> str:
    """Severity, place and state, never what happened."""
    words, found = alerts.words, brief.open_events
    if found is None:
        return words.say("briefing.safety_unknown")
    if not found:
        return words.say("briefing.safety_none")
    first = found[0]
    severity = alerts.severity(first.said)
    said = words.say("briefing.safety", severity=severity, asset=alerts.name(first.place))
    if len(found) > 1:
        said = words.say("briefing.and_more", what=said, n=len(found) - 1)
    return said


def _safety_cites(brief: Brief) -> tuple[int, ...]:
    return brief.open_events[0].cites if brief.open_events else ()


# --- what to do ------------------------------------------------------------------------------


def _tasks(brief: Brief, alerts: AlertWords, standings: Standings) -> list[Text]:
    if brief.seen is None:
        return []
    words = alerts.words
    said = TaskWords(alerts, brief.seen.days, brief.seen.lately)
    told = [
        Text(f"{number}. {_task(task, said, brief, standings)}", task.cites)
        for number, task in enumerate(brief.work.tasks, start=1)
    ]
    if told or _is_silent(brief.seen.situation):  # no news is no good news
        return told
    return [Text(words.say("briefing.nothing_to_do"), _moment_cites(brief))]


def _is_silent(situation: Situation) -> bool:
    """Whether even the newest data is stale."""
    return any(feed.at == situation.data_time for feed in situation.feeds)


def _task(task: Task, said: TaskWords, brief: Brief, standings: Standings) -> str:
    figures = [said.dated(why) for why in task.why if isinstance(why, CauseLoss)][:1]
    stands = [said.alerts.since(w) for w in task.why if not isinstance(w, CauseLoss)][:1]
    if task.is_open and stands:
        figures = [said.words.say("common.since", moment=stands[0])]
    kept = brief.work.of(task)
    standing = standings.said(kept) if kept else ""
    what = f"{said.place(task)}: {said.verb(task)}."
    told = ", ".join(part for part in (*figures, standing) if part)
    return f"{what} {told[:1].upper()}{told[1:]}." if told else what


def _moment_cites(brief: Brief) -> tuple[int, ...]:
    return brief.record.cites if brief.record else ()


# --- what stands, comes back, or wants watching ----------------------------------------------


def _open(brief: Brief, alerts: AlertWords) -> list[Text]:
    found = [a for a in brief.alerts if a.rule in _STANDS and not _is_shelved(brief, a)]
    if not found:
        return []
    words = alerts.words
    told = [_alert(brief, one, alerts) for one in found[:_OPEN]]
    if len(found) > _OPEN:
        told.append(words.say("common.more", n=len(found) - _OPEN))
    cites = tuple(dict.fromkeys(cite for one in found[:_OPEN] for cite in one.cites))
    return [Text(words.say("briefing.open", listed="; ".join(told)), cites)]


def _alert(brief: Brief, alert: Alert, alerts: AlertWords) -> str:
    """ "Line 3 since 05:41, nobody on it" """
    words, stored = alerts.words, state_of(brief, alert)
    name = alerts.name(alert.asset)
    if alert.rule == "behind_plan":
        what = f"{name} {alerts.reason(alert, alert.asset)}"
    else:
        since = words.say("common.since", moment=alerts.since(alert))
        what = f"{name} {since}"
    if stored is None:
        return what
    who = "nobody"
    if stored.taken_at is not None:
        who = "somebody"
    elif stored.acknowledged:
        who = "acknowledged"
    return f"{what}, {words.say(f'briefing.{who}')}"


def _is_shelved(brief: Brief, alert: Alert) -> bool:
    stored = state_of(brief, alert)
    return stored is not None and stored.state(brief.now) is AlarmState.SHELVED


def _shelved(brief: Brief, alerts: AlertWords) -> list[Text]:
    if not brief.shelved:
        return []
    words = alerts.words
    told = [
        words.say(
            "briefing.back",
            asset=alerts.name(one.asset),
            clock=words.clock(one.shelved_until, brief.zone),
        )
        for one in brief.shelved[:_OPEN]
    ]
    return [Text(words.say("briefing.shelved", listed="; ".join(told)))]


def _watch(brief: Brief, alerts: AlertWords) -> list[Text]:
    """What does not stand but goes the wrong way."""
    found = [a for a in brief.alerts if a.rule not in _STANDS and a.rule != "safety"]
    if not found:
        return []
    words = alerts.words
    told = [
        f"{alerts.name(one.asset)} {words.say(f'alerts.short_{one.rule}')}"
        for one in found[:_WATCH]
    ]
    if len(found) > _WATCH:
        told.append(words.say("common.more", n=len(found) - _WATCH))
    cites = tuple(dict.fromkeys(cite for one in found[:_WATCH] for cite in one.cites))
    return [Text(words.say("briefing.watch", listed="; ".join(told)), cites)]


def _handed(brief: Brief, standings: Standings) -> list[Text]:
    """The newest notes of the shift before, in their writers' own words."""
    handed, words = brief.handed, standings.words
    if handed is None or brief.last is None or not (handed.notes or handed.handover):
        return []
    notes = [
        words.say("handover.quoted", said=_clipped(note.said)) for note in handed.notes[-_NOTES:]
    ]
    state = handed.handover.state if handed.handover else "signed"
    key = {"open": "uncompleted", "completed": "unsigned"}.get(state)
    told = " ".join((*notes, words.say(f"briefing.{key}")) if key else notes)
    if not told:
        return []
    return [Text(words.say("briefing.handed", shift=brief.last.name, told=told))]


def _clipped(said: str) -> str:
    flat = " ".join(said.split())
    return flat if len(flat) <= _NOTE_LETTERS else f"{flat[: _NOTE_LETTERS - 1]}…"


# --- the rest --------------------------------------------------------------------------------


def _notices(brief: Brief, words: Words) -> list[Notice]:
    told = []
    if brief.late:
        start = words.clock(brief.at, brief.zone)
        now = words.clock(brief.now, brief.zone)
        told.append(Notice(words.say("briefing.late", start=start, now=now)))
    down = {part: brief.missing[part] for part in SECTIONS if brief.missing.get(part)}
    if down:
        parts = words.joined([words.say(f"briefing.part_{section}") for section in down])
        systems = words.joined(sorted(set(down.values())))
        told.append(Notice(words.say("briefing.missing", parts=parts, systems=systems)))
    return told


def _buttons(brief: Brief, words: Words) -> Actions:
    scope = " ".join(asset.id for asset in brief.asked)
    found: list[Action] = []
    for number, task in enumerate(brief.work.tasks, start=1):
        kept = brief.work.of(task)
        if kept is not None and kept.now.state == "proposed":
            found.append(command(kept, "take", words, number))
    if brief.last is not None:
        shift = words_of(brief.last, brief.zone)
        found.append(Action(words.say("briefing.details"), f"/downtime {scope} {shift}"))
        found.append(Action(words.say("briefing.oee_details"), f"/oee {scope} {shift}"))
    found.append(Action(words.say("briefing.alerts"), f"/alerts {scope}"))
    found.append(Action(words.say("action.list"), f"/actions {scope}"))
    if any(alert.rule == "safety" for alert in brief.alerts):
        found.append(Action(words.say("briefing.safety_details"), f"/safety {scope}"))
    if brief.handed is not None and brief.handed.handover is not None:
        handover = f"/handover {brief.handed.handover.id}"
        found.append(Action(words.say("briefing.handover"), handover))
    return Actions(tuple(found))
