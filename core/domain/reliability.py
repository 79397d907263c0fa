"""MTBF and MTTR of machines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from core.domain.oee import Sums, add_up


@dataclass(frozen=True, slots=True)
class Reliability:
    """Minutes; None is unknown, or there was no failure (`failures` is 0 then).

    `mend_by` says what `mean_to_mend` is: MTTR from repair times, else "mean_downtime".
    """

    failures: int | None
    mtbf: float | None
    mean_to_mend: float | None
    mend_by: Literal["mttr", "mean_downtime"]


def reliability(machines: Iterable[Sums]) -> Reliability:
    """MTBF = Σ operating time / Σ failures, MTTR = Σ repair time / failures that have ended.

    Failures are breakdowns of machines, so sums of lines are not to be given here. An open
    breakdown is a failure but not yet part of MTTR. Raises ValueError without a machine.
    """
    parts = tuple(machines)
    sums = add_up(parts)
    operating = [part.operating for part in parts]
    mtbf = None
    if sums.failures and None not in operating:
        mtbf = sum(time or 0.0 for time in operating) / sums.failures
    repaired = sums.repair_minutes is not None
    mending = sums.repair_minutes if repaired else sums.mended_minutes
    return Reliability(
        failures=None if sums.failures is None else round(sums.failures),
        mtbf=mtbf,
        mean_to_mend=mending / sums.mended if sums.mended and mending is not None else None,
        mend_by="mttr" if repaired else "mean_downtime",
    )
