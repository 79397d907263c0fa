"""What fits into a Teams message.

Teams refuses messages of about 100 kB, counted as UTF-16, and cards of more than 28 kB. Its pages
do not say of what the latter are counted; JSON with all but ASCII escaped is an upper bound.
"""

from __future__ import annotations

import json
from typing import Any

Element = dict[str, Any]

CARD_BYTES = 26_000
TEXT = 3_000  # UTF-16 code units, escaped
SUMMARY = 500
PARAGRAPH = 2_000
LABEL = 100
CELL = 200
BUTTON_TEXT, BUTTON_VALUE = 60, 600  # the latter in bytes
VISIBLE_BUTTONS = 5  # Teams shows six; further ones are in the menu beside them
CITATIONS, CITATION_NAME, CITATION_ABSTRACT = 20, 80, 160


def weight(element: Any) -> int:
    """How many bytes of `CARD_BYTES` this takes."""
    return len(json.dumps(element))
