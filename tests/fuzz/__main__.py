"""`make fuzz MINUTES=60`: each part in turn with new examples each time, until the time is over.

    python -m tests.fuzz MINUTES

What fails is printed with the example that fails; it belongs into the test as an `@example`.
docs/soak.md gets the figures of a run of half an hour or more.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.commands.sync import with_table

FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[1] / "docs" / "soak.md"
LONG_MINUTES = 30.0
TIMES = 20  # as many examples as in CI, each time that a part has its turn
_EXAMPLES = re.compile(r"(\d+) passing(?: examples)?, (\d+) failing")


def turn(part: Path, seed: int) -> tuple[int, bool]:
    """How many examples there were, and whether all of them passed."""
    command = [
        *(sys.executable, "-m", "pytest", "-n", "0", "-q", "--tb=short", "-p", "no:cacheprovider"),
        *(f"--hypothesis-seed={seed}", "--hypothesis-show-statistics", str(part)),
    ]
    environ = {**os.environ, "FUZZ_TIMES": str(TIMES)}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    passed = done.returncode == 0
    if not passed:
        print(f"\n--- {part.stem}, seed {seed}\n{done.stdout[-8_000:]}{done.stderr[:8_000]}")
    examples = sum(int(a) + int(b) for a, b in _EXAMPLES.findall(done.stdout))
    return examples, passed


def main(minutes: str = "60") -> int:
    parts = sorted(FOLDER.glob("test_*.py"))
    examples: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    end = time.monotonic() + float(minutes) * 60
    while time.monotonic() < end:
        for part in parts:
            if time.monotonic() >= end:
                break
            count, passed = turn(part, random.SystemRandom().randrange(2**32))
            examples[part.stem] += count
            failed[part.stem] += not passed
    names = [part.stem for part in parts]
    found = table(names, examples, failed, float(minutes))
    print(found)
    if float(minutes) >= LONG_MINUTES:
        written(found)
    return 1 if failed.total() else 0


def table(
    names: Sequence[str], examples: Counter[str], failed: Counter[str], minutes: float
) -> str:
    """In Markdown: how many examples each part had, and how many of its turns failed."""
    rows = [f"| `{n}.py` | {examples[n]:,} | {failed[n]} |" for n in names]
    head = f"{datetime.now(UTC):%d %B %Y}, {minutes:g} minutes of all parts in turn."
    return "\n".join(
        [head, "", "| Part | Examples | Turns that failed |", "|---|---|---|", *rows, ""]
    )


def written(found: str) -> None:
    """The figures in docs/soak.md are those of the last long run."""
    PAGE.write_text(with_table(PAGE.read_text("utf-8"), "fuzz", found, PAGE.name), "utf-8")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
