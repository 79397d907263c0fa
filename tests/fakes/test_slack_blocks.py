"""The fake's block checks: each limit holds at its edge and is broken one past it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    OverflowMenuElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.blocks.basic_components import Option

from tests.fakes.slack.blocks import BLOCKS, check_message, check_view
from tests.fakes.slack.elements import ELEMENTS
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.shapes import Check

Json = dict[str, Any]


def problems(blocks: Any, **more: Any) -> list[str]:
    """What Slack would say; empty: it takes the message."""
    try:
        check_message(blocks, Check("message", **more))
    except ApiError as error:
        return list(error.more.get("errors", [])) or [error.error]
    return []


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(**more: Any) -> Json:
    return {"type": "section", **more}


def button(text: str = "Go", **more: Any) -> Json:
    return {"type": "button", "text": plain(text), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def option(n: int = 0, text: str = "one", value: str | None = None) -> Json:
    return {"text": plain(text), "value": str(n) if value is None else value}


def cell(text: str = "x") -> Json:
    return {"type": "raw_text", "text": text}


def table(rows: int, columns: int = 1, text: str = "x") -> Json:
    return {"type": "table", "rows": [[cell(text)] * columns] * rows}


def data_table(rows: int, columns: int = 1, text: str = "x", **more: Any) -> Json:
    return {"type": "data_table", "caption": "c", "rows": [[cell(text)] * columns] * rows, **more}


def bars(series: int = 1, points: int = 2, name: str = "s", **more: Any) -> Json:
    labels = [f"p{n}" for n in range(points)]
    data = [{"label": label, "value": 1.5} for label in labels]
    return {
        "type": "data_visualization",
        "title": "t",
        "chart": {
            "type": "bar",
            "series": [{"name": f"{name}{n}", "data": data} for n in range(series)],
            "axis_config": {"categories": labels},
        },
        **more,
    }


def pie(segments: int, value: float = 1) -> Json:
    parts = [{"label": f"p{n}", "value": value} for n in range(segments)]
    chart = {"type": "pie", "segments": parts}
    return {"type": "data_visualization", "title": "t", "chart": chart}


feedback = {
    "type": "context_actions",
    "elements": [
        {
            "type": "feedback_buttons",
            "action_id": "feedback",
            "positive_button": {"text": plain("Good"), "value": "good"},
            "negative_button": {"text": plain("Bad"), "value": "bad"},
        }
    ],
}
rich = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}],
}


def ids(n: int) -> list[Json]:
    return [button(action_id=f"a{i}") for i in range(n)]


# What is taken, and the same one past its limit.
EDGES: list[tuple[str, list[Json], list[Json]]] = [
    ("blocks", [{"type": "divider"}] * 50, [{"type": "divider"}] * 51),
    ("section text", [section(text=mrkdwn("x" * 3000))], [section(text=mrkdwn("x" * 3001))]),
    ("empty text", [section(text=mrkdwn("x"))], [section(text=mrkdwn(""))]),
    ("fields", [section(fields=[plain("a")] * 10)], [section(fields=[plain("a")] * 11)]),
    ("field", [section(fields=[plain("x" * 2000)])], [section(fields=[plain("x" * 2001)])]),
    (
        "header",
        [{"type": "header", "text": plain("x" * 150)}],
        [{"type": "header", "text": plain("x" * 151)}],
    ),
    (
        "header is plain",
        [{"type": "header", "text": plain("x")}],
        [{"type": "header", "text": mrkdwn("x")}],
    ),
    ("button text", [actions(button("x" * 75))], [actions(button("x" * 76))]),
    ("button value", [actions(button(value="x" * 2000))], [actions(button(value="x" * 2001))]),
    (
        "action_id",
        [actions(button(action_id="x" * 255))],
        [actions(button(action_id="x" * 256))],
    ),
    ("actions", [actions(*ids(25))], [actions(*ids(26))]),
    (
        "same action_id in a block",
        [actions(button(action_id="a")), actions(button(action_id="a"))],
        [actions(button(action_id="a"), button(action_id="a"))],
    ),
    (
        "block_id",
        [{"type": "divider", "block_id": "x" * 255}],
        [{"type": "divider", "block_id": "x" * 256}],
    ),
    (
        "same block_id",
        [{"type": "divider", "block_id": i} for i in "ab"],
        [{"type": "divider", "block_id": i} for i in "aa"],
    ),
    (
        "context",
        [{"type": "context", "elements": [plain("a")] * 10}],
        [{"type": "context", "elements": [plain("a")] * 11}],
    ),
    (
        "overflow",
        [actions({"type": "overflow", "options": [option(n) for n in range(5)]})],
        [actions({"type": "overflow", "options": [option(n) for n in range(6)]})],
    ),
    (
        "option value",
        [actions({"type": "overflow", "options": [option(value="x" * 150)]})],
        [actions({"type": "overflow", "options": [option(value="x" * 151)]})],
    ),
    (
        "option text",
        [actions({"type": "overflow", "options": [option(text="x" * 75)]})],
        [actions({"type": "overflow", "options": [option(text="x" * 76)]})],
    ),
    (
        "select",
        [actions({"type": "static_select", "options": [option(n) for n in range(100)]})],
        [actions({"type": "static_select", "options": [option(n) for n in range(101)]})],
    ),
    (
        "image alt text",
        [{"type": "image", "image_url": "https://a.example/b.png", "alt_text": "x" * 2000}],
        [{"type": "image", "image_url": "https://a.example/b.png", "alt_text": "x" * 2001}],
    ),
    (
        "image has alt text",
        [{"type": "image", "image_url": "https://a.example/b.png", "alt_text": "x"}],
        [{"type": "image", "image_url": "https://a.example/b.png"}],
    ),
    (
        "markdown in all",
        [{"type": "markdown", "text": "x" * 6000}] * 2,
        [{"type": "markdown", "text": "x" * 6000}, {"type": "markdown", "text": "x" * 6001}],
    ),
    ("table rows", [table(100)], [table(101)]),
    ("table columns", [table(1, 20)], [table(1, 21)]),
    ("one table", [table(1)], [table(1), table(1)]),
    ("table characters", [table(10, 1, "x" * 1000)], [table(10, 1, "x" * 1001)]),
    ("data_table rows", [data_table(101)], [data_table(102)]),
    ("data_table has a row", [data_table(2)], [data_table(1)]),
    ("data_table columns", [data_table(2, 20)], [data_table(2, 21)]),
    (
        "data_table characters",
        [data_table(10, 1, "x" * 500), data_table(10, 1, "x" * 499)],
        [data_table(10, 1, "x" * 500), data_table(10, 1, "x" * 501)],
    ),
    ("page size", [data_table(2, page_size=100)], [data_table(2, page_size=101)]),
    ("series", [bars(6)], [bars(7)]),
    ("points", [bars(1, 20)], [bars(1, 21)]),
    ("series name", [bars(name="x" * 19)], [bars(name="x" * 20)]),
    ("chart title", [bars(title="x" * 50)], [bars(title="x" * 51)]),
    ("charts", [bars()] * 2, [bars()] * 3),
    ("segments", [pie(6)], [pie(7)]),
    ("segments are positive", [pie(1, 0.1)], [pie(1, 0)]),
    ("feedback", [feedback], [{**feedback, "type": "actions"}]),
    ("rich text", [rich], [{**rich, "elements": [{"type": "text", "text": "a"}]}]),
    (
        "all characters",
        [section(text=plain("x" * 2600))] * 5,
        [section(text=plain("x" * 2601))] * 5,
    ),
    ("known property", [section(text=plain("a"))], [section(text=plain("a"), colour="red")]),
    ("known type", [{"type": "divider"}], [{"type": "chart"}]),
]


@pytest.mark.parametrize(("good", "bad"), [e[1:] for e in EDGES], ids=[e[0] for e in EDGES])
def test_a_limit_holds_exactly(good: list[Json], bad: list[Json]) -> None:
    assert problems(good) == []
    assert problems(bad) != []


def test_what_slack_sdk_builds_is_taken() -> None:
    """Its classes know the properties: a rule of ours that refuses one is wrong."""
    blocks = [
        HeaderBlock(text="OEE"),
        SectionBlock(
            text=MarkdownTextObject(text="*81 %*", verbatim=True),
            fields=["a", "b"],
            accessory=OverflowMenuElement(
                action_id="o", options=[Option(value="1", text="a"), Option(value="2", text="b")]
            ),
        ),
        ContextBlock(elements=[MarkdownTextObject(text="[1] mes.production")]),
        ActionsBlock(
            elements=[
                ButtonElement(text="Go", action_id="b", value="v", style="primary"),
                StaticSelectElement(
                    action_id="s", placeholder="p", options=[Option(value="1", text="a")]
                ),
            ]
        ),
    ]
    assert problems([block.to_dict() for block in blocks]) == []


def test_blocks_that_this_workspace_does_not_know() -> None:
    without = frozenset({"data_table", "data_visualization"})
    assert problems([bars()], without=without) == [
        "unsupported type: data_visualization [json-pointer:/blocks/0/type]"
    ]
    assert problems([data_table(2)], without=without)
    assert problems([table(1)], without=without) == []


def test_too_long_in_all_has_an_error_of_its_own() -> None:
    assert problems([section(text=plain("x" * 3000))] * 5) == ["msg_blocks_too_long"]


def test_unique_in_the_whole_message_where_asked() -> None:
    twice = [actions(button(action_id="a")), actions(button(action_id="a"))]
    assert problems(twice, whole_message_actions=True)


def test_labels_of_a_series_are_the_categories() -> None:
    wrong = bars()
    wrong["chart"]["axis_config"]["categories"] = ["p1", "p0"]
    assert problems([wrong]) == [
        "labels must match the categories [json-pointer:/blocks/0/chart/series/0/data]"
    ]


def test_not_a_number_is_no_number() -> None:
    assert problems([pie(1, float("nan"))])


def test_uneven_rows_and_a_rich_header() -> None:
    uneven = data_table(2)
    uneven["rows"] = [[cell()], [cell(), cell()]]
    assert problems([uneven])
    header = data_table(2)
    header["rows"] = [[{"type": "rich_text", "elements": []}], [cell()]]
    assert problems([header])


def modal(**more: Any) -> Json:
    return {"type": "modal", "title": plain("t"), "blocks": [{"type": "divider"}], **more}


def view_problems(view: Json, kind: str = "modal", size: int = 100) -> list[str]:
    try:
        check_view(view, kind, Check("view"), size)
    except ApiError as error:
        return error.more.get("response_metadata", {}).get("messages") or [error.error]
    return []


field = {
    "type": "input",
    "label": plain("Why?"),
    "element": {"type": "plain_text_input", "action_id": "a"},
}
VIEWS = [
    ("title", modal(title=plain("x" * 24)), modal(title=plain("x" * 25))),
    ("submit", modal(submit=plain("x" * 24)), modal(submit=plain("x" * 25))),
    ("close", modal(close=plain("x" * 24)), modal(close=plain("x" * 25))),
    ("metadata", modal(private_metadata="x" * 3000), modal(private_metadata="x" * 3001)),
    ("callback_id", modal(callback_id="x" * 255), modal(callback_id="x" * 256)),
    (
        "blocks",
        modal(blocks=[{"type": "divider"}] * 100),
        modal(blocks=[{"type": "divider"}] * 101),
    ),
    ("submit for input", modal(blocks=[field], submit=plain("Go")), modal(blocks=[field])),
    ("surface", modal(), modal(blocks=[table(1)])),
    ("type", modal(), {**modal(), "type": "home"}),
]


@pytest.mark.parametrize(("good", "bad"), [v[1:] for v in VIEWS], ids=[v[0] for v in VIEWS])
def test_a_view_has_limits_too(good: Json, bad: Json) -> None:
    assert view_problems(good) == []
    assert view_problems(bad) != []


def test_a_view_may_not_be_too_large() -> None:
    assert view_problems(modal(), size=250_001) == ["view_too_large"]


def test_a_view_tells_the_place() -> None:
    assert view_problems(modal(title=plain("x" * 25))) == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "text",
                    "elements",
                    "fields",
                    "rows",
                    "chart",
                    "series",
                    "segments",
                    "axis_config",
                    "data",
                    "options",
                    "accessory",
                    "element",
                    "block_id",
                ]
            ),
            inner | st.sampled_from(sorted(BLOCKS) + sorted(ELEMENTS) + ["pie", "bar", "mrkdwn"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_whatever_comes_is_answered(anything: Any) -> None:
    """A message or view of any shape is taken or refused; the server never falls over it."""
    problems(anything)
    problems([anything])
    view_problems(anything)
    view_problems(modal(blocks=[anything]))
