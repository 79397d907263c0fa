"""Each statement of a database with its time and the request that it belongs to, in the log.

The statement itself says nothing of the request: a comment that is another one each time would
cost every server its cached plans (decision 19).
"""

from __future__ import annotations

import logging
import re
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event

log = logging.getLogger(__name__)

_TEXTS = re.compile(r"'(?:[^']|'')*'")
_LONGEST = 300


def watch(engine: Engine, system: str) -> None:
    """Logs its statements from now on, where this module's level is debug; else costs nothing."""
    if not log.isEnabledFor(logging.DEBUG):
        return

    def began(
        _connection: Any, _cursor: Any, _text: str, _given: Any, context: Any, _m: Any
    ) -> None:
        if context is not None:
            context.andon_began = perf_counter()

    def ended(
        _connection: Any, _cursor: Any, text: str, _given: Any, context: Any, _m: Any
    ) -> None:
        spent = perf_counter() - getattr(context, "andon_began", perf_counter())
        shape = _TEXTS.sub("'…'", " ".join(text.split()))[:_LONGEST]
        said = {"system": system, "ms": round(1000 * spent, 2), "sql": shape}
        log.debug("statement", extra=said)

    event.listen(engine, "before_cursor_execute", began)
    event.listen(engine, "after_cursor_execute", ended)
