"""A tool's result becomes an answer: run, dressed with what the reader must know, and kept."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from cachetools import LRUCache

from core import replies, running
from core.agent.composing import composed
from core.agent.thread import turns
from core.agent.turn import Ran, Spoken
from core.answer import Action, Actions, Answer, Notice, Part, Text
from core.asking import Asking
from core.citing import numbered
from core.commands import Command
from core.context import ToolContext
from core.data.cache import CachedSource
from core.data.query import Query
from core.disputes import disputed
from core.errors import AmbiguousAsset, PlantsDiffer, SourceUnavailable, UnknownAsset
from core.help import examples
from core.kept import Kept
from core.offered import KEY, with_choices
from core.tool import Args
from core.words import Words

_REMEMBERED = 1_000
_EXAMPLES = 2  # of what a command can be asked, where it was given alone
_OLDEST = timedelta(hours=8)


class Answering:
    """Runs tools on one source."""

    def __init__(self, source: CachedSource, kept: Kept) -> None:
        self._source = source
        self._kept = kept
        # Question → when it was last answered: cached facts answer it again when the source fails.
        self._answered: LRUCache[object, datetime] = LRUCache(_REMEMBERED)

    def context(self, asking: Asking) -> ToolContext:
        """What a tool works with, for this request."""
        request = asking.request
        return ToolContext(
            request.user,
            request.now,
            asking.words,
            asking.installation,
            self._source,
            asking.access,
            asking.plant,
            past=self._kept.past(request),
            store=self._kept.store,
            place=request.place,
        )

    async def run(self, command: Command, asking: Asking) -> Answer:
        """The answer, kept for follow-ups. Raises UserError, NoData, SourceUnavailable."""
        ran = await self.ran(command, asking)
        if ran.answer.outcome != "answer":
            return ran.answer
        thread = {**ran.call, "turns": turns({}, asking.request.text, [ran.call])}
        return await self._given(ran.answer, ran.queries, thread, asking)

    async def all_of(self, commands: Sequence[Command], asking: Asking) -> Answer:
        """As `run`; what several tools answer, one below the other."""
        if len(commands) == 1:
            return await self.run(commands[0], asking)
        rans: list[Ran] = []
        for command in commands:
            rans.append((await self.ran(command, asking)).behind(rans))
        return await self.spoken(Spoken("", (), tuple(rans)), asking, {})

    async def spoken(self, spoken: Spoken, asking: Asking, before: Mapping[str, Any]) -> Answer:
        """What a model said, kept for follow-ups. `before` is the thread's context so far."""
        answer, request = composed(spoken, asking.words), asking.request
        calls = [ran.call for ran in spoken.rans if ran.call]
        said = "" if answer.tool else spoken.text
        told = {"turns": turns(before, request.text, calls, said)}
        if not answer.tool:
            context = {**before, KEY: (), **told}
            await self._kept.remember(request, with_choices(context, answer) or context)
            return answer
        queries = tuple(query for ran in spoken.rans for query in ran.queries)
        return await self._given(answer, queries, {**calls[-1], **told}, asking)

    async def ran(self, command: Command, asking: Asking) -> Ran:
        """What the tool answers, neither numbered nor kept. Raises UserError, NoData,
        SourceUnavailable."""
        tool, args = command.tool, command.args
        request, installation, words = asking.request, asking.installation, asking.words
        asked = (tool.name, args, asking.plant, asking.access.scope)
        context = self.context(asking)
        context.fixed_period = command.fixed
        try:
            parts = tool.present(await running.run(tool, args, context), words)
            self._answered[asked] = request.now
        except SourceUnavailable:
            # A period that still runs is another question every minute; the last one is cached.
            answered = self._answered.get(asked)
            if answered is None or answered >= request.now or request.now - answered > _OLDEST:
                raise
            earlier = replace(request, now=answered)
            return await self.ran(command, replace(asking, request=earlier))
        except UnknownAsset as error:
            return Ran(replies.unknown_asset(error, command, installation, words))
        except AmbiguousAsset as error:
            return Ran(replies.ambiguous_asset(error, command, installation, words))
        except PlantsDiffer as error:
            return Ran(replies.plants_differ(error, command, words))
        parts = _after_lead(parts, _not_used(command, words)) + _notices(context, words)
        parts += disputed(context.cited.disputes, installation.hierarchy, words)
        if command.period:
            said = " ".join(("/oee", *map(str, _ids(context)), command.period))
            parts += (Actions((Action(said, said),)),)
        if request.typed and request.text.strip().lower() == f"/{tool.command}":
            parts = _before_actions(parts, examples(tool, words, most=_EXAMPLES))
        resolved = _plain_args(args, context)
        answer = Answer("answer", parts, tuple(context.citations), tool.name, resolved)
        call = {"tool": tool.name, "args": _thread_args(args, context)}
        return Ran(replace(answer, language=words.language), tuple(context.queries), call)

    async def _given(
        self, answer: Answer, queries: Sequence[Query], thread: Mapping[str, Any], asking: Asking
    ) -> Answer:
        """The answer with its citations numbered, under an id, kept."""
        words = asking.words
        parts, citations = numbered(answer.parts, answer.citations, queries)
        answer = replace(answer, parts=parts, citations=citations, id=secrets.token_hex(4))
        await self._kept.keep(asking.request, answer, queries, {**thread, "answer": answer.id})
        if self._kept.failed:
            return replace(answer, parts=(*parts, Notice(words.say("notices.no_store"))))
        return replace(answer, parts=_with_replay(parts, answer.id, words))


