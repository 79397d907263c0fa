"""Whatever is brought to Slack's request URL: never 5xx, nothing of the program said, and whoever
asked is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.slack.times import Times
from core import registry
from tests.fakes.slack import Message, View, said
from tests.fakes.slack.signing import SignedRequest
from tests.fuzz.junk import ANYTHING, TEXTS, spoilt
from tests.fuzz.running_bot import Bot, bot, harmless
from tests.fuzz.test_door import anything as typed
from tests.fuzz.trying import trying
from tests.slack.conftest import Plant, is_answer, plant
from tests.slack.replicas import ended
from tests.slack.steps import SOON, opened, press, write
from tests.slack.test_verification import FORM, JSON, signed_at

LONGEST_REPLY = 10_000
QUICK = Times(call=30.0, pace=0.0, burst=1_000, shown_after=(0.0,), patience=1.0)
COMMANDS = sorted({*registry.by_command(), "andon", "handover", "briefing"})
JUNK = ANYTHING.filter(lambda value: value == value)  # NaN is refused, and is tried elsewhere
ANYTHING_TYPED = typed.map(lambda text: text[:15_000])  # a longer body is refused as such
Running = Bot[Plant]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, sample_path: Path) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("slack")
    with bot(plant(folder, sample_path, look="plain", times=QUICK)) as started:
        yield started


async def brought(here: Plant, request: SignedRequest) -> int:
    """The status, once all that it led to is over."""
    assert here.slack.request_url is not None
    async with (
        aiohttp.ClientSession() as session,
        session.post(here.slack.request_url, data=request.body, headers=request.headers) as reply,
    ):
        body = await reply.text()
    harmless(body, "")
    assert len(body) < LONGEST_REPLY
    await ended(here)
    return reply.status


def seen(here: Plant) -> list[Message | View]:
    """All that somebody can read, and forgets then."""
    workspace = here.slack.workspace
    found: list[Message | View] = [*here.slack.messages(), *workspace.views.values()]
    found += workspace.homes.values()
    return found


def tidy(here: Plant) -> None:
    here.slack.workspace.forget()
    here.slack.workspace.homes.clear()


def shown_is_harmless(here: Plant, typed: str) -> None:
    for one in seen(here):
        harmless(said(one), typed)


@trying(6)
@given(
    text=ANYTHING_TYPED,
    command=st.sampled_from(COMMANDS),
    way=st.sampled_from(["command", "direct"]),
)
@example(text="line-3 yesterday", command="oee", way="command")
@example(text="subscribe", command="andon", way="command")
@example(text="<@U0ANDONBOT>", command="andon", way="direct")
def test_whoever_asks_is_answered(running: Running, text: str, command: str, way: str) -> None:
    here = running.here

    async def ask() -> None:
        slack, text_sent = here.slack, text.encode("utf-8", "replace").decode()
        if way == "command":
            told = slack.interactions.command(here.ana, here.floor, f"/{command}", text_sent)
        else:
            told = slack.events.direct_message(here.ana, text_sent)
        assert (await slack.deliver(told, retries=0)).ok
        await ended(here)
        answers = slack.messages(where=is_answer)
        assert answers or slack.workspace.views, "nothing was said"
        shown_is_harmless(here, text)
        tidy(here)

    running.do(ask())


@trying(15)
@given(
    body=st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace"))
    | JUNK.map(lambda v: json.dumps(v).encode()),
    kind=st.sampled_from([FORM, JSON, "text/plain", "multipart/form-data; boundary=x", ""]),
    signed=st.booleans(),
)  # fmt: skip
def test_any_body(running: Running, body: bytes, kind: str, signed: bool) -> None:
    async def bring() -> None:
        right = signed_at(running.here, body, kind)
        wrong = right.headers | {"X-Slack-Signature": "v0=" + "0" * 64}
        request = right if signed else SignedRequest(body, wrong)
        status = await brought(running.here, request)
        assert status in ((200, 400, 401) if signed else (401,))
        tidy(running.here)

    running.do(bring())


OPTIONS: dict[str, Any] = {
    "type": "block_suggestion",
    "team": {"id": "T0ANDON01"},
    "user": {"id": "U1", "team_id": "T0ANDON01"},
    "action_id": "areas",
    "block_id": "areas",
    "value": "pack",
    "container": {"type": "view", "view_id": "V1"},
    "view": {"id": "V1", "type": "modal", "callback_id": "settings", "state": {"values": {}}},
}


@trying(10)
@given(spoilt(OPTIONS, JUNK))
def test_options_are_asked_for(running: Running, payload: dict[str, Any]) -> None:
    async def bring() -> None:
        body = urlencode({"payload": json.dumps(payload)}).encode()
        assert await brought(running.here, signed_at(running.here, body, FORM)) in (200, 400)
        tidy(running.here)

    running.do(bring())


def altered(value: str, how: str, more: str) -> str:
    sign, _, command = value.partition(".")
    match how:
        case "command":
            return f"{sign}.{more}"
        case "longer":
            return f"{value} {more}"
        case "sign":
            return f"{more}.{command}"
        case "swapped":
            return f"{sign.swapcase()}.{command}"
        case "cut":
            return value[: len(value) // 2]
        case _:
            return more


HOWS = st.sampled_from(["command", "longer", "sign", "swapped", "cut", "other"])


@trying(4)
@given(button=st.integers(0, 20), how=HOWS, more=TEXTS | ANYTHING_TYPED)
@example(button=0, how="command", more="/andon forget everything")
def test_an_altered_button_does_nothing(running: Running, button: int, how: str, more: str) -> None:
    here = running.here

    async def click() -> None:
        answer = await write(here, "OEE of line 3 yesterday")
        elements = [e for block in answer.blocks for e in block.get("elements", ())]
        carrying = [e for e in elements if e.get("value") or e.get("options")]
        element = carrying[button % len(carrying)]
        value = element.get("value") or element["options"][0]["value"]
        new = altered(value, how, more).encode("utf-8", "replace").decode()
        payload = {
            **here.slack.interactions._common("block_actions", here.ana),
            **here.slack.interactions._from_message(here.ana, answer),
            "actions": [{"action_id": element["action_id"], "value": new, "type": "button"}],
            "state": {"values": {}},
        }
        shown = len(here.slack.messages())
        body = urlencode({"payload": json.dumps(payload)}).encode()
        assert await brought(here, signed_at(here, body, FORM)) == 200
        told = here.slack.messages()[shown:]
        if new != value:
            assert [m.text for m in told] or here.slack.workspace.views
            assert not any("OEE of Line 3" in m.text for m in told)
        shown_is_harmless(here, more)
        tidy(here)

    running.do(click())


FILLED = {
    "areas": {
        "areas": {
            "type": "multi_static_select",
            "selected_options": [{"value": "packaging"}, {"value": "machining"}],
        }
    },
    "language": {"language": {"type": "static_select", "selected_option": {"value": "en"}}},
    "quiet_from": {"quiet_from": {"type": "timepicker", "selected_time": "22:00"}},
    "quiet_to": {"quiet_to": {"type": "timepicker", "selected_time": "06:00"}},
}


@pytest.fixture(scope="module")
def submission(running: Running) -> dict[str, Any]:
    """The settings as somebody hands them in."""
    here = running.here

    async def form() -> View:
        assert (await here.slack.deliver(here.slack.events.home_opened(here.ana), retries=0)).ok
        tab = await here.slack.home(here.ana, within=SOON)
        await press(here, tab, "Change settings")
        return await opened(here)

    view = running.do(form())
    return dict(here.slack.interactions.submit(here.ana, view, FILLED).payload)


@trying(5)
@given(data=st.data())
def test_a_form_filled_with_anything(
    running: Running, submission: dict[str, Any], data: st.DataObject
) -> None:
    here = running.here
    wrong = data.draw(spoilt(submission, JUNK))
    if "trigger_id" in wrong:  # by which it is known when it comes again
        wrong["trigger_id"] = here.slack.workspace.new_trigger(here.ana.id)

    async def submit() -> None:
        body = urlencode({"payload": json.dumps(wrong)}).encode()
        assert await brought(here, signed_at(here, body, FORM)) in (200, 400)
        shown_is_harmless(here, json.dumps(wrong, ensure_ascii=False))
        tidy(here)

    running.do(submit())
