"""Plain data as TOML: what the standard library reads, it cannot write."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, time
from typing import Any


def toml_text(document: Mapping[str, Any]) -> str:
    """One line for each name at the top. None, which TOML does not know, is an empty text."""
    return "".join(f"{_text(name)} = {_value(value)}\n" for name, value in document.items())


def _value(value: Any) -> str:
    match value:
        case None:
            return '""'
        case bool():
            return "true" if value else "false"
        case int():
            return hex(value) if value > 10**300 else str(value)
        case float():
            return _number(value)
        case str():
            return _text(value)
        case date() | time():
            return value.isoformat()
        case Mapping():
            return f"{{{', '.join(f'{_text(k)} = {_value(v)}' for k, v in value.items())}}}"
        case _:
            return f"[{', '.join(_value(one) for one in value)}]"


def _number(value: float) -> str:
    if math.isfinite(value):
        said = repr(value)
        return said if set(said) & set(".") else f"{value:.1f}" if "e" not in said else said
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
