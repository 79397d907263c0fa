"""A bot that runs through all examples of a test, on one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np  # noqa: F401 - Hypothesis looks into it, also half imported by a thread

from tests.fuzz.shown import INSIDES
from tests.slack.overheard import Overheard, overheard

H = TypeVar("H")
T = TypeVar("T")
DEFECT = "It is logged as"


@dataclass
class Bot(Generic[H]):
    """`here` is the workspace or the site; between two examples its time stands still."""

    here: H
    runner: asyncio.Runner
    ears: Overheard

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """What comes of it. No defect may have been logged meanwhile."""
        found = self.runner.run(work)
        assert self.ears.defects == []
        assert "Traceback" not in self.ears.whole
        self.ears.records.clear()
        return found


@contextmanager
def bot(opening: AbstractAsyncContextManager[H]) -> Iterator[Bot[H]]:
    with asyncio.Runner() as runner, overheard() as ears:
        here = runner.run(_entered(opening))
        try:
            yield Bot(here, runner, ears)
        finally:
            runner.run(_left(opening))


async def _entered(opening: AbstractAsyncContextManager[H]) -> H:
    return await opening.__aenter__()


async def _left(opening: AbstractAsyncContextManager[Any]) -> None:
    await opening.__aexit__(None, None, None)


def harmless(said: str, typed: str) -> None:
    """What people read holds nothing of the program; `typed` may be said back."""
    assert DEFECT not in said, said
    for wrong in INSIDES.findall(said):
        assert wrong in typed, (wrong, said[:2_000])
