"""The process killed at any moment: the store opens again, and what was answered is whole."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.answer_json import from_json
from core.data.sample import make_sample, version
from core.store import Store

ROOT = Path(__file__).parents[2]
NOW = "2026-03-12T11:58:00+00:00"
QUESTIONS = "/oee line-3 yesterday\nwhy?\n/production\n/actions\n" * 50


def chat(home: Path) -> subprocess.Popen[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ANDON_")}
    environ = {**kept, "PYTHONPATH": str(ROOT), "ANDON_HOME": str(home)}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "chat", "--json", "--now", NOW],
        cwd=home,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(QUESTIONS)
    process.stdin.close()
    return process


def kill(home: Path, times: int) -> None:
    chance = random.Random(3)
    shown: list[str] = []
    for _ in range(times):
        process = chat(home)
        assert process.stdout is not None
        shown += [json.loads(process.stdout.readline())["id"]]  # one answer at least
        time.sleep(chance.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    store = Store.open(f"sqlite:///{home}/andon.db")
    try:
        kept = asyncio.run(store.recent_answers(user_id="console:local", limit=10_000))
        assert set(shown) <= {answer.id for answer in kept}
        assert all(from_json(answer.answer).parts for answer in kept)
    finally:
        store.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_sample(tmp_path / "plant.db", days=5, now=datetime.fromisoformat(NOW).astimezone(UTC))
    return tmp_path


def test_two_kills(home: Path) -> None:
    kill(home, 2)


@pytest.mark.prove
def test_a_hundred_kills(home: Path) -> None:
    kill(home, 100)


@pytest.mark.prove
def test_a_sample_plant_killed_while_it_is_made_is_never_half(tmp_path: Path) -> None:
    target = tmp_path / "plant.db"
    making = (
        "from datetime import datetime, UTC; from pathlib import Path;"
        "from core.data.sample import make_sample;"
        f"make_sample(Path({str(target)!r}), days=60, now=datetime(2026, 3, 12, tzinfo=UTC))"
    )
    chance = random.Random(4)
    for _ in range(40):
        process = subprocess.Popen([sys.executable, "-c", making], cwd=ROOT)
        time.sleep(chance.uniform(0.2, 1.5))
        process.kill()
        process.wait()
        assert not target.exists() or version(target) is not None
        target.unlink(missing_ok=True)
