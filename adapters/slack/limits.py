"""What fits into a Slack message or view, counted so that Slack never counts more.

Figures are those of Slack's block reference. Slack does not say in which unit it counts text, so
UTF-16 code units are taken: never fewer than characters.
"""

from __future__ import annotations

import json
from typing import Any

from adapters.clipping import clip as clip
from adapters.clipping import size as size

Block = dict[str, Any]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
SECTION_TEXT = 3_000
FIELD_TEXT, FIELDS = 2_000, 10
HEADER_TEXT = 150
BUTTON_TEXT, BUTTON_VALUE = 75, 2_000
OPTION_TEXT, OPTION_VALUE, OPTIONS = 75, 150, 5
ALT_TEXT = 2_000
VIEW_TITLE = 24
TABLE_ROWS, TABLE_COLUMNS, TABLE_TEXT = 100, 20, 10_000
CHARTS, CHART_SERIES, CHART_POINTS = 2, 6, 20
CHART_TITLE, CHART_LABEL = 50, 20

# "About 13,000 characters over all blocks": the rule is not published, and messages whose texts
# alone had 11,341 were refused. The blocks' JSON without what buttons carry is an upper bound.
MESSAGE_WEIGHT = 12_000
VIEW_BYTES = 200_000  # 250 kB are allowed
MESSAGE_TEXT = 3_000  # 4,000 are recommended, 40,000 are cut off


def weight(blocks: Block | list[Block]) -> int:
    """How much of `MESSAGE_WEIGHT` the blocks take: their JSON without the buttons' values."""
    return size(json.dumps(_without_values(blocks), ensure_ascii=False, separators=(",", ":")))


def view_bytes(view: Block) -> int:
    """The view's size as it goes over the wire."""
    return len(json.dumps(view).encode())


def _without_values(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            name: _without_values(value)
            for name, value in node.items()
            if not (name == "value" and isinstance(value, str))
        }
    return [_without_values(item) for item in node] if isinstance(node, list) else node
