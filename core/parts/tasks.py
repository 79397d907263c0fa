"""What is to be done, in a reader's words: a task with who, when and why, and who has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.actions import CauseLoss, Task, Why
from core.alerts.wording import AlertWords
from core.answer import Action
from core.domain.assets import Asset
from core.domain.periods import Interval, Period
from core.domain.tracking import Subject, Tracked, Who
from core.request import Place
from core.store.places import place_id
from core.words import Words

_MOST_WHYS = 3
_WHY = 120


@dataclass(frozen=True, slots=True)
class TaskWords:
    """Says tasks. `days` and `lately` are the periods of their losses."""

    alerts: AlertWords
    days: Period
    lately: Interval

    @property
    def words(self) -> Words:
        return self.alerts.words

    def place(self, task: Task) -> str:
        return self.words.joined([self.alerts.name(a) for a in (task.asset, *task.others)])

    def verb(self, task: Task) -> str:
        words = self.words
        if task.kind == "safety":
            severity = self.alerts.severity(task.about)
            n = 1 + len(task.others)
            return words.say("action_list.do_safety", severity=severity, n=n)
        return do(task.subject, words, is_open=task.is_open)

    def whys(self, task: Task, most: int = _MOST_WHYS) -> str:
        return "; ".join(self.why(task, why) for why in task.why[:most])

    def why(self, task: Task, why: Why) -> str:
        if not isinstance(why, CauseLoss):
            return self.alerts.reason(why, task.asset)
        shown = self.dated(why)
        others = [self.alerts.name(asset) for asset in why.affected if asset != why.asset]
        if others:
            rest = len(others) - 2
            more = [self.words.say("common.more", n=rest)] if rest > 0 else []
            assets = self.words.joined([*others[:2], *more])
            shown = self.words.say("action_list.held_up", what=shown, assets=assets)
        return shown

    def dated(self, why: CauseLoss) -> str:
        """ "the last 7 days: 21 stops, 15 h 40 min, USD 8,144" """
        return self.words.say("action_list.lost", period=self._period(why), figures=self.lost(why))

    def lost(self, why: CauseLoss) -> str:
        """ "21 stops, 15 h 40 min, USD 8,144", as far as known."""
        words, figures = self.words, []
        if why.stops is not None:
            figures.append(words.say("common.stops", n=why.stops))
        if why.kind == "rejects" and why.units is not None:
            asset = self.alerts.places.get(why.affected[0])
            figures.append(words.units(why.units, asset.unit if asset else None))
        elif why.minutes is not None:
            figures.append(words.minutes(why.minutes))
        if why.money is not None:
            figures.append(words.money(why.money, why.currency))
        return ", ".join(figures)

    def _period(self, why: CauseLoss) -> str:
        if not why.lately:
            return self.words.period_name(self.days)
        begun = self.words.moment(self.lately.start, self.alerts.zone)
        return self.words.say("common.since", moment=begun)


def do(subject: Subject, words: Words, *, is_open: bool = False) -> str:
    """What is to be done about it: "find the cause of “infeed conveyor jam”"."""
    if subject.kind == "safety":
        return words.say("action_list.do_safety", severity=subject.about or "", n=1)
    key = f"action_list.do_{subject.kind}"
    key = f"{key}_open" if is_open and words.has(f"{key}_open") else key
    if subject.about and words.has(f"{key}_about"):
        return words.say(f"{key}_about", about=subject.about)
    return words.say(key)


# --- who has it ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standings:
    """Says how actions stand to whoever reads it in `place`; `me` is who asks, in private."""

    words: Words
    zone: str
    place: Place
    me: str

    def said(self, action: Tracked) -> str:
        """Empty for a suggestion that nobody has taken up."""
        now, words = action.now, self.words
        parts = []
        if now.state == "taken":
            name = self.name(now.owner)
            parts.append(words.say("action.taken_by" if name else "action.taken", name=name))
            if now.due is not None:
                parts.append(words.say("action.due", clock=words.clock(now.due, self.zone)))
            if now.carried:
                parts.append(words.say("action.carried", n=now.carried))
        elif now.state == "done":
            parts.append(words.say("action.done", moment=words.moment(now.ended_at, self.zone)))
        elif now.state == "not_useful":
            parts.append(words.say("action.not_useful", why=now.why[:_WHY]))
        return ", ".join(parts)

    def name(self, who: Who | None) -> str:
        """Where they acted people saw who it was; elsewhere nobody is named."""
        if who is None:
            return ""
        if self.place.private and who.id and who.id == self.me:
            return self.words.say("action.you")
        return who.name if who.place == place_id(self.place) else ""


def buttons(number: int, action: Tracked | None, words: Words) -> list[Action]:
    """What can be done with the action of a row."""
    if action is None or not action.is_open:
        return []
    if action.now.state == "proposed":
        return [command(action, "take", words, n=number)]
    return [command(action, "done", words, n=number)]


def command(action: Tracked, act: str, words: Words, n: int = 0) -> Action:
    """A button for one act, which carries the version that its reader saw."""
    label = words.say(f"action.do_{act}")
    said = act.replace("_", "-")
    return Action(f"{label} {n}" if n else label, f"/action {action.id} {said} v{action.version}")


def place_name(action: Tracked, places: Mapping[str, Asset]) -> str:
    asset = places.get(action.subject.asset)
    return asset.name if asset else action.subject.asset
