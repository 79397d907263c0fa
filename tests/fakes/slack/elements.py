"""Block elements and what they are made of.

Limits: docs.slack.dev/reference/block-kit/block-elements and …/composition-objects; the same
numbers stand in slack_sdk.models.blocks (`Option.value_max_length` 150, `Option.label_max_length`
75, `ButtonElement.value_max_length` 2000, `OverflowMenuElement` 5 options, …).
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
    objects,
    one_of,
    string,
    text,
    url,
)

CONFIRM = Shape(
    {
        "title": text(100, plain=True),
        "text": text(300),
        "confirm": text(30, plain=True),
        "deny": text(30, plain=True),
    },
    {"style": one_of("primary", "danger")},
)
OPTION = Shape({"text": text(75), "value": string(150, 1)}, {"description": text(75), "url": url})
OPTION_GROUP = Shape({"label": text(75, plain=True), "options": items(OPTION, 100)})

_ACTION: dict[str, Rule] = {"action_id": string(255, 1)}
_MENU: dict[str, Rule] = {
    **_ACTION,
    "placeholder": text(150, plain=True),
    "confirm": CONFIRM,
    "focus_on_load": boolean,
}
_STATIC: dict[str, Rule] = {
    **_MENU,
    "options": items(OPTION, 100),
    "option_groups": items(OPTION_GROUP, 100),
}


def _one_source(value: Json, path: str, check: Check) -> None:
    if ("options" in value) == ("option_groups" in value):
        check.problem("must define exactly one of: options, option_groups", path)
    initial = value.get("initial_option")
    if initial and initial not in _all_options(value):
        check.problem("initial_option must be one of the options", f"{path}/initial_option")


def _all_options(value: Json) -> list[Any]:
    groups = objects(value.get("option_groups"))
    return objects(value.get("options")) + [o for g in groups for o in objects(g.get("options"))]


def _slack_file(value: Any, path: str, check: Check) -> None:
    if not isinstance(value, dict) or len(set(value) & {"id", "url"}) != 1:
        check.problem("must define one of: id, url", path)
    elif not check.file_ready(str(value.get("id") or value.get("url"))):
        check.problem("invalid slack file", path)


def _one_picture(value: Json, path: str, check: Check) -> None:
    if ("image_url" in value) == ("slack_file" in value):
        check.problem("must define exactly one of: image_url, slack_file", path)


PICTURE: dict[str, Rule] = {"image_url": url, "slack_file": _slack_file}
IMAGE = Shape({"alt_text": string(2000, 1)}, PICTURE, _one_picture)
_FEEDBACK = Shape(
    {"text": text(75, plain=True), "value": string(2000, 1)},
    {"accessibility_label": string(75)},
)
_BUTTON: dict[str, Rule] = {
    **_ACTION,
    "url": url,
    "value": string(2000),
    "style": one_of("primary", "danger"),
    "confirm": CONFIRM,
    "accessibility_label": string(75),
}

ELEMENTS: dict[str, Shape] = {
    "button": Shape({"text": text(75, plain=True)}, _BUTTON),
    "overflow": Shape({"options": items(OPTION, 5)}, {**_ACTION, "confirm": CONFIRM}),
    "static_select": Shape({}, {**_STATIC, "initial_option": OPTION}, _one_source),
    "multi_static_select": Shape(
        {},
        {
            **_STATIC,
            "initial_options": items(OPTION, 100),
            "max_selected_items": integer(1, 100),
        },
        _one_source,
    ),
    "external_select": Shape(
        {}, {**_MENU, "initial_option": OPTION, "min_query_length": integer(0, 100)}
    ),
    "users_select": Shape({}, {**_MENU, "initial_user": string(50)}),
    "multi_users_select": Shape(
        {},
        {
            **_MENU,
            "initial_users": items(string(50), 100),
            "max_selected_items": integer(1, 100),
        },
    ),
    "channels_select": Shape(
        {},
        {**_MENU, "initial_channel": string(50), "response_url_enabled": boolean},
    ),
    "conversations_select": Shape(
        {},
        {
            **_MENU,
            "initial_conversation": string(50),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": anything,
        },
    ),
    "radio_buttons": Shape(
        {"options": items(OPTION, 10)},
        {**_ACTION, "initial_option": OPTION, "confirm": CONFIRM, "focus_on_load": boolean},
    ),
    "checkboxes": Shape(
        {"options": items(OPTION, 10)},
        {
            **_ACTION,
            "initial_options": items(OPTION, 10),
            "confirm": CONFIRM,
            "focus_on_load": boolean,
        },
    ),
    "plain_text_input": Shape(
        {},
        {
            **_ACTION,
            "placeholder": text(150, plain=True),
            "initial_value": string(3000),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
            "focus_on_load": boolean,
            "dispatch_action_config": anything,
        },
    ),
    "number_input": Shape(
        {"is_decimal_allowed": boolean},
        {
            **_ACTION,
            "initial_value": string(50),
            "min_value": string(50),
            "max_value": string(50),
            "placeholder": text(150, plain=True),
            "focus_on_load": boolean,
            "dispatch_action_config": anything,
        },
    ),
    "datepicker": Shape({}, {**_MENU, "initial_date": string(10, 10)}),
    "timepicker": Shape({}, {**_MENU, "initial_time": string(5, 5), "timezone": string(50)}),
    "datetimepicker": Shape(
        {},
        {
            **_ACTION,
            "initial_date_time": integer(0, 9_999_999_999),
            "confirm": CONFIRM,
            "focus_on_load": boolean,
        },
    ),
    "image": IMAGE,
    "feedback_buttons": Shape(
        {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, _ACTION
    ),
    "icon_button": Shape(
        {"icon": one_of("trash"), "text": text(75, plain=True)},
        {
            **_ACTION,
            "value": string(2000),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "visible_to_user_ids": items(string(50), 100),
        },
    ),
}

_MENUS = ("static_select", "external_select", "users_select", "channels_select")
_PICKERS = ("datepicker", "timepicker", "radio_buttons", "checkboxes", "conversations_select")
IN_ACTIONS = ("button", "overflow", "datetimepicker", *_MENUS, *_PICKERS)
IN_SECTION = (
    "button",
    "overflow",
    "image",
    "multi_static_select",
    "multi_users_select",
    *_MENUS,
    *_PICKERS,
)
IN_INPUT = (
    "plain_text_input",
    "number_input",
    "datetimepicker",
    "multi_static_select",
    "multi_users_select",
    *_MENUS,
    *_PICKERS,
)


def element(*allowed: str) -> Rule:
    """A block element of one of the types that its block may hold; its action_id is unique."""

    def rule(value: Any, path: str, check: Check) -> None:
        kind = kind_of(value)
        if kind not in allowed or kind not in ELEMENTS:
            check.problem(f"unsupported type: {kind}", f"{path}/type")
            return
        ELEMENTS[kind](value, path, check)
        action_id = value.get("action_id")
        if not isinstance(action_id, str):
            return
        if action_id in check.action_ids:
            check.problem(f'"action_id" "{action_id}" already exists', f"{path}/action_id")
        check.action_ids.add(action_id)

    return rule
