"""The fake Teams keeps to the contracts that it stands for."""

import asyncio
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web

from tests.fakes.loop import in_loop
from tests.fakes.teams import (
    APP,
    BOT,
    FORGERIES,
    SCOPE,
    TENANT,
    Conversation,
    FakeTeams,
    Garbage,
    Hang,
    Limits,
    ManualClock,
    Refuse,
    Reset,
    ServerError,
    TooMany,
    said,
)
from tests.fakes.teams.invokes import problem

Json = dict[str, Any]


class Client:
    """A bot without a library."""

    def __init__(self, teams: FakeTeams) -> None:
        self.teams = teams
        self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.5))
        self.token = ""

    async def __aenter__(self) -> "Client":
        self.token = (await self.ask_token())[1]["access_token"]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def ask_token(self, **changed: str) -> tuple[int, Json]:
        form = {
            "grant_type": "client_credentials",
            "client_id": APP,
            "client_secret": self.teams.secret,
            "scope": SCOPE,
            **changed,
        }
        tenant = form.pop("tenant", TENANT)
        url = f"{self.teams.url}/{tenant}/oauth2/v2.0/token"
        async with self.session.post(url, data=form) as response:
            return response.status, await response.json()

    async def call(
        self, method: str, path: str, body: Any = None, token: str | None = None
    ) -> tuple[int, Any]:
        url = f"{self.teams.service_url}v3/conversations{path}"
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        async with self.session.request(method, url, json=body, headers=headers) as response:
            said = await response.json() if response.content_length else {}
            return response.status, {**said, "retry": response.headers.get("Retry-After")}

    async def send(self, place: Conversation, **body: Any) -> tuple[int, Any]:
        made = {"type": "message", "from": {"id": BOT}, **body}
        return await self.call("POST", f"/{place.id}/activities", made)


def code(answer: Json) -> str:
    return str(answer["error"]["code"])


@in_loop
async def test_the_keys_sign_what_it_sends() -> None:
    async with FakeTeams() as teams, aiohttp.ClientSession() as session:
        async with session.get(teams.metadata_url) as response:
            metadata = await response.json()
        async with session.get(metadata["jwks_uri"]) as response:
            keys = {key["kid"]: key for key in (await response.json())["keys"]}
        token = (teams.header() or "").removeprefix("Bearer ")
        key = keys[jwt.get_unverified_header(token)["kid"]]
        assert "msteams" in key["endorsements"]
        claims = jwt.decode(token, jwt.PyJWK(key), ["RS256"], audience=APP, issuer=teams.issuer)
        assert claims["serviceurl"] == teams.service_url
        made = {forged: teams.header(forged) for forged in FORGERIES}
        assert token not in str(made["garbage"])
        assert made["no header"] is None
        assert len({str(header) for header in made.values()}) == len(FORGERIES)
        old = teams.keys.current
        teams.keys.rotate()
        assert old in teams.keys.listed
        assert teams.keys.rotate(keep=False) in teams.keys.listed
        assert old not in teams.keys.listed


@in_loop
async def test_a_token_is_given_to_the_bot_only() -> None:
    clock = ManualClock()
    async with FakeTeams(clock=clock) as teams, Client(teams) as bot:
        assert (await bot.ask_token(client_secret="guess"))[0] == 401
        for wrong in ({"client_id": "x"}, {"scope": "x"}, {"grant_type": "x"}, {"tenant": "x"}):
            assert (await bot.ask_token(**wrong))[0] == 400
        place = teams.personal(teams.person("Ana Ruiz"))
        assert (await bot.call("GET", f"/{place.id}/members", token="guess"))[0] == 401
        assert (await bot.send(place, text="x"))[0] == 201
        await clock.advance(teams.login.life + 1)
        assert (await bot.send(place, text="x"))[0] == 401


@in_loop
async def test_messages_are_kept_changed_and_taken_back() -> None:
    async with FakeTeams() as teams, Client(teams) as bot:
        ana = teams.person("Ana Ruiz")
        line = teams.channel("line-3", [ana])
        asked = teams.activities.message(ana, line, "oee")
        assert asked["text"] == "<at>Andon</at> oee"
        assert asked["conversation"]["id"] == f"{line.id};messageid={asked['id']}"
        body = {"type": "message", "from": {"id": BOT}, "text": "72 %"}
        path = f"/{asked['conversation']['id']}/activities"
        status, answer = await bot.call("POST", path, body)
        assert status == 201
        message = await teams.message(line, thread=asked["id"], contains="72")
        assert message.id == answer["id"]
        assert (await bot.call("PUT", f"{path}/{message.id}", {**body, "text": "73 %"}))[0] == 200
        assert (said(message), len(message.revisions)) == ("73 %", 1)
        own = await bot.call("PUT", f"{path}/{asked['id']}", body)  # what Ana wrote
        assert code(own[1]) == "ActivityNotFoundInConversation"
        assert (await bot.call("DELETE", f"{path}/{message.id}"))[0] == 200
        assert teams.messages() == []
        with pytest.raises(TimeoutError, match="in vain"):
            await teams.message(line, within=0.05)
        assert [call.operation for call in teams.calls()] == ["send", "update", "update", "delete"]


