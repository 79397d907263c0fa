"""What is done about each thing that came in: a question answered, a button followed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import assert_never

from adapters import Gone, MaybeSent, NotSent
from adapters.asking import Asking
from adapters.intake import Job
from adapters.seal import Seal
from adapters.teams import replies
from adapters.teams.connector import Refused
from adapters.teams.dialog_turns import DialogTurns
from adapters.teams.inbound import read
from adapters.teams.incoming import (
    Asked,
    Clicked,
    DialogFetched,
    DialogSubmitted,
    Incoming,
    Installed,
    Payload,
    Rated,
    Removed,
)
from adapters.teams.posts import Posts, with_settings
from adapters.teams.render import welcome
from adapters.teams.replies import Replies
from adapters.teams.rooms import Rooms
from adapters.teams.waiting import Waiting
from core.acts.choices import subject
from core.acts.forget import in_words, is_forget
from core.answer import Answer, Notice
from core.errors import SourceUnavailable
from core.request import Place, User
from core.words import Words

log = logging.getLogger(__name__)

# Whether somebody may see more alone than where others read along.
SeesMore = Callable[[User, Place], bool]
# What is an answer, or will be one after a click: nothing that another place would change.
_SAID = frozenset({"answer", "clarify", "error"})


class Turns:
    """Works off one Job after the other, each in a task of its own."""

    def __init__(
        self,
        posts: Posts,
        rooms: Rooms,
        asking: Asking,
        seal: Seal,
        invokes: Replies,
        sees_more: SeesMore,
    ) -> None:
        self._posts = posts
        self._rooms = rooms
        self._asking = asking
        self._seal = seal
        self._invokes = invokes
        self._sees_more = sees_more
        self._dialogs = DialogTurns(asking, seal)

    async def work(self, job: Job) -> None:
        """What goes wrong on Teams' side ends here, with one line in the log."""
        incoming = read(job.claim.payload)
        if incoming is None:
            return
        try:
            await self._known(incoming, job.claim.payload)
            await self._do(incoming, job)
        except MaybeSent as error:
            job.ending = "unknown"
            log.warning("%s: may or may not have been shown: %s", job.claim.key, error)
        except (NotSent, Refused) as error:
            job.ending = "failed"
            log.warning("%s: not shown: %s", job.claim.key, error)
        except Gone as error:
            job.ending = "failed"
            log.warning("%s: nobody can write there any more: %s", job.claim.key, error)
            with suppress(SourceUnavailable):
                await self._rooms.lose(incoming.target.place, str(error))
        finally:
            self._invokes.give(job.claim.key, {})

    async def _known(self, incoming: Incoming, payload: Payload) -> None:
        """Remembers the conversation; an answer does not hang on it."""
        if isinstance(incoming, Removed):
            return
        try:
            await self._rooms.keep(payload, incoming.author)
        except SourceUnavailable as error:
            log.warning("a conversation is not kept for later: %s", error.problem)

    async def _do(self, incoming: Incoming, job: Job) -> None:
        match incoming:
            case Asked():
                await self._answer(incoming, job)
            case Clicked():
                await self._click(incoming, job)
            case DialogFetched(author, data, target):
                if self._invokes.waits(job.claim.key):  # nobody sees it later
                    info = await self._dialogs.opened(author, data, target)
                    self._invokes.give(job.claim.key, replies.dialog(info))
            case DialogSubmitted(author, data, target):
                body = await self._dialogs.submitted(author, data, target)
                self._invokes.give(job.claim.key, body)
            case Rated():
                await self._rate(incoming)
            case Installed():
                await self._welcome(incoming, job)
            case Removed(target):
                await self._rooms.lose(target.place, "the bot was removed")
            case _:
                assert_never(incoming)

    # --- questions

    async def _answer(self, asked: Asked, job: Job) -> None:
        """Shows the answer where it was asked for, or to the asker alone; once at most, for what
        was shown cannot be looked up in Teams."""
        if job.claim.maybe_sent:
            raise MaybeSent("a process ended while it was sent")
        user, target = asked.author.user, asked.target
        if not target.personal and _is_ones_own(asked.text):
            await self._alone(asked, job)
            return
        usual = Words(self._asking.language(user)).say("answer.working")
        waiting = Waiting(self._posts, target, usual) if asked.addressed else None
        try:
            answer = await self._asking.answer(
                user,
                asked.text,
                target.place,
                waiting.progress if waiting else None,
                addressed=asked.addressed,
                typed=asked.typed,
            )
        finally:
            if waiting is not None:
                await waiting.stop()
        if waiting is None and not (answer.outcome == "answer" and answer.tool):
            return
        earlier, stream = (waiting.message, waiting.stream) if waiting else ("", "")
        if not (answer.parts or earlier or stream):
            return  # whoever asks too fast was told so already
        hidden = answer.outcome not in _SAID and not target.personal and asked.addressed
        if (
            hidden
            and self._sees_more(user, target.place)
            and await self._alone(asked, job, only_answers=True, earlier=earlier)
        ):
            return
        if await job.sending():
            await self._posts.show(
                target,
                _late(answer, job),
                earlier=earlier,
                stream=stream,
                settings=_is_of_settings(asked.text) and target.personal,
            )

    async def _alone(
        self, asked: Asked, job: Job, *, only_answers: bool = False, earlier: str = ""
    ) -> bool:
        """Shows the answer in the asker's personal chat, and says so where it was asked."""
        author, target = asked.author, asked.target
        words = Words(self._asking.language(author.user))
        try:
            personal = await self._rooms.personal(author, target.service_url)
            answer = await self._asking.answer(
                author.user, asked.text, personal.place, typed=asked.typed
            )
            if only_answers and answer.outcome != "answer":
                return False
            words = Words(answer.language)
            if not await job.sending():
                return True
            await self._posts.show(
                personal, _late(answer, job), settings=_is_of_settings(asked.text)
            )
            key = "answered_alone_hidden" if only_answers else "answered_alone"
        except (Gone, NotSent, Refused) as error:
            log.warning("%s: no personal chat: %s", job.claim.key, error)
            key = "no_personal_chat"
            if not await job.sending():
                return True
        await self._posts.note(target, words.say(f"teams.{key}"), earlier)
        return True

    # --- clicks

    async def _click(self, clicked: Clicked, job: Job) -> None:
        author, key = clicked.author, job.claim.key
        words = Words(self._asking.language(author.user))
        verb = str(clicked.data.get("verb") or clicked.verb)
        command = self._seal.open(str(clicked.data.get("command") or ""))
        if command is None:
            await self._say(clicked, words.say("chat.stale_button"), job)
            return
        if verb in ("show_all", "data"):  # a client without dialogs
            command = f"/show {command}" if verb == "show_all" else command
        elif verb == "again" and self._invokes.waits(key):
            await self._refresh(clicked, command, job)
            return
        # What was clicked stays, and the answer comes beside it.
        self._invokes.give(key, replies.toast(words.say("answer.working")))
        await self._answer(Asked(author, command, clicked.target, typed=False), job)

    async def _refresh(self, clicked: Clicked, command: str, job: Job) -> None:
        """The card as it is now, for whoever clicked; a message where that took too long."""
        author, target = clicked.author, clicked.target
        answer = await self._asking.answer(author.user, command, target.place)
        if not await job.sending():
            return
        card = self._posts.drawn(answer, whole=True).card
        if card is None or not self._invokes.give(job.claim.key, replies.card(card)):
            await self._posts.show(target, answer)

    async def _say(self, clicked: Clicked, text: str, job: Job) -> None:
        """One sentence to the clicker."""
        if self._invokes.give(job.claim.key, replies.toast(text)):
            return
        if not job.claim.maybe_sent and await job.sending():
            await self._posts.note(clicked.target, text)

    async def _rate(self, rated: Rated) -> None:
        answer_id = await self._posts.answer_of(rated.target)
        if not answer_id:
            log.warning("feedback on a message that is not known any more")
            return
        verdict = "up" if rated.up else "down"
        command = f"/feedback {answer_id} {verdict} {rated.reason}".strip()
        await self._asking.answer(rated.author.user, command, rated.target.place)

    # --- coming and going

    async def _welcome(self, installed: Installed, job: Job) -> None:
        if job.claim.maybe_sent:
            raise MaybeSent("a process ended while it was sent")
        user, target = installed.author.user, installed.target
        offered = await self._asking.answer(user, "/andon prompts", target.place)
        language = self._asking.language(user)
        message = welcome(language, seal=self._seal.close, questions=offered.actions)
        if await job.sending():
            await self._posts.send(target, with_settings(message, language))


def _is_ones_own(text: str) -> bool:
    """What is about the asker and nobody else: their settings, and what is kept about them."""
    is_command = text.startswith("/andon ")
    return _is_of_settings(text) or (is_command and is_forget(text)) or bool(in_words(text))


def _is_of_settings(text: str) -> bool:
    return text.startswith("/andon ") and bool(subject(text))


def _late(answer: Answer, job: Job) -> Answer:
    if job.claim.attempt == 1:
        return answer
    said = Words(answer.language).say("chat.late")
    return replace(answer, parts=(*answer.parts, Notice(said, "neutral")))
