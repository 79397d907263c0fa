"""An answer in the order in which it is read: first the sentence that matters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.answer import Heading, Notice, Part, Text

_SENTENCE = re.compile(r"(?:\d+\. )?.+?[.!?](?=\s)", re.DOTALL)
_LEAD = 240  # a longer first sentence is no lead; bold all over is not bold


def ordered(parts: Sequence[Part]) -> list[Part]:
    """The first sentence, its heading and what must be known of both; then the rest as it was."""
    first = next((part for part in parts if isinstance(part, Text)), None)
    heading = next((part for part in parts if isinstance(part, Heading)), None)
    grave = [p for p in parts if isinstance(p, Notice) and p.tone in ("warning", "bad")]
    front: list[Part] = [part for part in (first, heading) if part is not None]
    rest = [p for p in parts if p is not first and p is not heading and not _is_in(p, grave)]
    return [*front, *grave, *rest]


def first_sentence(said: str) -> tuple[str, str]:
    """The sentence to set in bold and the rest with the space before it."""
    found = _SENTENCE.match(said)
    end = found.end() if found else len(said)
    return (said[:end], said[end:]) if end <= _LEAD else ("", said)


def _is_in(part: Part, parts: Sequence[Part]) -> bool:
    return any(part is one for one in parts)
