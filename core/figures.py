"""How figures are shown: metrics with their change, and the caveats that belong to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.answer import Action, Actions, Metric, Notice, Tone
from core.domain.assets import Asset
from core.domain.oee import Kpis
from core.domain.periods import Period
from core.measures.measurement import Measurement
from core.words import Words

RATIOS = ("oee", "availability", "effectiveness", "quality")
_STEADY = 0.0005
"""A change smaller than this rounds to 0.0 percentage points."""
_SMALL = 0.005
"""A change of a ratio below this is told with two digits."""
_MANY_TIMES = 5.0
"""From this factor on it is told itself: "×17" says more than "+1,568 %"."""


def names(assets: Sequence[Asset], words: Words) -> str:
    """ "line-3", "line-3 and line-4", "line-1, line-2 and 4 more"."""
    shown = [asset.name for asset in assets]
    if len(shown) > 3:
        shown = [*shown[:2], words.say("common.more", n=len(shown) - 2)]
    return words.joined(shown)


def scope(assets: Sequence[Asset], period: Period, words: Words) -> dict[str, str]:
    """What was asked about, as the sentences of the catalogues take it."""
    return {"assets": names(assets, words), "period": words.period_name(period)}


def ratio_metric(
    label: str,
    value: float | None,
    words: Words,
    *,
    before: float | None = None,
    reference: str = "",
    target: float | None = None,
    higher_is_better: bool = True,
    cites: tuple[int, ...] = (),
) -> Metric:
    """A ratio as percent with its change in percentage points and its target."""
    said = []
    tone: Tone = "neutral"
    if value is not None and before is not None:
        delta = value - before
        tone = _tone(delta, higher_is_better)
        said.append(words.say("common.versus", change=words.points(delta), reference=reference))
    if value is not None and target is not None:
        tone = "good" if (value >= target) == higher_is_better else "bad"
        said.insert(0, words.say("common.target_is", value=words.percent(target)))
    return Metric(label, words.percent(value), " · ".join(said), tone, cites, value)


def amount_metric(
    label: str,
    value: float | None,
    shown: str,
    words: Words,
    *,
    before: float | None = None,
    reference: str = "",
    higher_is_better: bool = True,
    cites: tuple[int, ...] = (),
) -> Metric:
    """An amount (minutes, units, money) with its change against the one before."""
    change = ""
    tone: Tone = "neutral"
    if value is not None and before:
        tone = _tone((value - before) / before, higher_is_better)
        said = relative(value, before, words)
        change = words.say("common.versus", change=said, reference=reference)
    return Metric(label, shown, change, tone, cites, value)


@dataclass(frozen=True, slots=True)
class Against:
    """Makes metrics of amounts against those of a period that `reference` names."""

    words: Words
    reference: str
    cites: tuple[int, ...]

    def minutes(
        self,
        label: str,
        value: float | None,
        before: float | None,
        *,
        higher_is_better: bool = False,
    ) -> Metric:
        return self._metric(label, value, self.words.minutes(value), before, higher_is_better)

    def count(
        self, label: str, value: float, before: float | None, *, higher_is_better: bool = False
    ) -> Metric:
        return self._metric(label, value, self.words.number(value), before, higher_is_better)

    def _metric(
        self, label: str, value: float | None, shown: str, before: float | None, better: bool
    ) -> Metric:
        return amount_metric(
            label,
            value,
            shown,
            self.words,
            before=before,
            reference=self.reference,
            higher_is_better=better,
            cites=self.cites,
        )


def relative(value: float, before: float, words: Words) -> str:
    """The change from a positive amount in percent ("−12 %"); from five times on the factor."""
    factor = value / before
    if factor >= _MANY_TIMES:
        return f"×{words.number(factor, 0 if factor >= 10 else 1)}"
    return f"{words.signed((factor - 1) * 100)}\u00a0%"


def _tone(delta: float, higher_is_better: bool) -> Tone:
    if abs(delta) < _STEADY:
        return "neutral"
    return "good" if (delta > 0) == higher_is_better else "bad"


def caveats(
    found: Measurement,
    period: Period,
    words: Words,
    about: Literal["kpis", "stops"] = "kpis",
) -> tuple[Notice, ...]:
    """What the reader must know of these figures: each once, the gravest first.

    Minutes of stops need neither an ideal rate nor production rows, KPIs do.
    """
    by_id = found.names
    kpis = found.kpis
    notices = [*_coverage(found, kpis, words)] if about == "kpis" else []
    notices += _stale(found.stale, by_id, period.zone, words)
    if found.is_widened:
        span = words.span(found.covered.start, found.covered.end, period.zone)
        notices.append(Notice(words.say("notices.widened", span=span), "neutral"))
    if found.unrated and about == "kpis":
        shown = words.joined([by_id[asset] for asset in found.unrated])
        notices.append(Notice(words.say("notices.no_ideal_rate", assets=shown)))
    if "effectiveness" in kpis.over_100 and about == "kpis":
        notices.append(Notice(words.say("notices.over_100", asset=words.joined([*by_id.values()]))))
    if found.open_stops:
        moment = words.moment(found.until, period.zone)
        shown = words.joined([by_id[asset] for asset in found.open_stops])
        said = words.say("notices.open_stop", asset=shown, moment=moment)
        notices.append(Notice(said, "neutral"))
    if found.is_preliminary and found.ended:
        moment = words.moment(found.data_time, period.zone)
        notices.append(Notice(words.say("notices.data_ends", moment=moment)))
    elif found.is_preliminary:
        notices.append(Notice(words.say("notices.preliminary"), "neutral"))
    return tuple(notices)


def _stale(
    stale: Mapping[str, datetime], by_id: Mapping[str, str], zone: str, words: Words
) -> list[Notice]:
    """One notice for all assets whose data ends at the same time."""
    together: dict[str, list[str]] = {}
    for asset, at in stale.items():
        together.setdefault(words.moment(at, zone), []).append(by_id[asset])
    return [
        Notice(words.say("notices.stale", asset=words.joined(assets), moment=moment))
        for moment, assets in together.items()
    ]


def _coverage(found: Measurement, kpis: Kpis, words: Words) -> list[Notice]:
    if kpis.coverage is None or kpis.coverage_state not in ("warn", "withheld"):
        return []
    asset = words.joined([asset.name for asset in found.assets][:4])
    coverage = words.percent(kpis.coverage, 0)
    if kpis.coverage_state == "warn":
        return [Notice(words.say("notices.coverage_low", asset=asset, coverage=coverage))]
    figure = words.say("kpis.oee")
    said = words.say("notices.coverage_withheld", figure=figure, asset=asset, coverage=coverage)
    return [Notice(said, "bad")]


def why_not(kpis: Kpis, kpi: str, words: Words) -> str:
    """Why a KPI cannot be given, in words."""
    return words.say(f"reasons.{kpis.why.get(kpi, 'unknown')}")


def kpi_figure(kpi: str, value: float | None, unit: str, words: Words) -> str:
    """A figure that belongs to a KPI: minutes, units or percent."""
    match kpi:
        case "downtime" | "mtbf":
            return words.minutes(value)
        case "output":
            return words.units(value, unit)
        case _:
            return words.percent(value)


def kpi_difference(kpi: str, delta: float, unit: str, words: Words) -> str:
    """A change of a KPI, with its sign; of a ratio in percentage points."""
    match kpi:
        case "downtime" | "mtbf":
            return ("+" if delta > 0 else "") + words.minutes(delta)
        case "output":
            return f"{words.signed(delta)}\u00a0{words.unit(unit)}"
        case _:
            return words.points(delta, 1 if abs(delta) >= _SMALL else 2)


def said_again(assets: Sequence[Asset], period: str | None) -> str:
    """Assets and period as the words of a command, for the next questions."""
    return " ".join([*(asset.id for asset in assets), *([period] if period else [])])


def next_questions(*questions: tuple[str, str]) -> Actions:
    """(label, command) pairs as the buttons under an answer."""
    return Actions(tuple(Action(label, command) for label, command in questions))
