"""`make fuzz MINUTES=60`: each part in turn with new examples each time, until the time is over.

    python -m tests.fuzz MINUTES

What fails is printed with the example that fails; it belongs into the test as an `@example`.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

FOLDER = Path(__file__).parent
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
    for part in parts:
        name = part.stem.removeprefix("test_").replace("_", " ")
        print(f"{name:20}{examples[part.stem]:8} examples, {failed[part.stem]} turns failed")
    return 1 if failed.total() else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
