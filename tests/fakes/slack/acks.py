"""What Slack does with the body of an ack.

A command's ack may carry a message (docs.slack.dev/interactivity/implementing-slash-commands), a
view_submission's a `response_action` (…/surfaces/modals#updating_response); what comes with a
click's ack is not looked at.
"""

from tests.fakes.slack.envelopes import Ack
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.methods.chat import POST_CHARACTERS, read_content
from tests.fakes.slack.methods.context import Args, Context
from tests.fakes.slack.methods.views import new_view, read_view, replace, stack_of
from tests.fakes.slack.response_url import say
from tests.fakes.slack.state import Json, View


def carry_out(context: Context, ack: Ack) -> None:
    """Show what the ack says. What Slack would not take is put into `ack.refused`."""
    if not ack.ok:
        return
    try:
        if ack.envelope.kind == "slash_commands" and ack.body:
            _command(context, ack)
        elif ack.envelope.payload.get("type") == "view_submission":
            view = context.workspace.views[ack.envelope.payload["view"]["id"]]
            _submission(context, view, ack.body if isinstance(ack.body, dict) else {})
    except ApiError as error:
        ack.refused = error.body()


def _command(context: Context, ack: Ack) -> None:
    body = {"text": ack.body} if isinstance(ack.body, str) else ack.body
    assert ack.envelope.place is not None
    channel, user = ack.envelope.place
    content = read_content(context, Args(body), POST_CHARACTERS, in_all=False)
    say(context, channel, user, content, body)


def _submission(context: Context, view: View, answer: Json) -> None:
    match answer.get("response_action"):
        case None:
            view.open = False
        case "clear":
            for one in stack_of(context, view):
                one.open = False
        case "errors":
            _show_errors(view, answer.get("errors") or {})
        case "update":
            replace(context, view, read_view(context, answer.get("view"), "modal", view.id))
        case "push":
            new_view(context, view.user, read_view(context, answer.get("view"), "modal"), view)
        case other:
            raise ApiError("invalid_response_action", response_action=other)
    context.workspace.changes.happened()


def _show_errors(view: View, errors: dict[str, str]) -> None:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not errors or set(errors) - inputs:
        raise ApiError("invalid_errors", unknown_blocks=sorted(set(errors) - inputs))
    view.errors = dict(errors)
