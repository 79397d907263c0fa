"""`/summary weekly|monthly [places] [at ISO]`: a week or a month against the one before."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.answer import Action, Actions, Heading, Part, Text
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import Asset
from core.domain.oee import by_unit, roll_up
from core.domain.periods import Period
from core.domain.tracking import Tracked
from core.errors import NoData, PlantsDiffer
from core.figures import caveats, names, relative, why_not
from core.handover.gather import is_here
from core.measures.causes import Cause, causes
from core.measures.counted import counted, is_comparable
from core.measures.measurement import Measurement, measure
from core.measures.safety_record import SafetyReader, total
from core.parts.tasks import do
from core.tool import ManufacturingTool, ScopeArgs
from core.words import Words

_LOSSES, _ACTIONS = 3, 3


class SummaryArgs(ScopeArgs):
    """The week or the month before the moment `at`, now without one."""

    kind: Literal["week", "month"] = "week"
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    asset: str
    cause: str
    minutes: float


@dataclass(frozen=True, slots=True)
class SummaryResult:
    """`before` is None where the two do not compare; `changes` are of the OEE by asset, the worst
    first. `events` and `open_events` are None where safety is not recorded."""

    asked: tuple[Asset, ...]
    period: Period
    reference: Period | None
    found: Measurement
    before: Measurement | None
    losses: tuple[Lost, ...]
    loss_cites: tuple[int, ...]
    changes: tuple[tuple[Asset, float], ...]
    events: int | None
    open_events: int
    event_cites: tuple[int, ...]
    done: tuple[Tracked, ...]
    places: dict[str, Asset]


class Summary(ManufacturingTool[SummaryArgs, SummaryResult]):
    """A week or a month in a few lines. Not offered to a model."""

    name = "summary"
    command = "summary"
    args = SummaryArgs
    examples = {"en": (), "de": ()}  # noqa: RUF012 - a class's constant

    async def run(self, args: SummaryArgs, context: ToolContext) -> SummaryResult:
        asked = context.scope(args.assets)
        if len({asset.plant for asset in asked}) > 1:
            plants = dict.fromkeys(asset.plant for asset in asked)
            raise PlantsDiffer({p: tuple(a.id for a in asked if a.plant == p) for p in plants})
        period = _period(args, context, asked)
        context.resolved["period"] = period
        assets = counted(context.hierarchy, asked)
        reference = context.before(period, asked)
        found, before, safety, done = await asyncio.gather(
            measure(context, assets, period.interval, causes=True),
            _measured(context, assets, reference),
            _safety(context, asked, period),
            _done(context, asked, period),
        )
        if not found.has_rows and not found.stop_rows:
            raise NoData("briefing.no_data", assets=names(asked, context.words))
        if before is not None and not is_comparable(period, found, before):
            before = None
        told = await causes(context, found)
        return SummaryResult(
            asked,
            period,
            reference,
            found,
            before,
            _losses(told.rows, told.by),
            told.cites,
            _changes(found, before),
            *safety,
            done,
            {one.subject.asset: context.hierarchy[one.subject.asset] for one in done},
        )

    def present(self, result: SummaryResult, words: Words) -> tuple[Part, ...]:
        shown = names(result.asked, words)
        title = words.say(
            "briefing.summary_title", assets=shown, period=words.period(result.period)
        )
        return (
            _safety_said(result, words),
            Heading(title),
            *_figures(result, words),
            *_lost(result, words),
            *_changed(result, words),
            _done_said(result, words),
            *caveats(result.found, result.period, words),
            _buttons(result, words),
        )


# --- gathering -------------------------------------------------------------------------------


def _period(args: SummaryArgs, context: ToolContext, asked: Sequence[Asset]) -> Period:
    if context.fixed_period is not None:
        return context.fixed_period
    calendar = context.installation.calendar(asked[0])
    at = min(args.at or context.now, context.now)
    last = periods.last_week if args.kind == "week" else periods.last_month
    return last(calendar, at)


async def _measured(
    context: ToolContext, assets: Sequence[Asset], reference: Period | None
) -> Measurement | None:
    return await measure(context, assets, reference.interval) if reference else None


async def _safety(
    context: ToolContext, asked: Sequence[Asset], period: Period
) -> tuple[int | None, int, tuple[int, ...]]:
    if not await context.has("safety"):
        return None, 0, ()
    reader = SafetyReader(context, asked, await context.columns("safety"))
    rows, cites = await reader.counts(period.interval)
    still, _ = await reader.open_ones(row.get("status") for row in rows)
    return total(rows), len(still), cites


async def _done(
    context: ToolContext, asked: Sequence[Asset], period: Period
) -> tuple[Tracked, ...]:
    if context.store is None:
        return ()
    found = await context.store.work.done(period.interval, {asset.plant for asset in asked})
    return tuple(one for one in found if is_here(one.subject.asset, asked, context))


def _losses(rows: Sequence[Cause], by: str | None) -> tuple[Lost, ...]:
    sums: dict[tuple[str, str], float] = {}
    for row in rows:
        key = row.asset, (row.name if by == "reason" else None) or row.loss.value
        sums[key] = sums.get(key, 0.0) + row.minutes
    ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Lost(asset, cause, minutes) for (asset, cause), minutes in ranked[:_LOSSES])


def _changes(found: Measurement, before: Measurement | None) -> tuple[tuple[Asset, float], ...]:
    """Of assets whose OEE is known in both; the worst first."""
    if before is None:
        return ()
    told = []
    for asset in found.assets:
        now = roll_up({asset.id: found.parts[asset.id]}, found.rules).oee
        then = roll_up({asset.id: before.parts[asset.id]}, before.rules).oee
        if now is not None and then is not None:
            told.append((asset, now - then))
    return tuple(sorted(told, key=lambda one: (one[1], one[0].id)))


# --- saying ----------------------------------------------------------------------------------


def _safety_said(result: SummaryResult, words: Words) -> Text:
    if result.events is None:
        return Text(words.say("briefing.safety_unknown"))
    said = words.say("briefing.summary_safety", n=result.events, open=result.open_events)
    return Text(said, result.event_cites)


def _figures(result: SummaryResult, words: Words) -> list[Text]:
    """What was made, the OEE, how long it stood; each with its change."""
    found, before = result.found, result.before
    reference = words.period_name(result.reference) if result.reference and before else ""
    cites = (*found.cites, *(before.cites if before else ()))
    then = by_unit(before.parts.values()) if before else {}
    made = []
    for unit, sums in by_unit(found.parts.values()).items():
        if sums.total is None:
            continue
        earlier = then[unit].total if unit in then else None
        change = f" ({relative(sums.total, earlier, words)})" if earlier else ""
        made.append(f"{words.units(sums.total, unit)}{change}")
    told = [words.say("briefing.made", listed=" · ".join(made))] if made else []
    told.append(_oee(result, words))
    stopped = _stopped(found)
    if stopped is not None:
        earlier = _stopped(before) if before else None
        shown = words.minutes(stopped)
        if earlier:
            change = relative(stopped, earlier, words)
            told.append(words.say("briefing.stopped", minutes=shown, change=change))
        else:
            told.append(words.say("briefing.stopped_plain", minutes=shown))
    against = words.say("briefing.against", reference=reference) if reference else ""
    return [Text(" · ".join(part for part in (*told, against) if part), cites)]


def _oee(result: SummaryResult, words: Words) -> str:
    kpis = result.found.kpis
    if kpis.oee is None:
        return words.say("briefing.oee_unknown", why=why_not(kpis, "oee", words))
    then = result.before.kpis.oee if result.before else None
    if then is None:
        return words.say("briefing.oee", value=words.percent(kpis.oee))
    change = words.points(kpis.oee - then)
    return words.say("briefing.oee_change", value=words.percent(kpis.oee), change=change)


def _stopped(found: Measurement) -> float | None:
    known = [part.stopped for part in found.parts.values() if part.stopped is not None]
    return sum(known) if known else None


def _lost(result: SummaryResult, words: Words) -> list[Text]:
    if not result.losses:
        return []
    known = {asset.id: asset.name for asset in result.found.assets}
    told = []
    for one in result.losses:
        has_words = words.has(f"losses.{one.cause}")
        cause = words.say(f"losses.{one.cause}") if has_words else one.cause
        asset, minutes = known.get(one.asset, one.asset), words.minutes(one.minutes)
        told.append(words.say("briefing.loss", asset=asset, cause=cause, minutes=minutes))
    return [Text(words.say("briefing.losses", listed="; ".join(told)), result.loss_cites)]


def _changed(result: SummaryResult, words: Words) -> list[Text]:
    if len(result.changes) < 2:
        return []
    (worst, down), (best, up) = result.changes[0], result.changes[-1]
    told = []
    if up > 0:
        told.append(words.say("briefing.best", asset=best.name, change=words.points(up)))
    if down < 0:
        told.append(words.say("briefing.worst", asset=worst.name, change=words.points(down)))
    cites = (*result.found.cites, *(result.before.cites if result.before else ()))
    return [Text(" ".join(told), cites)] if told else []


def _done_said(result: SummaryResult, words: Words) -> Text:
    """What was done and whether it helped; never who did it."""
    told = []
    for one in result.done[:_ACTIONS]:
        verdict = one.verdict or "none"
        effect = words.say(f"briefing.effect_{verdict}")
        place = result.places[one.subject.asset].name
        told.append(f"{place} – {do(one.subject, words)} ({effect})")
    if len(result.done) > _ACTIONS:
        told.append(words.say("common.more", n=len(result.done) - _ACTIONS))
    listed = "; ".join(told)
    return Text(words.say("briefing.actions_done", n=len(result.done), listed=listed))


def _buttons(result: SummaryResult, words: Words) -> Actions:
    scope = " ".join(asset.id for asset in result.asked)
    span = _words_of(result.period)
    return Actions(
        (
            Action(words.say("briefing.details"), f"/downtime {scope} {span}"),
            Action(words.say("briefing.oee_details"), f"/oee {scope} {span}"),
            Action(words.say("action.list"), f"/actions {scope}"),
        )
    )


def _words_of(period: Period) -> str:
    """The period in words that mean the same whenever the button is pressed."""
    arguments = dict(period.arguments)
    if "month" in arguments:
        return arguments["month"]
    first = datetime.fromisoformat(arguments["first"]).date()
    return f"{first.isoformat()}..{(first + 6 * periods.DAY).isoformat()}"
