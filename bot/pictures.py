"""Charts as PNG, for channels that cannot draw them."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from adapters import Unsupported
from bot.log import log_defect
from core.answer import Chart
from core.request import Language

log = logging.getLogger(__name__)


def warm() -> None:
    """Imports now what the first picture would otherwise wait for: a second or two."""
    with contextlib.suppress(ImportError):
        import matplotlib.figure  # noqa: F401


async def draw(chart: Chart, language: Language) -> bytes | None:
    """A PNG, in a thread since it takes long; None where it cannot be drawn."""
    from adapters.picture import draw as drawn

    try:
        return await asyncio.to_thread(drawn, chart, language)
    except Unsupported as error:
        log.warning("no picture: %s", error)
    except Exception as error:  # noqa: BLE001 - the answer goes out without its picture
        log_defect(error)
    return None
