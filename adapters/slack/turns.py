"""What is done about each thing that came in: a question answered, a button followed."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from typing import assert_never

from adapters.intake import Job
from adapters.seal import Seal
from adapters.slack.actions import is_data
from adapters.slack.ask import Ask
from adapters.slack.dialogs import Dialogs, TooLate
from adapters.slack.growing import question_ts
from adapters.slack.home import REFRESH, SETTINGS, SUBSCRIPTIONS
from adapters.slack.inbound import (
    NAME,
    Asked,
    Author,
    Clicked,
    HomeOpened,
    Incoming,
    MessageShortcut,
    PaneOpened,
    Submitted,
    Target,
    read,
)
from adapters.slack.posts import Posts
from adapters.slack.subscribing import SUBSCRIPTION, Subscribing
from adapters.slack.waiting import Waiting
from adapters.slack.web_api import OutcomeUnknown, Refused, Unreachable
from core.acts.subscribe_words import form_of
from core.answer import Answer, Notice, Text
from core.request import Place
from core.words import Words

log = logging.getLogger(__name__)

_NO_MEMBER = frozenset({"not_in_channel", "channel_not_found"})


class Turns:
    """Works off one Job after the other, each in a task of its own."""

    def __init__(
        self, posts: Posts, dialogs: Dialogs, forms: Subscribing, ask: Ask, seal: Seal
    ) -> None:
        self._posts = posts
        self._dialogs = dialogs
        self._forms = forms
        self._ask = ask
        self._seal = seal

    async def work(self, job: Job, bot_user: str) -> None:
        """What goes wrong on Slack's side ends here, with one line in the log."""
        incoming = read(job.claim.payload, bot_user)
        if incoming is None:
            return
        try:
            await self._do(incoming, job)
        except OutcomeUnknown as error:
            job.ending = "unknown"
            log.warning("%s: may or may not have been shown: %s", job.claim.key, error)
        except (Refused, Unreachable) as error:
            job.ending = "failed"
            log.warning("%s: not shown: %s", job.claim.key, error)

    async def _do(self, incoming: Incoming, job: Job) -> None:
        match incoming:
            case Asked():
                if not await self._opened(incoming):
                    await self._answer(await self._placed(incoming), job)
            case MessageShortcut(author, text, target):
                await self._answer(await self._placed(Asked(author, text, target)), job)
            case Clicked():
                await self._click(incoming, job)
            case Submitted(author, callback) if callback == SUBSCRIPTION:
                if told := await self._forms.submitted(incoming):
                    await self._to_one(author, *told)
            case Submitted():
                for answer in await self._dialogs.submitted(incoming):
                    await self._directly(incoming.author, answer)
            case HomeOpened(author):
                await self._dialogs.home(author)
            case PaneOpened():
                await self._dialogs.pane(incoming)
            case _:
                assert_never(incoming)

    # --- questions

    async def _opened(self, asked: Asked) -> bool:
        """Whether a form was opened for it; where that is too late, words do."""
        command = form_of(asked.text) if asked.trigger else ""
        if not command:
            return False
        asked = await self._placed(asked)
        url = asked.target.response_url
        clicked = Clicked(asked.author, "", "", asked.target, asked.trigger, url)
        try:
            await self._forms.open(clicked, command, asked.target.place)
        except TooLate:
            return False
        return True

    async def _placed(self, asked: Asked) -> Asked:
        """A command in the bot's own direct conversation is answered there like any message."""
        target = asked.target
        if not target.response_url or not _is_direct(target):
            return asked
        with suppress(Refused, Unreachable, OutcomeUnknown):
            if await self._posts.direct(asked.author.id) == target.channel:
                return replace(asked, target=replace(target, response_url=""))
        return asked

    async def _answer(self, asked: Asked, job: Job) -> None:
        """Shows the answer where it was asked for; once, even if a process died over it."""
        target, delivery = asked.target, job.claim.key
        earlier = ""
        if job.claim.maybe_sent:
            if target.response_url:
                job.ending = "unknown"  # what only one person saw cannot be looked up
                return
            since = question_ts(job) if asked.pane else ""
            earlier = await self._posts.find(target, delivery, since)
        waiting = Waiting(self._posts, self._dialogs, self._ask, asked, job, earlier)
        naming = asyncio.create_task(self._name(asked))
        try:
            answer = await self._ask.answer(
                asked.author,
                asked.text,
                target.place,
                waiting.progress,
                addressed=asked.addressed,
                typed=asked.typed,
            )
        finally:
            await waiting.stop()
        if not asked.addressed and not (answer.outcome == "answer" and answer.tool):
            return
        if not answer.parts and not waiting.shown:
            return  # whoever asks too fast was told so already
        if job.claim.attempt > 1:
            late = Words(answer.language).say("chat.late")
            answer = replace(answer, parts=(*answer.parts, Notice(late, "neutral")))
        if not await job.sending():
            return
        await self._posts.show(
            target,
            answer,
            author=asked.author,
            delivery=delivery,
            earlier=waiting.shown,
            sharing=bool(target.response_url and not _is_direct(target) and answer.id),
        )
        await naming

    async def _name(self, asked: Asked) -> None:
        if asked.pane:
            await self._dialogs.pane_title(asked.target.channel, asked.target.thread, asked.text)

    # --- clicks

    async def _click(self, clicked: Clicked, job: Job) -> None:
        kind = clicked.action.partition(":")[0]
        if clicked.action == REFRESH:
            await self._dialogs.home(clicked.author)
            return
        try:
            if clicked.action == SETTINGS:
                await self._dialogs.settings(clicked)
                return
            if clicked.action == SUBSCRIPTIONS:
                await self._subscriptions(clicked)
                return
            carried = self._seal.open(clicked.value)
            if carried is None:
                await self._say(clicked, "stale_button")
                return
            match kind:
                case _ if command := form_of(carried):
                    await self._forms.open(clicked, command, clicked.target.place)
                case "share":
                    await self._share(clicked, carried, job)
                case "show_all":
                    await self._dialogs.show_answer(clicked, f"/show {carried}")
                case "page":
                    answer_id, _, page = carried.partition(" ")
                    number = int(page) if page.isdecimal() else 1
                    await self._dialogs.show_answer(clicked, f"/show {answer_id}", number)
                case "feedback":
                    await self._feedback(clicked, carried)
                case _ if is_data(carried) or clicked.view is not None:
                    await self._dialogs.show_answer(clicked, carried)
                case _:
                    # What was clicked stays: a note in its place would be in the way.
                    patient = not clicked.target.response_url
                    target = clicked.target
                    asked = Asked(clicked.author, carried, target, patient=patient, typed=False)
                    await self._answer(asked, job)
        except TooLate:
            await self._say(clicked, "too_late")

    async def _subscriptions(self, clicked: Clicked) -> None:
        """The form for what comes to the person directly."""
        direct = await self._posts.direct(clicked.author.id)
        place = Place(NAME, f"{clicked.author.team}:{direct}")
        await self._forms.open(clicked, "/andon change", place)

    async def _share(self, clicked: Clicked, answer_id: str, job: Job) -> None:
        """Asks again with the rights of the channel's audience, and shows that to all."""
        team, _, _ = clicked.target.place.address.partition(":")
        channel, thread = clicked.target.channel, clicked.target.thread
        place = Place(NAME, f"{team}:{channel}", thread, private=False)
        target = Target(channel, place, thread)
        earlier = await self._posts.find(target, job.claim.key) if job.claim.maybe_sent else ""
        answer = await self._ask.answer(clicked.author, f"/share {answer_id}", place)
        if answer.outcome != "answer":
            await self._posts.show(clicked.target, answer, author=clicked.author)
            return
        words = Words(answer.language)
        by = words.say("chat.shared_by", name=await self._ask.name(clicked.author))
        answer = replace(answer, parts=(*answer.parts, Notice(by, "neutral")))
        if not await job.sending():
            return
        try:
            shown = await self._posts.show(target, answer, delivery=job.claim.key, earlier=earlier)
        except Refused as refused:
            log.warning("%s: cannot be shared: %s", job.claim.key, refused.code)
            key = "not_in_channel" if refused.code in _NO_MEMBER else "not_shared"
            await self._say(clicked, key, code=refused.code)
            return
        if not thread:  # a thread begins here, and goes on from this answer
            begun = replace(place, thread=shown)
            await self._ask.answer(clicked.author, f"/show {answer.id}", begun)

    async def _feedback(self, clicked: Clicked, command: str) -> None:
        """Keeps the verdict; a bad one is asked for its reason."""
        place = self._dialogs.place_of(clicked)
        answer = await self._ask.answer(clicked.author, command, place)
        if command.endswith(" down") and answer.outcome == "answer":
            await self._dialogs.ask_reason(clicked, command, answer.language)
        else:
            await self._alone(clicked, answer)

    async def _say(self, clicked: Clicked, key: str, **arguments: object) -> None:
        """One sentence to the clicker: in the modal that was clicked in, else alone."""
        language = await self._ask.language(clicked.author)
        said = Words(language).say(f"chat.{key}", **arguments)
        view = clicked.view or {}
        if view.get("type") == "modal":
            place = self._dialogs.place_of(clicked)
            await self._dialogs.say_in(str(view.get("id", "")), said, language, place)
        else:
            await self._alone(clicked, Answer("decline", (Text(said),), language=language))

    async def _alone(self, clicked: Clicked, answer: Answer) -> None:
        """Tells the clicker, and nobody else."""
        if clicked.reply_url:
            target = replace(clicked.target, response_url=clicked.reply_url)
            await self._posts.show(target, answer, author=clicked.author)
        else:  # the home tab has no place to say something
            await self._directly(clicked.author, answer)

    async def _to_one(self, author: Author, target: Target, answer: Answer) -> None:
        if target.response_url:
            await self._posts.show(target, answer, author=author)
        else:
            await self._directly(author, answer)

    async def _directly(self, author: Author, answer: Answer) -> None:
        place = Place(NAME, f"{author.team}:{author.id}")
        await self._posts.show_directly(author.id, place, answer)


def _is_direct(target: Target) -> bool:
    return target.channel.startswith("D")
