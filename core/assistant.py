"""The one door: a Request comes in, an Answer goes out, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from core import commands, registry, replay, replies
from core.access import EVERYTHING, Access
from core.acts import forget
from core.acts.admin import admin, is_admin
from core.acts.remember import listen
from core.acts.subscribe_words import meant
from core.admin import Desk
from core.agent.facing import turn_of
from core.agent.turn import Ran, Speaker
from core.alerts.limits import AlertRules
from core.answer import Actions, Answer, Notice
from core.answering import Answering
from core.asking import Asking
from core.commands import Command
from core.data.cache import CachedSource
from core.data.mapping import PlantFile
from core.errors import SourceUnavailable, UserError
from core.help import help_answer, ways_out
from core.installation import Definitions, Installation
from core.kept import Kept
from core.memory import Memory
from core.offered import taken_up, with_choices
from core.own_commands import own_command
from core.planner.asking import is_question, is_small_talk
from core.planner.planner import FIELDS, Clarify, Decline, Plan, Planner, ThreadContext
from core.planner.reading import detect_language
from core.progress import Progress
from core.request import Language, Place, Request, User
from core.store import Store
from core.tool import AnyTool, Args
from core.trace import stage
from core.words import Words

AccessOf = Callable[[User, Place], Access]
LONGEST_QUESTION = 10_000
_SECONDS = 45


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

    `plant` is the plant of people who have none of their own; without a `desk` nobody
    administers. Raises nothing but defects: what
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
        speaker: Speaker | None = None,
        memory: Memory | None = None,
        alert_rules: AlertRules | None = None,
        desk: Desk | None = None,
    ) -> None:
        self._definitions = Definitions(plant_file, source, alert_rules)
        self._source = source
        self._kept = Kept(store, memory)
        self._language = language
        self._access_of = access_of
        self._planner = _planner()
        self._answering = Answering(source, self._kept)
        self._speaker = speaker
        self._desk = desk

    async def handle(self, request: Request, progress: Progress | None = None) -> Answer:
        """The answer to one request; `progress` is told what is going on meanwhile."""
        request = await self._with_choices(request)
        language = request.language or request.user.language or self._heard(request)
        words = Words(language, request.now)
        answer = await self._handled(request, words, progress)
        # One that was given before keeps the language that it was given in.
        return answer if answer.id else replace(answer, language=language)

    async def _handled(self, request: Request, words: Words, progress: Progress | None) -> Answer:
        request = replace(request, now=request.now.replace(second=0, microsecond=0))
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._answer(request, words, progress)
        except TimeoutError:
            problem = words.say("problems.timeout")
            said = words.say("errors.source_unavailable", system=self._source.name, problem=problem)
            return replies.told("error", said)
        except (UserError, SourceUnavailable) as error:
            return replies.problem(error, words)

    async def _with_choices(self, request: Request) -> Request:
        """The request with what the person chose for themselves."""
        person = await self._kept.person(request.user.id)
        user = replace(
            request.user,
            areas=request.user.areas or person.areas,
            plant=request.user.plant or person.plant,
            language=request.user.language or person.language,
        )
        return replace(request, user=user)

    def _heard(self, request: Request) -> Language:
        usual = request.user.locale or self._language
        if not request.typed:
            return usual
        words = request.text.split()
        if words and words[0].startswith("/"):  # neither it nor an id ("line-3") is of a language
            words = [word for word in words[1:] if word.isalpha()]
        return detect_language(" ".join(words), usual)

    async def _answer(self, request: Request, words: Words, progress: Progress | None) -> Answer:
        text = request.text.strip()
        if not text:
            raise UserError("empty_question")
        if len(text) > LONGEST_QUESTION:
            raise UserError("question_too_long", limit=LONGEST_QUESTION)
        if is_admin(text):  # which needs no plant, and tells what is wrong with it
            access = self._access_of(request.user, request.place)
            return await admin(text, request, access, self._desk, words)
        installation = await self._definitions.load()
        plant = request.plant or request.user.plant or _first_plant(installation)
        if plant not in installation.plants:
            raise UserError("unknown_plant", said=plant, plants=", ".join(installation.plants))
        access = self._access_of(request.user, meant(text, request.place))
        asking = Asking(request, installation, plant, words, access)
        before = await self._kept.context(request)
        chosen = "" if text.startswith("/") else taken_up(text, before)
        if chosen:
            taken = replace(request, text=chosen, addressed=True)
            return await self._answer(taken, words, progress)
        own = forget.in_words(text) or text
        answered = await own_command(own, asking, self._kept, self._answering)
        if answered is not None:
            return await self._offering(answered, asking, before)
        if not request.addressed and not (before.get("tool") and is_question(text)):
            return Answer("decline", ())  # a thread of which the bot is no part, or no question
        repeated = replay.in_words(text, before.get("answer"))
        if repeated:
            return await self._answer(replace(request, text=repeated), words, progress)
        if self._speaker is None or text.startswith("/"):
            return await self._planned(text, asking, before, progress)
        if progress is not None:
            progress(words.say("answer.working"))
        memories = await self._kept.in_mind(asking)
        turn = turn_of(asking, before, partial(self._tool, asking), progress, memories)
        with stage("model"):
            spoken = await self._speaker.answer(turn)
        if spoken is not None:
            answer = await self._answering.spoken(spoken, asking, before)
            listen(answer, asking, self._kept)
            return answer
        answer = await self._planned(text, asking, before, None)
        notice = Notice(words.say("model.without"), "neutral")
        return replace(answer, parts=(*answer.parts, notice))

    async def _planned(
        self, text: str, asking: Asking, before: Mapping[str, Any], progress: Progress | None
    ) -> Answer:
        """The answer to a command, or the planner's."""
        with stage("plan"):
            wanted = self._wanted(text, asking, before)
        if isinstance(wanted, Command):
            if progress is not None:
                progress(asking.words.say("answer.working"))
            wanted = await self._answering.run(wanted, asking)
        return await self._offering(wanted, asking, before)

    async def _offering(self, answer: Answer, asking: Asking, before: Mapping[str, Any]) -> Answer:
        """The answer; the choices that it offers may be typed next."""
        context = with_choices(before, answer)
        if context is not None:
            await self._kept.remember(asking.request, context)
        return answer

    async def _tool(self, asking: Asking, tool: AnyTool, args: Args) -> Ran:
        """What a tool that a model called answers; what stands in its way is an answer, too."""
        try:
            return await self._answering.ran(Command(tool, args), asking)
        except (UserError, SourceUnavailable) as error:
            return Ran(replies.problem(error, asking.words))

    def _wanted(self, text: str, asking: Asking, before: Mapping[str, Any]) -> Command | Answer:
        """The tool and its arguments; or the answer that no tool is needed for."""
        installation, plant, words = asking.installation, asking.plant, asking.words
        if text.startswith("/"):
            word, _, rest = text[1:].partition(" ")
            if word.lower() in commands.HELP or rest.strip().lower() in commands.HELP:
                return help_answer(word.lower(), words)
            return commands.parse(text, installation, plant)
        context = ThreadContext(before["tool"], before["args"]) if before.get("tool") else None
        names, shifts = installation.names(plant), installation.shift_names
        match self._planner.plan(text, names, shifts, context):
            case Plan(tool="help") if is_small_talk(text):
                return replies.told("answer", words.say("help.greeting"), ways_out())
            case Plan(tool="help"):
                return help_answer("", words)
            case Plan(tool=name, args=args, leftover=left, unsplit=unsplit):
                tool = registry.tool(name)
                period = commands.past_period(tool, text, installation)
                if "about" in tool.args.model_fields:
                    args, left = commands.about(args, text, installation, plant), ""
                made = commands.make_args(tool, args)
                return Command(tool, made, left, period, unsplit)
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


def _first_plant(installation: Installation) -> str:
    return next(iter(installation.plants))
