"""manifest.yml: what is pasted into Slack is what the code has and needs, and nothing more."""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import Mapping
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

import adapters.slack
from adapters.slack.inbound import (
    Asked,
    HomeOpened,
    MessageShortcut,
    PaneOpened,
    read,
)
from bot.commands.sync import MANIFEST, SLACK, with_table
from bot.manifests.slack import (
    EVENTS,
    GROUPS_SCOPE,
    PROMPTS,
    SCOPES,
    manifest,
    manifest_yaml,
    scope_table,
)
from core import commands, registry
from core.data.cache import CachedSource
from core.data.mapping import parse
from core.data.sql import SqlDataSource
from core.installation import Definitions, Installation
from core.reports import LISTED
from tests.assistant.conftest import SAMPLE
from tests.fakes.slack import Settings
from tests.fakes.slack.web_api import SCOPES as BY_REFERENCE
from tests.plants import NOW
from tests.slack.conftest import plant
from tests.slack.steps import mention, talk, text, write

HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
# Method → what its reference page asks for; all four histories, for it may be any conversation.
METHODS: Mapping[str, tuple[str, ...]] = {
    "assistant.threads.setStatus": ("chat:write",),
    "assistant.threads.setSuggestedPrompts": ("assistant:write",),
    "assistant.threads.setTitle": ("assistant:write",),
    "auth.test": (),
    "chat.appendStream": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.startStream": ("chat:write",),
    "chat.stopStream": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": HISTORY,
    "conversations.open": ("im:write",),
    "conversations.replies": HISTORY,
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "usergroups.users.list": (GROUPS_SCOPE,),
    "users.info": ("users:read",),
    "views.open": (),
    "views.publish": (),
    "views.update": (),
}
# What each subscription brings, and the scope without which Slack does not send it.
DELIVERED: Mapping[str, tuple[dict[str, Any], type, str]] = {
    "app_home_opened": ({"type": "app_home_opened", "tab": "messages"}, PaneOpened, ""),
    "app_mention": (
        {"type": "app_mention", "channel": "C1", "text": "<@UBOT> oee"},
        Asked,
        "app_mentions:read",
    ),
    "message.channels": ({"channel": "C1", "channel_type": "channel"}, Asked, "channels:history"),
    "message.groups": ({"channel": "G1", "channel_type": "group"}, Asked, "groups:history"),
    "message.im": ({"channel": "D1", "channel_type": "im"}, Asked, "im:history"),
    "message.mpim": ({"channel": "G2", "channel_type": "mpim"}, Asked, "mpim:history"),
}
# Slack's own commands; an app cannot have one of these names.
# fmt: off
RESERVED = frozenset((
    "/active", "/apps", "/archive", "/away", "/call", "/canvas", "/clip", "/collapse", "/dm",
    "/dnd", "/expand", "/feed", "/help", "/huddle", "/invite", "/join", "/keys", "/kick",
    "/leave", "/list", "/me", "/msg", "/mute", "/open", "/part", "/poll", "/prefs", "/remind",
    "/remove", "/rename", "/search", "/shortcuts", "/shrug", "/star", "/status", "/topic",
    "/unarchive", "/unmute", "/who", "/workflow",
))
# fmt: on


@pytest.fixture(scope="module")
def installation(sample_path: Path) -> Installation:
    said = SAMPLE.read_text("utf-8").replace("{home}/plant.db", sample_path.as_posix())
    file = parse(tomllib.loads(said), where="sample.toml", home=sample_path.parent)
    return asyncio.run(Definitions(file, CachedSource(SqlDataSource(file), lambda: NOW)).load())


def slash() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = manifest()["features"]["slash_commands"]
    return found


def called() -> set[str]:
    """The Web API methods that the adapter's source names."""
    source = "\n".join(p.read_text("utf-8") for p in Path(adapters.slack.__path__[0]).glob("*.py"))
    names = set(re.findall(r"\.([a-z]+(?:_[A-Za-z]+)+)\b", source))
    methods = {name for name in names if iscoroutinefunction(getattr(AsyncWebClient, name, 0))}
    return {name.replace("_", ".") for name in methods}


def test_the_file_is_what_make_sync_writes() -> None:
    assert MANIFEST.read_text("utf-8") == manifest_yaml()
    page = SLACK.read_text("utf-8")
    assert with_table(page, "scopes", scope_table(), "") == page


