"""Who may bring something to the request URL: what Slack signed and what looks like it, once."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack import Envelope, Signature
from tests.fakes.slack.signing import SignedRequest, signature
from tests.slack.conftest import Plant
from tests.slack.overheard import overheard
from tests.slack.steps import SOON, idle, rows, scene, text

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
WRONG: tuple[Signature, ...] = (
    "bad",
    "missing",
    "missing_timestamp",
    "missing_signature",
    "old",
    "future",
    "non_numeric",
    "empty",
    "wrong_secret",
    "other_body",
    "not_ascii",
)
TIMES = ("-1", "1" * 12, "1" * 400, "1e9", "0x10", "١٢٣", " 1", "+1", "nan", "1.5", "²", "\u2028")


def signed_at(here: Plant, body: bytes, content_type: str, at: str | None = None) -> SignedRequest:
    at = at or str(int(time.time()))
    sign = signature(here.slack.signing_secret, at, body)
    headers = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": sign}
    return SignedRequest(body, headers | {"Content-Type": content_type})


async def post(here: Plant, body: bytes, headers: Mapping[str, str], verb: str = "POST") -> int:
    """The status that a request gets, whatever it is."""
    assert here.slack.request_url is not None
    async with (
        aiohttp.ClientSession() as session,
        session.request(verb, here.slack.request_url, data=body, headers=headers) as response,
    ):
        await response.read()
        return response.status


def everything(here: Plant) -> tuple[Envelope, ...]:
    slack = here.slack
    return (
        slack.events.mention(here.ana, here.floor, "OEE of line 3 yesterday"),
        slack.interactions.command(here.ana, here.floor, "/oee", "line-3"),
        slack.events.home_opened(here.ana),
        slack.events.url_verification(),
    )


@scene()
async def test_wrong_signatures_are_refused_and_do_nothing(here: Plant) -> None:
    for how in WRONG:
        for told in everything(here):
            ack = await here.slack.send(told, here.slack.sign(told, how))
            assert ack.status == 401, (how, ack)
    assert rows(here, "SELECT * FROM inbox") == []


@scene()
async def test_a_timestamp_that_is_none(here: Plant) -> None:
    told = everything(here)[0]
    body, content_type = told.body()
    for at in TIMES:
        request = signed_at(here, body, content_type, at)
        assert await post(here, request.body, request.headers) == 401, at
    assert rows(here, "SELECT * FROM inbox") == []


@scene()
async def test_five_minutes_are_the_limit(here: Plant) -> None:
    for seconds, status in ((-301, 401), (302, 401), (-298, 200), (299, 200)):
        told = here.slack.interactions.command(here.ana, here.floor, "/oee", "line-3 yesterday")
        request = here.slack.sign(told, now=time.time() + seconds)
        assert (await here.slack.send(told, request)).status == status, seconds
    await idle(here)
    assert len(here.slack.messages(here.floor, to=here.ana)) == 2


@scene()
async def test_a_replay_inside_the_window_has_one_effect(here: Plant) -> None:
    told = here.slack.interactions.command(here.ana, here.floor, "/oee", "line-3 yesterday")
    request = here.slack.sign(told)
    assert [(await here.slack.send(told, request)).status for _ in range(3)] == [200] * 3
    await here.slack.message(here.floor, to=here.ana, within=SOON)
    assert (await here.slack.send(told, request)).status == 200
    await idle(here)
    assert len(here.slack.messages(here.floor, to=here.ana)) == 1


@scene()
async def test_what_is_signed_and_is_no_payload(here: Plant) -> None:
    deep = b'{"event":' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    for body, content_type in (
        (b"", JSON),
        (b"", FORM),
        (b"\xff\xfe{}", JSON),
        (b"payload=%FF%FE", FORM),
        (b"not json", JSON),
        (b"[]", JSON),
        (b"[1, 2]", JSON),
        (b'"text"', JSON),
        (b"12", JSON),
        (b"null", JSON),
        (b'{"event": NaN}', JSON),
        (deep, JSON),
        (b"payload=" + b"[" * 50_000, FORM),
        (b"payload=not+json", FORM),
        (b"payload=[]", FORM),
        (b"payload=", FORM),
        (b"&&&", FORM),
        (b"&".join(b"a=%d" % n for n in range(1000)), FORM),
    ):
        request = signed_at(here, body, content_type)
        status = await post(here, request.body, request.headers)
        assert 400 <= status < 500, (body[:40], status)
    assert rows(here, "SELECT * FROM inbox") == []


@scene()
async def test_signed_and_of_no_concern(here: Plant) -> None:
    """JSON objects that mean nothing to us are acknowledged: Slack sends new kinds at any time."""
    for content in (
        {"a": 1},
        {"type": "event_callback"},
        {"type": "event_callback", "event": None, "event_id": "Ev1"},
        {"type": "event_callback", "event": {"type": "reaction_added"}, "event_id": "Ev2"},
        {"type": "shortcut", "trigger_id": "1.2.3", "callback_id": "x", "user": {"id": "U1"}},
    ):
        request = signed_at(here, json.dumps(content).encode(), JSON)
        assert await post(here, request.body, request.headers) == 200, content
    assert here.slack.messages() == []


@scene()
async def test_a_body_beyond_all_measure(here: Plant) -> None:
    for content_type in (JSON, FORM):
        request = signed_at(here, b"x" * 2_000_000, content_type)
        assert await post(here, request.body, request.headers) == 413


@scene()
async def test_other_methods_and_addresses(here: Plant) -> None:
    request = here.slack.sign(everything(here)[0])
    for verb in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert await post(here, request.body, request.headers, verb) == 405


@scene()
async def test_an_event_with_another_content_type(here: Plant) -> None:
    """JSON says itself what it is."""
    for content_type in (FORM, "text/plain; charset=utf-16", "application/json; charset=nonsense"):
        told = here.slack.events.mention(here.ana, here.floor, "OEE of line 3 yesterday")
        request = signed_at(here, told.body()[0], content_type)
        assert await post(here, request.body, request.headers) == 200
        await here.slack.message(here.floor, thread=told.payload["event"]["ts"], within=SOON)
    request = signed_at(here, b"command=/oee&trigger_id=1", "text/plain")
    assert await post(here, request.body, request.headers) == 400


@scene()
async def test_slack_tries_the_address(here: Plant) -> None:
    told = here.slack.events.url_verification("challenge-7")
    ack = await here.slack.deliver(told)
    assert ack.ok
    assert "challenge-7" in str(ack.body)
    body = urlencode({"ssl_check": "1", "token": "t"}).encode()
    assert await post(here, body, {"Content-Type": FORM}) == 200
    request = signed_at(here, body, FORM)
    assert await post(here, request.body, request.headers) == 200


@scene()
async def test_the_certificate_check_opens_no_back_door(here: Plant) -> None:
    """Bolt lets every body with ssl_check=1 pass unsigned."""
    command = here.slack.interactions.command(here.ana, here.floor, "/oee", "line-3").payload
    for form in ({"ssl_check": "1"} | command, command | {"ssl_check": "1"}):
        await post(here, urlencode(form).encode(), {"Content-Type": FORM})
    event = json.dumps(everything(here)[0].payload | {"ssl_check": "1"}).encode()
    assert await post(here, event, {"Content-Type": JSON}) == 401
    assert rows(here, "SELECT * FROM inbox") == []


@scene()
async def test_a_command_with_the_word_payload(here: Plant) -> None:
    """Bolt takes it for a click and drops it."""
    answer = await here.command("/oee", "payload line-3 yesterday")
    assert text(answer)


@scene()
async def test_nothing_of_a_request_is_logged(here: Plant) -> None:
    with overheard(logging.DEBUG) as ears:
        for how in (*WRONG, "good"):
            told = here.slack.interactions.command(here.ana, here.floor, "/oee", "line-3 hush-hush")
            request = here.slack.sign(told, how)
            await here.slack.send(told, request)
            sign = request.headers.get("X-Slack-Signature", "none at all")
            assert sign not in ears.whole
        await post(here, b"hush-hush" * 200_000, {"Content-Type": JSON})
        await idle(here)
        assert "hush-hush" not in ears.whole
        assert told.payload["response_url"] not in ears.whole
        for secret in (here.slack.bot_token, here.slack.signing_secret):
            assert secret not in ears.whole
