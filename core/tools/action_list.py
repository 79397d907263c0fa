"""What to do first: at most five things, each with who, when and why."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.actions import CauseLoss, Task, Why, tasks
from core.alerts.inhibition import evaluate
from core.alerts.limits import default_rules
from core.alerts.observe import observe
from core.alerts.situation import Situation
from core.alerts.wording import AlertWords, places
from core.answer import Heading, Notice, Part, Text
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import Asset
from core.domain.periods import Interval, Period
from core.figures import names, next_questions
from core.measures.cause_losses import lately, losses_for_tasks
from core.tool import ManufacturingTool, ScopeArgs
from core.words import Words

_DAYS = 7
_MOST_WHYS = 3
_INGREDIENTS = ("safety", "down", "behind_plan", "losses")


class ActionArgs(ScopeArgs):
    """Only the assets: what to do is about now."""


@dataclass(frozen=True, slots=True)
class ActionResult:
    """`days` and `lately` are the periods of the losses; `missing` the ingredients for which the
    data holds nothing; `unpriced` the assets of tasks that could not be ranked by money, where
    others could (`is_priced`)."""

    asked: tuple[Asset, ...]
    now: datetime
    tasks: tuple[Task, ...]
    days: Period
    lately: Interval
    situation: Situation
    missing: tuple[str, ...]
    unpriced: tuple[Asset, ...]
    is_priced: bool
    places: Mapping[str, Asset]
    zone: str
    cites: tuple[int, ...]


class ActionList(ManufacturingTool[ActionArgs, ActionResult]):
    """What to do first now: at most five actions with asset, role, when and why, ranked by
    safety, money lost and gap to plan. For a shift's start or "what should I do?"."""

    name = "action_list"
    command = "actions"
    args = ActionArgs
    examples = {  # noqa: RUF012 - a class's constant
        "en": (
            "what should we do first today?",
            "action list for packaging",
            "what are my priorities this shift?",
            "what needs doing on line 3?",
        ),
        "de": (
            "Was sollen wir heute zuerst tun?",
            "Maßnahmenliste für die Verpackung",
            "Was hat in dieser Schicht Vorrang?",
            "Was ist an Linie 3 zu tun?",
        ),
    }

    async def run(self, args: ActionArgs, context: ToolContext) -> ActionResult:
        asked = context.scope(args.assets)
        rules = default_rules()
        (situation, _), losses = await asyncio.gather(
            observe(context, asked, rules), losses_for_tasks(context, asked, _DAYS)
        )
        found = tasks(situation, evaluate(situation, rules, context.now), losses)
        known = {check for check in situation.checked if check in _INGREDIENTS}
        if _reads_losses(context):
            known.add("losses")  # type: ignore[arg-type]
        calendar = context.installation.calendar(asked[0])
        return ActionResult(
            asked,
            context.now,
            found,
            periods.last_days(calendar, context.now, _DAYS),
            lately(context, asked[0]),
            situation,
            tuple(one for one in _INGREDIENTS if one not in known),
            _unpriced(context, found) if await context.has("cost") else (),
            any(loss.money is not None for loss in (*losses.lately, *losses.days)),
            _places(context, found, situation),
            context.installation.zone(asked[0]),
            tuple(citation.number for citation in context.citations),
        )

    def present(self, result: ActionResult, words: Words) -> tuple[Part, ...]:
        shown = names(result.asked, words)
        moment = words.moment(result.now, result.zone)
        said = _Said(result, AlertWords(words, result.places, result.zone, result.now))
        return (
            Heading(f"{words.say('action_list.title', assets=shown)} · {moment}"),
            *said.texts(),
            *said.notices(),
            _next(result, words),
        )


# --- saying ----------------------------------------------------------------------------------


def _reads_losses(context: ToolContext) -> bool:
    """Whether there was any row to tell losses from: without one it is not known that there are
    none."""
    read = {context.queries[cited.query].fact for cited in context.citations if cited.rows}
    return not read.isdisjoint({"downtime", "production"})


def _places(context: ToolContext, found: Sequence[Task], situation: Situation) -> dict[str, Asset]:
    alerts = [why for task in found for why in task.why if not isinstance(why, CauseLoss)]
    ids = [task.asset for task in found] + [feed.asset for feed in situation.feeds]
    ids += [a for t in found for why in t.why if isinstance(why, CauseLoss) for a in why.affected]
    known = {asset: context.hierarchy[asset] for asset in ids if asset in context.hierarchy}
    return known | places(context.hierarchy, alerts)


def _unpriced(context: ToolContext, found: Sequence[Task]) -> tuple[Asset, ...]:
    """Assets of tasks whose losses have no price, where the asker may see prices."""
    if not context.access.money:
        return ()
    ids = {
        task.asset
        for task in found
        for why in task.why
        if isinstance(why, CauseLoss) and why.money is None
    }
    return tuple(context.hierarchy[asset] for asset in sorted(ids) if asset in context.hierarchy)


