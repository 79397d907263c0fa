"""What pings, and what only looks like it."""

import pytest

from tests.fakes.slack import pings


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("<!channel> come", ["broadcast"]),
        ("<!here|here>", ["broadcast"]),
        ("<@U0ANA>", ["user"]),
        ("<#C0LINE|line-3>", ["channel"]),
        ("<!subteam^S0CREW>", ["group"]),
        ("<https://evil.example|line-3>", ["link"]),
        ("<mailto:a@b.example|a>", ["link"]),
        ("see https://evil.example/x now", ["autolink"]),
        ("&lt;!channel&gt; &lt;@U0ANA&gt;", []),
        ("a < b > c, <b>bold</b>, 5 <3", []),
        ("@channel and @here", []),
        ("<!date^1392734382^{date}|then>", []),
    ],
)
def test_mrkdwn(text: str, kinds: list[str]) -> None:
    assert [p.kind for p in pings({"text": text})] == kinds
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    assert [p.kind for p in pings({"blocks": [block]})] == kinds


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("@channel", ["broadcast"]),
        ("mail a@channel.example", []),
        ("[line-3](https://evil.example)", ["autolink", "link"]),
        ("![x](evil.png)", ["link"]),
        ("<!here>", ["broadcast"]),
        ("\\[line-3](x)", []),
    ],
)
def test_markdown_blocks(text: str, kinds: list[str]) -> None:
    assert [p.kind for p in pings({"blocks": [{"type": "markdown", "text": text}]})] == kinds


def test_plain_text_and_cells_never_ping() -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "<!channel>"}},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "<@U0ANA> https://a.example"}]]},
    ]
    assert pings({"blocks": blocks}) == []


def test_rich_text_pings_by_its_elements_only() -> None:
    inside = [{"type": "text", "text": "<!channel>"}, {"type": "user", "user_id": "U0ANA"}]
    section = {"type": "rich_text_section", "elements": inside}
    cell = {"type": "rich_text", "elements": [section]}
    assert [p.kind for p in pings({"blocks": [{"type": "table", "rows": [[cell]]}]})] == ["user"]


def test_deep_inside() -> None:
    accessory = {"type": "button", "text": {"type": "plain_text", "text": "<!here>"}}
    field = {"type": "mrkdwn", "text": "a <!here>"}
    blocks = [{"type": "section", "fields": [field], "accessory": accessory}]
    found = pings({"blocks": blocks, "attachments": [{"text": "<@U0ANA>"}]})
    assert [(p.kind, p.where) for p in found] == [
        ("broadcast", "blocks/0/fields/0"),
        ("user", "attachments/0/text"),
    ]
