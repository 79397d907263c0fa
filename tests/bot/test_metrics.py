"""`/metrics`, and who does not wait for Prometheus' client."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys

from aiohttp.test_utils import TestClient, TestServer

from bot.commands import sync
from bot.commands.sync import ROOT
from bot.metrics import Metrics
from bot.metrics.page import defined, exposed_name, metric_table
from bot.web.application import web_app
from core.meter import Counted, Level, Timed

FAILURES = Counted("andon_failures", "What failed.", ("kind",))
ROWS = Counted("andon_rows", "Rows read.")
TURNS = Timed("andon_turn_seconds", "How long.", ("ending",))
WAITING = Level("andon_waiting", "How many wait.", ("state",))
READS = Counted("andon_reads", "Reads.", ("tier", "result"))


def test_what_was_counted_can_be_read() -> None:
    async def run() -> str:
        metrics = Metrics()
        metrics.add(FAILURES, 1, "status 429")
        metrics.add(FAILURES, 2, "timeout")
        metrics.add(ROWS, 7)
        metrics.took(TURNS, 0.3, "said")
        metrics.set(WAITING, 3, "dead")
        metrics.set(WAITING, 2, "dead")
        metrics.read(READS, lambda: {("live", "hit"): 4.0})
        async with TestClient(TestServer(web_app(None, metrics))) as client:
            response = await client.get("/metrics")
            assert response.status == 200
            assert response.headers["Content-Type"].startswith("text/plain; version=")
            return await response.text()

    lines = asyncio.run(run()).splitlines()
    assert 'andon_failures_total{kind="status 429"} 1.0' in lines
    assert 'andon_failures_total{kind="timeout"} 2.0' in lines
    assert "andon_rows_total 7.0" in lines
    assert 'andon_waiting{state="dead"} 2.0' in lines
    assert 'andon_reads_total{result="hit",tier="live"} 4.0' in lines
    assert 'andon_turn_seconds_count{ending="said"} 1.0' in lines
    assert 'andon_turn_seconds_bucket{ending="said",le="0.5"} 1.0' in lines


def test_each_has_numbers_of_its_own() -> None:
    first, second = Metrics(), Metrics()
    first.add(ROWS)
    assert b"andon_rows" not in second.exposed()


def test_a_single_question_does_not_import_it() -> None:
    """Its client takes 60 ms to import."""
    code = "import bot.app, bot.session, sys; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_page_lists_what_there_is_and_asks_for_nothing_else() -> None:
    page = sync.METRICS.read_text("utf-8")
    assert page == sync.with_table(page, "metrics", metric_table(), "docs/metrics.md"), "make sync"
    names = {
        name
        for one in defined()
        for name in (
            [f"{one.name}_{end}" for end in ("bucket", "sum", "count")]
            if isinstance(one, Timed)
            else [exposed_name(one)]
        )
    }
    asked = re.findall(
        r"\b(andon_\w+?)(?=[\[{)\s])", "".join(re.findall(r"```promql(.*?)```", page, re.DOTALL))
    )
    assert len(asked) > 15
    assert set(asked) <= names
    labels = set(re.findall(r"[{,]\s*(\w+)(?:=~|!~|!=|=)\"", page))
    assert labels <= {label for one in defined() for label in one.labels}


def test_everything_that_is_counted_is_defined_in_the_two_lists() -> None:
    """So that the page cannot miss one."""
    made = re.compile(r"^[^#\n]*\b(?:Counted|Timed|Level)\(\s*\n?\s*\"andon_", re.MULTILINE)
    files = [path for top in ("adapters", "bot", "core") for path in (ROOT / top).rglob("*.py")]
    found = {
        str(path.relative_to(ROOT)): len(made.findall(path.read_text("utf-8"))) for path in files
    }
    assert {name for name, n in found.items() if n} == {"core/counted.py", "core/agent/counted.py"}
    assert sum(found.values()) == len(defined())
    assert len({one.name for one in defined()}) == len(defined())
