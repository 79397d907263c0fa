"""`andon ask` from cold, as whole processes, beside what its two heavy libraries cost alone.

All are run in turns, so that a busy machine slows all of them; `python -m benchmarks cold_start`.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from statistics import median

from benchmarks.big_plant import HOME, made_folder

ROUNDS = 7
_YARDSTICK = "python -c 'import sqlalchemy, pydantic'"
_CASES: tuple[tuple[str, Sequence[str]], ...] = (
    (_YARDSTICK, ("-c", "import sqlalchemy, pydantic")),
    ('andon ask "/oee line-3" --json', ("-m", "bot", "ask", "/oee line-3", "--json")),
    (
        'andon ask "why was line 3 down last night?" --json',
        ("-m", "bot", "ask", "why was line 3 down last night?", "--json"),
    ),
)


def main() -> None:
    made_folder()
    for _, arguments in _CASES:  # makes the sample plant and the compiled modules
        _seconds(arguments)
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name, _ in _CASES}
    for _ in range(ROUNDS):
        for name, arguments in _CASES:
            spent[name].append(_seconds(arguments))
    yardstick = median(cpu for _, cpu in spent[_YARDSTICK])
    print(f"{f'from cold, median of {ROUNDS}':54}{'wall s':>8}{'CPU s':>8}{'× imports':>11}")
    for name, runs in spent.items():
        wall, cpu = (median(values) for values in zip(*runs, strict=True))
        print(f"{name:54}{wall:8.2f}{cpu:8.2f}{cpu / yardstick:11.2f}")


def _seconds(arguments: Sequence[str]) -> tuple[float, float]:
    """Wall and CPU (user and system) seconds of one process. Raises where it failed."""
    environment = {**os.environ, "ANDON_HOME": str(HOME), "PYTHONPYCACHEPREFIX": str(HOME / "pyc")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package is compiled
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
