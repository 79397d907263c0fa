"""What may stand in the log. Whatever a line is made of, it is told here what of it is said.

- Secrets that are set, and what looks like one, are struck out everywhere; so are addresses of
  people, and what of a URL may carry a token. A chat identity becomes a pseudonym.
- A library's line is said as its authors wrote it: what the library fills in may be anything.
- An error's words are said where they are ours or Python's own; else the kind of error is.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import FrameType, TracebackType
from urllib.parse import quote

from bot.settings.log import OURS, THEIRS
from core.answer_text import printable
from core.errors import SourceUnavailable, UserError
from core.trace import pseudonym

GONE = "***"
FILLED_IN = "…"
_SHORTEST_SECRET = 4
_LONGEST = 2_000
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"://[^\s'\"<>]*@"), f"://{GONE}@"),
    (re.compile(r"(https?://hooks\.[^/\s'\"<>]*/)[^\s'\"<>]+"), rf"\1{GONE}"),
    (re.compile(r"(\w://[^\s?'\"<>]+\?)[^\s'\"<>]+"), rf"\1{GONE}"),
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), GONE),
    (re.compile(r"\b(?:xox[a-z]|xapp|xwfp)-[\w-]{4,}|\bsk-[\w-]{8,}|\bsb_[a-z]+_\w+"), GONE),
    (re.compile(r"\beyJ[\w-]{6,}\.[\w-]+(?:\.[\w-]*)?"), GONE),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", re.IGNORECASE), rf"\1 {GONE}"),
    (
        re.compile(
            r"((?:api[_-]?key|token|secret|passw(?:or)?d|pwd|authorization|signature)"
            r"[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;]+",
            re.IGNORECASE,
        ),
        rf"\1{GONE}",
    ),
)
# What each of them has; most words have none of it.
_HINT = r"[@=:]|(?i:xox|xapp|xwfp|sk-|sb_|eyj|bearer|basic)"
_IDENTITY = re.compile(
    r"\b(?:slack:[A-Z]\w+:[UW]\w+|teams:[0-9a-f-]{36}:[0-9a-f-]{36})\b", re.ASCII
)
# Raised by Python itself, their words are of the code and not of what it works on.
_PYTHONS_OWN = (AttributeError, ImportError, IndexError, NameError, RecursionError, TypeError,
                ZeroDivisionError)  # fmt: skip


class Discretion:
    """`secrets` are words of any length; what is too short to be one is left alone."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: re.Pattern[str] | None = None
        self._known: set[str] = set()
        self.also(secrets)

    def also(self, secrets: Iterable[str]) -> None:
        """More of them, as after a change of the settings."""
        self._known |= {
            form
            for secret in secrets
            if len(secret) >= _SHORTEST_SECRET
            for form in (secret, quote(secret, safe=""))
        }
        longest_first = sorted(self._known, key=len, reverse=True)
        words = "|".join(map(re.escape, longest_first))
        self._secrets = re.compile(words) if words else None
        self._hint = re.compile(f"{words}|{_HINT}" if words else _HINT)

    def words(self, text: str) -> str:
        """The text in one line, without what is nobody's business."""
        if self._hint.search(text):
            if self._secrets is not None:
                text = self._secrets.sub(GONE, text)
            text = _shortened(text)
            text = _IDENTITY.sub(lambda found: pseudonym(found[0]), text)
            for pattern, instead in _PATTERNS:
                text = pattern.sub(instead, text)
        return printable(_shortened(text))

    def value(self, value: object) -> object:
        """What a line of ours says of a value."""
        match value:
            case None | bool() | int() | float():
                return value
            case BaseException():
                return self.words(said_of(value))
            case _:
                return self.words(str(value))

    def event(self, record: logging.LogRecord) -> str:
        """What the record says."""
        if is_ours(record):
            return self.words(_filled(record, _own))
        if record.name == "py.warnings":
            return self.words(_warned(str(record.msg)))
        return self.words(_as_written(record))

    def trace_of(self, error: BaseException) -> str:
        """The traceback as Python writes it, oldest cause first; of code, not of values."""
        return "\n".join(self._told(error, set()))

    def _told(self, error: BaseException, seen: set[int]) -> Iterator[str]:
        if id(error) in seen:
            return
        seen.add(id(error))
        earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if earlier is not None:
            yield from self._told(earlier, seen)
            how = "This was the cause of:" if error.__cause__ else "While that was handled:"
            yield from ("", how, "")
        if error.__traceback__ is not None:
            yield "Traceback (most recent call last):"
            for entry in traceback.format_tb(error.__traceback__):
                yield from map(self.words, entry.rstrip().split("\n"))
        yield self.words(f"{_kind(error)}: {said_of(error, error.__traceback__)}".rstrip(": "))
        if isinstance(error, BaseExceptionGroup):
            for n, one in enumerate(error.exceptions, 1):
                yield f"--- {n} of {len(error.exceptions)}"
                yield from self._told(one, seen)


