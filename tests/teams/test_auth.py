"""Who may speak to the bot: every kind of token, keys that change, a key server that hangs."""

import asyncio
import base64
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.teams.auth import Denied, TokenCheck
from adapters.teams.identity import PUBLIC, US_GOVERNMENT, Bot, on_this_machine
from adapters.teams.times import Times
from tests.fakes.loop import in_loop, skip
from tests.fakes.teams import (
    APP,
    FORGERIES,
    TENANT,
    FakeTeams,
    Fault,
    Forgery,
    Garbage,
    Hang,
    Reset,
    ServerError,
)
from tests.teams.bots import QUICK, bot_of, happens, hurried, wall

FORBIDDEN: set[Forgery] = {"other service", "no service", "not endorsed", "tenant in the token"}


@asynccontextmanager
async def check_of(
    teams: FakeTeams, times: Times = QUICK, now: Callable[[], datetime] = wall
) -> AsyncIterator[TokenCheck]:
    check = TokenCheck(bot_of(teams), now, times=times)
    await check.open()
    try:
        yield check
    finally:
        await check.close()


def hello(teams: FakeTeams) -> dict[str, Any]:
    ana = teams.person("Ana Ruiz")
    return teams.activities.message(ana, teams.personal(ana), "oee line-3")


async def denied(check: TokenCheck, header: str | None, activity: dict[str, Any]) -> int:
    with pytest.raises(Denied) as refused:
        await check.verify(header or "", activity)
    return refused.value.status


@in_loop
async def test_what_teams_sends_is_believed() -> None:
    async with FakeTeams() as teams, check_of(teams) as check:
        claims = await check.verify(teams.header() or "", hello(teams))
        assert (claims.app_id, claims.tenant) == (APP, TENANT)
        assert claims.service_url == teams.service_url
        await check.verify((teams.header() or "").replace("Bearer", "bearer"), hello(teams))


@in_loop
async def test_no_forged_token_is_believed() -> None:
    async with FakeTeams() as teams, check_of(teams) as check:
        found = {
            forged: await denied(check, teams.header(forged), hello(teams)) for forged in FORGERIES
        }
        expected = {forged: 403 if forged in FORBIDDEN else 401 for forged in FORGERIES}
        assert found == expected
        await check.verify(teams.header() or "", hello(teams))


@pytest.mark.parametrize(
    "change",
    [
        {"serviceUrl": "https://evil.example/"},
        {"serviceUrl": "https://smba.trafficmanager.net.evil.example/"},
        {"serviceUrl": None},
        {"serviceUrl": ["https://smba.trafficmanager.net/"]},
        {"channelId": "webchat"},
        {"channelId": "directline"},
        {"channelId": None},
        {"channelData": {"tenant": {"id": "99999999-0000-0000-0000-000000000000"}}},
        {"conversation": {"id": "a:1", "tenantId": "99999999-0000-0000-0000-000000000000"}},
        {"channelData": None, "conversation": None},
        {"channelData": 7, "conversation": "a:1"},
    ],
    ids=str,
)
@in_loop
async def test_a_right_token_with_something_else_is_forbidden(change: dict[str, Any]) -> None:
    async with FakeTeams() as teams, check_of(teams) as check:
        assert await denied(check, teams.header(), {**hello(teams), **change}) == 403


@settings(max_examples=60, deadline=None)
@given(
    header=st.text(max_size=40)
    | st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCXYZ0189-_.=", max_size=200).map(
        lambda text: f"Bearer {text}"
    ),
    activity=st.dictionaries(
        st.sampled_from(["serviceUrl", "channelId", "channelData", "conversation"]),
        st.recursive(
            st.none() | st.text(max_size=5) | st.integers(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
            max_leaves=5,
        ),
    ),
)
def test_whatever_comes_is_denied_and_nothing_else(header: str, activity: dict[str, Any]) -> None:
    async def run() -> None:
        check = TokenCheck(
            Bot(APP, TENANT, "s", replace(PUBLIC, metadata="http://127.0.0.1:1/")), wall
        )
        for one in (activity, {**activity, "serviceUrl": "https://smba.trafficmanager.net/emea/"}):
            assert await denied(check, header, one) in (401, 403)
        await check.close()

    asyncio.run(run())


