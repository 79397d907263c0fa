"""Reads the settings anew when it is told to, or when one of their files changed.

What is wrong is not taken: the process goes on with what it had, and says so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path

from adapters.within import within
from bot.clock import Clock
from bot.health import Health
from bot.log import log_defect
from bot.settings import Settings, effective
from core.errors import AndonError, MisconfiguredError

log = logging.getLogger(__name__)

_Stamp = tuple[int, int, int]
_Stamps = tuple[_Stamp, ...]
_NOTHING = (0, 0, 0)
_AGAIN_SECONDS = 30.0  # what was not taken because somebody did not answer may be taken now


class Reload:
    """`read` gives the settings as they are now, `take` puts them to work; both raise
    MisconfiguredError for what is not taken. `files` are looked at every `poll` seconds."""

    def __init__(
        self,
        read: Callable[[], Settings],
        take: Callable[[Settings], Awaitable[None]],
        files: Callable[[], Iterable[Path]],
        wall: Clock,
        *,
        poll: float = 2.0,
    ) -> None:
        self._read = read
        self._take = take
        self._files = files
        self._wall = wall
        self._poll = poll
        self._told = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._paths: tuple[Path, ...] = ()
        self._known: _Stamps = ()
        self.health = Health("settings")

    def open(self) -> None:
        """Starts to look at the files."""
        self._paths = tuple(self._files())
        self._known = _stamps(self._paths)
        self._task = asyncio.create_task(self._watching())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def tell(self) -> None:
        """Somebody wants it now (SIGHUP); returns at once."""
        self._told.set()

    async def now(self) -> str:
        """Why the settings are not taken as they are now, "" where they are."""
        async with self._one_at_a_time:
            self._known = await asyncio.to_thread(_stamps, self._paths)
            try:
                await self._take(await asyncio.to_thread(self._read))
                await asyncio.to_thread(self._look_elsewhere)
            except MisconfiguredError as error:
                return self._refused(str(error))
            except AndonError as error:
                return self._refused(f"not taken: {error}")
            except Exception as error:  # noqa: BLE001 - the old settings are still at work
                return self._refused(f"defect {log_defect(error)}")
            self.health.well()
            return ""

    def _look_elsewhere(self) -> None:
        """The new settings may name other files."""
        known = dict(zip(self._paths, self._known, strict=True))
        with suppress(AndonError):  # they changed again meanwhile
            self._paths = tuple(self._files())
        self._known = tuple(known.get(path) or _stamp(path) for path in self._paths)

    def _refused(self, problem: str) -> str:
        said = f"the old ones hold: {problem}"
        if self.health.problem and said != self.health.problem:
            log.warning("%s: %s", self.health.name, said)
        self.health.trouble(said, self._wall())
        return problem

    async def _watching(self) -> None:
        """A file counts as changed once it stays the same for one look: half a file is often
        right, and means something else."""
        now = asyncio.get_running_loop().time
        seen, tried_at = self._known, now()
        while True:
            told = await self._waited()
            found = await asyncio.to_thread(_stamps, self._paths)
            changed = found != self._known and found == seen
            again = bool(self.health.problem) and now() - tried_at >= _AGAIN_SECONDS
            seen = found
            if told or changed or again:
                await self.now()
                seen, tried_at = self._known, now()

    async def _waited(self) -> bool:
        """Whether somebody told it to, before it was time to look."""
        if not await within(self._poll, self._told):
            return False
        self._told.clear()
        return True


def files_of(settings: Settings, folder: Path) -> list[Path]:
    """Those that the settings come from, and those that would be read if they were there."""
    named = [settings.plant_file, settings.access_file, settings.alerts_file]
    if settings.plant_file is not None:
        named.append(settings.plant_file.with_name("alerts.toml"))
    secrets = [given.file for given in effective(folder=folder).values()]
    return [folder / ".env", *(path for path in (*named, *secrets) if path is not None)]


def _stamps(paths: Iterable[Path]) -> _Stamps:
    return tuple(map(_stamp, paths))


def _stamp(path: Path) -> _Stamp:
    """Another one when the file is written to or replaced."""
    try:
        seen = path.stat()
    except OSError:
        return _NOTHING
    return seen.st_ino, seen.st_size, seen.st_mtime_ns
