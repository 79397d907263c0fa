"""What is shown while a question takes long; the answer takes its place."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from adapters.intake import Job
from adapters.slack.ask import Ask
from adapters.slack.dialogs import Dialogs
from adapters.slack.escape import mrkdwn
from adapters.slack.inbound import Asked
from adapters.slack.posts import Posts
from adapters.slack.web_api import OutcomeUnknown, Refused, Unreachable
from core.errors import SourceUnavailable
from core.progress import Sentence
from core.words import Words

PATIENCE = 1.5  # seconds after which a question that takes longer shows that it is worked on


class Waiting:
    """Begins with the question. `shown` is the ts of the message whose place the answer takes, ""
    for none."""

    def __init__(
        self, posts: Posts, dialogs: Dialogs, ask: Ask, asked: Asked, job: Job, earlier: str
    ) -> None:
        self.shown = earlier
        self._posts = posts
        self._dialogs = dialogs
        self._ask = ask
        self._asked = asked
        self._job = job
        self._said = ""
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._status: asyncio.Task[bool] | None = None
        if asked.patient and not earlier:
            self._task = asyncio.create_task(self._watch())

    def progress(self, text: str) -> None:
        """What goes on; the pane's status line tells it at once. Sentences come with the answer."""
        if isinstance(text, Sentence):
            return
        self._said = text
        if self._asked.pane and self._status is None:
            target = self._asked.target
            told = self._dialogs.pane_status(target.channel, target.thread, text)
            self._status = asyncio.create_task(told)

    async def stop(self) -> None:
        """After this nothing more is shown; a note on its way out is waited for, for the answer
        must come after it."""
        self._over.set()
        for task in (self._task, self._status):
            if task is not None:
                await task

    async def _watch(self) -> None:
        try:
            await asyncio.wait_for(self._over.wait(), PATIENCE)
        except TimeoutError:
            with suppress(Refused, Unreachable, OutcomeUnknown, SourceUnavailable):
                self.shown = await self._note()

    async def _note(self) -> str:
        """What identifies the note, "" where the status line tells."""
        said = self._said or await self._usual()
        if self._asked.pane and self._status is None:
            self.progress(said)
        if self._status is not None and await self._status:
            return ""
        target = self._asked.target
        if target.response_url:
            await self._posts.note(target, mrkdwn(said))
            return "note"
        if not await self._job.sending():
            return ""
        return await self._posts.note(target, mrkdwn(said), delivery=self._job.claim.key)

    async def _usual(self) -> str:
        """What is said where the door has said nothing yet."""
        return Words(await self._ask.language(self._asked.author)).say("answer.working")
