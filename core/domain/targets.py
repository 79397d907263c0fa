"""What should have been made by now, and where the shift will end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

PROJECTION_BASIS_MINUTES = 60
NO_PROJECTION_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Target:
    """Units for a whole shift, and which plan they come from."""

    units: float
    basis: Literal["order", "product", "shift"]


@dataclass(frozen=True, slots=True)
class Projection:
    """Units at the end of the shift if the last `basis_minutes` of planned time go on."""

    units: float
    basis_minutes: float


def choose_target(
    order: float | None = None, product: float | None = None, shift: float | None = None
) -> Target | None:
    """The order's plan, else the product's target, else the shift's; None without any."""
    if order is not None:
        return Target(order, "order")
    if product is not None:
        return Target(product, "product")
    return None if shift is None else Target(shift, "shift")


def expected_so_far(
    target: float | None, elapsed_pbt: float | None, shift_pbt: float | None
) -> float | None:
    """Target × elapsed PBT / shift PBT, so that breaks expect nothing; None where unknown."""
    if target is None or elapsed_pbt is None or not shift_pbt:
        return None
    return target * min(elapsed_pbt / shift_pbt, 1.0)


def gap(made: float | None, expected: float | None) -> float | None:
    """Units made beyond what is expected so far; negative is behind."""
    return None if made is None or expected is None else made - expected


def projection(
    made: float | None,
    made_lately: float | None,
    busy_lately: float | None,
    elapsed_minutes: float,
    remaining_pbt: float | None,
) -> Projection | None:
    """The end of the shift at the pace of the last 60 minutes, of which `busy_lately` were
    planned. None in the first 30 minutes of a shift, and where something is unknown."""
    if elapsed_minutes < NO_PROJECTION_MINUTES or not busy_lately:
        return None
    if made is None or made_lately is None or remaining_pbt is None:
        return None
    return Projection(made + made_lately / busy_lately * remaining_pbt, busy_lately)


def is_preliminary(
    shift_end: datetime, as_of: datetime | None, preliminary_minutes: float = 15
) -> bool:
    """A shift's figures are preliminary until the data's time is its end + 15 minutes."""
    return as_of is None or as_of < shift_end + timedelta(minutes=preliminary_minutes)
