"""What is shown while a question takes long: that it is worked on, then what can be said already.
The answer takes its place."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from adapters.intake import Job
from adapters.slack.ask import Ask
from adapters.slack.dialogs import Dialogs
from adapters.slack.escape import mrkdwn
from adapters.slack.growing import Growing
from adapters.slack.inbound import Asked
from adapters.slack.posts import Posts
from adapters.slack.web_api import OutcomeUnknown, Refused, Unreachable
from adapters.within import within
from core.errors import SourceUnavailable
from core.progress import Sentence
from core.words import Words

_FAILURES = (Refused, Unreachable, OutcomeUnknown, SourceUnavailable)


class Waiting:
    """Begins with the question. `shown` is the ts of the message whose place the answer takes, ""
    for none."""

    def __init__(
        self, posts: Posts, dialogs: Dialogs, ask: Ask, asked: Asked, job: Job, earlier: str
    ) -> None:
        self._posts = posts
        self._dialogs = dialogs
        self._ask = ask
        self._asked = asked
        self._message = Growing(posts, asked, job, earlier)
        self._said = ""
        self._sentences: list[str] = []
        self._news = asyncio.Event()
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._status: asyncio.Task[bool] | None = None
        if asked.patient and not earlier:
            self._task = asyncio.create_task(self._watch())

    @property
    def shown(self) -> str:
        return self._message.ts

    def progress(self, text: str) -> None:
        """What goes on; the pane's status line tells it at once."""
        if isinstance(text, Sentence):
            self._sentences.append(text)
            self._news.set()
            return
        self._said = text
        if self._asked.pane and self._status is None:
            target = self._asked.target
            told = self._dialogs.pane_status(target.channel, target.thread, text)
            self._status = asyncio.create_task(told)

    async def stop(self) -> None:
        """After this nothing more is shown; what is on its way out is waited for, for the answer
        must come after it."""
        self._over.set()
        self._news.set()
        for task in (self._task, self._status):
            if task is not None:
                await task

    async def _watch(self) -> None:
        """What fails here costs nothing: the answer says it all."""
        with suppress(*_FAILURES):
            if not await within(self._posts.times.note, self._news):
                await self._note()
            await self._news.wait()
            await within(self._posts.times.first, self._over)
            while not self._over.is_set():
                self._news.clear()
                pause = await self._message.tell(self._sentences)
                await within(pause, self._over)
                if len(self._sentences) == self._message.told:
                    await self._news.wait()
        with suppress(*_FAILURES):
            await self._message.end()

    async def _note(self) -> None:
        """That it takes longer, unless the status line tells."""
        said = self._said or await self._usual()
        if self._asked.pane and self._status is None:
            self.progress(said)
        if self._status is None or not await self._status:
            await self._message.note(mrkdwn(said))

    async def _usual(self) -> str:
        """What is said where the door has said nothing yet."""
        return Words(await self._ask.language(self._asked.author)).say("answer.working")
