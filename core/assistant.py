"""The one door: a Request comes in, an Answer goes out, whatever happens in between."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from cachetools import LRUCache

from core import commands, registry, replay, replies
from core.access import EVERYTHING, Access
from core.acts.feedback import feedback
from core.answer import Action, Actions, Answer, Notice, Outcome, Part, Text
from core.citing import numbered
from core.commands import Command
from core.context import ToolContext
from core.data.cache import CachedSource
from core.data.mapping import PlantFile
from core.errors import (
    AmbiguousAsset,
    NoData,
    PlantsDiffer,
    SourceUnavailable,
    UnknownAsset,
    UserError,
)
from core.help import help_answer, ways_out
from core.installation import Definitions, Installation
from core.kept import Kept
from core.planner.planner import FIELDS, Clarify, Decline, Plan, Planner, ThreadContext
from core.planner.reading import detect_language
from core.request import Language, Place, Request, User
from core.store import Store
from core.tool import Args
from core.words import Words

Progress = Callable[[str], None]
AccessOf = Callable[[User, Place], Access]
LONGEST_QUESTION = 10_000
_SECONDS = 45
_REMEMBERED = 1_000
_OLDEST = timedelta(hours=8)
_DECLINED = frozenset({"period_future"})


def _planner() -> Planner:
    """The planner for the tools there are; one that it was not trained on brings its examples."""
    new = [registry.tool(name) for name in registry.names() if name not in FIELDS]
    fields = {tool.name: frozenset(tool.args.model_fields) for tool in new}
    examples = {tool.name: (*tool.examples["en"], *tool.examples["de"]) for tool in new}
    return Planner({**FIELDS, **fields}, examples)


def _everything(_user: User, _place: Place) -> Access:
    return EVERYTHING


class Assistant:
    """Answers commands and free text on one installation.

    `plant` is the plant of people who have none of their own. Raises nothing but defects: what
    a person or a source did wrong becomes an Answer that says so.
    """

    def __init__(
        self,
        plant_file: PlantFile,
        source: CachedSource,
        store: Store | None,
        *,
        language: Language = "en",
        access_of: AccessOf = _everything,
    ) -> None:
        self._definitions = Definitions(plant_file, source)
        self._source = source
        self._kept = Kept(store)
        self._language = language
        self._access_of = access_of
        self._planner = _planner()
        # Question → when it was last answered: cached facts answer it again when the source fails.
        self._answered: LRUCache[object, datetime] = LRUCache(_REMEMBERED)

    async def handle(self, request: Request, progress: Progress | None = None) -> Answer:
        """The answer to one request; `progress` is told what is going on meanwhile."""
        language = request.language or request.user.language or self._heard(request.text)
        words = Words(language, request.now)
        return replace(await self._handled(request, words, progress), language=language)

    async def _handled(self, request: Request, words: Words, progress: Progress | None) -> Answer:
        request = replace(request, now=request.now.replace(second=0, microsecond=0))
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._answer(request, words, progress)
        except TimeoutError:
            problem = words.say("problems.timeout")
            said = words.say("errors.source_unavailable", system=self._source.name, problem=problem)
            return replies.told("error", said)
        except SourceUnavailable as error:
            return replies.told("error", replies.unavailable(error, words))
        except NoData as error:
            return replies.told("no_data", words.say(error.key, **error.arguments))
        except UserError as error:
            outcome: Outcome = "decline" if error.key in _DECLINED else "clarify"
            return replies.told(outcome, words.say(error.key, **error.arguments))

    def _heard(self, text: str) -> Language:
        return detect_language(text, self._language)

    async def _answer(self, request: Request, words: Words, progress: Progress | None) -> Answer:
        text = request.text.strip()
        if not text:
            raise UserError("empty_question")
        if len(text) > LONGEST_QUESTION:
            raise UserError("question_too_long", limit=LONGEST_QUESTION)
        installation = await self._definitions.load()
        plant = request.plant or request.user.plant or _first_plant(installation)
        if plant not in installation.plants:
            raise UserError("unknown_plant", said=plant, plants=", ".join(installation.plants))
        match text.split(" ", 1)[0].lower():
            case "/data":
                stored = await replay.stored_answer(text, request, self._kept)
                context = self._context(request, installation, plant, words)
                return await replay.data(text, stored, context)
            case "/again":
                stored = await replay.stored_answer(text, request, self._kept)
                now = await self._run(replay.again(stored), request, installation, plant, words)
                return replay.compared(stored, now, words)
            case "/feedback":
                return await feedback(text, request, self._kept, words)
        before = await self._kept.context(request)
        repeated = replay.in_words(text, before.get("answer"))
        if repeated:
            return await self._answer(replace(request, text=repeated), words, progress)
        wanted = self._wanted(text, installation, plant, before, words)
        if isinstance(wanted, Answer):
            return wanted
        if progress is not None:
            progress(words.say("answer.working"))
        return await self._run(wanted, request, installation, plant, words)

    def _wanted(
        self,
        text: str,
        installation: Installation,
        plant: str,
        before: Mapping[str, Any],
        words: Words,
    ) -> Command | Answer:
        """The tool and its arguments; or the answer that no tool is needed for."""
        if text.startswith("/"):
            word, _, rest = text[1:].partition(" ")
            if word.lower() in commands.HELP or rest.strip().lower() in commands.HELP:
                return help_answer(word.lower(), words)
            return commands.parse(text, installation, plant)
        context = ThreadContext(before["tool"], before["args"]) if before.get("tool") else None
        names, shifts = installation.names(plant), installation.shift_names
        match self._planner.plan(text, names, shifts, context):
            case Plan(tool="help"):
                return help_answer("", words)
            case Plan(tool=name, args=args):
                if name not in registry.names():
                    return replies.told("decline", words.say(f"planner.no_{name}"))
                tool = registry.tool(name)
                period = commands.past_period(tool, text, installation)
                return Command(tool, commands.make_args(tool, args), period=period)
            case Clarify(key=key, choices=choices):
                offered = tuple(
                    replies.offer(choice, installation, words)
                    for choice in choices
                    if choice.tool in registry.names()
                )
                return replies.told("clarify", words.say(f"planner.{key}"), Actions(offered))
            case Decline(key="empty"):
                raise UserError("empty_question")
            case Decline(key=key):
                ids = [i for m in names.find(text) if m.sort == "known" for i in m.ids]
                return replies.told("decline", words.say(f"planner.{key}"), ways_out(ids[:3]))

    def _context(
        self, request: Request, installation: Installation, plant: str, words: Words
    ) -> ToolContext:
        access = self._access_of(request.user, request.place)
        return ToolContext(
            request.user, request.now, words, installation, self._source, access, plant
        )

    async def _run(
        self,
        command: Command,
        request: Request,
        installation: Installation,
        plant: str,
        words: Words,
    ) -> Answer:
        tool, args = command.tool, command.args
        asked = (tool.name, args, plant, self._access_of(request.user, request.place).scope)
        context = self._context(request, installation, plant, words)
        context.fixed_period = command.fixed
        try:
            parts = tool.present(await tool.run(args, context), words)
            self._answered[asked] = request.now
        except SourceUnavailable:
            # A period that still runs is another question every minute; the last one is cached.
            answered = self._answered.get(asked)
            if answered is None or answered >= request.now or request.now - answered > _OLDEST:
                raise
            earlier = replace(request, now=answered)
            return await self._run(command, earlier, installation, plant, words)
        except UnknownAsset as error:
            return replies.unknown_asset(error, command, installation, words)
        except AmbiguousAsset as error:
            return replies.ambiguous_asset(error, command, installation, words)
        except PlantsDiffer as error:
            return replies.plants_differ(error, command, words)
        parts = _after_lead(parts, _not_used(command, words)) + _notices(context, words)
        if command.period:
            said = " ".join(("/oee", *map(str, _ids(context)), command.period))
            parts += (Actions((Action(said, said),)),)
        parts, citations = numbered(parts, context.citations)
        resolved = _plain_args(args, context)
        answer = Answer("answer", parts, citations, tool.name, resolved, secrets.token_hex(4))
        answer = replace(answer, language=words.language)
        thread = {"tool": tool.name, "args": _thread_args(args, context), "answer": answer.id}
        await self._kept.keep(request, answer, context.queries, thread)
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


def _first_plant(installation: Installation) -> str:
    return next(iter(installation.plants))


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
    if command.period:
        told.append(Notice(words.say("notices.only_now", period=command.period[:80])))
    return tuple(told)


def _after_lead(parts: tuple[Part, ...], more: tuple[Part, ...]) -> tuple[Part, ...]:
    """`more` right after the sentence that matters, where nobody overlooks it."""
    lead = next((n for n, part in enumerate(parts, start=1) if isinstance(part, Text)), 0)
    return (*parts[:lead], *more, *parts[lead:])


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