def _shortened(text: str) -> str:
    """Of whole words: half an address would not be known as one."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rpartition(' ')[0]} {FILLED_IN}"


def is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS and record.name not in THEIRS


def said_of(error: BaseException, tb: TracebackType | None = None) -> str:
    """What may be said of an error: its own words, or else what kind it is ("" beside the kind,
    where a traceback is given)."""
    match error:
        case UserError():
            return error.key  # its arguments are words of whoever asked, or of the plant
        case SourceUnavailable():
            return f"{error.system}: {error.problem}"
        case OSError() if error.strerror and type(error).__module__ == "builtins":
            return f"[Errno {error.errno}] {error.strerror}"
        case _ if type(error).__module__.partition(".")[0] in OURS:
            return str(error)
        case _ if type(error) in _PYTHONS_OWN and tb is not None and not _composed(tb):
            return str(error)
    return "" if tb is not None else type(error).__name__


def _composed(tb: TracebackType) -> bool:
    """Whether code, and not Python itself, found the words."""
    line = traceback.extract_tb(tb)[-1].line or "raise"
    return line.lstrip().startswith("raise")


def _kind(error: BaseException) -> str:
    kind = type(error)
    return (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )


def _own(value: object) -> object:
    return said_of(value) if isinstance(value, BaseException) else value


class _Unsaid:
    """Stands where a library put something in, whatever way it is to be written."""

    def __str__(self) -> str:
        return FILLED_IN

    __repr__ = __str__

    def __format__(self, _how: str) -> str:
        return FILLED_IN


_UNSAID = _Unsaid()


def _unsaid(value: object) -> object:
    match value:
        case None | bool() | int() | float():
            return value
        case BaseException():
            return type(value).__name__
        case _:
            return _UNSAID


def _filled(record: logging.LogRecord, each: Callable[[object], object]) -> str:
    text, given = str(record.msg), record.args
    if not given:
        return text
    try:
        if isinstance(given, Mapping):
            return text % {name: each(value) for name, value in given.items()}
        return text % tuple(each(value) for value in given)
    except (TypeError, ValueError, KeyError):
        return text


def _as_written(record: logging.LogRecord) -> str:
    """A library's line with gaps, or nothing of it where it was put together before: whether it
    was is seen in the code that logs, of which its words are then no constant."""
    if isinstance(record.msg, BaseException):
        return type(record.msg).__name__
    if not _is_constant(record):
        return FILLED_IN
    return _filled(record, _unsaid)


def _is_constant(record: logging.LogRecord) -> bool:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if code.co_filename == record.pathname and frame.f_lineno == record.lineno:
            return record.msg in code.co_consts
        frame = frame.f_back
    return False


def _warned(text: str) -> str:
    """Where a warning comes from and of which kind it is: its words may quote a value."""
    found = re.match(r"(.*?:\d+: \w+)", text)
    return found[1] if found else FILLED_IN
