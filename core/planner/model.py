"""The linear model that chooses a tool: weights in a file, inference in plain Python.

The file is a line of JSON (aims, scale) and then, compressed, one signed byte for each bucket
and aim. Written by core.planner.training.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from operator import add
from pathlib import Path

from core.planner.features import BUCKETS

FILE = Path(__file__).with_name("model.bin")


class Model:
    """Gives the share of belief in each aim: a tool's name or a reason to decline."""

    def __init__(self, packed: bytes) -> None:
        head, _, body = packed.partition(b"\n")
        meta = json.loads(head)
        self.aims: tuple[str, ...] = tuple(meta["aims"])
        self._scale: float = meta["scale"]
        self._weights = memoryview(zlib.decompress(body)).cast("b")

    def shares(self, buckets: Iterable[int]) -> dict[str, float]:
        """Shares that sum to 1."""
        width = len(self.aims)
        scores = [0] * width
        for bucket in buckets:
            scores = list(map(add, scores, self._weights[bucket * width : (bucket + 1) * width]))
        highest = max(scores)
        parts = [math.exp((score - highest) * self._scale) for score in scores]
        total = sum(parts)
        return {aim: part / total for aim, part in zip(self.aims, parts, strict=True)}


@cache
def trained() -> Model:
    return Model(FILE.read_bytes())


def pack(aims: Sequence[str], weights: Sequence[Sequence[float]]) -> bytes:
    """The file's content; weights become bytes, the largest one 127."""
    assert len(weights) == BUCKETS
    scale = max(abs(weight) for row in weights for weight in row) / 127 or 1.0
    body = bytes(round(weight / scale) & 0xFF for row in weights for weight in row)
    head = json.dumps({"aims": list(aims), "scale": scale}).encode()
    return head + b"\n" + zlib.compress(body, 9)
