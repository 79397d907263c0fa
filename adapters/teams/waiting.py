"""What is shown while a question takes long: that it is worked on, then what can be said already.

In a personal chat that is a stream, which the answer ends; elsewhere a message, whose place it
takes. What fails here costs nothing: the answer says it all.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from adapters import Gone, MaybeSent, NotSent
from adapters.teams.connector import Refused
from adapters.teams.incoming import Target
from adapters.teams.posts import Posts
from adapters.within import within
from core.errors import SourceUnavailable
from core.progress import Sentence

FAILURES = (NotSent, MaybeSent, Gone, Refused, SourceUnavailable)
PATIENCE = 1.5  # seconds after which a question that takes longer shows that it is worked on
PACE = 1.0  # between two parts of a stream: Teams' own advice
ROOM_PACE = 3.0  # where every part is a message that is edited
_GRACE = 0.3  # that a first sentence waits: most answers are whole by then
_TYPING = 3.0  # Teams shows the three dots for about so long


class Waiting:
    """Begins with the question. `usual` is said where the door has said nothing yet.

    Afterwards `message` is the one whose place the answer takes, `stream` the one that it ends,
    "" for none.
    """

    def __init__(self, posts: Posts, target: Target, usual: str) -> None:
        self.message = ""
        self.stream = ""
        self._posts = posts
        self._target = target
        self._said = usual
        self._sentences: list[str] = []
        self._number = 0
        self._news = asyncio.Event()
        self._over = asyncio.Event()
        self._task = asyncio.create_task(self._watch())
        self._dots = asyncio.create_task(self._typing())

    def progress(self, text: str) -> None:
        """A status, or a sentence that is checked and stays."""
        if isinstance(text, Sentence):
            self._sentences.append(text)
            self._news.set()
        else:
            self._said = text

    async def stop(self) -> None:
        """After this nothing more is shown; what is on its way out is waited for, for the answer
        must come after it."""
        self._over.set()
        self._news.set()
        self._dots.cancel()
        await asyncio.gather(self._task, self._dots, return_exceptions=True)

    async def _typing(self) -> None:
        while not self._shown:
            with suppress(*FAILURES):
                await self._posts.typing(self._target)
            await asyncio.sleep(_TYPING)

    async def _watch(self) -> None:
        with suppress(*FAILURES):
            if not await within(PATIENCE, self._news):
                await self._show(self._said)
            await self._news.wait()
            await within(_GRACE, self._over)
            while not self._over.is_set():
                self._news.clear()
                await self._show(" ".join(self._sentences))
                await within(PACE if self._target.personal else ROOM_PACE, self._over)
                await self._news.wait()

    @property
    def _shown(self) -> bool:
        return bool(self.message or self.stream)

    async def _show(self, text: str) -> None:
        self._number += 1
        if not self._target.personal:
            if self._number == 1 or self.message:
                self.message = await self._posts.note(self._target, text, self.message)
            return
        if not self.stream and self._sentences:  # a stream begins with a status
            self.stream = await self._posts.stream(self._target, self._said, "", self._number)
            await within(PACE, self._over)
            self._number += 1
        if not self._over.is_set() or not self.stream:
            self.stream = await self._posts.stream(self._target, text, self.stream, self._number)
