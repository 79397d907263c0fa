"""What a process holds, as Linux and the process itself tell it; and what stands in its store."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

SECONDS = 2.0
REST = 40.0
MEMORY = "memory (MB)"
PROCESSOR = "processor (s)"


@dataclass(frozen=True, slots=True)
class Sample:
    """`at` in seconds since the start."""

    at: float
    held: Mapping[str, float]


async def watch(process: int, file: Path, into: list[Sample]) -> None:
    """Looks every few seconds until it is cancelled."""
    began = time.perf_counter()
    while True:
        into.append(Sample(time.perf_counter() - began, held_by(process, file)))
        await asyncio.sleep(SECONDS)


async def at_rest(process: int, file: Path) -> Mapping[str, float]:
    """What it holds when nobody has asked for as long as idle connections are kept."""
    await asyncio.sleep(REST)
    return held_by(process, file)


def held_by(process: int, file: Path) -> Mapping[str, float]:
    return {**_outside(process), **_inside(file)}


def _outside(process: int) -> Mapping[str, float]:
    folder = Path(f"/proc/{process}")
    status = dict(
        line.split(":", 1) for line in (folder / "status").read_text("ascii").splitlines()
    )
    kinds = []
    for one in (folder / "fd").iterdir():
        try:
            kinds.append(str(one.readlink()))
        except OSError:  # closed meanwhile
            continue
    spent = (folder / "stat").read_text("ascii").rpartition(")")[2].split()
    return {
        PROCESSOR: (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK"),
        MEMORY: int(status["VmRSS"].split()[0]) / 1024,
        "sockets": sum(kind.startswith("socket") for kind in kinds),
        "other file descriptors": sum(not kind.startswith("socket") for kind in kinds),
    }


def _inside(file: Path) -> Mapping[str, float]:
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    whole = [line for line in lines[-2:] if line.endswith("}")]
    found: Mapping[str, float] = json.loads(whole[-1]) if whole else {}
    return found


def tables(store: Path) -> Mapping[str, int]:
    """Rows by table, and what of the inbox is not over or still holds what was said."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=30)) as file:
        listed = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        names = [name for (name,) in file.execute(listed)]
        rows = {n: int(file.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0]) for n in names}
        for name, where in (
            ("inbox, not over", "state IN ('working', 'sending')"),
            ("inbox, failed or unknown", "state IN ('failed', 'unknown')"),
            ("inbox, over and not emptied", "state = 'done' AND payload IS NOT NULL"),
        ):
            rows[name] = file.execute(f"SELECT count(*) FROM inbox WHERE {where}").fetchone()[0]
    return rows
