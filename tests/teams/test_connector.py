"""The connector: what it sends, what a failure means, and that nothing goes out twice."""

import asyncio
import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from botbuilder.core import (  # type: ignore[import-untyped]
    ActivityHandler,
    InvokeResponse,
    TurnContext,
)
from botbuilder.schema import Activity, ConversationReference  # type: ignore[import-untyped]

from adapters import Gone, MaybeSent, NotSent
from adapters.teams.auth import Denied
from adapters.teams.connector import Refused, reference_of
from tests.fakes.loop import in_loop, skip
from tests.fakes.teams import (
    BOT,
    TENANT,
    Conversation,
    FakeTeams,
    Fault,
    Garbage,
    Hang,
    Held,
    Limits,
    Refuse,
    Reset,
    ServerError,
    TooMany,
)
from tests.teams.bots import QUICK, connector_of, happens, hurried

Place = tuple[Conversation, dict[str, Any]]


class LoopClock:
    """The platform's clock is the loop's, which a test puts forward."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def written_in(teams: FakeTeams, kind: str = "personal") -> Place:
    """A conversation and the reference of what somebody wrote there."""
    ana, ben = teams.person("Ana Ruiz"), teams.person("Ben Okafor")
    places = {
        "personal": lambda: teams.personal(ana),
        "group": lambda: teams.group([ana, ben]),
        "channel": lambda: teams.channel("line-3", [ana, ben]),
    }
    place = places[kind]()
    return place, reference_of(teams.activities.message(ana, place, "hello"))


@pytest.mark.parametrize("kind", ["personal", "group", "channel"])
@in_loop
async def test_a_message_lives(kind: str) -> None:
    async with FakeTeams() as teams, connector_of(teams) as connector:
        place, reference = written_in(teams, kind)
        sent = await connector.send(reference, {"text": "72 %"})
        (message,) = teams.messages(place)
        assert (message.id, message.text) == (sent, "72 %")
        assert message.activity["from"]["id"] == BOT
        assert message.activity["recipient"]["name"] == "Ana Ruiz"
        assert (message.thread is not None) == (kind == "channel")
        await connector.update(reference, sent, Activity(text="73 %"))
        assert [one["text"] for one in (*message.revisions, message.activity)] == ["72 %", "73 %"]
        await connector.delete(reference, sent)
        assert teams.messages(place) == []
        await connector.typing(reference)
        assert place.typing == 1
        with pytest.raises(Refused, match="ActivityNotFoundInConversation"):
            await connector.update(reference, sent, {"text": "74 %"})


@in_loop
async def test_a_reply_to_a_message_stands_in_its_thread() -> None:
    async with FakeTeams() as teams, connector_of(teams) as connector:
        place, reference = written_in(teams, "channel")
        outside = {**reference, "conversation": {"id": place.id}}
        first = await connector.send(outside, {"text": "shift start"})
        await connector.send(outside, {"text": "first action", "replyToId": first})
        assert [one.thread for one in teams.messages(place)] == [None, first]


@in_loop
async def test_personal_chats() -> None:
    async with FakeTeams() as teams, connector_of(teams) as connector:
        ana = teams.person("Ana Ruiz")
        personal = await connector.create_personal(ana.id, teams.service_url)
        again = await connector.create_personal(ana.object_id, teams.service_url)
        assert personal == again | {"user": {"id": ana.id}}
        assert personal["conversation"]["tenantId"] == TENANT
        await connector.send(personal, {"text": "only you"})
        assert [one.text for one in teams.messages(teams.personal(ana))] == ["only you"]
        with pytest.raises(Refused):
            await connector.create_personal("29:nobody", teams.service_url)


# --- failures


@pytest.mark.parametrize(
    ("fault", "times", "raised", "there", "asked"),
    [
        (Hang(), 1, MaybeSent, 0, 1),
        (Hang(accepted=True), 1, MaybeSent, 1, 1),
        (Reset(), 1, MaybeSent, 0, 1),
        (Reset(accepted=True), 1, MaybeSent, 1, 1),
        (ServerError(500), 1, MaybeSent, 0, 1),
        (ServerError(500, accepted=True), 1, MaybeSent, 1, 1),
        (ServerError(503, accepted=True), 1, MaybeSent, 1, 1),
        (Garbage(), 1, MaybeSent, 1, 1),
        (Garbage("[1]"), 1, MaybeSent, 1, 1),
        (ServerError(502), 2, None, 1, 3),
        (ServerError(504), 1, None, 1, 2),
        (ServerError(504), None, MaybeSent, 0, 4),
        (Refuse("PreconditionFailed", status=412), 3, None, 1, 4),
        (Refuse("PreconditionFailed", status=412), None, NotSent, 0, None),
        (TooMany(1), 2, None, 1, 3),
        (TooMany(0), 3, None, 1, 4),
        (TooMany(30), 1, NotSent, 0, 1),
        (Refuse("BadSyntax", status=400), 1, Refused, 0, 1),
        (Refuse("Unauthorized", status=401), 1, None, 1, 2),
        (Refuse("BotNotRegistered", status=401), None, NotSent, 0, 2),
        (Refuse("ConversationNotFound", status=404), 1, Gone, 0, 1),
        (Refuse("BotNotInConversationRoster", status=403), 1, Gone, 0, 1),
        (Refuse("MessageWritesBlocked", status=403), 1, Gone, 0, 1),
        (ServerError(403), 1, Refused, 0, 1),  # a proxy's page
        (ServerError(404), 1, Refused, 0, 1),
        (Refuse("ContentStreamNotAllowed", status=403), 1, Refused, 0, 1),
    ],
    ids=str,
)  # fmt: skip
@in_loop
async def test_what_a_failed_message_means(
    fault: Fault, times: int | None, raised: type[Exception] | None, there: int, asked: int | None
) -> None:
    async with FakeTeams() as teams, connector_of(teams) as connector:
        place, reference = written_in(teams)
        teams.faults.add("send", fault, times=times)
        if raised is None:
            await hurried(connector.send(reference, {"text": "x"}))
        else:
            with pytest.raises(raised) as failed:
                await hurried(connector.send(reference, {"text": "x"}))
            if isinstance(failed.value, NotSent) and fault == TooMany(30):
                assert failed.value.after == 30
        assert len(teams.messages(place)) == there
        if asked is not None:
            assert len(teams.calls("send")) == asked


@pytest.mark.parametrize("fault", [Hang(), Reset(), ServerError(500), Garbage()], ids=str)
@in_loop
async def test_an_update_is_harmless_twice(fault: Fault) -> None:
    times = replace(QUICK, patience=600.0)
    async with FakeTeams() as teams, connector_of(teams, times) as connector:
        place, reference = written_in(teams)
        sent = await connector.send(reference, {"text": "x"})
        teams.faults.add("update", fault, times=2)
        await hurried(connector.update(reference, sent, {"text": "y"}))
        assert [one.text for one in teams.messages(place)] == ["y"]


@in_loop
async def test_a_502_before_what_is_refused_stays_unknown() -> None:
    async with FakeTeams() as teams, connector_of(teams) as connector:
        _, reference = written_in(teams)
        teams.faults.add("send", ServerError(502, accepted=True), times=1)
        teams.faults.add("send", TooMany(30), times=1)
        with pytest.raises(MaybeSent):
            await connector.send(reference, {"text": "x"})


@in_loop
async def test_who_cannot_be_reached_got_nothing() -> None:
    async with FakeTeams() as teams:
        _, reference = written_in(teams)
        async with connector_of(teams) as connector:
            await connector.send(reference, {"text": "x"})
            nowhere = {**reference, "serviceUrl": "http://127.0.0.1:1/"}
            with pytest.raises(NotSent):
                await hurried(connector.send(nowhere, {"text": "x"}))
            with pytest.raises(Refused, match="ServiceUrlNotAllowed"):
                await connector.send({**reference, "serviceUrl": "https://evil.example/"}, {})
            assert len(teams.calls()) == 1


@in_loop
async def test_what_is_too_long_is_not_even_tried() -> None:
    async with FakeTeams() as teams, connector_of(teams) as connector:
        _, reference = written_in(teams)
        await connector.send(reference, {"text": "x" * 39_000})
        with pytest.raises(Refused, match="MessageSizeTooBig"):
            await connector.send(reference, {"text": "x" * 41_000})
        with pytest.raises(Refused, match="MessageSizeTooBig"):
            await connector.send(reference, {"text": "😀" * 20_600})
        assert len(teams.calls("send")) == 1


# --- the bot's own token


@in_loop
async def test_fifty_at_once_ask_for_one_token_and_the_next_comes_in_time() -> None:
    async with FakeTeams() as teams:
        times = replace(QUICK, per_second=10_000.0, fetch=teams.login.life)
        async with connector_of(teams, times) as connector:
            references = [written_in(teams)[1] for _ in range(50)]
            await asyncio.gather(*[connector.send(one, {"text": "x"}) for one in references])
            assert teams.login.asked == 1
            skip(0.76 * teams.login.life)
            come = asyncio.Event()
            teams.login.faults.add("token", Held(come))
            # Nobody waits for the next one while this one holds.
            await connector.send(references[0], {"text": "x"})
            await happens(lambda: teams.login.asked == 2)
            come.set()
            skip(0.20 * teams.login.life)  # and this one is not used to the very end
            await connector.send(references[1], {"text": "x"})
            assert teams.login.asked == 2
            assert {call.status for call in teams.calls()} == {201}


@in_loop
async def test_a_token_that_is_worth_nothing_is_replaced() -> None:
    async with FakeTeams() as teams, connector_of(teams) as connector:
        place, reference = written_in(teams)
        await connector.send(reference, {"text": "x"})
        teams.login.revoke()
        await connector.send(reference, {"text": "y"})
        assert [one.text for one in teams.messages(place)] == ["x", "y"]
        assert teams.login.asked == 2


@pytest.mark.parametrize(
    "fault", [Hang(), Reset(), ServerError(500), Garbage(), TooMany(1), None], ids=str
)
@in_loop
async def test_without_a_token_nothing_is_sent_and_no_secret_said(fault: Fault | None) -> None:
    records: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(handler.format(record))  # type: ignore[method-assign]
    root = logging.getLogger()
    root.addHandler(handler)
    secret = "s3cret~of/the=bot"
    try:
        async with FakeTeams() as teams, connector_of(teams, secret=secret) as connector:
            _, reference = written_in(teams)
            if fault is not None:
                teams.login.faults.add("token", fault, times=None)
            for n in range(10):
                sending = connector.send(reference, {"text": "x"})
                with pytest.raises(NotSent) as failed:
                    await (sending if n else hurried(sending))
                assert failed.value.after > 0
                shown = "".join([*records, str(failed.value), repr(failed.value), repr(connector)])
                assert secret not in shown
                assert "s3cret" not in shown
            assert teams.login.asked == 1
            assert teams.calls() == []
            if fault is None:
                assert "AADSTS7000215" in shown
    finally:
        root.removeHandler(handler)


# --- pacing


@in_loop
async def test_a_conversation_is_paced_and_in_order() -> None:
    """As the platform wants it, but with hours for its seconds."""
    sends = ((7, 3_600.0), (8, 7_200.0))
    limits, times = Limits(sends=sends), replace(QUICK, sends=sends, patience=10_000.0)
    async with (
        FakeTeams(clock=LoopClock(), limits=limits) as teams,
        connector_of(teams, times) as connector,
    ):
        teams.login.life = 1_000_000
        place, reference = written_in(teams, "channel")
        thread = {**reference, "conversation": {"id": f"{place.id};messageid=1"}}
        texts = [str(n) for n in range(8)]
        to = [reference if n % 2 else thread for n in range(8)]
        pairs = zip(to, texts, strict=True)
        sending = [asyncio.create_task(connector.send(a, {"text": text})) for a, text in pairs]
        await happens(lambda: len(teams.messages(place)) == 7)
        skip(3_600.0)
        await asyncio.gather(*sending)
        with pytest.raises(NotSent) as failed:
            await connector.send(reference, {"text": "x"}, patience=0.0)
        assert 3_000 < failed.value.after <= 3_600
        last = asyncio.create_task(connector.send(reference, {"text": "8"}))
        skip(3_600.0)
        await last
        assert [one.text for one in teams.messages(place)] == [*texts, "8"]
        assert {call.status for call in teams.calls()} == {201}


@in_loop
async def test_a_hundred_conversations_at_once_all_get_theirs() -> None:
    """The platform takes 50 a second; what it does not take on a busy machine is tried again."""
    async with FakeTeams(limits=Limits()) as teams, connector_of(teams) as connector:
        references = [written_in(teams)[1] for _ in range(100)]
        await asyncio.gather(*[connector.send(one, {"text": "x"}) for one in references])
        assert len(teams.messages()) == 100


@in_loop
async def test_a_hanging_message_holds_up_its_own_conversation_only() -> None:
    async with FakeTeams() as teams, connector_of(teams) as connector:
        (_, slow), (_, quick) = written_in(teams), written_in(teams)
        hang = teams.faults.add("send", Hang(), times=1)
        hanging = asyncio.create_task(connector.send(slow, {"text": "x"}))
        await happens(lambda: hang.fired)
        await connector.send(quick, {"text": "y"})
        with pytest.raises(NotSent):
            await connector.send(slow, {"text": "z"}, patience=0.05)
        assert not hanging.done()
        skip(QUICK.call)
        with pytest.raises(MaybeSent):
            await hanging
        await connector.send(slow, {"text": "z"})


# --- turns


class Echo(ActivityHandler):  # type: ignore[misc]  # botbuilder has no types
    async def on_message_activity(self, turn_context: TurnContext) -> None:
        await turn_context.send_activity(f"you said {turn_context.activity.text}")

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        return InvokeResponse(status=200, body={"type": "continue"})


@in_loop
async def test_a_turn_of_botbuilder() -> None:
    async with FakeTeams() as teams, connector_of(teams) as connector:
        ana = teams.person("Ana Ruiz")
        place = teams.personal(ana)
        body = teams.activities.message(ana, place, "oee line-3")
        assert await connector.process_activity(teams.header() or "", body, Echo().on_turn) is None
        (message,) = teams.messages(place)
        assert message.text == "you said oee line-3"
        task = teams.activities.task(ana, place, {"rows": 1})
        answer = await connector.process_activity(teams.header() or "", task, Echo().on_turn)
        assert (answer.status, answer.body) == (200, {"type": "continue"})  # type: ignore[union-attr]
        with pytest.raises(Denied):
            await connector.process_activity("", body, Echo().on_turn)


@in_loop
async def test_other_things_that_botbuilder_does_in_a_turn() -> None:
    async with FakeTeams() as teams, connector_of(teams) as connector:
        ana = teams.person("Ana Ruiz")
        place = teams.personal(ana)

        async def logic(turn: TurnContext) -> None:
            delay = Activity(type="delay", value=1)
            sent, *_ = await turn.send_activities(
                [Activity(type="message", text="one"), delay, Activity(type="trace")]
            )
            second = await turn.send_activity("two")
            await turn.update_activity(Activity(id=sent.id, type="message", text="uno"))
            await turn.delete_activity(second.id)

        await connector.run(teams.activities.message(ana, place, "go"), logic)
        assert [one.text for one in teams.messages(place)] == ["uno"]


@in_loop
async def test_a_stored_reference_is_enough_for_a_new_process() -> None:
    async with FakeTeams() as teams:
        place, reference = written_in(teams, "channel")
        stored = json.loads(json.dumps(reference))
        async with connector_of(teams) as connector:

            async def logic(turn: TurnContext) -> None:
                await turn.send_activity("briefing")

            model = ConversationReference().deserialize(dict(stored))
            await connector.continue_conversation(model, logic)
            assert [one.text for one in teams.messages(place)] == ["briefing"]


@pytest.mark.parametrize(
    "body",
    [{}, {"type": 7}, {"type": None}, {"type": "message", "conversation": "x"},
     {"type": "message", "timestamp": "yesterday"}, {"type": "message", "from": []},
     {"type": "message", "entities": 5}, {"type": {"a": 1}}],
    ids=str,
)  # fmt: skip
@in_loop
async def test_what_is_no_activity_is_a_value_error_or_harmless(body: dict[str, Any]) -> None:
    async with FakeTeams() as teams, connector_of(teams) as connector:
        seen: list[TurnContext] = []

        async def logic(turn: TurnContext) -> None:
            seen.append(turn)

        try:
            await connector.run(body, logic)
        except ValueError:
            assert not seen
        else:
            assert isinstance(seen[0].activity.type, str)
