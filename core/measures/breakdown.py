"""A measurement broken down by asset, by shift (those of one name together) or by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from core.domain import oee
from core.domain.oee import Kpis
from core.measures.measurement import Measurement
from core.measures.pooling import pooled
from core.measures.series import Slot

By = Literal["asset", "shift", "day"]


@dataclass(frozen=True, slots=True)
class Slice:
    """`of` is an asset's or a shift's name, or a production day."""

    of: str | date
    kpis: Kpis


def breakdown(found: Measurement, by: By | None, windows: Sequence[Slot]) -> tuple[Slice, ...]:
    """`windows` are those that `found` was measured in, where it is by shift or day."""
    match by:
        case None:
            return ()
        case "asset":
            parts = found.parts
            return tuple(
                Slice(asset.name, oee.kpis(parts[asset.id], found.rules)) for asset in found.assets
            )
        case "shift" | "day":
            keys = dict.fromkeys(_key(by, slot) for slot in windows)
            told = list(zip(windows, found.windows, strict=True))
            grouped = {key: [part for slot, part in told if _key(by, slot) == key] for key in keys}
            return tuple(
                Slice(key, oee.roll_up(pooled(parts), found.rules))
                for key, parts in grouped.items()
            )


def _key(by: By, slot: Slot) -> str | date:
    return slot.shift if by == "shift" else slot.day
