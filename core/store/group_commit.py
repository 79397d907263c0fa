"""Writes of many tasks in one transaction: SQLite takes one writer at a time, and a commit costs
more than the statement in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError

from core.errors import SourceUnavailable
from core.store.engine import failures
from core.trace import along

T = TypeVar("T")
_MOST = 200


@dataclass(frozen=True, slots=True)
class _Write:
    work: Callable[[Connection], Any]
    done: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class GroupCommit:
    """What comes while a transaction runs goes into the next one, all of it together.

    One thread of its own writes: what draws pictures in the loop's threads keeps no
    acknowledgement waiting, and handing over costs a queue and a wake-up.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: SimpleQueue[_Write | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._starting = Lock()

    async def run(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, once it is committed. Raises SourceUnavailable, IntegrityError.

        Who is cancelled before the work was begun has not written anything.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        if self._thread is None:
            self._start()
        self._waiting.put(_Write(along(work), done, loop))
        return await done

    def close(self) -> None:
        """Returns once everything that waits is written."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._write, name="andon-store", daemon=True)
                self._thread.start()

    def _write(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch, last = [first], False
            with suppress(Empty):
                while len(batch) < _MOST and not last:
                    following = self._waiting.get_nowait()
                    if following is None:
                        last = True
                    else:
                        batch.append(following)
            _deliver(batch, self._commit(batch))
            if last:
                return

    def _commit(self, batch: Sequence[_Write]) -> list[Any]:
        try:
            with failures(), self._engine.begin() as connection:
                return [None if w.done.cancelled() else w.work(connection) for w in batch]
        except SourceUnavailable as error:
            if len(batch) == 1 or not isinstance(error.__cause__, DataError):
                return [error] * len(batch)
        except Exception as error:  # noqa: BLE001 - handed to whoever waits for it
            if len(batch) == 1:
                return [error]
        # One of them is at fault: each alone, so that the others do not suffer for it.
        return [self._commit([write])[0] for write in batch]


def _deliver(batch: Sequence[_Write], results: Sequence[Any]) -> None:
    """Wakes who waits; usually all of them in one loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for write, result in zip(batch, results, strict=True):
        by_loop.setdefault(write.loop, []).append((write.done, result))
    for loop, ended in by_loop.items():
        with suppress(RuntimeError):  # closed meanwhile: nobody waits there any more
            loop.call_soon_threadsafe(_end, ended)


def _end(ended: Sequence[tuple[asyncio.Future[Any], Any]]) -> None:
    for done, result in ended:
        if done.done():
            continue  # whoever waited for it was cancelled
        if isinstance(result, BaseException):
            done.set_exception(result)
        else:
            done.set_result(result)
