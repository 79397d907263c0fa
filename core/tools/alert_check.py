"""What needs attention now: the alert rules, evaluated on the spot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.alerts.inhibition import Alerts, evaluate
from core.alerts.observe import observe
from core.alerts.rules import Alert
from core.alerts.situation import Check, OpenStop, Situation
from core.alerts.standing import (
    Standing,
    standing_actions,
    standing_notices,
    standing_of,
    state_said,
)
from core.alerts.wording import AlertWords, places
from core.answer import Action, Actions, Heading, Metric, Metrics, Notice, Part, Table, Text, Tone
from core.context import ToolContext
from core.domain.alarms import Priority
from core.domain.assets import Asset
from core.figures import names, next_questions
from core.tool import ManufacturingTool, ScopeArgs
from core.words import Words

_TONES: dict[Priority, Tone] = {
    Priority.HIGH: "bad", Priority.MEDIUM: "warning", Priority.LOW: "neutral"
}  # fmt: skip
CHECKS: tuple[Check, ...] = (
    "safety", "down", "behind_plan", "oee", "quality", "scrap_jump", "feed_stale"
)  # fmt: skip


class AlertArgs(ScopeArgs):
    """Only the assets: alerts are about now."""


@dataclass(frozen=True, slots=True)
class AlertResult:
    """`doubtful` are open stops that production since then contradicts; `standing` is what became
    of the alerts so far, None without a store."""

    asked: tuple[Asset, ...]
    now: datetime
    situation: Situation
    alerts: Alerts
    doubtful: tuple[OpenStop, ...]
    places: Mapping[str, Asset]
    zone: str
    cites: tuple[int, ...]
    standing: Standing | None = None


class AlertCheck(ManufacturingTool[AlertArgs, AlertResult]):
    """Active alerts right now, by priority: safety events not closed, machines down for long,
    shifts behind plan, OEE or quality under target, scrap jumps, stale data. Not for history."""

    name = "alert_check"
    command = "alerts"
    args = AlertArgs
    examples = {  # noqa: RUF012 - a class's constant
        "en": (
            "any alerts right now?",
            "is anything wrong in packaging?",
            "anything wrong on line 3?",
            "which alarms are active in machining?",
        ),
        "de": (
            "Gibt es gerade Alarme?",
            "Stimmt in der Verpackung etwas nicht?",
            "Was braucht an Linie 3 Aufmerksamkeit?",
            "Welche Warnungen sind in der Montage aktiv?",
        ),
    }

    async def run(self, args: AlertArgs, context: ToolContext) -> AlertResult:
        asked = context.scope(args.assets)
        rules = context.installation.alert_rules
        situation, doubtful = await observe(context, asked, rules)
        alerts = evaluate(situation, rules, context.now)
        return AlertResult(
            asked,
            context.now,
            situation,
            alerts,
            doubtful,
            places(context.hierarchy, alerts.active, doubtful),
            context.installation.zone(asked[0]),
            tuple(dict.fromkeys(cite for alert in alerts.active for cite in alert.cites))
            or tuple(citation.number for citation in context.citations),
            await standing_of(context, asked),
        )

    def present(self, result: AlertResult, words: Words) -> tuple[Part, ...]:
        shown = names(result.asked, words)
        moment = words.moment(result.now, result.zone)
        said = AlertWords(words, result.places, result.zone, result.now)
        return (
            Heading(f"{words.say('alert_check.title', assets=shown)} · {moment}"),
            *_sentences(result, said),
            *_metrics(result, words),
            *_table(result, said),
            *_notices(result, said),
            _next(result, words),
        )


def _sentences(result: AlertResult, said: AlertWords) -> tuple[Text, ...]:
    words, active = said.words, result.alerts.active
    shown = names(result.asked, words)
    if not active:
        checked = [words.say(f"alerts.check_{c}") for c in CHECKS if c in result.situation.checked]
        if not checked:
            return (Text(words.say("alert_check.nothing_checked", assets=shown)),)
        data = words.moment(result.situation.data_time, result.zone)
        key = "alert_check.nothing" if result.situation.data_time else "alert_check.nothing_dated"
        known = {"assets": shown, "checked": words.joined(checked), "moment": data}
        return (Text(words.say(key, **known), result.cites),)
    gravest = active[0]
    what = f"{said.name(gravest.asset)}: {said.what(gravest)}"
    since = words.say("common.since", moment=said.since(gravest))
    high = sum(alert.priority is Priority.HIGH for alert in active)
    count = words.say("alert_check.count", n=len(active), assets=shown)
    urgent = f" {words.say('alert_check.high', n=high)}" if high and len(active) > 1 else ""
    key = "alert_check.gravest" if len(active) > 1 else "alert_check.only"
    first = words.say(key, what=what, since=since)
    return (Text(f"{count}{urgent} {first}", gravest.cites),)


def _metrics(result: AlertResult, words: Words) -> tuple[Part, ...]:
    active = result.alerts.active
    if len(active) < 2:
        return ()
    counts = Counter(alert.priority for alert in active)
    shown = [
        Metric(
            words.say(f"alerts.priority_{priority.name.lower()}"),
            words.number(counts[priority]),
            tone=_TONES[priority] if counts[priority] else "neutral",
        )
        for priority in reversed(Priority)
    ]
    return (Metrics(tuple(shown)),)


def _table(result: AlertResult, said: AlertWords) -> tuple[Part, ...]:
    words, active = said.words, result.alerts.active
    if not active:
        return ()
    heads = ["alerts.priority", "common.asset", "alerts.alert", "alerts.since"]
    rows = [
        (
            words.say(f"alerts.priority_{alert.priority.name.lower()}"),
            said.name(alert.asset),
            said.whole(alert),
            said.since(alert),
        )
        for alert in active
    ]
    standing = result.standing
    if standing is None or not any(standing.of(alert) for alert in active):
        shown: tuple[tuple[str, ...], ...] = tuple(rows)
    else:
        heads.append("alert_states.state")
        states = (state_said(standing.of(alert), standing, words) for alert in active)
        shown = tuple((*row, state) for row, state in zip(rows, states, strict=True))
    titles = tuple(words.say(head) for head in heads)
    return (Table(titles, shown, "l" * len(heads), cites=result.cites),)


def _notices(result: AlertResult, said: AlertWords) -> list[Notice]:
    words, alerts = said.words, result.alerts
    notices = []
    if alerts.first_out is not None:
        first = f"{said.name(alerts.first_out.asset)}: {said.what(alerts.first_out)}"
        notices.append(Notice(words.say("alert_check.flood", first=first), "bad"))
    for stop in result.doubtful:
        moment = words.moment(stop.since, result.zone)
        asset = said.name(stop.asset)
        notices.append(Notice(words.say("alerts.doubtful", asset=asset, moment=moment)))
    missing = [c for c in CHECKS if c not in result.situation.checked]
    if missing and len(missing) < len(CHECKS):
        shown = words.joined([words.say(f"alerts.check_{check}") for check in missing])
        notices.append(Notice(words.say("alert_check.unchecked", checks=shown), "neutral"))
    if result.standing is not None:
        notices += standing_notices(result.standing, words)
    return notices


def _next(result: AlertResult, words: Words) -> Part:
    place = " ".join(asset.id for asset in result.asked)
    found: dict[str, tuple[str, str]] = {}
    for alert in result.alerts.active:
        label, command = _question(alert, place)
        asset = result.places[alert.asset].name
        found.setdefault(label, (words.say(f"alert_check.{label}", asset=asset), command))
    first = [*found.values()][:3]
    asked = next_questions(*first, (words.say("alert_check.actions"), f"/actions {place}"))
    if result.standing is None:
        return asked
    own = standing_actions(result.alerts.active, result.standing, words)
    load = Action(words.say("alert_states.load"), f"/alert load {place}")
    return Actions((*own, *asked.actions, *((load,) if result.standing.kept else ())))


def _question(alert: Alert, place: str) -> tuple[str, str]:
    match alert.rule:
        case "safety":
            return "safety", f"/safety {place}"
        case "down" | "stop_cost":
            return "why", f"/downtime {alert.asset}"
        case "behind_plan":
            return "production", f"/production {place}"
        case _:
            return "asset", f"/asset {alert.asset}"
