"""`/action ID`: one action with how it stands, what can be done with it, and whether it helped."""

from __future__ import annotations

from dataclasses import dataclass

from core.answer import Action, Actions, Heading, Notice, Part, Text
from core.context import ToolContext
from core.domain.assets import Asset
from core.domain.tracking import LOWERED, Tracked
from core.domain.usual import Effect
from core.errors import NoData, UserError
from core.measures.follow_through import Outcome, outcome, shifts_to_wait
from core.parts.tasks import Standings, command, do
from core.tool import Args, ManufacturingTool
from core.words import Words


class CardArgs(Args):
    """`said` is the key of the sentence about what was just done with it."""

    id: str
    said: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class CardResult:
    """`found` is None where it was not done, or it is too early to tell: `wait` is how many
    shifts must have passed."""

    action: Tracked
    asset: Asset
    found: Outcome | None
    standings: Standings
    args: CardArgs
    wait: int


async def stored_action(context: ToolContext, action_id: str) -> tuple[Tracked, Asset]:
    """Raises UserError where there is none, NoData where it may not be seen here."""
    if context.store is None:
        raise UserError("action.no_store")
    found = await context.store.work.action(action_id)
    asset = context.hierarchy.get(found.subject.asset) if found else None
    if found is None or asset is None:
        raise UserError("action.unknown", id=action_id[:20])
    context.scope((asset.id,))
    return found, asset


class ActionCard(ManufacturingTool[CardArgs, CardResult]):
    """One action that is kept. Not offered to a model."""

    name = "action"
    command = "action"
    args = CardArgs
    examples = {"en": (), "de": ()}  # noqa: RUF012 - a class's constant

    async def run(self, args: CardArgs, context: ToolContext) -> CardResult:
        action, asset = await stored_action(context, args.id)
        found = None
        if action.now.state == "done":
            try:
                found = await outcome(context, action)
            except NoData:
                found = Outcome("minutes", why="no_data")
        zone = context.installation.zone(asset)
        standings = Standings(context.words, zone, context.place, context.user.id)
        return CardResult(action, asset, found, standings, args, shifts_to_wait(context))

    def present(self, result: CardResult, words: Words) -> tuple[Part, ...]:
        action, asset = result.action, result.asset
        what = words.say("action.what", asset=asset.name, what=do(action.subject, words))
        standing = result.standings.said(action) or words.say("action.open")
        lead = _said(result, words)
        return (
            Heading(words.say("action.title", id=action.id, asset=asset.name)),
            *((Text(lead),) if lead else ()),
            Text(f"{what} {standing[:1].upper()}{standing[1:]}."),
            *_outcome(result, words),
            _buttons(action, words),
        )


def _said(result: CardResult, words: Words) -> str:
    key = result.args.said
    if not key:
        return ""
    if key == "done" and result.action.subject.kind == "safety":
        key = "done_unmeasured"
    return words.say(f"action.said_{key}", n=result.wait, days=LOWERED.days, name=result.args.name)


def _outcome(result: CardResult, words: Words) -> list[Part]:
    action, found = result.action, result.found
    if action.now.state != "done" or action.subject.kind == "safety" or result.args.said:
        return []
    if found is None:
        return [Notice(words.say("action.too_early", n=result.wait), "neutral")]
    if found.effect is None:
        why = words.say(f"action.why_{found.why}")
        return [Notice(words.say("action.not_measured", why=why), "neutral")]
    told = found.effect
    said = words.say(
        f"action.helped_{told.verdict}",
        after=_shown(found, told.after, words),
        before=_shown(found, told.before, words),
        n=told.shifts_after,
    )
    measure = words.say("action.measured", measure=words.say(f"action.measure_{found.what}"))
    return [Text(f"{said} {measure}", found.cites), Notice(_spread(found, told, words), "neutral")]


def _spread(found: Outcome, told: Effect, words: Words) -> str:
    reach, n = _shown(found, told.reach, words), told.shifts_after
    return words.say("action.spread", n=n, reach=reach, shifts=told.shifts_before)


def _shown(found: Outcome, value: float, words: Words) -> str:
    return words.minutes(value) if found.what == "minutes" else words.percent(value)


def _buttons(action: Tracked, words: Words) -> Actions:
    acts = {"proposed": ("take", "done"), "taken": ("done", "carry"), "done": (), "not_useful": ()}
    found = [command(action, act, words) for act in acts[action.now.state]]
    if action.is_open:
        found += [_not_useful(action, reason, words) for reason in ("solved", "ours", "wrong")]
    if action.before is not None:
        found.append(command(action, "undo", words))
    found.append(Action(words.say("action.list"), f"/actions {action.subject.asset}"))
    return Actions(tuple(found))


def _not_useful(action: Tracked, reason: str, words: Words) -> Action:
    """The reasons that are given most, in one tap; others are typed."""
    why = words.say(f"action.reason_{reason}")
    said = f"/action {action.id} not-useful {why} v{action.version}"
    return Action(f"{words.say('action.do_not_useful')}: {why}", said)
