"""Alerts in a reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.alerts.rules import Alert
from core.alerts.situation import OpenStop
from core.domain.assets import Asset, Hierarchy
from core.domain.safety import parse_severity
from core.words import Words

_NEAR = timedelta(hours=12)


def places(
    hierarchy: Hierarchy, alerts: Iterable[Alert], stops: Iterable[OpenStop] = ()
) -> dict[str, Asset]:
    """The assets and areas that the alerts name, by id."""
    ids: dict[str, None] = dict.fromkeys(stop.asset for stop in stops)
    for alert in alerts:
        for one in (alert, *alert.follow):
            ids |= dict.fromkeys((one.asset, *one.members, *((one.cause,) if one.cause else ())))
    return {asset.id: asset for asset_id in ids if (asset := hierarchy.get(asset_id)) is not None}


@dataclass(frozen=True, slots=True)
class AlertWords:
    """Says alerts as of `now`, in `zone`."""

    words: Words
    places: Mapping[str, Asset]
    zone: str
    now: datetime

    def name(self, asset_id: str) -> str:
        asset = self.places.get(asset_id)
        return asset.name if asset else asset_id

    def since(self, alert: Alert) -> str:
        """The time of day; with the day where that is neither today's nor last night's."""
        local = alert.since.astimezone(ZoneInfo(self.zone))
        clock = self.words.clock(alert.since, self.zone)
        is_today = local.date() == self.now.astimezone(ZoneInfo(self.zone)).date()
        is_near = self.now - alert.since < _NEAR
        return clock if is_today or is_near else f"{self.words.day(local)} {clock}"

    def whole(self, alert: Alert) -> str:
        """What it is, and what follows from it."""
        what = self.what(alert)
        if len(alert.members) > 1:
            return f"{what} ({self._listed(alert.members)})"
        if not alert.follow:
            return what
        shown = []
        for one in alert.follow[:3]:
            label = self.words.say(f"alerts.short_{one.rule}")
            shown.append(label if one.asset == alert.asset else f"{self.name(one.asset)} {label}")
        if len(alert.follow) > 3:
            shown.append(self.words.say("common.more", n=len(alert.follow) - 3))
        return self.words.say("alerts.explains", what=what, others=self.words.joined(shown))

    def what(self, alert: Alert) -> str:
        """The figure with its limit: "down 49 min (limit 10 min): “wheel balancer fault”"."""
        match alert.rule:
            case "safety":
                return self.words.say("alerts.safety", severity=self.severity(alert.about))
            case "down" | "stop_cost":
                return self._stop(alert)
            case "behind_plan":
                return self._behind(alert)
            case "oee" | "quality":
                return self.words.say(
                    f"alerts.{alert.rule}",
                    value=self.words.percent(alert.figure),
                    target=self.words.percent(alert.limit),
                    n=round(float(alert.extra.get("readings") or 0)),
                )
            case "scrap_jump":
                return self._scrap(alert)
            case "feed_stale":
                silent = self.words.minutes(alert.figure)
                key = "feed_stale" if alert.extra.get("by_shifts", 1.0) else "feed_stale_by_clock"
                return self.words.say(f"alerts.{key}", minutes=silent, n=max(1, len(alert.members)))

    def reason(self, alert: Alert, of: str = "") -> str:
        """Why something is to be done about the asset `of`: without the limit, with the time."""
        since = self.words.say("common.since", moment=self.since(alert))
        match alert.rule:
            case "safety":
                return self.words.say("alerts.open", asset=self.name(alert.asset), since=since)
            case "down" | "stop_cost":
                minutes = self.words.minutes(_number(alert.extra.get("minutes")))
                cost = _number(alert.extra.get("cost"))
                said = self.words.say("alerts.stands", minutes=minutes, since=since)
                shown = self.words.money(cost, str(alert.extra.get("currency") or ""))
                return said if cost is None else f"{said}, {shown}"
            case "behind_plan":
                return self._behind(alert, of)
            case _:
                return self.what(alert)

    def severity(self, said: str | None) -> str:
        """In the reader's language where it is one that is known, else as recorded."""
        known = parse_severity(said or "")
        return (said or "") if known is None else self.words.say(f"alerts.{known.name.lower()}")

    def _stop(self, alert: Alert) -> str:
        words, extra = self.words, alert.extra
        figures = {
            "minutes": words.minutes(_number(extra.get("minutes"))),
            "cost": words.money(_number(extra.get("cost")), str(extra.get("currency") or "")),
            "limit": words.minutes(alert.limit)
            if alert.unit == "minutes"
            else words.money(alert.limit, str(extra.get("currency") or "")),
        }
        text = words.say(f"alerts.{alert.rule}", **figures)
        if alert.about:
            text = words.say("alerts.because", what=text, reason=alert.about)
        if alert.cause and alert.cause in self.places:
            text = words.say("alerts.caused_by", what=text, asset=self.name(alert.cause))
        return text

    def _behind(self, alert: Alert, of: str | None = None) -> str:
        words, extra = self.words, alert.extra
        asset = self.places.get(alert.asset)
        unit = asset.unit if asset else None
        figures = {
            "share": words.percent(alert.figure, 0),
            "limit": words.percent(alert.limit, 0),
            "gap": words.units(_number(extra.get("gap")), unit),
            "target": words.number(_number(extra.get("target"))),
            "projected": words.number(_number(extra.get("projected"))),
        }
        if of is not None:
            said = words.say("alerts.behind_brief", **figures)
            return said if of == alert.asset else f"{self.name(alert.asset)} {said}"
        known = extra.get("projected") is not None
        return words.say("alerts.behind_projected" if known else "alerts.behind_plan", **figures)

    def _scrap(self, alert: Alert) -> str:
        words = self.words
        figures = {
            "value": words.percent(alert.figure),
            "limit": words.percent(alert.limit),
            "usual": words.percent(_number(alert.extra.get("usual"))),
        }
        if alert.about:
            return words.say("alerts.scrap_jump_of", product=alert.about, **figures)
        return words.say("alerts.scrap_jump", **figures)

    def _listed(self, ids: tuple[str, ...]) -> str:
        shown = [self.name(asset) for asset in ids[:3]]
        if len(ids) > 3:
            shown.append(self.words.say("common.more", n=len(ids) - 3))
        return self.words.joined(shown)


def _number(value: float | str | None) -> float | None:
    return value if isinstance(value, int | float) else None
