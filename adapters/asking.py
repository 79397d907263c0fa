"""The one door, as a platform's channel asks there: who, where and when, put into a Request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from cachetools import LRUCache

from adapters import Door, Progress
from core.answer import Answer
from core.request import Language, Place, Request, User


class Asking:
    """`now` is the clock; `language` the one that people are spoken to where nothing else tells."""

    def __init__(self, now: Callable[[], datetime], language: Language) -> None:
        self.now = now
        self.usual = language
        self._door: Door | None = None
        self._spoken: LRUCache[str, Language] = LRUCache(10_000)

    def mount(self, door: Door) -> None:
        self._door = door

    async def answer(
        self,
        user: User,
        text: str,
        place: Place,
        progress: Progress | None = None,
        *,
        addressed: bool = True,
        typed: bool = False,
    ) -> Answer:
        """The answer, with the user's rights in this place. What was not typed by the user is
        answered in the language last spoken with them."""
        if self._door is None:
            raise RuntimeError("no door is mounted")
        if not typed:
            user = replace(user, locale=self._spoken.get(user.id, user.locale))
        request = Request(user, place, text, self.now(), addressed=addressed, typed=typed)
        answer = await self._door(request, progress)
        if typed:
            self._spoken[user.id] = answer.language
        return answer

    def spoken(self, user_id: str) -> Language | None:
        """The language last spoken with someone, None where nothing was said yet."""
        return self._spoken.get(user_id)

    def language(self, user: User) -> Language:
        """The language of what is shown before there is an answer: the one last spoken."""
        return self._spoken.get(user.id) or user.locale or self.usual
