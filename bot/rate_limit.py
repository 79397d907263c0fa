"""How fast one person may ask: a bucket of tokens each, in this process's memory.

It protects the plant's databases and the budget for language models from one person, or from a
script that has that person's account; nobody else waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from cachetools import LRUCache

from adapters import Door, Progress
from core.answer import Answer, Text
from core.counted import TOO_FAST
from core.meter import Meter
from core.request import Language, Request
from core.words import Words

BURST = 10.0
_BUTTON = 0.25  # what a press on a button costs: on a bad day alerts come by the dozen
_MOST_PEOPLE = 10_000
_SILENCE = Answer("decline", ())


@dataclass(slots=True)
class _Bucket:
    """`told`: it was said that it is empty, and it has not been half full since."""

    tokens: float
    at: float
    told: bool = False


class RateLimit:
    """`per_minute` questions of each person, BURST at once. Who has none left is told so once, and
    then gets no answer to what they type until the bucket fills again."""

    def __init__(
        self, per_minute: int, meter: Meter, timer: Callable[[], float] = monotonic
    ) -> None:
        self._per_second = per_minute / 60
        self._meter = meter
        self._timer = timer
        # Who is forgotten starts with a full bucket: many people cannot lock one out.
        self._buckets: LRUCache[str, _Bucket] = LRUCache(_MOST_PEOPLE)

    def door(self, door: Door, language: Language) -> Door:
        """The same door, as fast as each person may go through it."""

        async def limited(request: Request, progress: Progress | None) -> Answer:
            bucket = self._bucket(request.user.id)
            cost = 1.0 if request.typed else _BUTTON
            if not request.addressed:  # people talk to one another: only an answer costs
                answer = _SILENCE if bucket.tokens < cost else await door(request, progress)
                bucket.tokens -= cost if answer.parts else 0.0
                return answer
            if bucket.tokens >= cost:
                bucket.tokens -= cost
                return await door(request, progress)
            self._meter.add(TOO_FAST, 1, request.place.channel)
            if bucket.told and request.typed:  # a form or a tab has to show something
                return _SILENCE
            bucket.told = True
            return _too_fast(request, language)

        return limited

    def _bucket(self, user: str) -> _Bucket:
        now = self._timer()
        bucket = self._buckets.get(user)
        if bucket is None:
            bucket = self._buckets[user] = _Bucket(BURST, now)
        bucket.tokens = min(BURST, bucket.tokens + (now - bucket.at) * self._per_second)
        bucket.at = now
        bucket.told = bucket.told and bucket.tokens < BURST / 2
        return bucket


def _too_fast(request: Request, usual: Language) -> Answer:
    language = request.language or request.user.language or request.user.locale or usual
    said = Words(language).say("admin.too_fast")
    return Answer("decline", (Text(said),), language=language)
