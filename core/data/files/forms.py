"""How a column of text writes its values, told from some of them; and the SQL that reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

Form = Literal[
    "text", "whole", "number", "comma", "grouped", "time", "time_utc", "date", "german",
    "german_date",
]  # fmt: skip
Style = Literal["comma", "dot", ""]
"""Which sign stands before decimals, in a whole file."""

NOTHING = (
    "", "NULL", "null", "\\N", "NaN", "nan", "N/A", "n/a", "NA", "-", "--", "#N/A", "#NV",
    "#DIV/0!", "#REF!", "#VALUE!", "#WERT!", "#NAME?", "#NUM!", "#NULL!",
)  # fmt: skip
"""What stands for no value: unknown, not 0."""

_SIGN = r"[-+]?"
_WHOLE = re.compile(rf"\s*{_SIGN}(0|[1-9]\d{{0,17}})\s*")
_NUMBER = re.compile(rf"\s*{_SIGN}(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")
_COMMA = rf"\s*{_SIGN}(\d+|\d{{1,3}}(\.\d{{3}})+)(,\d+)?\s*"
_GROUPED = rf"\s*{_SIGN}(\d+|\d{{1,3}}(,\d{{3}})+)(\.\d+)?\s*"
_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?"
_OFFSET = r" ?([Zz]|[+-]\d\d(:?\d\d)?)"
_GERMAN_DATE = r"\d{1,2}\.\d{1,2}\.\d{4}"
# A third digit would make it a group of thousands, perhaps.
_SURE_COMMA = re.compile(r"\s*[-+]?(\d+,(\d{1,2}|\d{4,})|0,\d+|\d{1,3}(\.\d{3})+,\d+)\s*")
_SURE_DOT = re.compile(r"\s*[-+]?(\d+\.(\d{1,2}|\d{4,})|0\.\d+|\d{1,3}(,\d{3})+\.\d+)\s*")
_EITHER = re.compile(r"\s*[-+]?[1-9]\d{0,2}([.,])\d{3}\s*")
_CODE = re.compile(r"\s*[-+]?0\d+\s*")

_PATTERNS: Sequence[tuple[Form, re.Pattern[str]]] = [
    ("whole", _WHOLE),
    ("number", _NUMBER),
    ("comma", re.compile(_COMMA)),
    ("grouped", re.compile(_GROUPED)),
    ("date", re.compile(r"\d{4}-\d\d-\d\d")),
    ("time", re.compile(rf"\d{{4}}-\d\d-\d\d|{_TIME}")),
    ("time_utc", re.compile(_TIME + _OFFSET)),
    ("german_date", re.compile(_GERMAN_DATE)),
    ("german", re.compile(rf"{_GERMAN_DATE}([ T]\d{{1,2}}:\d\d(:\d\d([.,]\d+)?)?)?")),
]
_GERMAN = (
    "['%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H:%M', '%d.%m.%Y', '%d.%m.%YT%H:%M:%S', "
    "'%d.%m.%Y %H:%M:%S.%f', '%d.%m.%Y %H:%M:%S,%f']"
)
TYPES: dict[Form, str] = {
    "text": "VARCHAR", "whole": "BIGINT", "number": "DOUBLE", "comma": "DOUBLE",
    "grouped": "DOUBLE", "time": "TIMESTAMP", "time_utc": "TIMESTAMPTZ", "date": "DATE",
    "german": "TIMESTAMP", "german_date": "DATE",
}  # fmt: skip


def style_of(values: Iterable[str]) -> Style:
    """What the unmistakable numbers of a file show; "" where they show both or nothing."""
    commas = dots = False
    for value in values:
        commas = commas or _SURE_COMMA.fullmatch(value) is not None
        dots = dots or _SURE_DOT.fullmatch(value) is not None
    return "" if commas == dots else "comma" if commas else "dot"


def form_of(values: Sequence[str], style: Style) -> Form:
    """The narrowest form that all values have; text where there is none, or no value."""
    if not values or any(_CODE.fullmatch(value) for value in values):
        return "text"  # 0042 is a code: as a number it would be another one
    forms = [form for form, _ in _PATTERNS]
    for value in values:
        forms = [form for form in forms if dict(_PATTERNS)[form].fullmatch(value)]
        if not forms:
            return "text"
    numbers = [form for form in forms if form in ("number", "comma", "grouped")]
    if "whole" in forms or not numbers:
        return forms[0]
    return _decimal(values, numbers, style)


def is_unclear(values: Sequence[str], style: Style) -> str | None:
    """A number of which nobody can tell whether it is a thousand or one and some thousandths."""
    if style or form_of(values, "dot") == form_of(values, "comma"):
        return None
    return next((value for value in values if _EITHER.fullmatch(value)), None)


def read(column: str, form: Form) -> str:
    """SQL for the value of a quoted column; null where it does not have the form."""
    match form:
        case "text":
            return column
        case "whole":
            return _if(f"regexp_full_match({column}, '\\s*[-+]?\\d+\\s*')", column, "BIGINT")
        case "number":
            made = f"TRY_CAST({column} AS DOUBLE)"
            return f"CASE WHEN isfinite({made}) THEN {made} END"
        case "comma":
            plain = f"replace(replace({column}, '.', ''), ',', '.')"
            return _if(f"regexp_full_match({column}, '{_COMMA}')", plain, "DOUBLE")
        case "grouped":
            plain = f"replace({column}, ',', '')"
            return _if(f"regexp_full_match({column}, '{_GROUPED}')", plain, "DOUBLE")
        case "date":
            return _if(f"length({column}) = 10", column, "DATE")
        case "time":  # one with an offset is another kind of time
            local = f"NOT regexp_matches({column}[11:], '[Zz+-]')"
            return _if(local, f"replace({column}, ',', '.')", "TIMESTAMP")
        case "time_utc":
            return _if(f"regexp_matches({column}[11:], '[Zz+-]')", column, "TIMESTAMPTZ")
        case "german":
            return f"try_strptime({column}, {_GERMAN})"
        case "german_date":
            return f"CAST(try_strptime({column}, '%d.%m.%Y') AS DATE)"


def _if(condition: str, value: str, kind: str) -> str:
    return f"CASE WHEN {condition} THEN TRY_CAST({value} AS {kind}) END"


def _decimal(values: Sequence[str], forms: Sequence[Form], style: Style) -> Form:
    own = style_of(values) or style
    unclear = not own and any(_EITHER.fullmatch(value) for value in values)
    if unclear:
        return "text"
    wanted: tuple[Form, ...] = ("comma",) if own == "comma" else ("number", "grouped")
    return next((form for form in wanted if form in forms), "text")
