"""The one door, as seen from Slack: who asks and where, put into a Request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from cachetools import LRUCache

from adapters import Door, Progress
from adapters.slack.directory import Directory, GroupsUnknown
from adapters.slack.inbound import Author
from core.answer import Answer, Text
from core.request import Language, Place, Request
from core.words import Words


class Ask:
    """`now` is the clock; `language` the one that people are spoken to where nothing else tells."""

    def __init__(
        self, directory: Directory, now: Callable[[], datetime], language: Language
    ) -> None:
        self.now = now
        self._directory = directory
        self._language = language
        self._door: Door | None = None
        self._spoken: LRUCache[str, Language] = LRUCache(10_000)

    def mount(self, door: Door) -> None:
        self._door = door

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
        if self._door is None:
            raise RuntimeError("no door is mounted")
        try:
            user = await self._directory.user(author)
        except GroupsUnknown:
            return self._unknown_rights()
        if not typed:
            user = replace(user, locale=self._spoken.get(author.key, user.locale))
        request = Request(user, place, text, self.now(), addressed=addressed, typed=typed)
        answer = await self._door(request, progress)
        if typed:
            self._spoken[author.key] = answer.language
        return answer

    async def language(self, author: Author) -> Language:
        """The language of what is shown before there is an answer: the one last spoken."""
        spoken = self._spoken.get(author.key)
        if spoken is not None:
            return spoken
        try:
            user = await self._directory.user(author)
        except GroupsUnknown:
            return self._language
        return user.locale or self._language

    async def name(self, author: Author) -> str:
        """Raises GroupsUnknown."""
        user = await self._directory.user(author)
        return user.name or author.id

    def _unknown_rights(self) -> Answer:
        words = Words(self._language)
        problem = words.say("problems.timeout")
        said = words.say("errors.source_unavailable", system="Slack", problem=problem)
        return Answer("error", (Text(said),), language=self._language)
