"""The one door, as seen from Slack: who asks and where, put into a Request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from adapters import Door, Progress
from adapters.asking import Asking
from adapters.slack.directory import Directory, GroupsUnknown
from adapters.slack.inbound import Author
from core.answer import Answer, Text
from core.request import Language, Place
from core.words import Words


class Ask:
    """`now` is the clock; `language` the one that people are spoken to where nothing else tells."""

    def __init__(
        self, directory: Directory, now: Callable[[], datetime], language: Language
    ) -> None:
        self.now = now
        self._directory = directory
        self._asking = Asking(now, language)

    def mount(self, door: Door) -> None:
        self._asking.mount(door)

    async def answer(
        self,
        author: Author,
        text: str,
        place: Place,
        progress: Progress | None = None,
        *,
        addressed: bool = True,
        typed: bool = False,
    ) -> Answer:
        """The answer, with the author's rights in this place. What was not typed by the author
        is answered in the language last spoken with them."""
        try:
            user = await self._directory.user(author)
        except GroupsUnknown:
            return self._unknown_rights()
        return await self._asking.answer(
            user, text, place, progress, addressed=addressed, typed=typed
        )

    async def language(self, author: Author) -> Language:
        """The language of what is shown before there is an answer: the one last spoken."""
        if spoken := self._asking.spoken(author.key):
            return spoken
        try:
            return self._asking.language(await self._directory.user(author))
        except GroupsUnknown:
            return self._asking.usual

    async def name(self, author: Author) -> str:
        """Raises GroupsUnknown."""
        user = await self._directory.user(author)
        return user.name or author.id

    def _unknown_rights(self) -> Answer:
        words = Words(self._asking.usual)
        problem = words.say("problems.timeout")
        said = words.say("errors.source_unavailable", system="Slack", problem=problem)
        return Answer("error", (Text(said),), language=self._asking.usual)
