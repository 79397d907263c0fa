"""How hard the fuzz tries: in CI a sample, always the same; `make fuzz` far more, ever new."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("FUZZ_TIMES", "0"))
"""How many times as many examples as in CI; 0 is CI itself."""


def trying(examples: int) -> settings:
    """`examples` are those of CI. A fixture is shared by all examples of a test: none may leave
    something behind that the next one trips over."""
    return settings(
        max_examples=examples * max(TIMES, 1),
        derandomize=TIMES == 0,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
