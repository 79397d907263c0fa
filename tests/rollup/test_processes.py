"""Several processes that roll up, and one that is killed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core.data.query import Query
from core.domain.periods import Interval
from core.rollup.job import Rollup
from core.rollup.ledger import version
from core.store.rollup_tables import rollup_downtime, rollup_production, rollup_tiles
from tests.rollup.plant import (
    ASSETS,
    COUNTS,
    EQUIPMENT,
    FACTS,
    FIRST,
    NOW,
    SITES,
    Bench,
    equal,
)
from tests.rollup.scenes import made, on_both, same, stop


@on_both
def test_two_processes_share_the_work_and_agree(filled: Bench) -> None:
    other = Rollup(filled.plant, filled.definitions, filled.raw, filled.store, filled.pace)
    filled.run(filled.job.catch_up(NOW))
    filled.insert("production", made("2026-03-12T10:00", units=9, recorded_at=NOW))

    async def both() -> None:
        later = NOW + timedelta(minutes=10)
        await asyncio.gather(filled.job.run(later), other.run(later), other.catch_up(later))

    filled.run(both())
    same(filled)
    # Who read the tables earlier does not overwrite who read them later.
    filled.insert("production", made("2026-03-12T11:00", units=9, recorded_at=NOW))
    filled.run(filled.job.catch_up(NOW + timedelta(hours=1)))
    before = filled.run(filled.store.read(version))
    filled.run(other.fill(NOW, FIRST.date()))
    assert filled.run(filled.store.read(version)) == before
    same(filled)


_WORKER = """
import asyncio, sys
from pathlib import Path
from datetime import date
from core.data.cache import CachedSource
from core.data.mapping import load
from core.data.sql import SqlDataSource
from core.installation import Definitions
from core.rollup.job import Rollup
from core.store import Store
from tests.rollup.plant import NOW
plant = load(Path(sys.argv[1]), home=Path())
store, raw = Store.open(sys.argv[2]), SqlDataSource(plant)
job = Rollup(plant, Definitions(plant, CachedSource(raw, lambda: NOW)), raw, store)
print("begins", flush=True)
asyncio.run(job.fill(NOW, date.fromisoformat(sys.argv[3])))
print("done", flush=True)
"""


@pytest.mark.parametrize(
    ("days", "kills"), [(40, 2), pytest.param(102, 8, marks=pytest.mark.prove)]
)
def test_a_kill_leaves_nothing_half(bench: Bench, tmp_path: Path, days: int, kills: int) -> None:
    """Killed again and again while it rolls up, at moments of chance: whatever stands is right."""
    is_sqlite = bench.database.is_sqlite
    store_url = f"sqlite:///{tmp_path / 'andon.db'}" if is_sqlite else bench.database.url
    at = [NOW.replace(hour=15, minute=0) - timedelta(days=n) for n in range(days, 0, -1)]
    bench.insert("production", *(made(f"{d:%Y-%m-%dT%H:%M}", a) for d in at for a in ASSETS))
    bench.insert("downtime", *(stop(n, f"{d:%Y-%m-%dT%H:%M}", 400) for n, d in enumerate(at)))
    written = tmp_path / "plant.toml"
    written.write_text(_toml(bench.database.url), "utf-8")
    first, chance = at[0].date(), random.Random(7)
    for _ in range(kills):
        command = [sys.executable, "-c", _WORKER, str(written), store_url, first.isoformat()]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=_environment())
        assert process.stdout is not None
        assert process.stdout.readline() == b"begins\n"
        time.sleep(chance.uniform(0.05, 0.8))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert bench.run(bench.job.verify(NOW, first)).differences == ()
        query = Query("production", ASSETS, Interval(at[0], at[-1]), COUNTS, ("asset",))
        raw, rolled = bench.both(query)
        equal(raw.rows, rolled.rows, ("asset",))
        _no_orphans(bench)
    bench.run(bench.job.fill(NOW, first))
    verified = bench.run(bench.job.verify(NOW, first))
    assert (verified.absent, verified.differences) == (0, ())


def _no_orphans(bench: Bench) -> None:
    for table in (rollup_production, rollup_downtime):
        lost = select(func.count()).where(table.c.tile.not_in(select(rollup_tiles.c.id)))
        with bench.store._engine.connect() as connection:
            assert connection.execute(lost).scalar() == 0


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def _toml(url: str) -> str:
    lines = [f'[source]\nurl = "{url}"\nname = "plant"']
    for name, site in SITES.items():
        shifts = ", ".join(
            "{" + ", ".join(f"{k} = {_value(k, v)}" for k, v in s.items()) + "}"
            for s in site["shifts"]
        )
        lines.append(f'[plants.{name}]\nzone = "{site["zone"]}"\nshifts = [{shifts}]')
    lines += ["[[assets]]\n" + "\n".join(f'{k} = "{v}"' for k, v in a.items()) for a in EQUIPMENT]
    lines += [f'[facts.{name}]\ntable = "{name}"' for name in FACTS]
    return "\n\n".join(lines)


def _value(name: str, value: Any) -> str:
    if isinstance(value, list):
        return str(value)
    return f"{value}:00" if name in ("start", "end") else f'"{value}"'
