"""Block Kit as Slack checks it, for messages and for views.

Limits: docs.slack.dev/reference/block-kit/blocks and the block pages below it, the same numbers in
slack_sdk.models.blocks, and PLATFORMS.md. The sum over all blocks of a message has no documented
limit; slackapi/bolt-js#2509 measured 13,297 characters, #2867 tells of less with rich text.
"""

from collections.abc import Iterator
from typing import Any

from tests.fakes.slack.charts import (
    CHART,
    DATA_TABLE,
    DATA_TABLE_OPTIONS,
    TABLE,
    TABLE_CHARACTERS,
    TABLE_OPTIONS,
    even_rows,
)
from tests.fakes.slack.elements import (
    IMAGE,
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    PICTURE,
    element,
)
from tests.fakes.slack.errors import ApiError, invalid_arguments, invalid_blocks
from tests.fakes.slack.shapes import (
    Check,
    Json,
    Rule,
    Shape,
    anything,
    boolean,
    items,
    kind_of,
    objects,
    one_of,
    string,
    text,
)

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN_CHARACTERS = 12_000
MESSAGE_CHARACTERS = 13_000
VIEW_BYTES = 250_000
CHARTS = 2

MESSAGE_ONLY = frozenset(
    ("context_actions", "data_table", "data_visualization", "markdown", "plan", "table")
)
VIEW_ONLY = frozenset(("alert",))


def _text_or_fields(value: Json, path: str, check: Check) -> None:
    if not value.get("text") and not value.get("fields"):
        check.problem("must define either `fields` or `text`", path)


def _context_element(value: Any, path: str, check: Check) -> None:
    if isinstance(value, dict) and value.get("type") == "image":
        IMAGE(value, path, check)
    else:
        text(3000)(value, path, check)


_RICH = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")


def _rich_element(value: Any, path: str, check: Check) -> None:
    if (kind := kind_of(value)) not in _RICH:
        check.problem(f"unsupported type: {kind}", f"{path}/type")
    elif not isinstance(value.get("elements"), list):
        check.problem("missing required field: elements", path)


_ID: dict[str, Rule] = {"block_id": string(255)}
_INPUT_OPTIONS: dict[str, Rule] = {
    "hint": text(2000, plain=True),
    "optional": boolean,
    "dispatch_action": boolean,
}
# An image block may have a title as well; as an element it has none.
_IMAGE_OPTIONS: dict[str, Rule] = {**_ID, **PICTURE, "title": text(2000, plain=True)}

BLOCKS: dict[str, Shape] = {
    "section": Shape(
        {},
        {
            **_ID,
            "text": text(3000),
            "fields": items(text(2000), 10),
            "accessory": element(*IN_SECTION),
            "expand": boolean,
        },
        _text_or_fields,
    ),
    "header": Shape({"text": text(150, plain=True)}, _ID),
    "divider": Shape({}, _ID),
    "context": Shape({"elements": items(_context_element, 10)}, _ID),
    "actions": Shape({"elements": items(element(*IN_ACTIONS), 25)}, _ID),
    "context_actions": Shape(
        {"elements": items(element("feedback_buttons", "icon_button"), 5)}, _ID
    ),
    "image": Shape({"alt_text": string(2000, 1)}, _IMAGE_OPTIONS, IMAGE.also),
    "input": Shape(
        {"label": text(2000, plain=True), "element": element(*IN_INPUT)},
        {**_ID, **_INPUT_OPTIONS},
    ),
    "markdown": Shape({"text": string(MARKDOWN_CHARACTERS, 1)}, _ID),
    "rich_text": Shape({"elements": items(_rich_element, 1000)}, _ID),
    "table": Shape(TABLE, {**_ID, **TABLE_OPTIONS}),
    "data_table": Shape(DATA_TABLE, {**_ID, **DATA_TABLE_OPTIONS}, even_rows),
    "data_visualization": Shape(CHART, _ID),
    "alert": Shape({"text": text(3000)}, {**_ID, "level": anything}),
    "video": Shape(
        {"alt_text": string(2000, 1), "title": text(200, plain=True)},
        {**_ID, "video_url": anything, "thumbnail_url": anything, "description": anything},
    ),
}


