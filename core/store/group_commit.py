"""Writes of many tasks in one transaction: SQLite takes one writer at a time, and a commit costs
more than the statement in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError

from core.errors import SourceUnavailable
from core.store.engine import failures

T = TypeVar("T")
_MOST = 200


@dataclass(frozen=True, slots=True)
class _Write:
    work: Callable[[Connection], Any]
    done: asyncio.Future[Any]


class GroupCommit:
    """What comes while a transaction runs goes into the next one, all of it together."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # Not the loop's threads: what draws pictures there must not keep an acknowledgement.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="andon-store")
        self._waiting: list[_Write] = []
        self._writer: asyncio.Task[None] | None = None

    async def run(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, once it is committed. Raises SourceUnavailable, IntegrityError.

        Who is cancelled before the work was begun has not written anything.
        """
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Write(work, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await done

    def close(self) -> None:
        self._thread.shutdown()

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            results = await loop.run_in_executor(self._thread, self._commit, batch)
            for write, result in zip(batch, results, strict=True):
                if write.done.done():
                    continue  # whoever waited for it was cancelled
                if isinstance(result, BaseException):
                    write.done.set_exception(result)
                else:
                    write.done.set_result(result)

    def _commit(self, batch: list[_Write]) -> list[Any]:
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
