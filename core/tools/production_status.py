"""How the running shift stands: who makes what, against the plan, and where it will end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from core.answer import Heading, Notice, Part, Text
from core.context import ToolContext
from core.domain.assets import Asset
from core.figures import names, next_questions
from core.measures.counted import counted
from core.measures.output_points import ON_PLAN, Point
from core.measures.shift_status import ShiftStatus, shift_status
from core.parts.shift_status import chart_of, metrics_of, said_state, share_of, table_of
from core.tool import ManufacturingTool, ScopeArgs
from core.words import Words


class StatusArgs(ScopeArgs):
    """Only the assets: the period is the running shift."""


@dataclass(frozen=True, slots=True)
class StatusResult:
    asked: tuple[Asset, ...]
    plants: tuple[ShiftStatus, ...]


class ProductionStatus(ManufacturingTool[StatusArgs, StatusResult]):
    """Production now, across lines and machines: state, made in the current shift against the
    plan so far, gap, projected end of the shift, and who is behind."""

    name = "production_status"
    command = "production"
    args = StatusArgs
    examples = {  # noqa: RUF012 - a class's constant
        "en": (
            "who is behind plan right now?",
            "production status of packaging",
            "how much has line 3 made this shift?",
            "will line 1 reach its target this shift?",
        ),
        "de": (
            "Wer liegt gerade hinter dem Plan?",
            "Produktionsstand der Verpackung",
            "Wie viel hat Linie 3 in dieser Schicht produziert?",
            "Schafft Linie 1 ihr Ziel?",
        ),
    }

    async def run(self, args: StatusArgs, context: ToolContext) -> StatusResult:
        asked = context.scope(args.assets)
        once = {asset.id for asset in counted(context.hierarchy, asked)}
        listed = {a.id: a for asset in asked for a in context.hierarchy.counted(asset.id)}
        plants = dict.fromkeys(asset.plant for asset in listed.values())
        grouped = {p: [a for a in listed.values() if a.plant == p] for p in plants}
        found = await asyncio.gather(
            *(shift_status(context, context.hierarchy[p], grouped[p], once) for p in plants)
        )
        context.resolved["period"] = found[0].period
        return StatusResult(asked, tuple(found))

    def present(self, result: StatusResult, words: Words) -> tuple[Part, ...]:
        shown = names(result.asked, words)
        title = words.say("production_status.title", assets=shown)
        if len(result.plants) == 1:
            title = f"{title} · {words.period(result.plants[0].period)}"
        parts: list[Part] = [Heading(title)]
        for status in result.plants:
            if len(result.plants) > 1:
                parts.append(Heading(f"{status.plant.name} · {words.period(status.period)}"))
            parts += _plant_parts(status, words)
        worst = result.plants[0].points[0].asset.id
        place = " ".join(asset.id for asset in result.asked)
        return (
            *parts,
            next_questions(
                (words.say("production_status.why"), f"/downtime {worst}"),
                (words.say("production_status.oee"), f"/oee {place}"),
                (words.say("production_status.actions"), f"/actions {place}"),
            ),
        )


# --- saying ----------------------------------------------------------------------------------


def _plant_parts(status: ShiftStatus, words: Words) -> list[Part]:
    lead = status.cites if status.shows_now else ()
    return [
        Text(_sentence(status, words), tuple(dict.fromkeys((*status.counted, *lead)))),
        metrics_of(status, words),
        *chart_of(status, words),
        *table_of(status, words),
        *_notices(status, words),
    ]


def _sentence(status: ShiftStatus, words: Words) -> str:
    points = status.points
    said = []
    if not status.is_running and status.has_shifts:
        after = status.next_start
        key = "no_shift_next" if after else "no_shift"
        moment = words.moment(after, status.period.zone) if after else ""
        said.append(words.say(f"production_status.{key}", plant=status.plant.name, moment=moment))
    said += _state_now(status, words)
    if len(points) == 1:
        return " ".join([*said, _one(points[0], status.period.zone, words)])
    behind = [point for point in points if point.is_behind]
    planned = [point for point in points if point.gap is not None]
    if behind:
        said.append(words.say("production_status.worst", **_figures(behind[0], words)))
        tolerance = words.percent(ON_PLAN, 0)
        counts = {"n": len(behind), "whole": len(planned), "tolerance": tolerance}
        if len(behind) > 1:
            said.append(words.say("production_status.behind", **counts))
    elif planned:
        said.append(words.say("production_status.on_plan", n=len(planned)))
    elif stale := [point.stale for point in points if point.stale is not None]:
        moment = words.moment(max(stale), status.period.zone)
        said.append(words.say("production_status.all_stale", moment=moment))
    else:
        said.append(words.say("production_status.no_plan"))
    return " ".join(said)


def _one(point: Point, zone: str, words: Words) -> str:
    figures = _figures(point, words)
    if point.made is None:
        return words.say("production_status.one_unknown", asset=point.asset.name)
    if point.stale is not None:
        moment = words.moment(point.stale, zone)
        return words.say("production_status.all_stale", moment=moment)
    if point.gap is None:
        return words.say("production_status.one_no_plan", **figures)
    if point.is_behind:
        return words.say("production_status.one_behind", **figures)
    return words.say("production_status.one_on_plan", **figures)


def _figures(point: Point, words: Words) -> dict[str, str]:
    gap, ahead = point.gap, point.ahead
    return {
        "asset": point.asset.name,
        "made": words.units(point.made, point.asset.unit),
        "expected": words.number(point.expected),
        "gap": words.signed(gap),
        "share": share_of(ahead, words),
        "missing": words.units(abs(gap) if gap is not None else None, point.asset.unit),
    }


def _state_now(status: ShiftStatus, words: Words) -> list[str]:
    """What stands comes first; that nothing does is said only where every state is known."""
    points = status.points
    if not status.shows_now or not any(point.state for point in points):
        return []
    zone = status.period.zone
    if len(points) == 1:
        state = said_state(points[0], zone, words)
        state = f"{state} ({points[0].reason})" if points[0].reason else state
        return [words.say("production_status.state_now", asset=points[0].asset.name, state=state)]
    standing = [point for point in points if point.stands]
    if not standing:
        known = all(point.state for point in points)
        return [words.say("production_status.nothing_stands")] if known else []
    shown = [_stands(point, zone, words) for point in standing[:3]]
    if len(standing) > 3:
        shown.append(words.say("common.more", n=len(standing) - 3))
    said = words.joined(shown)
    return [words.say("production_status.standing", n=len(standing), assets=said)]


def _stands(point: Point, zone: str, words: Words) -> str:
    """ "Line 4 (since 00:26, film torn)", as far as known."""
    since = words.say("common.since", moment=words.clock(point.since, zone)) if point.since else ""
    known = ", ".join(part for part in (since, point.reason) if part)
    return f"{point.asset.name} ({known})" if known else point.asset.name


def _notices(status: ShiftStatus, words: Words) -> list[Notice]:
    notices = []
    for point in status.points:
        if point.stale is not None:
            moment = words.moment(point.stale, status.period.zone)
            said = words.say("notices.stale", asset=point.asset.name, moment=moment)
            notices.append(Notice(said))
    unplanned = [p.asset.name for p in status.points if p.expected is None and p.stale is None]
    if unplanned and len(status.points) > 1:
        said = words.joined(unplanned[:6])
        notices.append(Notice(words.say("production_status.unplanned", assets=said), "neutral"))
    basis = sorted({p.projected.basis_minutes for p in status.points if p.projected})
    if basis and len(status.points) > 1:
        said = words.minutes(basis[-1])
        notices.append(Notice(words.say("production_status.projection", minutes=said), "neutral"))
    elif status.is_running and len(status.points) > 1:
        notices.append(Notice(words.say("production_status.too_early"), "neutral"))
    if not status.is_running and status.found.is_preliminary:
        notices.append(Notice(words.say("notices.preliminary"), "neutral"))
    return notices