@in_loop
async def test_five_minutes_of_skew_are_allowed() -> None:
    async with FakeTeams() as teams:
        header = teams.header() or ""
        said = jwt.decode(header.split()[1], options={"verify_signature": False})
        for at, believed in (
            (said["exp"] + 290, True),
            (said["exp"] + 310, False),
            (said["nbf"] - 290, True),
            (said["nbf"] - 310, False),
        ):
            moment = datetime.fromtimestamp(at, UTC)
            async with check_of(teams, now=lambda moment=moment: moment) as check:  # type: ignore[misc]
                if believed:
                    await check.verify(header, hello(teams))
                else:
                    assert await denied(check, header, hello(teams)) == 401


@in_loop
async def test_a_new_key_is_found_in_the_middle_of_the_work() -> None:
    async with FakeTeams() as teams, check_of(teams, replace(QUICK, keys_pause=0.0)) as check:
        old = teams.header() or ""
        await check.verify(old, hello(teams))
        teams.keys.rotate()
        await asyncio.gather(*[check.verify(teams.header() or "", hello(teams)) for _ in range(20)])
        assert teams.key_fetches == 2
        await check.verify(old, hello(teams))
        teams.keys.rotate(keep=False)
        await check.verify(teams.header() or "", hello(teams))
        assert await denied(check, old, hello(teams)) == 401


@in_loop
async def test_a_thousand_unknown_keys_cost_one_fetch_and_no_stall() -> None:
    """While the key server hangs; those who know the old key are answered all the time."""
    async with FakeTeams() as teams, check_of(teams, replace(QUICK, fetch=45.0)) as check:
        await check.verify(teams.header() or "", hello(teams))
        teams.key_faults.add("metadata", Hang(), times=None)
        skip(QUICK.keys_pause)
        forged = [_with_key(teams, f"unknown-{n}") for n in range(1_000)]
        activity, good = hello(teams), teams.header() or ""
        stalls: list[float] = []
        watch = asyncio.create_task(_stalls(stalls))
        asked = []
        for n, one in enumerate(forged):
            asked.append(asyncio.create_task(denied(check, one, activity)))
            if n % 20 == 0:  # as they come over some connections
                await check.verify(good, activity)
        await happens(lambda: teams.key_fetches == 2)
        assert not any(task.done() for task in asked)  # nobody above waited for what hangs
        skip(45.0)
        assert set(await asyncio.gather(*asked)) == {401}
        assert await denied(check, forged[0], activity) == 401
        watch.cancel()
        assert teams.key_fetches == 2
        assert max(stalls) < 0.5
        assert sorted(stalls)[-3] < 0.1


def _with_key(teams: FakeTeams, key_id: str) -> str:
    token = (teams.header() or "").split()[1]
    head = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": key_id}).encode())
    return f"Bearer {head.decode().rstrip('=')}.{token.partition('.')[2]}"


async def _stalls(found: list[float]) -> None:
    """What the loop worked in one go, in seconds of its own: the machine's pauses do not count."""
    while True:
        before = time.thread_time()
        await asyncio.sleep(0.001)
        found.append(time.thread_time() - before)


@pytest.mark.parametrize("what", ["metadata", "keys"])
@pytest.mark.parametrize(
    "fault",
    [
        Hang(),
        Reset(),
        ServerError(500),
        Garbage(),
        Garbage("[]"),
        Garbage('{"keys": 5, "jwks_uri": 5}'),
        Garbage('{"keys": [1, null, {}, {"kty": "oct", "k": "YQ", "kid": "key-1"}]}'),
        Garbage("[" * 100_000),
    ],
    ids=lambda fault: str(fault)[:60],
)
@in_loop
async def test_without_keys_it_is_401_and_soon_tried_again(what: str, fault: Fault) -> None:
    async with FakeTeams() as teams:
        # aiohttp itself asks once more after a reset.
        teams.key_faults.add(what, fault, times=2 if isinstance(fault, Reset) else 1)
        async with check_of(teams) as check:
            assert await hurried(denied(check, teams.header(), hello(teams))) == 401
            skip(QUICK.keys_retry)
            await check.verify(teams.header() or "", hello(teams))