CARD = {"type": "AdaptiveCard", "version": "1.5", "body": []}


def attached(content: Any, kind: str = "application/vnd.microsoft.card.adaptive") -> list[Json]:
    return [{"contentType": kind, "content": content}]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": "x"}, 201),
        ({"attachments": attached(CARD)}, 201),
        ({"type": "typing"}, 202),
        ({}, 400),
        ({"text": ""}, 400),
        ({"text": 7}, 400),
        ({"type": "trace", "text": "x"}, 400),
        ({"text": "x", "from": {"id": "29:1"}}, 400),
        ({"text": "x", "conversation": {"id": "another"}}, 400),
        ({"attachments": attached({"type": "Card"})}, 400),
        ({"attachments": attached(None)}, 400),
        ({"attachments": attached(CARD, "text/x-card")}, 400),
        ({"attachments": attached({**CARD, "body": ["x" * 28_700]})}, 413),
        ({"text": "x" * 52_000}, 413),
        ({"text": "x", "entities": [{"type": "mention", "text": "<at>Ana</at>"}]}, 400),
        ({"text": "x", "entities": [{"citation": []}]}, 400),
        ({"text": "x", "entities": [{"type": "t", "citation": [
            {"position": 1, "appearance": {"name": "n" * 81}}]}]}, 400),
        ({"text": "x", "entities": [{"type": "t", "citation": [
            {"position": 1, "appearance": {"name": "n" * 80, "abstract": "a" * 160}}]}]}, 201),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
@in_loop
async def test_what_the_connector_takes(body: Json, status: int) -> None:
    async with FakeTeams() as teams, Client(teams) as bot:
        place = teams.personal(teams.person("Ana Ruiz"))
        assert (await bot.send(place, **body))[0] == status
        assert len(teams.messages()) == (status == 201)


def part(text: str, **info: Any) -> Json:
    return {"type": "typing", "text": text, "entities": [{"type": "streaminfo", **info}]}


@in_loop
async def test_a_stream_has_its_rules() -> None:
    clock = ManualClock()
    async with FakeTeams(clock=clock) as teams, Client(teams) as bot:
        ana = teams.person("Ana Ruiz")
        place = teams.personal(ana)
        status, answer = await bot.send(
            place, **part("Looking", streamType="informative", streamSequence=1)
        )
        assert status == 201
        begun = {"streamId": answer["id"]}
        assert (await bot.send(place, **part("OEE", streamSequence=2, **begun)))[0] == 202
        late = await bot.send(place, **part("OEE is", streamSequence=2, **begun))
        assert (late[0], code(late[1])) == (202, "ContentStreamSequenceOrderPreConditionFailed")
        other = await bot.send(place, **part("Line 3", streamSequence=3, **begun))
        assert (other[0], code(other[1])) == (403, "ContentStreamNotAllowed")
        assert (await bot.send(place, **part("OEE is 72 %", streamSequence=4, **begun)))[0] == 202
        assert teams.messages() == []
        last = {**part("OEE is 72 %.", streamType="final", **begun), "type": "message"}
        assert (await bot.send(place, **last))[0] == 202
        assert [one.id for one in teams.messages(place)] == [begun["streamId"]]
        assert (await bot.send(place, **part("more", streamSequence=5, **begun)))[0] == 403
        for wrong in (
            part("x", streamSequence=2),
            part("", streamSequence=1),
            part("x"),
            part("x", streamType="final", streamSequence=1),
            part("x", streamSequence=2, streamId="none"),
            {**part("x", streamSequence=1), "attachments": attached(CARD)},
            {**part("x", streamType="final", streamSequence=9, **begun), "type": "message"},
        ):
            assert (await bot.send(place, **wrong))[0] == 400
        group = teams.group([ana])
        assert code((await bot.send(group, **part("x", streamSequence=1)))[1]) == (
            "ContentStreamNotAllowed"
        )
        _, second = await bot.send(place, **part("x", streamSequence=1))
        await clock.advance(121)
        slow = await bot.send(place, **part("xy", streamSequence=2, streamId=second["id"]))
        assert slow[0] == 403


