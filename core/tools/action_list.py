"""What to do first: at most five things, each with who, when and why, and who has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.actions import CauseLoss, Task
from core.alerts.situation import Situation
from core.alerts.wording import AlertWords
from core.answer import Action, Actions, Heading, Notice, Part, Text
from core.context import ToolContext
from core.domain.assets import Asset
from core.domain.periods import Interval, Period
from core.domain.tracking import Tracked
from core.figures import names
from core.parts.tasks import Standings, TaskWords, buttons, do, place_name
from core.tool import ManufacturingTool, ScopeArgs
from core.words import Words
from core.worklist import Worklist, moment, places_of, worklist

_INGREDIENTS = ("safety", "down", "behind_plan", "losses")
_MOST_OTHERS = 5


class ActionArgs(ScopeArgs):
    """Only the assets: what to do is about now."""


@dataclass(frozen=True, slots=True)
class ActionResult:
    """`days` and `lately` are the periods of the losses; `missing` the ingredients for which the
    data holds nothing; `unpriced` the assets of tasks that could not be ranked by money, where
    others could (`is_priced`). `kept` says who has what; `standings` says it in words."""

    asked: tuple[Asset, ...]
    now: datetime
    tasks: tuple[Task, ...]
    kept: Worklist
    standings: Standings
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
        seen = await moment(context, asked)
        kept = await worklist(context, asked, seen.ranked)
        known = {check for check in seen.situation.checked if check in _INGREDIENTS}
        if _reads_losses(context):
            known.add("losses")  # type: ignore[arg-type]
        zone, losses = context.installation.zone(asked[0]), seen.losses
        more = {one.subject.asset for one in (*kept.others, *kept.waiting)}
        return ActionResult(
            asked,
            context.now,
            kept.tasks,
            kept,
            Standings(context.words, zone, context.place, context.user.id),
            seen.days,
            seen.lately,
            seen.situation,
            tuple(one for one in _INGREDIENTS if one not in known),
            _unpriced(context, kept.tasks) if await context.has("cost") else (),
            any(loss.money is not None for loss in (*losses.lately, *losses.days)),
            places_of(context, kept.tasks, seen)
            | {a: context.hierarchy[a] for a in more if a in context.hierarchy},
            zone,
            tuple(citation.number for citation in context.citations),
        )

    def present(self, result: ActionResult, words: Words) -> tuple[Part, ...]:
        shown = names(result.asked, words)
        moment = words.moment(result.now, result.zone)
        alerts = AlertWords(words, result.places, result.zone, result.now)
        said = _Said(result, TaskWords(alerts, result.days, result.lately))
        return (
            Heading(f"{words.say('action_list.title', assets=shown)} · {moment}"),
            *said.texts(),
            *said.kept(),
            *said.notices(),
            _next(result, words),
        )


# --- saying ----------------------------------------------------------------------------------


def _reads_losses(context: ToolContext) -> bool:
    """Whether there was any row to tell losses from: without one it is not known that there are
    none."""
    read = {context.queries[cited.query].fact for cited in context.citations if cited.rows}
    return not read.isdisjoint({"downtime", "production"})


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
    tasks: TaskWords

    @property
    def words(self) -> Words:
        return self.tasks.words

    def texts(self) -> tuple[Text, ...]:
        """The first task is the sentence that matters."""
        found = self.result.tasks
        if not found:
            return (Text(self._nothing(), self.result.cites),)
        return tuple(self._task(number, task) for number, task in enumerate(found, start=1))

    def _nothing(self) -> str:
        words, feeds = self.words, self.result.situation.feeds
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
        words = self.words
        asset = self.result.places.get(task.asset)
        who = words.say(f"action_list.role_{task.role}")
        when = words.say(f"action_list.when_{task.when.name.lower()}")
        said = f"{self.tasks.place(task)} – {self.tasks.verb(task)} ({who}, {when})."
        said = words.say("action_list.first", task=said) if number == 1 else f"{number}. {said}"
        contact = asset.contact if asset else ""
        parts = [said, words.say("action_list.why", why=self.tasks.whys(task))]
        if contact:
            parts.append(words.say("action_list.contact", contact=contact))
        kept = self.result.kept.of(task)
        if kept is not None:
            parts.append(f"#{kept.id} {self.result.standings.said(kept)}".strip())
        return Text(" ".join(parts), task.cites)

    def kept(self) -> list[Text]:
        """What is taken and no longer among the first, and what waits to be measured."""
        words, kept = self.words, self.result.kept
        told = []
        for key, found in (("others", kept.others), ("waiting", kept.waiting)):
            if not found:
                continue
            shown = [self._brief(one) for one in found[:_MOST_OTHERS]]
            listed = "; ".join(_few(words, shown, len(found) - len(shown)))
            told.append(Text(words.say(f"action.{key}", listed=listed)))
        return told

    def _brief(self, one: Tracked) -> str:
        what = f"{place_name(one, self.result.places)} – {do(one.subject, self.words)}"
        return f"{what} (#{one.id}, {self.result.standings.said(one)})"

    def notices(self) -> list[Notice]:
        words, result = self.words, self.result
        notices = []
        if result.situation.feeds:
            stale = [self.tasks.alerts.name(feed.asset) for feed in result.situation.feeds]
            shown = words.joined(_few(words, stale[:4], len(stale) - 4))
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


def _few(words: Words, shown: Sequence[str], more: int) -> list[str]:
    return [*shown, words.say("common.more", n=more)] if more > 0 else [*shown]


def _next(result: ActionResult, words: Words) -> Part:
    """Who takes what comes before what may be asked next."""
    place = " ".join(asset.id for asset in result.asked)
    found: list[Action] = []
    for number, task in enumerate(result.tasks, start=1):
        found += buttons(number, result.kept.of(task), words)
    if result.tasks:
        first = result.tasks[0]
        label = words.say("action_list.about", asset=result.places[first.asset].name)
        command = "/safety" if first.kind == "safety" else "/downtime"
        found.append(Action(label, f"{command} {first.asset}"))
    asked = (("alerts", "alerts"), ("losses", "losses"), ("production", "production"))
    found += [Action(words.say(f"action_list.{key}"), f"/{c} {place}") for key, c in asked]
    return Actions(tuple(found))