def test_every_command_is_there_with_its_words() -> None:
    named = {*registry.by_command(), *LISTED, "andon"}
    assert {c["command"] for c in slash()} == {f"/{name}" for name in named}
    for command in slash():
        assert 0 < len(command["description"]) <= 80
        assert 0 < len(command["usage_hint"]) <= 120
        assert len(command["command"]) <= 32


def test_no_command_has_a_name_of_slacks_own() -> None:
    assert not RESERVED & {command["command"] for command in slash()}


def test_every_word_of_a_hint_is_understood(installation: Installation) -> None:
    for command in slash():
        if command["command"].lstrip("/") not in registry.by_command():
            continue  # tests/assistant holds those that no tool reads
        whole = re.findall(r"\[(.+?)\]", command["usage_hint"])
        for word in whole:
            first, *others = word.split("|")
            start = "by " if first.startswith("by ") else ""
            for choice in (first, *(start + other for other in others)):
                said = f"{command['command']} {choice}"
                understood = commands.parse(said, installation, None)
                assert not understood.leftover, said
                assert understood.args != type(understood.args)(), said


def test_it_keeps_slacks_limits() -> None:
    made = manifest()
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    assert len(made["features"]["agent_view"]["agent_description"]) <= 300
    assert 1 <= len(PROMPTS) <= 4
    for shortcut in made["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150


def test_the_scopes_cover_every_method_that_is_called_and_no_more() -> None:
    methods = called()
    assert {"chat.postMessage", "views.open", "conversations.replies", "users.info"} <= methods
    assert methods <= set(METHODS), "look the method's scope up in Slack's reference"
    needed = {scope for name in methods for scope in METHODS[name]}
    needed |= {scope for _, _, scope in DELIVERED.values() if scope}
    assert set(SCOPES) == needed - {GROUPS_SCOPE} | {"commands"}


def test_the_table_agrees_with_the_fakes() -> None:
    for method, scopes in METHODS.items():
        for wanted in BY_REFERENCE.get(method, ()):
            if wanted in SCOPES:
                assert wanted in scopes or "chat:write" in scopes, method


def test_every_subscription_is_acted_upon() -> None:
    assert set(EVENTS) == set(DELIVERED)
    for event, kind, _ in DELIVERED.values():
        usual = {"type": "message", "user": "U1", "ts": "1.1", "thread_ts": "1.0", "text": "oee"}
        payload = {"team_id": "T1", "event_id": "E1", "event": {**usual, **event}}
        assert isinstance(read(payload, "UBOT"), kind), event
    home = {"team_id": "T1", "event": {"type": "app_home_opened", "user": "U1", "tab": "home"}}
    assert isinstance(read(home, "UBOT"), HomeOpened)
    shortcut = {"type": "message_action", "user": {"id": "U1"}, "message": {"text": "oee"}}
    assert isinstance(read(shortcut, "UBOT"), MessageShortcut)


def test_over_http_everything_has_the_address() -> None:
    address = "https://andon.example/slack/events"
    made = manifest(address)
    assert not made["settings"]["socket_mode_enabled"]
    assert made["settings"]["event_subscriptions"]["request_url"] == address
    assert made["settings"]["interactivity"]["request_url"] == address
    assert {command["url"] for command in made["features"]["slash_commands"]} == {address}
    assert "url" not in manifest_yaml().replace("https://api.slack.com", "")


def test_an_app_with_this_manifest_can_do_its_work(tmp_path: Path, sample_path: Path) -> None:
    """A Slack that gives these scopes and events, and nothing else."""

    async def run() -> None:
        async with plant(tmp_path, sample_path, look="picture") as here:
            given = Settings.of_manifest(manifest())
            for name in ("scopes", "subscriptions", "commands", "shortcuts"):
                setattr(here.slack.settings, name, getattr(given, name))
            assert "OEE" in text(await here.command("/oee", "line-3 yesterday"))
            answer = await mention(here, "why was line 3 down last night?")
            await talk(here, "and line 4?", answer)
            thread = here.slack.messages(here.floor, thread=answer.thread_ts or answer.ts)
            assert "Line 4" in text(thread[-1])
            assert "OEE" in text(await write(here, "trend of the oee of line 3"))
            await here.slack.deliver(here.slack.events.home_opened(here.ana))
            await here.slack.home(here.ana, within=60)
            calls = here.slack.workspace.calls
            failed = [c for c in calls if (c.answer or {}).get("error")]
            assert [(c.method, c.answer) for c in failed] == []
            assert "files.completeUploadExternal" in {c.method for c in calls}

    asyncio.run(run())
