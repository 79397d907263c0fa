"""Whether what is about to be shown may still be shown by this process.

A process that was frozen, or cut off from the store, wakes up in the middle of sending while
another one has long sent the same. Whoever sends unasked puts a fence around it; whatever writes
to a platform asks `may_send` right before each call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Fence:
    held: Callable[[], bool]
    patience: float


_FENCE: ContextVar[_Fence | None] = ContextVar("fence", default=None)


@contextmanager
def fenced(held: Callable[[], bool], patience: float) -> Iterator[None]:
    """Everything sent inside, also by tasks that begin there, is sent only while `held` says so;
    what certainly did nothing is tried again for `patience` seconds."""
    token = _FENCE.set(_Fence(held, patience))
    try:
        yield
    finally:
        _FENCE.reset(token)


def may_send() -> bool:
    """True where nothing stands against it, as in the answer to a question."""
    fence = _FENCE.get()
    return fence is None or fence.held()


def patience(usual: float) -> float:
    """For how many seconds to try again: `usual`, or what the fence allows."""
    fence = _FENCE.get()
    return usual if fence is None else min(usual, fence.patience)
