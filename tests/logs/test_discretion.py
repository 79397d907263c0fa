"""What of a line is said, and what is struck out."""

from __future__ import annotations

import logging
import sqlite3
from types import TracebackType

import pytest

from bot.discretion import Discretion, said_of
from core.errors import MisconfiguredError, SourceUnavailable, UserError
from tests.logs.listening import listening

ours, theirs = logging.getLogger("core.example"), logging.getLogger("somebody.else")
QUIET = Discretion({"s3cret/pass", "abc"})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("the plant's s3cret/pass", "the plant's ***"),
        ("written as s3cret%2Fpass", "written as ***"),
        ("abc is too short to be a secret", "abc is too short to be a secret"),
        ("postgresql://reader:pw@db.example/plant", "postgresql://***@db.example/plant"),
        ("postgresql://reader:p@w/d@db.example/plant", "postgresql://***@db.example/plant"),
        ("mssql+pyodbc://sa:x@10.0.0.7/mes?driver=a", "mssql+pyodbc://***@10.0.0.7/mes?***"),
        ("https://api.example/v1?token=1234&x=2", "https://api.example/v1?***"),
        ("https://hooks.slack.com/commands/T1/2/abc", "https://hooks.slack.com/***"),
        ("ana.ruiz@plant.example asked", "*** asked"),
        ("xoxb-12345-abcdef and xapp-1-A0", "*** and ***"),
        ("Authorization: Bearer abcdef123456", "Authorization: *** ***"),
        ("key sk-proj-abcdefgh12", "key ***"),
        ("eyJhbGciOi.eyJzdWIiOiIx.c2lnbmF0dXJl", "***"),
        ("password=hunter2; next", "password=***; next"),
        ("{'api_key': 'hunter2', 'n': 1}", "{'api_key': '***', 'n': 1}"),
        ("slack:T0ANDON01:U000000004 subscribed", "p-0e99613c subscribed"),
        ("one\nline\x1b[31m", "one line[31m"),
        ("2026-03-12: 14 rows of production, 3 h", "2026-03-12: 14 rows of production, 3 h"),
        ("the inbox does not answer: unreachable", "the inbox does not answer: unreachable"),
    ],
)
def test_words(given: str, said: str) -> None:
    assert QUIET.words(given) == said


def test_a_librarys_line_is_said_with_gaps() -> None:
    who = "Ana"
    with listening() as heard:
        theirs.warning("%s asked %d times in %.1f s: %r", who, 3, 1.25, [who])
        theirs.warning(f"{who} asked")
        theirs.warning("asked by " + who)
        theirs.warning("a line as its authors wrote it")
        theirs.error(ValueError(who))
        theirs.warning("%(who)s asked %(n)d", {"who": who, "n": 2})
    said = [line["event"] for line in heard.lines]
    assert said == [
        "… asked 3 times in 1.2 s: …",
        "…",
        "…",
        "a line as its authors wrote it",
        "ValueError",
        "… asked 2",
    ]
    assert all(line["at"].startswith("test_discretion:") for line in heard.lines)


def test_a_line_of_ours_is_said_with_its_fields() -> None:
    with listening() as heard:
        error = UserError("unknown_asset", said="Ana")
        ours.warning("no look: %s", error, extra={"rows": 3, "url": "http://u:p@h/", "why": error})
        ours.debug("a value %s", sqlite3.IntegrityError("UNIQUE constraint: Ana"))
    first, second = heard.lines
    assert first["event"] == "no look: unknown_asset"
    assert (first["rows"], first["url"], first["why"]) == (3, "http://***@h/", "unknown_asset")
    assert second["event"] == "a value IntegrityError"
    assert "no look: unknown_asset" in heard.console.getvalue()
    assert "Ana" not in heard.log


def raised(how: str) -> tuple[BaseException, TracebackType | None]:
    value = "Ana"
    try:
        match how:
            case "python":
                value.no_such  # type: ignore[attr-defined]  # noqa: B018
            case "composed":
                raise TypeError(f"{value} is no number")
            case "value":
                float(value)
            case "file":
                open(f"/nowhere/{value}")  # noqa: PTH123, SIM115
            case "source":
                raise SourceUnavailable("mes", "timeout")
            case "setting":
                raise MisconfiguredError("ANDON_PORT", "is no number")
    except Exception as error:  # noqa: BLE001
        return error, error.__traceback__
    raise AssertionError(how)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("python", "'str' object has no attribute 'no_such'"),
        ("composed", ""),
        ("value", ""),
        ("file", "[Errno 2] No such file or directory"),
        ("source", "mes: timeout"),
        ("setting", "ANDON_PORT: is no number"),
    ],
)
def test_an_error_says_what_is_of_the_code(how: str, said: str) -> None:
    assert said_of(*raised(how)) == said


def test_a_traceback_tells_where_and_of_what_kind() -> None:
    value = "Ana"
    try:
        try:
            int(value)
        except ValueError as error:
            raise RuntimeError(f"no {value}") from error
    except RuntimeError as error:
        error.add_note(value)
        told = QUIET.trace_of(ExceptionGroup(value, [error]))
    assert value not in told.replace('value = "Ana"', "")
    for part in ("int(value)", "\nValueError\n", "This was the cause of:", "RuntimeError",
                 "ExceptionGroup", "--- 1 of 1"):  # fmt: skip
        assert part in told
