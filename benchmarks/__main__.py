"""`python -m benchmarks [part …]`: all parts, or those named; `tools` may be followed by names of
tools. docs/benchmarks.md says what the figures mean. What is made for it stays in .data/."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from core import registry


def sample() -> None:
    """How long the first question waits for its plant."""
    from benchmarks.tools import NOW
    from core.data.sample import make_sample

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plant.db"
        began, spent = time.perf_counter(), time.process_time()
        make_sample(path, now=NOW)
        wall, cpu = time.perf_counter() - began, time.process_time() - spent
        size = path.stat().st_size / 1e6
    print(f"sample plant, 400 days, {size:.0f} MB: {wall:.1f} s wall, {cpu:.1f} s CPU")


def _main_of(name: str) -> Callable[[], None]:
    return lambda: import_module(f"benchmarks.{name}").main()


PARTS: Mapping[str, Callable[[], None]] = {
    "planner": _main_of("planner"),
    "data_source": _main_of("data_source"),
    "tools": _main_of("tools"),
    "rollups": _main_of("rollups"),
    "cold_start": _main_of("cold_start"),
    "logs": _main_of("logs"),
    "slack": _main_of("slack"),
    "teams": _main_of("teams"),
    "memory": _main_of("memory"),
    "agent_loop": _main_of("agent_loop"),
    "sample": sample,
}


def main(words: list[str]) -> int:
    tools = tuple(word for word in words if word in registry.names())
    parts = [word for word in words if word not in tools] or [*(["tools"] if tools else PARTS)]
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        print(f"no part {', '.join(unknown)}; parts: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    for part in parts:
        began = time.perf_counter()
        print(f"\n=== {part}", flush=True)
        if part == "tools":
            import_module("benchmarks.tools").main(tools)
        else:
            PARTS[part]()
        print(f"--- {part}: {time.perf_counter() - began:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
