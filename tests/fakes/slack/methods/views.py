"""views.open, push, update, publish.

docs.slack.dev/surfaces/modals and …/reference/methods/views.*: a trigger_id lives 3 s
(`Settings.patience`) and opens one view; at most 3 views in a stack; an update or publish with a
stale `hash` is a hash_conflict; a view has 250 kB at most.
"""

import json
from typing import Any

from tests.fakes.slack.blocks import check_view, fill_ids
from tests.fakes.slack.errors import ApiError, invalid_arguments
from tests.fakes.slack.methods.context import Args, Context
from tests.fakes.slack.state import APP, BOT, TEAM, Json, Trigger, View

STACK = 3


def open_view(context: Context, args: Args) -> Json:
    body = _body(context, args, "modal")
    trigger = _exchange(context, args)
    view = new_view(context, trigger.user, body)
    return {"ok": True, "view": view_json(view)}


def push(context: Context, args: Args) -> Json:
    body = _body(context, args, "modal")
    trigger = _exchange(context, args)
    below = context.workspace.views.get(trigger.view or "")
    if below is None:
        raise ApiError("not_found")
    if len(stack_of(context, below)) >= STACK:
        raise ApiError("push_limit_reached")
    view = new_view(context, trigger.user, body, below)
    return {"ok": True, "view": view_json(view)}


def update(context: Context, args: Args) -> Json:
    view_id, external = args.text("view_id"), args.text("external_id")
    views = context.workspace.views.values()
    found = [
        v
        for v in views
        if v.open and ((view_id and v.id == view_id) or (external and v.external_id == external))
    ]
    if not found:
        raise ApiError("not_found")
    body = _body(context, args, found[0].type, found[0].id)
    _check_hash(args, found[0])
    replace(context, found[0], body)
    return {"ok": True, "view": view_json(found[0])}


def publish(context: Context, args: Args) -> Json:
    user = args.need("user_id")
    if user not in context.workspace.users:
        raise ApiError("user_not_found")
    body = _body(context, args, "home")
    home = context.workspace.homes.get(user)
    if home:
        _check_hash(args, home)
        replace(context, home, body)
    else:
        home = new_view(context, user, body)
        context.workspace.homes[user] = home
        context.workspace.changes.happened()
    return {"ok": True, "view": view_json(home)}


def _body(context: Context, args: Args, kind: str, view_id: str = "") -> Json:
    return read_view(context, args.json("view", "invalid_arguments"), kind, view_id)


def read_view(context: Context, body: Any, kind: str, view_id: str = "") -> Json:
    """A view that Slack would take, with its ids filled in.

    Raises:
        ApiError: invalid_arguments, view_too_large, duplicate_external_id.
    """
    if body is None:
        raise invalid_arguments(["missing required field: view"])
    size = len(json.dumps(body, ensure_ascii=False).encode())
    check_view(body, kind, context.check("view"), size)
    external = body.get("external_id")
    others = [v for v in context.workspace.views.values() if v.open and v.id != view_id]
    if external and external in [v.external_id for v in others]:
        raise ApiError("duplicate_external_id")
    fill_ids(body["blocks"], context.workspace.new_id)
    checked: Json = body
    return checked


def _exchange(context: Context, args: Args) -> Trigger:
    trigger = context.workspace.triggers.get(args.need("trigger_id"))
    if trigger is None:
        raise ApiError("invalid_trigger_id")
    if trigger.used:
        raise ApiError("exchanged_trigger_id")
    if context.workspace.clock.now() - trigger.at > context.settings.patience:
        raise ApiError("expired_trigger_id")
    trigger.used = True
    return trigger


def _check_hash(args: Args, view: View) -> None:
    if (known := args.text("hash")) and known != view.hash:
        raise ApiError("hash_conflict")


def new_view(context: Context, user: str, body: Json, below: View | None = None) -> View:
    workspace = context.workspace
    view_id = workspace.new_id("V")
    view = View(
        id=view_id,
        user=user,
        type=body["type"],
        body=body,
        hash=f"{workspace.new_ts()}.{view_id[-6:]}",
        root=below.root if below else view_id,
        previous=below.id if below else None,
        external_id=body.get("external_id", ""),
    )
    workspace.views[view_id] = view
    workspace.changes.happened()
    return view


def replace(context: Context, view: View, body: Json) -> None:
    view.body = body
    view.updates += 1
    view.external_id = body.get("external_id", "")
    view.hash = f"{context.workspace.new_ts()}.{view.id[-6:]}"
    context.workspace.changes.happened()


def stack_of(context: Context, view: View) -> list[View]:
    """The open views of the modal to which `view` belongs, lowest first."""
    return [v for v in context.workspace.views.values() if v.open and v.root == view.root]


def view_json(view: View, state: Json | None = None) -> Json:
    """A view as Slack gives it back, with what the user entered in `state`."""
    defaults: Json = {"title": None, "close": None, "submit": None, "private_metadata": ""}
    defaults |= {"callback_id": "", "clear_on_close": False, "notify_on_close": False}
    return {
        **defaults,
        **view.body,
        "id": view.id,
        "team_id": TEAM,
        "state": {"values": state or {}},
        "hash": view.hash,
        "root_view_id": view.root,
        "previous_view_id": view.previous,
        "app_id": APP,
        "external_id": view.external_id,
        "app_installed_team_id": TEAM,
        "bot_id": BOT,
    }
