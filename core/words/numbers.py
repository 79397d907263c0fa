"""Numbers as the readers of a language write them."""

from __future__ import annotations

import math
from decimal import Decimal

from core.request import Language

Number = int | float | Decimal

MINUS = "\u2212"
_SEPARATORS = {"en": str.maketrans(",.", ",."), "de": str.maketrans(",.", ".,")}


def written(value: float, digits: int, language: Language) -> str:
    """1234.56 → "1,235" / "1.235"; a true minus sign, and never "−0"."""
    text = f"{abs(value):,.{digits}f}".translate(_SEPARATORS[language])
    return MINUS + text if value < 0 and is_not_zero(text) else text


def is_not_zero(text: str) -> bool:
    """Of a number as it is written, so after rounding."""
    return any(digit in text for digit in "123456789")


def finite(value: Number | None) -> float | None:
    """None also for NaN and the infinities: no figure of a plant is one of those."""
    return float(value) if value is not None and math.isfinite(value) else None


def times_100(ratio: Number | None) -> Number | None:
    return None if ratio is None else ratio * 100