@in_loop
async def test_the_limits_of_a_conversation_and_of_all() -> None:
    clock = ManualClock()
    async with FakeTeams(clock=clock, limits=Limits()) as teams, Client(teams) as bot:
        people = [teams.person(f"P{n} X") for n in range(12)]
        place = teams.personal(people[0])
        assert [(await bot.send(place, text="x"))[0] for _ in range(8)] == [201] * 7 + [429]
        await clock.advance(1)
        assert [(await bot.send(place, text="x"))[0] for _ in range(2)] == [201, 429]
        assert (await bot.send(place, text="x"))[1]["retry"] == "1"
        await clock.advance(30)
        sent = [
            (await bot.send(teams.personal(one), text="x"))[0] for one in people for _ in "12345"
        ]
        assert sent == [201] * 50 + [429] * 10


@in_loop
async def test_a_conversation_that_is_gone() -> None:
    async with FakeTeams() as teams, Client(teams) as bot:
        place = teams.personal(teams.person("Ana Ruiz"))
        place.gone = "ConversationNotFound"
        assert (await bot.send(place, text="x"))[0] == 404
        place.gone = "MessageWritesBlocked"
        status, answer = await bot.send(place, text="x")
        assert (status, code(answer)) == (403, "MessageWritesBlocked")
        unknown = Conversation("a:none", "personal", "none", [])
        assert code((await bot.send(unknown, text="x"))[1]) == "ConversationNotFound"


@pytest.mark.parametrize(
    ("fault", "there"),
    [
        (Hang(), 0),
        (Hang(accepted=True), 1),
        (Reset(accepted=True), 1),
        (ServerError(502), 0),
        (ServerError(500, accepted=True), 1),
        (TooMany(3), 0),
        (Garbage(), 1),
        (Refuse("BadArgument", status=400), 0),
    ],
    ids=str,
)
@in_loop
async def test_a_fault_strikes_once(fault: Any, there: int) -> None:
    async with FakeTeams() as teams, Client(teams) as bot:
        place = teams.personal(teams.person("Ana Ruiz"))
        teams.faults.add("send", fault)
        try:
            status, _ = await bot.send(place, text="x")
            assert status != 201
        except (aiohttp.ClientError, TimeoutError, ValueError):
            pass
        assert len(teams.messages()) == there
        assert teams.calls()[0].fault == type(fault).__name__
        assert (await bot.send(place, text="x"))[0] == 201


DIALOG = {"contentType": "application/vnd.microsoft.card.adaptive", "content": CARD}


@pytest.mark.parametrize(
    ("name", "body", "right"),
    [
        ("task/fetch", {"task": {"type": "continue", "value": {"card": DIALOG}}}, True),
        ("task/submit", {"task": {"type": "message", "value": "done"}}, True),
        ("task/submit", None, True),
        ("task/fetch", {"task": {"type": "continue", "value": {"card": CARD}}}, False),
        ("task/fetch", {"card": DIALOG}, False),
        ("task/fetch", [], False),
        ("adaptiveCard/action", {"statusCode": 200, "type": DIALOG["contentType"], "value": CARD},
         True),
        ("adaptiveCard/action", {"statusCode": 200, "value": "x",
                                 "type": "application/vnd.microsoft.activity.message"}, True),
        ("adaptiveCard/action", {"statusCode": 200, "type": DIALOG["contentType"], "value": "x"},
         False),
        ("adaptiveCard/action", {"type": DIALOG["contentType"], "value": CARD}, False),
        ("adaptiveCard/action", {}, False),
        ("message/submitAction", {}, True),
    ],
)  # fmt: skip
def test_answers_to_invokes(name: str, body: Any, right: bool) -> None:
    assert (problem(name, body) is None) is right


@in_loop
async def test_what_is_not_answered_in_15_s_comes_again() -> None:
    clock, seen = ManualClock(), []
    first, over = asyncio.Event(), asyncio.Event()

    async def bot(request: web.Request) -> web.Response:
        seen.append((await request.json(), request.headers.get("Authorization", "")))
        if not first.is_set():
            first.set()
            await over.wait()
        return web.json_response({"task": {}})

    app = web.Application()
    app.router.add_post("/api/messages", bot)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with FakeTeams(clock=clock) as teams:
        teams.bot_url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"
        ana = teams.person("Ana Ruiz")
        delivery = asyncio.create_task(
            teams.deliver(teams.activities.task(ana, teams.personal(ana), {"rows": 1}))
        )
        await first.wait()
        await clock.advance(15)
        reply = await delivery
        assert (reply.status, reply.body, reply.attempts) == (200, {"task": {}}, 2)
        assert seen[0][0] == seen[1][0]
        assert all(header.startswith("Bearer ") for _, header in seen)
        over.set()
    await runner.cleanup()
