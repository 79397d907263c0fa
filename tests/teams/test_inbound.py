"""From an activity to what is to be done: pure, and unmoved by whatever comes."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.teams.inbound import key_of, read
from adapters.teams.incoming import (
    Asked,
    Clicked,
    DialogFetched,
    DialogSubmitted,
    Installed,
    Rated,
    Removed,
)
from adapters.teams.said import as_command, plain, said
from core import registry
from tests.fakes.clock import RealClock
from tests.fakes.teams.activities import Activities
from tests.fakes.teams.state import BOT, TENANT, Tenant

TENANTS = Tenant(RealClock())
MAKE = Activities(TENANTS)
ANA = TENANTS.person("Ana Ruiz", "de-DE")
BERND = TENANTS.person("Bernd Vogt")
CHAT = TENANTS.personal(ANA)
GROUP = TENANTS.conversation("groupChat", "leads", [ANA, BERND])
FLOOR = TENANTS.conversation("channel", "floor", [ANA, BERND])
SHOWN = TENANTS.add(FLOOR, {"type": "message"}, by_bot=True, thread="7")


def test_a_message_in_a_personal_chat() -> None:
    asked = read(MAKE.message(ANA, CHAT, "oee line-3"))
    assert isinstance(asked, Asked)
    assert asked.text == "oee line-3"
    assert asked.addressed
    assert asked.author.key == f"teams:{TENANT}:{ANA.object_id}"
    assert (asked.author.user.name, asked.author.user.locale) == ("Ana Ruiz", "de")
    place = asked.target.place
    assert (place.address, place.thread, place.private) == (f"{TENANT}:{CHAT.id}", "", True)


def test_a_mention_in_a_channel_and_a_reply_to_it() -> None:
    first = MAKE.message(ANA, FLOOR, "why?")
    asked = read(first)
    assert isinstance(asked, Asked)
    assert asked.text == "why?"
    assert asked.target.place.thread == first["id"]
    assert not asked.target.place.private
    reply = read(MAKE.message(BERND, FLOOR, "and line 4?", thread=first["id"]))
    assert isinstance(reply, Asked)
    assert reply.target.place == asked.target.place


def test_what_is_said_without_naming_the_bot() -> None:
    in_thread = read(MAKE.message(ANA, FLOOR, "and you?", mention=False, thread="7"))
    assert isinstance(in_thread, Asked)
    assert not in_thread.addressed
    assert read(MAKE.message(ANA, GROUP, "lunch?", mention=False)) is None


def test_only_teams_own_word_makes_a_conversation_private() -> None:
    made = MAKE.message(ANA, CHAT, "hi", mention=True)
    for kind in (None, "", "Personal", 1, ["personal"]):
        made["conversation"]["conversationType"] = kind
        asked = read(made)
        assert isinstance(asked, Asked)
        assert not asked.target.place.private


@pytest.mark.parametrize("role", [{"role": "bot"}, {"id": BOT}, {"id": "", "aadObjectId": ""}])
def test_bots_are_not_talked_to(role: dict[str, str]) -> None:
    made = MAKE.message(ANA, CHAT, "hi")
    made["from"] = {**made["from"], **role}
    assert read(made) is None


def test_clicks_dialogs_and_thumbs() -> None:
    data = {"command": "x", "verb": "data"}
    executed = read(MAKE.execute(ANA, SHOWN, FLOOR, "ask", data))
    assert isinstance(executed, Clicked)
    assert (executed.verb, executed.data, executed.waits) == ("ask", data, True)
    assert executed.target.place.thread == "7"
    submitted = read(MAKE.submit(ANA, SHOWN, FLOOR, data))
    assert isinstance(submitted, Clicked)
    assert (submitted.verb, submitted.waits, submitted.target.message) == ("data", False, SHOWN.id)
    assert isinstance(read(MAKE.task(ANA, CHAT, data)), DialogFetched)
    assert isinstance(read(MAKE.task(ANA, CHAT, data, submit=True)), DialogSubmitted)
    rated = read(MAKE.feedback(ANA, SHOWN, FLOOR, "dislike", "wrong  shift"))
    assert isinstance(rated, Rated)
    assert (rated.up, rated.reason, rated.target.message) == (False, "wrong shift", SHOWN.id)


def test_coming_and_going() -> None:
    installed = MAKE.installed(ANA, CHAT), MAKE.members_added(ANA, CHAT)
    assert all(isinstance(read(one), Installed) for one in installed)
    assert len({key_of(one) for one in installed}) == 1
    gone = MAKE.installed(ANA, CHAT, "remove"), MAKE.members_removed(ANA, FLOOR)
    assert all(isinstance(read(one), Removed) for one in gone)
    for other in ("add-upgrade", "remove-upgrade", "", "x"):
        assert read(MAKE.installed(ANA, CHAT, other)) is None
    assert read(MAKE.members_added(ANA, FLOOR, [BERND])) is None


def test_keys() -> None:
    one, other = MAKE.message(ANA, CHAT, "hi"), MAKE.message(ANA, CHAT, "hi")
    assert key_of(one) == key_of(json.loads(json.dumps(one))) != key_of(other)
    edited = MAKE.edit(ANA, CHAT, one, "ho")
    assert key_of(edited) != key_of(one)
    del one["id"]
    assert key_of(one)
    assert key_of({}) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("oee&nbsp;line-3", "oee line-3"),
        ("<p>oee <b>line 3</b></p>", "oee line 3"),
        ("a<br/>b", "a\nb"),
        ("**line 3** ~~4~~ `x`", "line 3 4 x"),
        ("2 < 3 and 4 > 1", "2 < 3 and 4 > 1"),
        ("x <b and c> y", "x <b and c> y"),
        ("&lt;b&gt; is typed", "<b> is typed"),
        ("“line 3”", '"line 3"'),
        ("ask <at>Bernd Vogt</at> too", "ask @Bernd Vogt too"),
        ('<blockquote itemtype="http://schema.skype.com/Reply">old</blockquote><p>new</p>', "new"),
        ("cost_center", "cost_center"),
        (r"line\-3", "line-3"),
        ("<blockquote>mine</blockquote> <blockquote x=/Reply>a</blockquote>b", "mine b"),
    ],
)
def test_markup_is_gone(typed: str, meant: str) -> None:
    assert plain(typed) == meant


def test_only_the_mention_of_the_bot_is_taken_out() -> None:
    made = MAKE.message(ANA, GROUP, "hi <at>Andon</at>")
    made["text"] = "<at>Andon</at> tell <at>Bernd</at> about line 3"
    made["entities"].append(
        {"type": "mention", "text": "<at>Bernd</at>", "mentioned": {"id": "29:1"}}
    )
    assert said(made) == ("tell @Bernd about line 3", True)


def test_words_of_the_menu_are_commands() -> None:
    for command in registry.by_command():
        assert as_command(command) == f"/{command}"
        assert as_command(command.upper()) == f"/{command}"
    assert as_command("andon") == "/andon"
    assert as_command("Andon areas packaging") == "/andon areas packaging"
    assert as_command("andon, how are you?") == "andon, how are you?"
    assert as_command("oee of line 3") == "oee of line 3"
    assert as_command("Andon Sprache de") == "/andon Sprache de"
    assert as_command("andon subscribe packaging") == "/andon subscribe packaging"


@pytest.mark.parametrize("typed", ["/Andon me", "/ANDON  me", "/andon\nme", "Andon me"])
def test_a_command_is_one_however_it_is_written(typed: str) -> None:
    """Who reads along must not see somebody's settings because of a capital letter."""
    assert as_command(typed) == "/andon me"
    assert as_command("/OEE line-3") == "/oee line-3"
    assert as_command("/handover\ntwo lines\nof text") == "/handover two lines\nof text"


