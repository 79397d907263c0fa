"""What the log and the numbers cost a question."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

from benchmarks.tools import NOW
from bot import asked
from bot.app import App, build
from bot.log import Lines, open_log
from bot.metrics import Metrics
from bot.settings import Settings
from core.counted import SOURCES, TOOLS
from core.data.sample import make_sample
from core.request import Place, Request, User
from core.trace import stage, traced

QUESTIONS = (
    "/oee line-3 yesterday",
    "/downtime line-3 yesterday",
    "/production",
    "why was line 3 down last night?",
    "/losses packaging yesterday",
)
_BLOCKS = 30


async def _block(app: App, *, cold: bool) -> float:
    """CPU seconds a question."""
    began = time.process_time()
    for n, text in enumerate(QUESTIONS):
        if cold:
            app.source.clear()
        place = Place("console", "here", f"thread-{n}")
        answer = await app.handle(Request(User("console:local"), place, text, NOW))
        assert answer.outcome == "answer", (text, answer.outcome)
    return (time.process_time() - began) / len(QUESTIONS)


async def _measured(app: App, *, cold: bool) -> None:
    """What is told is timed where it is told: two runs differ by more than it costs."""
    spent: list[float] = []
    tell = asked._tell

    def timed(*given: Any) -> None:
        began = time.thread_time()
        tell(*given)
        spent.append(time.thread_time() - began)

    for _ in range(3):
        await _block(app, cold=cold)
    with mock.patch("bot.asked._tell", timed):
        questions = [await _block(app, cold=cold) for _ in range(_BLOCKS)]
    own = median(spent) + _staged()
    what = "read from the database" if cold else "answered from the cache"
    print(
        f"{what}: {1e3 * median(questions):.2f} ms CPU a question, of which the log and the "
        f"numbers take {1e6 * own:.0f} µs, {100 * own / median(questions):.1f} %"
    )


def _staged() -> float:
    """Seconds for a trace and the stages of a question with one tool."""
    metrics, times = Metrics(), 2_000
    began = time.thread_time()
    for n in range(times):
        with traced(f"event:{n}", metrics), stage("plan"), stage("tools"):
            metrics.took(SOURCES, 0.01, "main", "ok")
            metrics.took(TOOLS, 0.01, "oee_query", "ok")
    return (time.thread_time() - began) / times


def _line_costs(home: Path) -> None:
    log, lines = logging.getLogger("bot.example"), 2_000
    began = time.process_time()
    for n in range(lines):
        log.info("answered", extra={"channel": "slack", "outcome": "answer", "ms": n})
    spent = (time.process_time() - began) / lines
    size = sum(path.stat().st_size for path in home.glob("andon.log*"))
    print(f"a line of the log: {1e6 * spent:.0f} µs ({size / 1e6:.1f} MB written)")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        make_sample(home / "plant.db", now=NOW)
        open_log(home, {"xoxb-a-token", "a-password"}, "json", serving=False, level="info")
        settings = Settings(home=home, store_url=f"sqlite:///{home / 'andon.db'}")
        app = build(settings, lambda: NOW, Metrics())
        try:
            asyncio.run(_both(app))
            _line_costs(home)
        finally:
            for handler in list(logging.getLogger().handlers):
                if isinstance(handler.formatter, Lines):
                    logging.getLogger().removeHandler(handler)
                    handler.close()


async def _both(app: App) -> None:
    for cold in (False, True):
        await _measured(app, cold=cold)
    await app.close()
