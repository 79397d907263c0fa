"""Commands, clicks, submissions and shortcuts.

docs.slack.dev/interactivity/implementing-slash-commands and …/reference/interaction-payloads.
A click in an ephemeral message comes without the message; one in a view without channel and
response_url; a command has no thread.
"""

from collections.abc import Iterator
from typing import Any

from tests.fakes.slack.blocks import elements_of
from tests.fakes.slack.envelopes import Envelope, NotDelivered
from tests.fakes.slack.methods.context import Context, message_json
from tests.fakes.slack.methods.views import view_json
from tests.fakes.slack.response_url import new_response_url
from tests.fakes.slack.state import APP, TEAM, Channel, Json, Message, User, View

_CHANNEL_NAMES = {"im": "directmessage", "private": "privategroup"}
_CHOICES = ("overflow", "static_select", "radio_buttons")


class Interactions:
    """What people do with commands, buttons and modals. Each method returns what Slack sends."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def command(self, user: User, channel: Channel, command: str, text: str = "") -> Envelope:
        """A slash command, also in channels where the bot is no member."""
        self._require("commands", command, self.context.settings.commands)
        payload = {
            "token": "verification-token",
            "team_id": TEAM,
            "team_domain": "andon-works",
            "channel_id": channel.id,
            "channel_name": _CHANNEL_NAMES.get(channel.kind, channel.name),
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": new_response_url(self.context, channel.id, user.id, None),
            "trigger_id": self.context.workspace.new_trigger(user.id),
        }
        return Envelope("slash_commands", payload, (channel.id, user.id))

    def click(
        self,
        user: User,
        source: Message | View,
        target: str,
        *,
        option: str | None = None,
        values: Json | None = None,
        more: Json | None = None,
    ) -> Envelope:
        """Press the element that has `target` as label, action_id or value, or choose the
        option of an overflow or a select that has it as text or value.

        `option` tells the option where `target` names the menu; `values` is the state of inputs
        around it; `more` is put into the action (a date picked, say).

        Raises:
            LookupError: there is no such element, or there are several.
        """
        action = _action(source, target, option)
        action |= {"action_ts": self.context.workspace.new_ts(), **(more or {})}
        payload = self._common("block_actions", user)
        payload |= {"actions": [action], "state": {"values": values or {}}}
        if isinstance(source, View):
            payload["trigger_id"] = self.context.workspace.new_trigger(user.id, source.id)
            payload["container"] = {"type": "view", "view_id": source.id}
            payload["view"] = view_json(source, values)
            return Envelope("interactive", payload, view=source.id)
        payload |= self._from_message(user, source)
        return Envelope("interactive", payload)

    def submit(self, user: User, view: View, values: Json | None = None) -> Envelope:
        """Submit a modal. `values`: {block_id: {action_id: {"type": …, "value": …}}}; a plain
        string or None stands for the value of a text input."""
        state = {block: _entered(fields) for block, fields in (values or {}).items()}
        payload = self._common("view_submission", user)
        payload |= {"view": view_json(view, state), "response_urls": []}
        payload["trigger_id"] = self.context.workspace.new_trigger(user.id, view.id)
        return Envelope("interactive", payload, view=view.id)

    def close(self, user: User, view: View, *, all_views: bool = False) -> Envelope | None:
        """Close a modal: an event only where the view has `notify_on_close`."""
        view.open = False
        self.context.workspace.changes.happened()
        if not view.body.get("notify_on_close"):
            return None
        payload = self._common("view_closed", user)
        payload |= {"view": view_json(view), "is_cleared": all_views}
        return Envelope("interactive", payload)

    def message_shortcut(self, user: User, message: Message, callback_id: str) -> Envelope:
        """A shortcut from a message's menu (`message_action`)."""
        self._require("commands", callback_id, self.context.settings.shortcuts)
        payload = self._common("message_action", user)
        payload |= self._from_message(user, message)
        payload["message"] = message_json(self.context, message)
        payload |= {"callback_id": callback_id, "message_ts": message.ts}
        payload["action_ts"] = self.context.workspace.new_ts()
        del payload["container"]
        return Envelope("interactive", payload)

    def global_shortcut(self, user: User, callback_id: str) -> Envelope:
        self._require("commands", callback_id, self.context.settings.shortcuts)
        payload = self._common("shortcut", user)
        payload |= {"callback_id": callback_id, "action_ts": self.context.workspace.new_ts()}
        payload["trigger_id"] = self.context.workspace.new_trigger(user.id)
        return Envelope("interactive", payload)

    def _require(self, scope: str, name: str, known: frozenset[str] | None) -> None:
        scopes = self.context.settings.scopes
        if (known is not None and name not in known) or (
            scopes is not None and scope not in scopes
        ):
            raise NotDelivered(name)

    def _common(self, kind: str, user: User) -> Json:
        who = {"id": user.id, "username": user.name, "name": user.name, "team_id": TEAM}
        return {
            "type": kind,
            "token": "verification-token",
            "team": {"id": TEAM, "domain": "andon-works"},
            "user": who,
            "api_app_id": APP,
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _from_message(self, user: User, message: Message) -> Json:
        channel = self.context.workspace.channels[message.channel]
        container: Json = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.ephemeral_to is not None,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        name = _CHANNEL_NAMES.get(channel.kind, channel.name)
        found: Json = {
            "container": container,
            "channel": {"id": channel.id, "name": name},
            "response_url": new_response_url(self.context, channel.id, user.id, message.ts),
            "trigger_id": self.context.workspace.new_trigger(user.id),
        }
        if message.ephemeral_to is None:
            found["message"] = message_json(self.context, message)
        return found


def labels(source: Message | View) -> list[str]:
    """What a person could press: button texts and the texts of options, top to bottom."""
    return [label for label, _ in _pressable(source.blocks)]


def _pressable(blocks: list[Json]) -> Iterator[tuple[str, Json]]:
    for block in blocks:
        for element in elements_of(block):
            here = {"block_id": block["block_id"], "action_id": element["action_id"]}
            yield from _actions(element, here | {"type": element["type"]})


def _actions(element: Json, action: Json) -> Iterator[tuple[str, Json]]:
    kind = element["type"]
    if kind == "feedback_buttons":
        for button in (element["positive_button"], element["negative_button"]):
            yield button["text"]["text"], {**action, **button}
    elif kind in _CHOICES:
        for option in element.get("options") or []:
            yield option["text"]["text"], {**action, "selected_option": option}
    else:
        label = (element.get("text") or element.get("placeholder") or {}).get("text", "")
        known: Json = {key: element[key] for key in ("text", "value", "style") if key in element}
        yield label, {**action, **known}


def _action(source: Message | View, target: str, option: str | None) -> Json:
    found = list(_pressable(source.blocks))
    if option is not None:
        found = [(lb, a) for lb, a in found if a["action_id"] == target and _is(option, lb, a)]
    else:
        found = (
            [(lb, a) for lb, a in found if lb == target]
            or [(lb, a) for lb, a in found if a["action_id"] == target]
            or [(lb, a) for lb, a in found if _is(target, lb, a)]
        )
    if len(found) != 1:
        raise LookupError(f"{len(found)} elements are {target!r}; there are {labels(source)}")
    return found[0][1]


def _is(wanted: str, label: str, action: Json) -> bool:
    chosen = action.get("selected_option") or action
    return wanted in (label, chosen.get("value"))


def _entered(fields: dict[str, Any]) -> Json:
    return {
        name: entered
        if isinstance(entered, dict)
        else {"type": "plain_text_input", "value": entered}
        for name, entered in fields.items()
    }
