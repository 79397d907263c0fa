"""Whatever Slack might send one day, and whatever it will never send: it is read or left alone."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.slack.edge import _payload
from adapters.slack.inbound import key_of, read
from tests.fakes.slack import FakeSlack
from tests.slack.conftest import Plant, plant
from tests.slack.hurry import UNHURRIED
from tests.slack.overheard import overheard
from tests.slack.replicas import ended
from tests.slack.test_verification import FORM, JSON, post, signed_at

_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["im", "message", "app_mention", "block_actions", "view_submission", "C1", ""]),
)
_WORDS = """action_id actions authorizations block_id bot_id callback_id channel channel_id
channel_type command container event event_id id is_ephemeral message message_ts response_url
selected_option selected_options state subtype tab team team_id text thread_ts trigger_id ts type
user user_id value values view private_metadata"""
_NAMES = st.sampled_from(_WORDS.split())
ANYTHING = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5),
    max_leaves=20,
)
OBJECTS = st.dictionaries(_NAMES, ANYTHING, max_size=8)


def real() -> list[dict[str, Any]]:
    """One of each kind that Slack sends."""
    slack = FakeSlack()
    ana = slack.user("ana")
    floor = slack.channel("floor", [ana])
    root = slack.events.user_message(ana, floor, "line 3 is down again")
    opened, _ = slack.events.assistant_started(ana, floor)
    envelopes = [
        *slack.events.says(ana, floor, "<@U0ANDONBOT> OEE of line 3"),
        *slack.events.says(ana, floor, "why?", root),
        slack.events.direct_message(ana, "OEE of line 3"),
        slack.events.home_opened(ana),
        slack.events.home_opened(ana, "messages"),
        opened,
        slack.interactions.command(ana, floor, "/oee", "line-3"),
        slack.interactions.message_shortcut(ana, root, "ask"),
        slack.interactions.global_shortcut(ana, "x"),
    ]
    payloads = [dict(envelope.payload) for envelope in envelopes]
    click = dict(envelopes[-2].payload) | {
        "type": "block_actions",
        "actions": [{"action_id": "ask:1", "value": "sig./oee line-3", "block_id": "b"}],
        "container": {"type": "message", "channel_id": floor.id, "message_ts": root.ts},
        "state": {"values": {}},
    }
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": "settings",
        "private_metadata": "x",
        "state": {"values": {"b": {"areas": {"selected_options": [{"value": "line-3"}]}}}},
    }
    return [*payloads, click, click | {"type": "view_submission", "view": view}]


REAL = real()


def paths(node: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if here:
        yield here
    inner = node.items() if isinstance(node, dict) else enumerate(node)
    for name, value in inner:
        if isinstance(value, dict | list):
            yield from paths(value, (*here, name))
        else:
            yield (*here, name)


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A real payload with up to three places made into anything, or taken away."""
    payload: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(REAL)))
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(sorted(paths(payload), key=str)))
        node: Any = payload
        for step in way:
            node = node[step]
        if draw(st.booleans()):
            node[last] = draw(ANYTHING)
        elif isinstance(node, dict):
            del node[last]
        if not payload:
            break
    return payload


def test_every_real_one_is_read() -> None:
    assert sum(read(payload) is not None for payload in REAL) == len(REAL) - 1  # one of no concern
    assert all(key_of(payload) for payload in REAL)


@given(OBJECTS | mutated(), st.sampled_from(["", "U0ANDONBOT"]))
def test_reading_never_fails(payload: Mapping[str, Any], bot: str) -> None:
    key_of(payload)
    read(payload, bot)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.text(max_size=30))
def test_no_body_fails(raw: bytes, content_type: str) -> None:
    for kind in (JSON, FORM, content_type):
        found = _payload(raw, kind)
        assert found is None or isinstance(found, dict)


def test_through_the_door(tmp_path: Path, sample_path: Path) -> None:
    """Signed, delivered and worked off: no 5xx, and nothing in the log that has a traceback."""

    async def run() -> None:
        with overheard() as ears:
            times = replace(UNHURRIED, pace=0.0, shown_after=(0.0,), patience=1.0)
            async with plant(tmp_path, sample_path, look="plain", times=times) as here:
                for number, payload in enumerate(some(60)):
                    await bring(here, payload, number)
                await ended(here)
        assert ears.defects == []

    asyncio.run(run())


def some(count: int) -> list[dict[str, Any]]:
    """The same ones each time."""
    found: list[dict[str, Any]] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(mutated())
    def collect(payload: dict[str, Any]) -> None:
        found.append(copy.deepcopy(payload))

    collect()
    return found


async def bring(here: Plant, payload: dict[str, Any], number: int) -> None:
    """Under a key of its own, as JSON, and as what it is if that is a form."""
    if isinstance(payload.get("event"), dict) and isinstance(payload["event"].get("ts"), str):
        payload["event"]["ts"] = f"1790000000.{number:06}"
    request = signed_at(here, json.dumps(payload).encode(), JSON)
    assert await post(here, request.body, request.headers) < 500, payload
    body = payload if "command" in payload else {"payload": json.dumps(payload)}
    request = signed_at(here, urlencode(body).encode(), FORM)
    assert await post(here, request.body, request.headers) < 500, payload
