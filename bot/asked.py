"""One line and a few numbers for each request at the door: never what was asked, nor by whom."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from time import perf_counter

from core.answer import Answer
from core.counted import ASK_TIMES, ASKS
from core.meter import Meter
from core.request import Request
from core.trace import current, pseudonym, traced

log = logging.getLogger(__name__)


async def watched(ask: Callable[[], Awaitable[Answer]], request: Request, meter: Meter) -> Answer:
    """What `ask` answers. A request that no channel gave an id, as at the terminal, gets one."""
    if not current().id:
        with traced(secrets.token_hex(16), meter):
            return await watched(ask, request, meter)
    began = perf_counter()
    try:
        answer = await ask()
    except BaseException:
        _tell(request, None, meter, perf_counter() - began)
        raise
    if request.addressed or answer.parts:  # else people talk to one another
        _tell(request, answer, meter, perf_counter() - began)
    return answer


def _tell(request: Request, answer: Answer | None, meter: Meter, spent: float) -> None:
    trace, channel = current(), request.place.channel
    outcome = answer.outcome if answer else "failed"
    meter.add(ASKS, 1, channel, outcome, trace.cause)
    meter.took(ASK_TIMES, spent, channel)
    if log.isEnabledFor(logging.INFO):
        said: dict[str, object] = {
            "channel": channel,
            "cause": trace.cause,
            "outcome": outcome,
            "tool": answer.tool if answer else None,
            "answer": answer.id if answer else None,
            "who": pseudonym(request.user.id),
            "ms": round(1000 * spent, 1),
        }
        log.info("answered", extra={k: v for k, v in said.items() if v} | {**trace.milliseconds})
