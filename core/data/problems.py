"""What a driver's error means, as a key of the catalogue; the driver's text is never shown."""

from __future__ import annotations

import re

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# SQLSTATE, by its first characters; the longest match wins. ODBC's own are among them.
_STATES = {
    "42S02": "table_missing",
    "42S22": "column_wrong",
    "IM002": "driver_missing",
    "01000": "driver_missing",
    "HYT": "timeout",
    "40": "busy",
    "55P03": "busy",
    "42P01": "table_missing",
    "3F000": "table_missing",
    "42703": "column_wrong",
    "42501": "not_allowed",
    "25006": "not_allowed",
    "28": "refused",
    "3D000": "database_missing",
    "57014": "timeout",
    "57P": "unreachable",
    "08": "unreachable",
    "53": "overloaded",
    "22": "wrong_type",
    "42883": "wrong_type",
    "42804": "wrong_type",
    "42": "expression_wrong",
}
# SQL Server's own numbers, which say more than its SQLSTATE: ODBC writes them as "(229)".
_NUMBERS = {
    "229": "not_allowed",
    "230": "not_allowed",
    "916": "not_allowed",
    "1222": "busy",
    "3952": "busy",
    "245": "wrong_type",
    "8114": "wrong_type",
    "8115": "wrong_type",
    "4060": "database_missing",
    "18456": "refused",
}
_NUMBER = re.compile(r"\((\d{3,5})\) \(SQL")
_SAID = (
    ("interrupted", "timeout"),
    ("still being read in", "importing"),
    ("catalog error: table", "table_missing"),
    ("catalog error: scalar", "expression_wrong"),
    ("referenced column", "column_wrong"),
    ("no function matches", "wrong_type"),
    ("conversionexception", "wrong_type"),
    ("out of memory", "overloaded"),
    ("unable to open database file", "cannot_open"),
    ("no such file", "missing_file"),
    ("not a database", "corrupt"),
    ("malformed", "corrupt"),
    ("disk i/o error", "corrupt"),
    ("locked", "locked"),
    ("no such table", "table_missing"),
    ("no such column", "column_wrong"),
    ("no such function", "expression_wrong"),
    ("syntax error", "expression_wrong"),
    ("password", "refused"),
    ("authentication", "refused"),
    ("permission denied", "not_allowed"),
    ("read-only", "not_allowed"),
    ("readonly", "not_allowed"),
    ("not exist", "database_missing"),
    ("timeout", "timeout"),
    ("timed out", "timeout"),
    ("connect", "unreachable"),
    ("resolve", "unreachable"),
)
# What sources without a driver have besides: core/data/supabase, core/data/breaker.py.
_OTHERS = ("migrations_missing", "token_refused", "project_paused", "resting")
PROBLEMS = frozenset(
    {
        *_STATES.values(),
        *_NUMBERS.values(),
        *(key for _, key in _SAID),
        *_OTHERS,
        "certificate",
        "failed",
    }
)
"""Every `problem` that SourceUnavailable can name here."""


def problem_of(error: Exception) -> str:
    """One of PROBLEMS."""
    if isinstance(error, PoolTimeout):
        return "overloaded"
    original = error.orig if isinstance(error, DBAPIError) else error
    if "certificate" in str(original).lower():  # which ODBC calls a server out of reach
        return "certificate"
    number = _NUMBER.search(str(original))
    if number is not None and number[1] in _NUMBERS:
        return _NUMBERS[number[1]]
    found = problem_of_state(getattr(original, "sqlstate", None) or _odbc_state(original))
    if found is not None:
        return found
    said = f"{type(original).__name__} {original}".lower()
    return next((key for part, key in _SAID if part in said), "failed")


def problem_of_state(state: str) -> str | None:
    """One of PROBLEMS for an SQLSTATE; None where it says nothing."""
    return next((_STATES[state[:n]] for n in (5, 3, 2) if state[:n] in _STATES), None)


def _odbc_state(error: object) -> str:
    """pyodbc gives it as the first argument, followed by the text."""
    arguments: tuple[object, ...] = getattr(error, "args", ())
    first = arguments[0] if len(arguments) == 2 else ""
    return first if isinstance(first, str) and len(first) == 5 and first.isalnum() else ""
