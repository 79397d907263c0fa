"""Tables and charts.

- table: docs.slack.dev/reference/block-kit/blocks/table-block: 100 rows of 20 cells, cells
  raw_text or rich_text, 20 column settings, one table per message, 10,000 characters.
- data_table: …/data-table-block: `caption` and `rows`; the header and 1 to 100 rows, 1 to 20
  columns, rows of one length, cells raw_text, raw_number or rich_text (not in the header),
  10,000 characters over all tables of a message, page_size 1 to 100.
- data_visualization: …/data-visualization-block: title 50; pie with 1 to 6 segments (label 20,
  value > 0); bar, area, line with 1 to 6 series (name 20, unique) of 1 to 20 points (label 20)
  whose labels are the axis' categories, axis titles 50; two per message. The limits of series,
  points and axis are as the crates slack-messaging 0.7.7 and slack-morphism 2.30 cite that page.
"""

from typing import Any

from tests.fakes.slack.shapes import (
    Check,
    Json,
    Rule,
    Shape,
    anything,
    boolean,
    integer,
    items,
    kind_of,
    number,
    one_of,
    string,
)

TABLE_CHARACTERS = 10_000

_RAW_TEXT = Shape({"text": string(TABLE_CHARACTERS, 1)})
_RAW_NUMBER = Shape({"value": number}, {"text": string(TABLE_CHARACTERS, 1)})
_RICH_TEXT = Shape({"elements": anything}, {"block_id": string(255)})
_CELLS = {"raw_text": _RAW_TEXT, "raw_number": _RAW_NUMBER, "rich_text": _RICH_TEXT}
_COLUMN = Shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})


def _cell(*allowed: str) -> Rule:
    def rule(value: Any, path: str, check: Check) -> None:
        kind = kind_of(value)
        if kind not in allowed:
            check.problem(f"unsupported type: {kind}", f"{path}/type")
        else:
            _CELLS[kind](value, path, check)

    return rule


def _column(value: Any, path: str, check: Check) -> None:
    if value is not None:  # null skips a column
        _COLUMN(value, path, check)


TABLE: dict[str, Rule] = {
    "rows": items(items(_cell("raw_text", "rich_text"), 20), 100),
}
TABLE_OPTIONS: dict[str, Rule] = {"column_settings": items(_column, 20, 0)}

DATA_TABLE: dict[str, Rule] = {
    "caption": string(TABLE_CHARACTERS, 1),
    "rows": items(items(_cell("raw_text", "raw_number", "rich_text"), 20), 101, 2),
}
DATA_TABLE_OPTIONS: dict[str, Rule] = {
    "page_size": integer(1, 100),
    "row_header_column_index": integer(0, 19),
}


def even_rows(value: Json, path: str, check: Check) -> None:
    """Every row as long as the header, and no rich text in the header."""
    rows = value.get("rows")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows) or not rows:
        return
    for n, row in enumerate(rows):
        if len(row) != len(rows[0]):
            check.problem("all rows must have the same number of cells", f"{path}/rows/{n}")
    for n, cell in enumerate(rows[0]):
        if isinstance(cell, dict) and cell.get("type") == "rich_text":
            check.problem("unsupported type: rich_text", f"{path}/rows/0/{n}/type")
    column = value.get("row_header_column_index")
    if isinstance(column, int) and column >= len(rows[0]):
        check.problem("no such column", f"{path}/row_header_column_index")


def _positive(value: Any, path: str, check: Check) -> None:
    number(value, path, check)
    if isinstance(value, int | float) and value <= 0:
        check.problem("must be greater than 0", path)


_POINT = Shape({"label": string(20, 1), "value": number})
_SERIES = Shape({"name": string(20, 1), "data": items(_POINT, 20)})
_AXIS = Shape(
    {"categories": items(string(20, 1), 20)}, {"x_label": string(50), "y_label": string(50)}
)
_PIE = Shape({"segments": items(Shape({"label": string(20, 1), "value": _positive}), 6)})


def _labels_are_categories(value: Json, path: str, check: Check) -> None:
    axis, series = value.get("axis_config"), value.get("series")
    if not isinstance(axis, dict) or not isinstance(series, list):
        return
    categories = axis.get("categories")
    names = [one.get("name") for one in series if isinstance(one, dict)]
    if len(set(map(str, names))) != len(names):
        check.problem("series names must be unique", f"{path}/series")
    for n, one in enumerate(series):
        data = one.get("data") if isinstance(one, dict) else None
        if isinstance(data, list) and [_label(point) for point in data] != categories:
            check.problem("labels must match the categories", f"{path}/series/{n}/data")


def _label(point: Any) -> Any:
    return point.get("label") if isinstance(point, dict) else None


_XY = Shape({"series": items(_SERIES, 6), "axis_config": _AXIS}, {}, _labels_are_categories)


def _chart(value: Any, path: str, check: Check) -> None:
    kind = kind_of(value)
    match kind:
        case "pie":
            _PIE(value, path, check)
        case "bar" | "area" | "line":
            _XY(value, path, check)
        case _:
            check.problem(f"unsupported type: {kind}", f"{path}/type")


CHART: dict[str, Rule] = {"title": string(50, 1), "chart": _chart}