def _with_replay(parts: tuple[Part, ...], answer_id: str, words: Words) -> tuple[Part, ...]:
    """The answer's own buttons after the tool's."""
    offered = [a for part in parts if isinstance(part, Actions) for a in part.actions]
    offered += [
        Action(words.say("answer.show_data"), f"/data {answer_id}"),
        Action(words.say("answer.run_again"), f"/again {answer_id}"),
    ]
    rest = tuple(part for part in parts if not isinstance(part, Actions))
    return (*rest, Actions(tuple(offered)))


def _plain_args(args: Args, context: ToolContext) -> dict[str, object]:
    """The arguments as they were understood: asset ids, and the period in full."""
    values: dict[str, object] = args.model_dump()
    return values | context.resolved


def _ids(context: ToolContext) -> list[object]:
    found = context.resolved.get("assets")
    return found if isinstance(found, list) else []


def _thread_args(args: Args, context: ToolContext) -> dict[str, object]:
    """The arguments in words, as a follow-up inherits them."""
    values: dict[str, object] = args.model_dump(mode="json", exclude_defaults=True)
    if values.get("assets"):
        values["assets"] = context.resolved.get("assets", ())
    return values


def _not_used(command: Command, words: Words) -> tuple[Part, ...]:
    """What of the question the answer does not take into account."""
    told: list[Part] = []
    if command.leftover:
        told.append(Notice(words.say("notices.leftover", said=command.leftover[:80])))
    if command.unsplit:
        told.append(Notice(words.say("planner.unsplit", by=command.unsplit[:80])))
    if command.period:
        told.append(Notice(words.say("notices.only_now", period=command.period[:80])))
    return tuple(told)


def _after_lead(parts: tuple[Part, ...], more: tuple[Part, ...]) -> tuple[Part, ...]:
    """`more` right after the sentence that matters, where nobody overlooks it."""
    lead = next((n for n, part in enumerate(parts, start=1) if isinstance(part, Text)), 0)
    return (*parts[:lead], *more, *parts[lead:])


def _before_actions(parts: tuple[Part, ...], offered: Actions) -> tuple[Part, ...]:
    there = (n for n, part in enumerate(parts) if isinstance(part, Actions))
    first = next(there, len(parts))
    return (*parts[:first], offered, *parts[first:])


def _notices(context: ToolContext, words: Words) -> tuple[Part, ...]:
    notices = [
        Notice(words.say(f"notices.{key}", **_worded(arguments, context, words)))
        for key, arguments in context.notes
    ]
    return tuple(notices)


def _worded(
    arguments: Mapping[str, object], context: ToolContext, words: Words
) -> dict[str, object]:
    """Times in the zone of the plant that was asked about."""
    period = context.resolved.get("period")
    zone = getattr(period, "zone", "UTC")
    return {
        name: words.moment(value, zone)
        if isinstance(value, datetime)
        else words.day(value)
        if isinstance(value, date)
        else value
        for name, value in arguments.items()
    }