@dataclass(frozen=True, slots=True)
class _Said:
    result: ActionResult
    alerts: AlertWords

    def texts(self) -> tuple[Text, ...]:
        """The first task is the sentence that matters."""
        found = self.result.tasks
        if not found:
            return (Text(self._nothing(), self.result.cites),)
        return tuple(self._task(number, task) for number, task in enumerate(found, start=1))

    def _nothing(self) -> str:
        words, feeds = self.alerts.words, self.result.situation.feeds
        shown = names(self.result.asked, words)
        if feeds:
            moment = words.moment(max(feed.at for feed in feeds), self.result.zone)
            return words.say("action_list.nothing_new", assets=shown, moment=moment)
        key = "action_list.nothing_known" if self._knows_nothing else "action_list.nothing"
        return words.say(key, assets=shown)

    @property
    def _knows_nothing(self) -> bool:
        return len(self.result.missing) == len(_INGREDIENTS)

    def _task(self, number: int, task: Task) -> Text:
        words = self.alerts.words
        asset = self.result.places.get(task.asset)
        who = words.say(f"action_list.role_{task.role}")
        when = words.say(f"action_list.when_{task.when.name.lower()}")
        named = words.joined([self.alerts.name(a) for a in (task.asset, *task.others)])
        said = f"{named} – {self._verb(task)} ({who}, {when})."
        said = words.say("action_list.first", task=said) if number == 1 else f"{number}. {said}"
        whys = "; ".join(self._why(task, why) for why in task.why[:_MOST_WHYS])
        contact = asset.contact if asset else ""
        parts = [said, words.say("action_list.why", why=whys)]
        if contact:
            parts.append(words.say("action_list.contact", contact=contact))
        return Text(" ".join(parts), task.cites)

    def _verb(self, task: Task) -> str:
        words, key = self.alerts.words, f"action_list.do_{task.kind}"
        if task.kind == "safety":
            severity = self.alerts.severity(task.about)
            return words.say(key, severity=severity, n=1 + len(task.others))
        key = f"{key}_open" if task.is_open and words.has(f"{key}_open") else key
        if task.about:
            return words.say(f"{key}_about", about=task.about)
        return words.say(key)

    def _why(self, task: Task, why: Why) -> str:
        if not isinstance(why, CauseLoss):
            return self.alerts.reason(why, task.asset)
        words = self.alerts.words
        figures = []
        if why.stops is not None:
            figures.append(words.say("common.stops", n=why.stops))
        if why.kind == "rejects" and why.units is not None:
            unit = self.result.places[why.affected[0]].unit
            figures.append(words.units(why.units, unit))
        elif why.minutes is not None:
            figures.append(words.minutes(why.minutes))
        if why.money is not None:
            figures.append(words.money(why.money, why.currency))
        if why.lately:
            begun = words.moment(self.result.lately.start, self.result.zone)
            period = words.say("common.since", moment=begun)
        else:
            period = words.period_name(self.result.days)
        shown = words.say("action_list.lost", period=period, figures=", ".join(figures))
        others = [self.alerts.name(asset) for asset in why.affected if asset != why.asset]
        if others:
            listed = others[:2] + (
                [words.say("common.more", n=len(others) - 2)] if len(others) > 2 else []
            )
            shown = words.say("action_list.held_up", what=shown, assets=words.joined(listed))
        return shown

    def notices(self) -> list[Notice]:
        words, result = self.alerts.words, self.result
        notices = []
        if result.situation.feeds:
            stale = [self.alerts.name(feed.asset) for feed in result.situation.feeds]
            shown = words.joined(_few(words, stale, 4))
            oldest = min(feed.at for feed in result.situation.feeds)
            moment = words.moment(oldest, result.zone)
            notices.append(Notice(words.say("notices.stale", asset=shown, moment=moment)))
        if result.unpriced:
            shown = words.joined([asset.name for asset in result.unpriced])
            notices.append(Notice(words.say("action_list.unpriced", assets=shown)))
        if result.missing and not self._knows_nothing:
            shown = words.joined([words.say(f"action_list.no_{one}") for one in result.missing])
            notices.append(Notice(words.say("action_list.missing", what=shown), "neutral"))
        if len(result.tasks) > 1:
            key = "ranking" if result.is_priced else "ranking_by_time"
            notices.append(Notice(words.say(f"action_list.{key}"), "neutral"))
        return notices


def _few(words: Words, shown: Sequence[str], most: int) -> list[str]:
    rest = len(shown) - most
    return [*shown[:most], words.say("common.more", n=rest)] if rest > 0 else [*shown]


def _next(result: ActionResult, words: Words) -> Part:
    place = " ".join(asset.id for asset in result.asked)
    found = []
    if result.tasks:
        first = result.tasks[0]
        label = words.say("action_list.about", asset=result.places[first.asset].name)
        command = "/safety" if first.kind == "safety" else "/downtime"
        found.append((label, f"{command} {first.asset}"))
    return next_questions(
        *found,
        (words.say("action_list.alerts"), f"/alerts {place}"),
        (words.say("action_list.losses"), f"/losses {place}"),
        (words.say("action_list.production"), f"/production {place}"),
    )
