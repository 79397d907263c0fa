"""What a driver's error means, as a key of the catalogue; the driver's text is never shown."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# SQLSTATE (Postgres and others), by its first characters; the longest match wins.
_STATES = {
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
_SAID = (
    ("interrupted", "timeout"),
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
PROBLEMS = frozenset({*_STATES.values(), *(key for _, key in _SAID), "failed"})
"""Every `problem` that SourceUnavailable can name here."""


def problem_of(error: Exception) -> str:
    """One of PROBLEMS."""
    if isinstance(error, PoolTimeout):
        return "overloaded"
    original = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(original, "sqlstate", None) or ""
    for length in (5, 3, 2):
        if state[:length] in _STATES:
            return _STATES[state[:length]]
    said = f"{type(original).__name__} {original}".lower()
    return next((key for part, key in _SAID if part in said), "failed")
