"""What an administrator works with and is told, for the chat, the terminal and the web edge alike;
what they do is in core/admin_acts.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from core.access import AccessRules
from core.admin_sources import SourceHealth
from core.data.cache import Counts
from core.errors import SourceUnavailable
from core.request import Request
from core.store import Store, pauses
from core.store.glance import AlertCounts, Used, alert_counts, used
from core.store.pauses import Pause

_WRONG = ("dead", "unknown")


@dataclass(frozen=True, slots=True)
class Part:
    """A channel or a background job: `problem` is "" while all is well, else words that are safe
    to show, since when."""

    name: str
    problem: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that went wrong; `what` is safe to show, and names the id in the log."""

    at: datetime
    what: str


class House(Protocol):
    """What lies outside core. Raises nothing. `serving` is False in a terminal, which knows of
    channels, jobs and errors of other processes nothing."""

    @property
    def serving(self) -> bool: ...

    async def sources(self, now: datetime) -> Sequence[SourceHealth]: ...

    async def channels(self) -> Sequence[Part]: ...

    def jobs(self) -> Sequence[Part]: ...

    def errors(self) -> Sequence[Wrong]:
        """The newest first."""

    def cache(self) -> Mapping[str, Counts]: ...

    def clear_cache(self) -> int:
        """How many answers this process kept; others on the same folder drop theirs, too."""


@dataclass(frozen=True, slots=True)
class Desk:
    """All that an administrator works with."""

    store: Store | None
    rules: AccessRules
    house: House

    @property
    def opened(self) -> Store:
        if self.store is None:
            raise SourceUnavailable("store", "no connection")
        return self.store


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, and where (Place.key)."""

    user_id: str
    name: str
    place: str

    @classmethod
    def of(cls, request: Request) -> By:
        return cls(request.user.id, request.user.name, request.place.key)


@dataclass(frozen=True, slots=True)
class Status:
    """`store` is the problem of the bot's own database, "" while it answers; what it would tell is
    empty without it."""

    at: datetime
    store: str
    sources: tuple[SourceHealth, ...]
    channels: tuple[Part, ...]
    jobs: tuple[Part, ...]
    errors: tuple[Wrong, ...]
    serving: bool
    deliveries: Mapping[str, int]
    alerts: AlertCounts | None
    used: Used | None
    pause: Pause | None

    @property
    def troubles(self) -> int:
        """How many things want somebody to look at them."""
        problems = [self.store, *(one.problem for one in self.sources)]
        problems += [one.problem for one in (*self.channels, *self.jobs)]
        lost = [state for state in _WRONG if self.deliveries.get(state)]
        return len([problem for problem in problems if problem]) + len(lost)


@dataclass(frozen=True, slots=True)
class _Kept:
    deliveries: Mapping[str, int]
    alerts: AlertCounts
    used: Used
    pause: Pause | None


async def status(desk: Desk, now: datetime) -> Status:
    """How everything is, now. Raises nothing."""
    house, problem, kept = desk.house, "", None
    try:
        kept = await _kept(desk.opened, now)
    except SourceUnavailable as error:
        problem = error.problem
    return Status(
        now,
        problem,
        tuple(await house.sources(now)),
        tuple(await house.channels()),
        tuple(house.jobs()),
        tuple(house.errors()),
        house.serving,
        kept.deliveries if kept else {},
        kept.alerts if kept else None,
        kept.used if kept else None,
        kept.pause if kept else None,
    )


async def _kept(store: Store, now: datetime) -> _Kept:
    def read(connection: Connection) -> tuple[AlertCounts, Used, Pause | None]:
        (today,) = used(connection, [now.date()])
        return alert_counts(connection, now), today, pauses.pause_at(connection, now)

    return _Kept(await store.listing.counts(), *await store.read(read))


async def usage(desk: Desk, days: int, now: datetime) -> tuple[Used, ...]:
    """The last days in UTC, today last. Raises SourceUnavailable."""
    wanted = [(now - timedelta(days=n)).date() for n in reversed(range(days))]
    return await desk.opened.read(lambda connection: used(connection, wanted))
