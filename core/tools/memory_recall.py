"""What the person asked before, what they were told then, and what the same is now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from core.answer import Action, Actions, Heading, Notice, Part, Table, Text
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import PLANT, Asset
from core.domain.periods import Period
from core.errors import NoData
from core.figures import names
from core.past import NOTICED, Found, Past, matter, visible
from core.recalled import Recalled, recalled
from core.store import Asked
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words

_ASKED_AGAIN = 3
_LISTED = 10
_FIGURES = 6
_SAID = 5
_CAVEATS = 2
_LONGEST = 160


class RecallArgs(PeriodArgs):
    period: str | None = Field(
        default=None,
        description="When it was asked, in the person's words: 'yesterday', 'last week'. Leave "
        "out for as far back as is remembered.",
    )
    about: str | None = Field(
        default=None,
        description="What it was about, in the person's words: 'conveyor jams', 'scrap'.",
    )


@dataclass(frozen=True, slots=True)
class RecallResult:
    """`told` are the questions that are meant, asked again; `others` more of them; `said` what
    the person asked to be kept in mind. `zone` is the one of times."""

    asked: tuple[Asset, ...]
    period: Period | None
    about: str
    told: tuple[Recalled, ...]
    others: tuple[Asked, ...]
    said: tuple[Asked, ...]
    count: int
    is_near: bool
    by_words: bool
    zone: str


class MemoryRecall(ManufacturingTool[RecallArgs, RecallResult]):
    """What this person asked before and was told then, about an asset, at a time or on a matter,
    each beside the same figures fetched now. For "what did I ask about line 3 yesterday?"."""

    name = "memory_recall"
    command = "recall"
    args = RecallArgs
    examples = {  # noqa: RUF012 - a class's constant
        "en": (
            "what did I ask about line 3 yesterday?",
            "what did you tell me about the conveyor jams?",
            "what was my last question?",
        ),
        "de": (
            "Was habe ich gestern zu Linie 3 gefragt?",
            "Was hast du mir zu den Förderbandstörungen gesagt?",
            "Was war meine letzte Frage?",
        ),
    }

    async def run(self, args: RecallArgs, context: ToolContext) -> RecallResult:
        past = context.past
        if past is None:
            raise NoData("memory_off")
        asked = context.scope(args.assets) if args.assets else ()
        home = asked or (_home(context),)
        period = context.period(args.period, periods.today, home) if args.period else None
        about = _about(args, context)
        may_see = visible(context.access, context.hierarchy)
        inside, interval = _inside(asked, context), period.interval if period else None
        found = await past.find(about, inside, interval, may_see)
        told, others = await _again(past, found, context)
        return RecallResult(
            asked,
            period,
            about,
            told,
            others[:_LISTED],
            found.said[:_SAID],
            len(found.asked),
            found.is_near,
            found.by_words,
            context.installation.zone(home[0]),
        )

    def present(self, result: RecallResult, words: Words) -> tuple[Part, ...]:
        return (
            Heading(_title(result, words)),
            Text(_lead(result, words)),
            *(part for one in result.told for part in _one(one, words)),
            *_more(result, words),
            *_notices(result, words),
            *_next(result, words),
        )


# --- finding ---------------------------------------------------------------------------------


def _about(args: RecallArgs, context: ToolContext) -> str:
    names_known = context.installation.names(context.plant)
    return matter(args.about or "", names_known, context.installation.shift_names)


def _home(context: ToolContext) -> Asset:
    plants = [asset for asset in context.hierarchy if asset.kind == PLANT]
    return next((asset for asset in plants if asset.id == context.plant), plants[0])


def _inside(asked: tuple[Asset, ...], context: ToolContext) -> frozenset[str]:
    """What was asked of a machine was asked of its line, too."""
    below = (a.id for asset in asked for a in context.hierarchy.below(asset.id))
    return frozenset({*below, *(asset.id for asset in asked)})


async def _again(
    past: Past, found: Found, context: ToolContext
) -> tuple[tuple[Recalled, ...], tuple[Asked, ...]]:
    whole = [await past.answer(asked) for asked in found.asked[:_ASKED_AGAIN]]
    told = await asyncio.gather(*(recalled(one, context) for one in whole if one is not None))
    return tuple(told), found.asked[_ASKED_AGAIN:]


# --- saying ----------------------------------------------------------------------------------


def _title(result: RecallResult, words: Words) -> str:
    told = [words.say("memory_recall.title")]
    told += [names(result.asked, words)] if result.asked else []
    told += [words.period(result.period)] if result.period else []
    return " · ".join(told)


def _lead(result: RecallResult, words: Words) -> str:
    if result.told:
        first = result.told[0]
        moment = words.moment(first.asked_at, first.zone)
        near = words.say("memory_recall.near", about=result.about[:_LONGEST])
        said = near if result.is_near else words.say("memory_recall.found", n=result.count)
        return f"{said} {_sentence(first, moment, words)}"
    if result.about:
        return words.say("memory_recall.nothing_about", about=result.about[:_LONGEST])
    if result.said:
        return words.say("memory_recall.only_said")
    if result.asked or result.period:
        return words.say("memory_recall.nothing_of_it")
    return words.say("memory_recall.nothing")


def _sentence(one: Recalled, moment: str, words: Words) -> str:
    asked = words.say("memory_recall.asked", moment=moment, question=_short(one.question))
    if not one.then.sentence:
        return asked
    return f"{asked} {words.say('memory_recall.told', said=_short(one.then.sentence))}"


def _one(one: Recalled, words: Words) -> Iterator[Part]:
    moment = words.moment(one.asked_at, one.zone)
    title = words.say("memory_recall.then", question=_short(one.question), moment=moment, id=one.id)
    if one.then.figures:
        columns = ("answer.figure", "answer.then", "answer.now")
        heads = tuple(words.say(column) for column in columns)
        cites = one.now.cites if one.now else ()
        yield Table(heads, tuple(_rows(one)), "lrr", title, cites)
        yield from _around(one, words)
        return
    yield Text(f"{title}: {one.then.sentence or words.unknown}")
    if one.now is not None:
        same = one.now.sentence == one.then.sentence
        key = "memory_recall.still" if same else "memory_recall.now"
        yield Text(words.say(key, said=one.now.sentence), one.now.cites)


def _rows(one: Recalled) -> Iterator[tuple[str, str, str]]:
    now = {figure.label: figure.value for figure in one.now.figures} if one.now else {}
    for then in one.then.figures[:_FIGURES]:
        yield then.label, then.value, now.get(then.label, "–")


def _around(one: Recalled, words: Words) -> Iterator[Notice]:
    """What the two columns are of, and what there is to know of the fresh one."""
    then, now = one.then.period, one.now.period if one.now else None
    if then and now and then.interval == now.interval:
        yield Notice(words.say("memory_recall.same_period", period=words.period(then)), "neutral")
    elif then and now:
        spans = {"then": words.period(then), "now": words.period(now)}
        yield Notice(words.say("memory_recall.periods", **spans), "neutral")
    if one.now is not None:
        yield from one.now.caveats[:_CAVEATS]


def _more(result: RecallResult, words: Words) -> Iterator[Table]:
    for key, listed in (("others", result.others), ("said", result.said)):
        if listed:
            heads = (words.say("memory_recall.when"), words.say(f"memory_recall.{key}"))
            rows = [(words.moment(a.asked_at, result.zone), _listed(a, words)) for a in listed]
            yield Table(heads, tuple(rows), "ll")


def _listed(asked: Asked, words: Words) -> str:
    said = _short(asked.question)
    return words.say("noticed.in_passing", said=said) if asked.args.get(NOTICED) else said


def _notices(result: RecallResult, words: Words) -> Iterator[Notice]:
    if result.by_words:
        yield Notice(words.say("memory_recall.by_words"), "neutral")
    for one in result.told:
        if one.why_not is not None:
            yield Notice(words.say("memory_recall.not_now", why=_why(one.why_not, words)))


def _why(why_not: tuple[str, dict[str, Any]], words: Words) -> str:
    key, arguments = why_not
    if key == "source_unavailable":
        return words.say("memory_recall.no_source", system=arguments["system"])
    return words.say(key, **arguments)


def _next(result: RecallResult, words: Words) -> Iterator[Actions]:
    if result.told:
        first = result.told[0]
        shown = Action(words.say("memory_recall.show"), f"/show {first.id}")
        yield Actions((shown, Action(words.say("memory_recall.same"), f"/again {first.id}")))


def _short(text: str) -> str:
    line = " ".join(text.split("\n"))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
