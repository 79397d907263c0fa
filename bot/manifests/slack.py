"""Slack's app manifest, made from the tools: what the app may do and which commands it has.

`andon sync` writes it to manifest.yml, for Socket Mode. For HTTP, with the address that Slack is to
call: `python -m bot.manifests.slack https://andon.example/slack/events`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from core import registry
from core.reports import LISTED
from core.tool import AnyTool
from core.words import Words

# Scope → what fails without it. Nothing else is asked for.
SCOPES: Mapping[str, str] = {
    "app_mentions:read": "the event `app_mention`: being asked in a channel",
    "assistant:write": "the questions offered in the agent view "
    "(`assistant.threads.setSuggestedPrompts`) and a thread's title (`assistant.threads.setTitle`)",
    "channels:history": "the event `message.channels`: follow-ups in threads; after a crash, "
    "finding what was sent (`conversations.replies`, `conversations.history`)",
    "chat:write": "answers (`chat.postMessage`, `chat.update`, `chat.postEphemeral`) and the "
    "status line (`assistant.threads.setStatus`)",
    "commands": "slash commands and the message shortcut",
    "files:write": "charts as pictures (`files.getUploadURLExternal`, "
    "`files.completeUploadExternal`)",
    "groups:history": "the event `message.groups`: the same in private channels",
    "im:history": "the event `message.im`: the same in direct messages",
    "im:write": "opening a direct message (`conversations.open`)",
    "mpim:history": "the event `message.mpim`: the same in group direct messages",
    "users:read": "the asker's name and language (`users.info`)",
}
GROUPS_SCOPE = "usergroups:read"  # only where access rules name user groups
EVENTS = (
    "app_home_opened",
    "app_mention",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
)
# What anyone is offered before Andon knows them; then come questions about their own areas.
PROMPTS = (
    ("What first?", "What should we do first today?"),
    ("Plan", "Who is behind plan right now?"),
    ("Alerts", "Any alerts right now?"),
    ("Losses", "What were the biggest losses yesterday?"),
)
_WORDS = {
    "assets": "line 3",
    "period": "last night",
    "versus": "vs last week",
    "top": "top 5",
    "kpi": "quality",
    "reason": "jam",
}
_ABOUT = "Ask your plant: output, downtime, OEE, cost and safety, with figures and their sources."
_HEAD = """\
# Andon's app in Slack. Paste it at https://api.slack.com/apps → Create New App → From a manifest.
# Written by `make sync`; docs/slack.md explains the scopes and the way over HTTP.
"""
_PLAIN = re.compile(r"[A-Za-z/][\w/.:\-]*\w")


def manifest(url: str = "") -> dict[str, Any]:
    """The manifest for Socket Mode, or with a `url` for HTTP requests to it."""
    called = {"request_url": url} if url else {}
    return {
        "display_information": {"name": "Andon", "description": _ABOUT},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Andon", "always_online": True},
            "agent_view": {
                "agent_description": _ABOUT,
                "suggested_prompts": [{"title": t, "message": m} for t, m in PROMPTS],
            },
            "shortcuts": [
                {
                    "name": "Ask Andon about this",
                    "type": "message",
                    "callback_id": "ask_about_this",
                    "description": "Takes the message as a question; the answer is for you alone.",
                }
            ],
            "slash_commands": list(_commands(url)),
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**called, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **called},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def manifest_yaml(url: str = "") -> str:
    """The manifest as the text that is pasted into Slack."""
    return "\n".join([_HEAD.rstrip(), *_yaml(manifest(url), "")]) + "\n"


def scope_table() -> str:
    """Every scope in a row of Markdown, with what needs it."""
    rows = ["| Scope | Needed for |", "|---|---|"]
    rows += [f"| `{scope}` | {why} |" for scope, why in SCOPES.items()]
    return "\n".join(rows) + "\n"


def _commands(url: str) -> Iterator[dict[str, object]]:
    words = Words("en")
    called = {"url": url} if url else {}
    for tool in registry.tools():
        key = f"help.{tool.name}"
        said = words.say(key) if words.has(key) else tool.description().partition(". ")[0]
        yield {
            "command": f"/{tool.command}",
            **called,
            "description": said,
            "usage_hint": _hint(tool),
            "should_escape": False,
        }
    for name, (key, _) in LISTED.items():
        yield {
            "command": f"/{name}",
            **called,
            "description": words.say(key),
            "usage_hint": _HINTS[name],
            "should_escape": False,
        }
    yield {
        "command": "/andon",
        **called,
        "description": "Help, and your own settings: areas, language, quiet hours",
        "usage_hint": "[help] [me] [areas packaging] [language de] [quiet 22:00-06:00]",
        "should_escape": False,
    }


_HINTS = {
    "briefing": "[packaging]",
    "handover": "[packaging] [note gearbox is noisy] [line 3 last week]",
    "summary": "weekly|monthly [packaging]",
    "alert": "[id] take|ack|reason why|shelve 45 why|unshelve|close|undo",
    "action": "[id] take|assign @name|done|not-useful why|carry|undo",
}


def _hint(tool: AnyTool) -> str:
    """The words that may follow the command, each as an example or as its choices."""
    fields = tool.args.model_fields.items()
    said = [_said(name, _choices(field.annotation)) for name, field in fields]
    return " ".join(f"[{word}]" for word in said)


def _said(name: str, choices: Sequence[str]) -> str:
    if name in _WORDS:
        return _WORDS[name]
    chosen = ("|".join(choices) or name).replace("_", " ")
    return f"by {chosen}" if name == "by" else chosen


def _choices(annotation: object) -> tuple[str, ...]:
    """The values of the Literal that is somewhere in an annotation."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next((found for part in get_args(annotation) if (found := _choices(part))), ())


def _yaml(value: Mapping[str, Any], indent: str) -> Iterator[str]:
    """Lines of block YAML: mappings, lists of mappings or scalars, and scalars."""
    for key, entry in value.items():
        match entry:
            case dict():
                yield f"{indent}{key}:"
                yield from _yaml(entry, indent + "  ")
            case list():
                yield f"{indent}{key}:"
                for item in entry:
                    lines = _yaml(item, "") if isinstance(item, dict) else [_scalar(item)]
                    for n, line in enumerate(lines):
                        yield f"{indent}  {'  ' if n else '- '}{line}"
            case _:
                yield f"{indent}{key}: {_scalar(entry)}"


def _scalar(value: object) -> str:
    """Words stand as they are; anything else as JSON, whose strings are YAML's too."""
    plain = isinstance(value, str) and _PLAIN.fullmatch(value)
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.stdout.write(manifest_yaml(*sys.argv[1:2]))