@in_loop
async def test_keys_are_renewed_beside_the_work_and_end_after_a_day() -> None:
    async with FakeTeams() as teams:
        times = replace(QUICK, fetch=1_000.0)
        async with check_of(teams, times) as check:
            await check.verify(teams.header() or "", hello(teams))
            skip(times.keys_fresh)
            teams.key_faults.add("metadata", Hang(), times=None)
            for _ in range(3):  # the old ones still hold, and nobody waits for the server
                await check.verify(teams.header() or "", hello(teams))
            await happens(lambda: teams.key_fetches == 2)
            skip(times.keys_hold - times.keys_fresh)
            assert await hurried(denied(check, teams.header(), hello(teams))) == 401
            teams.key_faults.clear()
            skip(times.keys_retry)
            await check.verify(teams.header() or "", hello(teams))


@in_loop
async def test_the_playground_is_answered_on_this_machine_only() -> None:
    async with FakeTeams(anonymous=True) as teams:
        check = TokenCheck(Bot(), wall)
        await check.open()
        assert (await check.verify("", hello(teams))).app_id == ""
        away = {**hello(teams), "serviceUrl": "https://smba.trafficmanager.net/emea/"}
        assert await denied(check, "", away) == 403
        assert teams.key_fetches == 0
        await check.close()


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://smba.trafficmanager.net/emea/", True),
        ("https://smba.trafficmanager.net:443/emea/", True),
        ("https://SMBA.trafficmanager.net/emea/", True),
        ("https://webchat.botframework.com/", True),
        ("https://smba.infra.gcc.teams.microsoft.com/gcc", True),
        ("http://smba.trafficmanager.net/emea/", False),
        ("https://smba.trafficmanager.net:8443/emea/", False),
        ("https://evil.trafficmanager.net/", False),
        ("https://a.smba.trafficmanager.net/", False),
        ("https://smba.trafficmanager.net@evil.example/", False),
        ("https://evil.example/smba.trafficmanager.net", False),
        ("https://evilbotframework.com/", False),
        ("https://botframework.com.evil.example/", False),
        ("https://smba.trafficmanager.net/?to=x", False),
        ("http://127.0.0.1:80/", False),
        ("http://localhost/", False),
        ("https://smba.infra.gov.teams.microsoft.us/gcch", False),
        ("https://[::1", False),
        ("https://smba.trafficmanager.net:99999/", False),
        ("https://evil.example\\.botframework.com/", False),
        ("https://evil.example%00.botframework.com/", False),
        ("https://evil.example;.botframework.com/", False),
        ("https://evil。botframework.com/", False),
        ("https://①.botframework.com/", False),
        ("", False),
        (None, False),
    ],
)  # fmt: skip
def test_replies_go_to_microsoft_only(url: object, allowed: bool) -> None:
    assert Bot(APP, TENANT).may_call(url) is allowed


def test_other_clouds_and_hosts_are_a_setting() -> None:
    government = Bot(APP, TENANT, cloud=US_GOVERNMENT)
    assert government.may_call("https://smba.infra.gov.teams.microsoft.us/gcch")
    assert not government.may_call("https://smba.trafficmanager.net/emea/")
    relay = Bot(APP, TENANT, hosts=("relay.plant.example", "127.0.0.1"))
    assert relay.may_call("https://relay.plant.example/teams/")
    assert relay.may_call("http://127.0.0.1:3978/")
    assert not relay.may_call("http://relay.plant.example/teams/")


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.8.0.1", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False), ("::", False), ("", False), ("10.0.0.4", False), ("bot.example", False)],
)  # fmt: skip
def test_an_anonymous_bot_may_stand_here_only(host: str, here: bool) -> None:
    assert on_this_machine(host) is here


@in_loop
async def test_nothing_of_a_token_is_logged_or_said() -> None:
    records: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(handler.format(record))  # type: ignore[method-assign]
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        async with FakeTeams() as teams, check_of(teams) as check:
            for forged in FORGERIES:
                header = teams.header(forged) or ""
                with pytest.raises(Denied) as refused:
                    await check.verify(header, hello(teams))
                parts = [part for part in header.split(".") if len(part) > 20]
                shown = "\n".join([*records, str(refused.value), repr(refused.value)])
                assert not any(part in shown for part in parts)
                assert refused.value.__suppress_context__ or refused.value.__context__ is None
            assert teams.secret not in repr(bot_of(teams))
    finally:
        root.removeHandler(handler)
