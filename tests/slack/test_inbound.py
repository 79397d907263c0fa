"""What Slack delivers, translated: without a server."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.inbound import (
    Asked,
    Clicked,
    HomeOpened,
    MessageShortcut,
    PaneOpened,
    Submitted,
    key_of,
    read,
)
from adapters.slack.typed import as_typed

BOT = "U0BOT"


def event(**fields: object) -> dict[str, Any]:
    said = {"type": "message", "user": "U1", "channel": "C1", "ts": "1.2", "text": "hi"}
    return {"team_id": "T1", "event_id": "Ev1", "event": {**said, **fields}}


def asked(**fields: object) -> Asked:
    found = read(event(**fields), BOT)
    assert isinstance(found, Asked)
    return found


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("<@U0BOT> OEE of line 3", "OEE of line 3"),
        ("hey <@U0BOT|andon>, line 3?", "hey , line 3?"),
        ("<@U0BOTTOM> is here", "@U0BOTTOM is here"),
        ("in <#C1|line-3> and <#C2>", "in #line-3 and #C2"),
        ("<!here> &lt;b&gt; R&amp;D", "here <b> R&D"),
        ("see <https://a.example|the page> <mailto:a@b.example>", "see the page a@b.example"),
        ("“line 3” isn’t", '"line 3" isn\'t'),
        ("a < b > c", "a < b > c"),
        ("", ""),
    ],
)
def test_markup_is_read_as_it_was_typed(typed: str, meant: str) -> None:
    assert as_typed(typed, BOT) == meant


def test_who_is_spoken_to() -> None:
    assert asked(text="<@U0BOT> a").addressed
    assert asked(type="app_mention", text="a").addressed
    assert not asked(text="a", thread_ts="1.0").addressed
    assert asked(text="ok <@U0BOT> a", thread_ts="1.0").addressed
    for others in (
        {"text": "a"},
        {"text": "<@U2> a", "thread_ts": "1.0"},
        {"text": "<@U0BOTTOM> a"},
        {"bot_id": "B1", "text": "<@U0BOT> a"},
        {"user": BOT, "text": "<@U0BOT> a"},
        {"user": None, "text": "<@U0BOT> a"},
        {"subtype": "message_changed", "text": "<@U0BOT> a"},
        {"subtype": "bot_message", "text": "<@U0BOT> a"},
        {"type": "reaction_added"},
    ):
        assert read(event(**others), BOT) is None, others


def test_where_the_answer_goes() -> None:
    said = asked(text="<@U0BOT> a")
    assert (said.target.channel, said.target.thread) == ("C1", "1.2")
    assert (said.target.place.key, said.target.place.private) == ("slack|T1:C1|1.2", False)
    assert asked(text="<@U0BOT> a", thread_ts="1.0").target.thread == "1.0"
    direct = asked(channel="D1", channel_type="im")
    assert direct.pane
    assert (direct.target.place.key, direct.target.place.private) == ("slack|T1:D1|", True)
    assert direct.target.thread == "1.2"
    foreign = asked(text="<@U0BOT> a", user_team="T2")
    assert foreign.author.key == "slack:T2:U1"
    assert foreign.target.place.address == "T1:C1"


def test_a_message_has_one_key_however_it_comes() -> None:
    mention = event(type="app_mention") | {"event_id": "Ev2"}
    assert key_of(event()) == key_of(mention) == "message:C1:1.2"
    edited = event(subtype="message_changed")
    assert key_of(edited) not in (None, key_of(event()))
    assert key_of({"trigger_id": "7"}) == "trigger:7"
    assert key_of({"event": {"type": "app_home_opened"}, "event_id": "Ev3"}) == "event:Ev3"
    for nothing in ({}, {"type": "url_verification"}, {"event": {"type": "app_home_opened"}}):
        assert key_of(nothing) is None


def test_a_command() -> None:
    found = read(
        {
            "command": "/oee",
            "text": " <@U0BOT|andon> line-3 &gt; <#C2|x> ",
            "team_id": "T1",
            "user_id": "U1",
            "channel_id": "C1",
            "response_url": "https://hooks.slack.com/x",
            "trigger_id": "1",
        }
    )
    assert isinstance(found, Asked)
    assert found.text == "/oee @andon line-3 > #x"
    assert found.target.place.private
    assert found.target.response_url == "https://hooks.slack.com/x"


def test_clicks() -> None:
    click: dict[str, Any] = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "trigger_id": "9",
        "response_url": "https://hooks.slack.com/x",
        "channel": {"id": "C1"},
        "container": {"channel_id": "C1", "message_ts": "5.0"},
        "actions": [{"action_id": "ask:1", "value": "v"}],
    }
    public = read(click)
    assert isinstance(public, Clicked)
    assert (public.action, public.value, public.trigger) == ("ask:1", "v", "9")
    assert (public.target.place.key, public.target.thread) == ("slack|T1:C1|5.0", "5.0")
    assert not public.target.response_url
    assert not public.target.place.private
    hidden = read(click | {"container": click["container"] | {"is_ephemeral": True}})
    assert isinstance(hidden, Clicked)
    assert hidden.target.place.private
    assert hidden.target.response_url
    chosen = {"action_id": "ask:more", "selected_option": {"value": "w"}}
    menu = read(click | {"actions": [chosen]})
    assert isinstance(menu, Clicked)
    assert menu.value == "w"
    assert read(click | {"actions": []}) is None


def test_views() -> None:
    state = {
        "reason": {"reason": {"type": "plain_text_input", "value": "because"}},
        "areas": {"areas": {"selected_options": [{"value": "a"}, {"value": "b"}]}},
        "language": {"language": {"selected_option": {"value": "de"}}},
        "quiet_from": {"quiet_from": {"selected_time": "22:00"}},
        "none": {"none": {"value": None}},
    }
    view = {"callback_id": "settings", "private_metadata": "s", "state": {"values": state}}
    sent = read({"type": "view_submission", "user": {"id": "U1", "team_id": "T1"}, "view": view})
    assert isinstance(sent, Submitted)
    assert (sent.author.key, sent.callback, sent.state) == ("slack:T1:U1", "settings", "s")
    assert sent.values == {
        "reason": "because",
        "areas": ("a", "b"),
        "language": "de",
        "quiet_from": "22:00",
        "none": "",
    }


def test_surfaces() -> None:
    opened = {"type": "app_home_opened", "user": "U1", "channel": "D1"}
    home = read(event(**opened, tab="home"))
    assert isinstance(home, HomeOpened)
    pane = read(event(**opened, tab="messages"))
    assert isinstance(pane, PaneOpened)
    assert (pane.channel, pane.thread) == ("D1", "")
    about = {"user_id": "U1", "channel_id": "D1", "thread_ts": "1.0"}
    thread = read(event(type="assistant_thread_started", assistant_thread=about))
    assert isinstance(thread, PaneOpened)
    assert thread.thread == "1.0"
    shortcut = {
        "type": "message_action",
        "user": {"id": "U1"},
        "team": {"id": "T1"},
        "channel": {"id": "C1"},
        "message": {"text": "why was &lt;line 3&gt; down", "ts": "1.0"},
        "response_url": "https://hooks.slack.com/x",
    }
    found = read(shortcut)
    assert isinstance(found, MessageShortcut)
    assert found.text == "why was <line 3> down"
    assert found.target.place.private


FIELDS = ("type", "subtype", "user", "text", "channel", "ts", "thread_ts", "bot_id", "tab", "team")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, st.none() | st.text(max_size=6))))
def test_no_event_of_text_fields_breaks_it(fields: dict[str, str | None]) -> None:
    for kind in ("message", "app_mention", "app_home_opened"):
        payload = {"event_id": "Ev1", "event": fields | {"type": kind}}
        key_of(payload)
        read(payload, BOT)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(typed: str) -> None:
    as_typed(typed, BOT)
