"""Whether this process can do its work: its store, its sources, its channels, each by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from core.errors import SourceUnavailable

log = logging.getLogger(__name__)

Look = Callable[[], Awaitable[str]]
"""Why the part cannot do its work, "" where it can; words that are safe to show."""
NOT_LOOKED = "not looked at yet"
SOURCE = "source "  # what the names of the plant's systems begin with


@dataclass(slots=True)
class Part:
    """What was seen last; `since` is when that began."""

    look: Look
    problem: str
    since: datetime


class Readiness:
    """Looks at every part each `every` seconds, for at most `limit` seconds; who asks for the
    report waits for none of them."""

    def __init__(self, wall: Clock, *, every: float = 10.0, limit: float = 5.0) -> None:
        self._wall = wall
        self._every = every
        self._limit = limit
        self._parts: dict[str, Part] = {}
        self._task: asyncio.Task[None] | None = None
        self.stopping = False

    def watch(self, looks: Mapping[str, Look]) -> None:
        """These parts and no others; one that was known keeps what was seen of it last."""
        known, now = self._parts, self._wall()
        self._parts = {name: Part(look, NOT_LOOKED, now) for name, look in looks.items()}
        for name in self._parts.keys() & known.keys():
            self._parts[name].problem = known[name].problem
            self._parts[name].since = known[name].since

    def open(self) -> None:
        """Looks at once, then every so often."""
        self._task = asyncio.create_task(self._looking())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def troubled(self) -> frozenset[str]:
        """The parts that could not do their work when they were looked at last."""
        return frozenset(name for name, part in self._parts.items() if part.problem)

    @property
    def ready(self) -> bool:
        return not self.stopping and bool(self._parts) and not self.troubled

    def report(self) -> dict[str, object]:
        """As JSON: each part with its state, and since when."""
        return {
            "ready": self.ready,
            "stopping": self.stopping,
            "parts": {
                name: {
                    "state": "not ready" if part.problem else "ready",
                    **({"problem": part.problem} if part.problem else {}),
                    "since": part.since.isoformat(timespec="seconds"),
                }
                for name, part in self._parts.items()
            },
        }

    async def look(self) -> None:
        """Once, at all parts at the same time."""
        await asyncio.gather(
            *(self._look_at(name, part) for name, part in tuple(self._parts.items()))
        )

    async def _looking(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(self._every)

    async def _look_at(self, name: str, part: Part) -> None:
        problem = await self._problem(part.look)
        if bool(problem) != bool(part.problem) or part.problem == NOT_LOOKED:
            part.since = self._wall()
            known = part.problem != NOT_LOOKED
            if problem and name.startswith(SOURCE):
                log.warning("%s: %s; `andon check` says more", name, problem)
            elif problem:  # while they start, channels say themselves what is wrong
                log.log(logging.WARNING if known else logging.INFO, "%s: %s", name, problem)
            elif known:
                log.warning("%s: ready again", name)
        part.problem = problem

    async def _problem(self, look: Look) -> str:
        try:
            async with asyncio.timeout(self._limit):
                return await look()
        except TimeoutError:
            return "no answer in time"
        except SourceUnavailable as error:
            return error.problem
        except Exception as error:
            log.warning("looking whether all is ready failed", exc_info=error)
            return "a defect; the log says more"
