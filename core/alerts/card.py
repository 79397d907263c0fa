"""The card of an alert that lasts: what it is in one line that fits a phone's lock screen, who is
on it, and what can be done. Made of what is stored, so that it needs no look at the plant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from core.access import Access
from core.alerts.rules import Alert
from core.alerts.snapshot import STOPS, restored
from core.alerts.wording import AlertWords
from core.answer import Action, Actions, Notice, Part, Text
from core.domain.alarms import AlarmState
from core.domain.assets import Hierarchy
from core.store.alerts import StoredAlert
from core.store.stop_reasons import StopReason
from core.words import Words

_MINUTE = timedelta(minutes=1)
_OLD = timedelta(minutes=10)
_REASON = 40


@dataclass(frozen=True, slots=True)
class Card:
    """One alert as a reader sees it at `now`. `given` is the reason that somebody gave for the
    stop, `likely` are those to choose from; `cause` is the alert that this one follows from."""

    stored: StoredAlert
    words: Words
    hierarchy: Hierarchy
    access: Access
    zone: str
    now: datetime
    given: StopReason | None = None
    likely: tuple[str, ...] = ()
    cause: StoredAlert | None = None

    @property
    def line(self) -> str:
        """ "Line 3 DOWN 12 min, since 02:14 · conveyor jam, 3× tonight · nobody on it" """
        bits = (self._what(), self._reason(), self._cost(), self._status())
        return " · ".join(bit for bit in bits if bit)

    @property
    def parts(self) -> tuple[Part, ...]:
        return (Text(self.line), *self._more(), *self._notices(), Actions(tuple(self._actions())))

    # --- the line

    @property
    def _alert(self) -> Alert:
        return restored(self.stored, money=self.access.money)

    @property
    def _said(self) -> AlertWords:
        ids = {self.stored.asset, *self._alert.members}
        ids |= {self._alert.cause} if self._alert.cause else set()
        places = {i: asset for i in ids if (asset := self.hierarchy.get(i)) is not None}
        return AlertWords(self.words, places, self.zone, self.now)

    def _what(self) -> str:
        alert, words, said = self._alert, self.words, self._said
        figures: dict[str, object] = {
            "asset": said.name(alert.asset),
            "since": said.since(alert),
            "minutes": self._minutes(),
            "start": said.since(alert),
            "end": words.clock(self.stored.ended_at, self.zone),
        }
        is_stop = self.stored.rule in STOPS
        if self.stored.ended_at is not None and not self.stored.active:
            return words.say("alert_card.running" if is_stop else "alert_card.over", **figures) + (
                "" if is_stop else f" · {said.what(alert)}"
            )
        if is_stop:
            return words.say("alert_card.down", **figures)
        figures["what"] = said.what(alert)
        return words.say("alert_card.other", **figures)

    def _minutes(self) -> str:
        known = self.stored.facts.get("extra", {}).get("minutes")
        if known is None:
            known = ((self.stored.ended_at or self.now) - self.stored.since) / _MINUTE
        return self.words.minutes(known)

    def _reason(self) -> str:
        """The stop's reason as somebody gave it, else as the machine did; how often; by whom."""
        alert, words, more = self._alert, self.words, self.stored.facts.get("more", {})
        if self.stored.rule not in STOPS:
            return ""
        about = self.given.reason if self.given is not None else alert.about
        bits = [about or words.say("alert_card.no_reason")]
        if more.get("nth"):
            key = "alert_card.nth_night" if more.get("at_night") else "alert_card.nth"
            bits.append(words.say(key, n=int(more["nth"])))
        if alert.cause and self._may_see(alert.cause):
            bits.append(words.say("alert_card.by", asset=self._said.name(alert.cause)))
        return ", ".join(bits)

    def _cost(self) -> str:
        extra, more = self._alert.extra, self.stored.facts.get("more", {})
        rate, minutes, cost = more.get("rate"), extra.get("minutes"), extra.get("cost")
        bits = []
        if isinstance(rate, int | float) and isinstance(minutes, int | float) and rate * minutes:
            bits.append(f"≈ {self.words.units(_rounded(rate * minutes), more.get('unit'))}")
        if isinstance(cost, int | float) and cost:
            bits.append(self.words.money(cost, str(extra.get("currency") or "")))
        return ", ".join(bits)

    def _status(self) -> str:
        stored, words = self.stored, self.words
        state = stored.state(self.now)
        if stored.closed_at is not None:
            return words.say("alert_card.closed")
        match state:
            case AlarmState.SHELVED:
                until = words.clock(stored.shelved_until, self.zone)
                return words.say("alert_card.shelved", until=until, why=stored.shelved_because)
            case AlarmState.SUPPRESSED:
                cause = self.cause
                if cause is None or not self._may_see(cause.asset):
                    return words.say("alert_card.suppressed_plain")
                asset, what = self.hierarchy[cause.asset], words.say(f"alerts.short_{cause.rule}")
                return words.say("alert_card.suppressed", asset=asset.name, what=what)
            case AlarmState.RETURNED_UNACKNOWLEDGED:
                return words.say("alert_card.nobody_saw")
            case AlarmState.UNACKNOWLEDGED | AlarmState.ACKNOWLEDGED:
                if stored.taken_by is not None:
                    name = stored.taken_name or words.say("alert_card.somebody")
                    return words.say("alert_card.taken", name=name)
                seen = state is AlarmState.ACKNOWLEDGED
                return words.say("alert_card.seen" if seen else "alert_card.nobody")
            case AlarmState.NORMAL | AlarmState.OUT_OF_SERVICE:
                return ""
            case _:
                assert_never(state)

    def _may_see(self, asset_id: str) -> bool:
        asset = self.hierarchy.get(asset_id)
        return asset is not None and self.access.allows(asset, self.hierarchy)

    # --- below it

    def _more(self) -> Iterator[Text]:
        stored, words = self.stored, self.words
        followers = [
            f"{asset.name} {words.say(f'alerts.short_{rule}')}"
            for rule, asset_id in stored.facts.get("follow", ())
            if (asset := self.hierarchy.get(asset_id)) and self._may_see(asset_id)
        ]
        if followers and stored.active:
            yield Text(words.say("alert_card.explains", others=words.joined(followers[:4])))
        if self.given is not None and self.given.machine_reason not in (None, self.given.reason):
            yield Text(words.say("alert_card.machine", reason=self.given.machine_reason))
        if stored.escalated_at is not None and stored.active and stored.taken_by is None:
            clock = words.clock(stored.escalated_at, self.zone)
            yield Text(words.say("alert_card.escalated", clock=clock))

    def _notices(self) -> Iterator[Notice]:
        stored, words = self.stored, self.words
        times = stored.facts.get("more", {}).get("times")
        if times and stored.active:
            yield Notice(words.say("alert_card.chattering", n=int(times)))
        if stored.active and stored.alarm.stale(self.now):
            yield Notice(words.say("alert_card.stale"))
        until = datetime.fromisoformat(stored.facts["until"])
        if stored.active and stored.rule in STOPS and self.now - until > _OLD:
            clock = self._said.since(replace(self._alert, since=until))
            yield Notice(words.say("alert_card.as_of", clock=clock))

    def _actions(self) -> Iterator[Action]:
        stored, words = self.stored, self.words
        state = stored.state(self.now)
        own, seen = f"/alert {stored.id}", f"v{stored.version}"
        is_over, is_stop = stored.is_over(self.now), stored.rule in STOPS
        if stored.active and not is_over and stored.taken_by is None:
            yield Action(words.say("alert_card.take"), f"{own} take {seen}")
        if state is AlarmState.RETURNED_UNACKNOWLEDGED and not is_over:
            yield Action(words.say("alert_card.ack"), f"{own} ack {seen}")
        if is_stop and self.given is None:
            for reason in self.likely:
                label = words.say("alert_card.reason", reason=_short(reason))
                yield Action(label, f"{own} reason {seen} ={reason}")
        if stored.active and not is_over:
            if state is AlarmState.SHELVED:
                yield Action(words.say("alert_card.unshelve"), f"{own} unshelve {seen}")
            else:
                yield Action(words.say("alert_card.shelve"), f"{own} shelve {seen}")
        if is_stop:
            yield Action(words.say("alert_card.other_reason"), f"{own} reason {seen}")
        if state is AlarmState.UNACKNOWLEDGED and not is_over:
            yield Action(words.say("alert_card.ack"), f"{own} ack {seen}")
        if not is_over:
            yield Action(words.say("alert_card.close"), f"{own} close {seen}")
        yield Action(words.say("alert_card.details"), _question(stored))


def _question(stored: StoredAlert) -> str:
    match stored.rule:
        case "safety":
            return f"/safety {stored.asset}"
        case "down" | "stop_cost":
            return f"/downtime {stored.asset}"
        case "behind_plan":
            return f"/production {stored.asset}"
        case _:
            return f"/asset {stored.asset}"


def _short(reason: str) -> str:
    return reason if len(reason) <= _REASON else reason[: _REASON - 1] + "…"


def _rounded(units: float) -> float:
    """To two figures: it is an estimate."""
    if units < 10:
        return round(units)
    digits = len(str(int(units))) - 2
    return round(units, -digits)