@pytest.mark.parametrize(
    "typed",
    ["<blockquote /Reply>" * 2_100, "<blockquote " + "/Reply " * 6_000],
    ids=["open", "long"],
)
def test_quotes_without_an_end_do_not_hold_up_the_others(typed: str) -> None:
    begun = time.process_time()
    plain(typed)
    assert time.process_time() - begun < 0.2


def test_a_long_reason_does_not_cost_the_thumb() -> None:
    rated = read(MAKE.feedback(ANA, SHOWN, FLOOR, "dislike", "x" * 20_000))
    assert isinstance(rated, Rated)
    assert len(rated.reason) == 2_000


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["message", "invoke", "personal", BOT, "adaptiveCard/action", "add"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
REAL = (
    MAKE.message(ANA, GROUP, "hi"),
    MAKE.submit(ANA, SHOWN, FLOOR, {"verb": "ask"}),
    MAKE.execute(ANA, SHOWN, FLOOR, "ask", {}),
    MAKE.task(ANA, CHAT, {}),
    MAKE.feedback(ANA, SHOWN, FLOOR, "like"),
    MAKE.installed(ANA, CHAT),
    MAKE.members_added(ANA, CHAT),
)


@st.composite
def _broken(draw: st.DrawFn) -> Any:
    """A real activity in which something, however deep, is something else."""
    made = json.loads(json.dumps(draw(st.sampled_from(REAL))))
    at: Any = made
    while True:
        key = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if isinstance(at[key], dict | list) and at[key] and draw(st.booleans()):
            at = at[key]
            continue
        if draw(st.booleans()):
            at[key] = draw(JUNK)
        else:
            del at[key]
        return made


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_broken() | st.dictionaries(st.text(max_size=12), JUNK, max_size=6))
def test_nothing_hostile_raises(activity: dict[str, Any]) -> None:
    incoming, key = read(activity), key_of(activity)
    assert incoming is None or key
    if isinstance(incoming, Asked):
        assert incoming.author.id
        assert isinstance(incoming.text, str)


@settings(max_examples=200, deadline=1_000)
@given(st.text(alphabet='<>at/ "=&;b*`\\[p\n\u00a0x', max_size=400))
def test_no_markup_takes_long_or_raises(text: str) -> None:
    assert isinstance(plain(text), str)
