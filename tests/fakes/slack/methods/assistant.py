"""assistant.threads.setStatus, setTitle, setSuggestedPrompts.

docs.slack.dev/reference/methods/assistant.threads.*: at most 4 prompts, each with `title` and
`message`; at most 10 loading messages; a status is gone when the app replies; an unknown thread is
invalid_thread_ts. In the agent view prompts need no thread (…/ai/migrating-to-agent-messaging).
"""

from typing import Any

from tests.fakes.slack.errors import ApiError, invalid_arguments
from tests.fakes.slack.methods.context import Args, Context, channel_of
from tests.fakes.slack.state import AssistantThread, Json

PROMPTS = 4
LOADING_MESSAGES = 10


def _thread(context: Context, args: Args, *, optional: bool = False) -> AssistantThread:
    channel = channel_of(context, args, "channel_id")
    ts = args.text("thread_ts")
    if ts not in channel.messages and not (optional and not ts):
        raise ApiError("invalid_thread_ts")
    return context.workspace.pane(channel.id, ts)


def set_status(context: Context, args: Args) -> Json:
    pane = _thread(context, args)
    loading: Any = args.json("loading_messages", "invalid_arguments") or []
    if len(loading) > LOADING_MESSAGES:
        raise invalid_arguments([f"no more than {LOADING_MESSAGES} items allowed"])
    pane.status = args.text("status")
    pane.statuses.append(pane.status)
    context.workspace.changes.happened()
    return {"ok": True}


def set_title(context: Context, args: Args) -> Json:
    _thread(context, args).title = args.need("title")
    context.workspace.changes.happened()
    return {"ok": True}


def set_prompts(context: Context, args: Args) -> Json:
    pane = _thread(context, args, optional=True)
    prompts: Any = args.json("prompts", "invalid_arguments")
    if not isinstance(prompts, list) or not prompts:
        raise invalid_arguments(["missing required field: prompts"])
    if len(prompts) > PROMPTS:
        raise invalid_arguments([f"no more than {PROMPTS} items allowed [json-pointer:/prompts]"])
    if any(not p.get("title") or not p.get("message") for p in prompts):
        raise invalid_arguments(["a prompt needs title and message [json-pointer:/prompts]"])
    pane.prompts, pane.prompts_title = prompts, args.text("title")
    context.workspace.changes.happened()
    return {"ok": True}
