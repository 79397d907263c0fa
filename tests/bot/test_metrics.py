"""`/metrics`, and who does not wait for Prometheus' client."""

from __future__ import annotations

import asyncio
import subprocess
import sys

from aiohttp.test_utils import TestClient, TestServer

from bot.metrics import Metrics
from bot.web import web_app
from core.meter import Counted, Timed

FAILURES = Counted("andon_failures", "What failed.", "kind")
ROWS = Counted("andon_rows", "Rows read.")
TURNS = Timed("andon_turn_seconds", "How long.", "ending")


def test_what_was_counted_can_be_read() -> None:
    async def run() -> str:
        metrics = Metrics()
        metrics.add(FAILURES, label="status 429")
        metrics.add(FAILURES, 2, "timeout")
        metrics.add(ROWS, 7)
        metrics.took(TURNS, 0.3, "said")
        async with TestClient(TestServer(web_app(None, metrics))) as client:
            response = await client.get("/metrics")
            assert response.status == 200
            assert response.headers["Content-Type"].startswith("text/plain; version=")
            return await response.text()

    lines = asyncio.run(run()).splitlines()
    assert 'andon_failures_total{kind="status 429"} 1.0' in lines
    assert 'andon_failures_total{kind="timeout"} 2.0' in lines
    assert "andon_rows_total 7.0" in lines
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
