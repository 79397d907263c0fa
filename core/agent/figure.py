"""A figure that a model may point at but not write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from core.domain.periods import Period

REFERENCE = re.compile(r"\[\[\s*([a-z]{1,2}\d{1,3})\s*\]\]")

Kind = Literal["value", "target", "change", "derived", "label", "quote"]


@dataclass(frozen=True, slots=True)
class Figure:
    """What stands behind an id: `shown` in the reader's words, as the tool wrote it.

    - `kind`: a `label` names a row (a day) and is read as if it were written out; a `quote` is a
      sentence or phrase of the tool, figures and all.
    - `measures` are the keys of what it is of ("oee", "downtime"; see vocabulary/), `needs` those
      of them without which it would be taken for another ("target").
    - `assets` by id; `subject` is the reason, loss or product of its row; `shift` its shift.
    - `period` is what it covers: None where the tool has none, or another than it was asked for.
    - `amount` in `unit`: ratios for "%" and "pp", minutes for "min", else a currency or the
      counting unit; None where it is unknown, a range or no number.
    """

    id: str
    kind: Kind
    shown: str
    measure: str
    measures: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    assets: frozenset[str] = frozenset()
    asset_names: str = ""
    subject: str = ""
    shift: str = ""
    period: Period | None = None
    period_name: str = ""
    amount: float | None = None
    unit: str = ""
    cites: tuple[int, ...] = ()