def _block(value: Any, path: str, check: Check) -> None:
    kind = kind_of(value)
    elsewhere = VIEW_ONLY if check.surface == "message" else MESSAGE_ONLY
    if kind not in BLOCKS or kind in check.without or kind in elsewhere:
        check.problem(f"unsupported type: {kind}", f"{path}/type")
        return
    if not check.whole_message_actions:
        check.action_ids.clear()
    BLOCKS[kind](value, path, check)
    block_id = value.get("block_id")
    if not isinstance(block_id, str):
        return
    if block_id in check.block_ids:
        check.problem(f'"block_id" "{block_id}" already exists', f"{path}/block_id")
    check.block_ids.add(block_id)


def check_message(blocks: Any, check: Check, *, limit: int | None = MESSAGE_CHARACTERS) -> None:
    """
    Raises:
        ApiError: invalid_blocks_format, invalid_blocks, invalid_attachments (a second table) or
            msg_blocks_too_long, as Slack answers.
    """
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise ApiError("invalid_blocks_format")
    items(_block, MESSAGE_BLOCKS, 0)(blocks, "/blocks", check)
    _check_sums(blocks, check)
    if check.problems:
        raise invalid_blocks(check.problems)
    if sum(block["type"] == "table" for block in blocks) > 1:
        raise ApiError("invalid_attachments", errors=["only_one_table_allowed"])
    if limit is not None and characters(blocks) > limit:
        raise ApiError("msg_blocks_too_long")


def _check_sums(blocks: list[Json], check: Check) -> None:
    kinds = [kind_of(block) for block in blocks]
    if kinds.count("data_visualization") > CHARTS:
        check.problem(f"no more than {CHARTS} data_visualization blocks allowed", "/blocks")
    tables = [b.get("rows") for b in blocks if b.get("type") in ("table", "data_table")]
    if sum(map(characters, tables)) > TABLE_CHARACTERS:
        check.problem(f"tables must be less than {TABLE_CHARACTERS + 1} characters", "/blocks")
    markdown = [b.get("text") for b in blocks if b.get("type") == "markdown"]
    if sum(len(t) for t in markdown if isinstance(t, str)) > MARKDOWN_CHARACTERS:
        check.problem(f"markdown must be less than {MARKDOWN_CHARACTERS + 1} characters", "/blocks")


_MODAL = Shape(
    {"title": text(24, plain=True), "blocks": items(_block, VIEW_BLOCKS)},
    {
        "submit": text(24, plain=True),
        "close": text(24, plain=True),
        "private_metadata": string(3000),
        "callback_id": string(255),
        "external_id": string(255),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
_HOME = Shape(
    {"blocks": items(_block, VIEW_BLOCKS)},
    {"private_metadata": string(3000), "callback_id": string(255), "external_id": string(255)},
)


def check_view(view: Any, kind: str, check: Check, size: int) -> None:
    """Check a modal or a home tab (`kind`), `size` bytes long.

    Raises:
        ApiError: invalid_arguments with every place that does not fit, or view_too_large.
    """
    if not isinstance(view, dict):
        raise invalid_arguments(["must provide an object [json-pointer:/view]"])
    one_of(kind)(view.get("type"), "/view/type", check)
    shape = _HOME if kind == "home" else _MODAL
    shape(view, "/view", check)
    inputs = [b for b in objects(view.get("blocks")) if b.get("type") == "input"]
    if kind == "modal" and inputs and not view.get("submit"):
        check.problem("submit is required when an input block is present", "/view")
    if check.problems:
        raise invalid_arguments(check.problems)
    if size > VIEW_BYTES:
        raise ApiError("view_too_large")


def characters(node: Any) -> int:
    """The length of every text in `node` (values of `text`, titles, labels, captions …)."""
    return sum(map(len, _texts(node)))


_SILENT = frozenset(
    ("type", "block_id", "action_id", "value", "url", "image_url", "style", "icon", "id")
)


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key not in _SILENT:
                yield from _texts(value)


def fill_ids(blocks: list[Json], new_id: Any) -> None:
    """Give each block and each element the id that Slack gives it where the app gave none."""
    for block in blocks:
        if not block.get("block_id"):
            block["block_id"] = new_id("b")
        for item in elements_of(block):
            if not item.get("action_id"):
                item["action_id"] = new_id("a")


def elements_of(block: Json) -> list[Json]:
    """The elements of a block that a user can act on."""
    found = list(block.get("elements") or []) if block.get("type") != "rich_text" else []
    found += [block[key] for key in ("accessory", "element") if block.get(key)]
    return [e for e in found if e.get("type") not in ("image", "mrkdwn", "plain_text")]
