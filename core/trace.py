"""What belongs to one request wherever it is worked on: its id, its stages, who counts.

It goes along with the context: into every task, and into the threads that are given a copy of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from time import perf_counter
from typing import Literal, ParamSpec, TypeVar

from core.counted import STAGES
from core.meter import Meter, Unmetered

Stage = Literal["ack", "plan", "model", "tools", "render", "send"]
Cause = Literal["person", "delivery", "job"]
P = ParamSpec("P")
T = TypeVar("T")
_DIGITS = 8


@dataclass(slots=True)
class Trace:
    """`took` holds the seconds of each stage so far; what ran side by side is added up."""

    id: str
    meter: Meter
    cause: Cause = "person"
    began: float = field(default_factory=perf_counter)
    took: dict[Stage, float] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Since it began."""
        return perf_counter() - self.began

    @property
    def milliseconds(self) -> dict[str, float]:
        """`took`, as a line of the log has it: ack_ms, plan_ms …"""
        return {f"{name}_ms": round(1000 * spent, 1) for name, spent in self.took.items()}


_NOBODY = Trace("", Unmetered())
_CURRENT: ContextVar[Trace] = ContextVar("trace", default=_NOBODY)


def current() -> Trace:
    """The trace of what is being worked on; its id is "" outside of any request."""
    return _CURRENT.get()


@contextmanager
def traced(origin: str, meter: Meter, cause: Cause = "person") -> Iterator[Trace]:
    """Everything inside, also in tasks that begin there, belongs to the request of this origin,
    such as the key of a platform's event. The same origin has the same id in every process, so
    that what one began and another ended is found under one id."""
    token = _CURRENT.set(Trace(short(origin), meter, cause))
    try:
        yield _CURRENT.get()
    finally:
        _CURRENT.reset(token)


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """Times what is inside as a stage of the current request."""
    trace, began = _CURRENT.get(), perf_counter()
    try:
        yield
    finally:
        spent = perf_counter() - began
        if trace is not _NOBODY:
            trace.took[name] = trace.took.get(name, 0.0) + spent
            trace.meter.took(STAGES, spent, name)


def along(work: Callable[P, T]) -> Callable[P, T]:
    """`work`, to be done in another thread as part of the current request."""
    return partial(copy_context().run, work)


def short(text: str) -> str:
    """Eight digits that stand for a text; `printf %s TEXT | sha256sum` begins with them."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:_DIGITS]


def pseudonym(person: str) -> str:
    """What the log calls a chat identity."""
    return f"p-{short(person)}"
