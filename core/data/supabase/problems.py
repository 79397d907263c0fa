"""What a Supabase project's error means, as a key of the catalogue; its text is never shown."""

from __future__ import annotations

import httpx
from postgrest import APIError

from core.data.problems import problem_of_state

# PostgREST's own codes, of version 12 and newer ones, and what stands in front of it answers.
_CODES = {
    "PGRST000": "unreachable",
    "PGRST001": "unreachable",
    "PGRST002": "unreachable",
    "PGRST003": "overloaded",
    "PGRST106": "table_missing",
    "PGRST202": "migrations_missing",
    "PGRST203": "migrations_missing",
    "42883": "migrations_missing",
    "PGRST204": "column_wrong",
    "PGRST205": "table_missing",
    "PGRST300": "token_refused",
    "PGRST301": "token_refused",
    "PGRST302": "not_allowed",
    "PGRST303": "token_refused",
    "40P01": "busy",
    "54000": "overloaded",
    "401": "refused",
    "403": "refused",
    "404": "migrations_missing",
    "408": "timeout",
    "429": "overloaded",
    "540": "project_paused",
    "544": "timeout",
}
PASSES = frozenset({"unreachable", "busy"})
"""Problems that may be gone a moment later: reading twice changes nothing."""


def problem_of(error: Exception) -> str:
    """One of core.data.problems.PROBLEMS."""
    match error:
        case APIError() if error.code:
            return _of_code(str(error.code))
        case APIError() if "api key" in str(error.message).lower():
            return "refused"  # by what stands in front of PostgREST, which gives no code
        case httpx.TimeoutException() | TimeoutError():
            return "timeout"
        case httpx.ConnectError() if "certificate" in str(error).lower():
            return "certificate"
        case httpx.TransportError():
            return "unreachable"
        case _:
            return "failed"


def _of_code(code: str) -> str:
    if code in _CODES:
        return _CODES[code]
    if len(code) == 3 and code.isdigit():  # of what stands in front of PostgREST
        return "unreachable" if code.startswith("5") else "failed"
    return problem_of_state(code) or "failed"
