"""The loop of a model and its tools: LangChain's agent with our own ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    ModelFallbackMiddleware,
    ModelRetryMiddleware,
)
from langchain_core.messages import HumanMessage
from langsmith import set_runtime_overrides, tracing_context

from core.agent.calling import Calling, Unfit
from core.agent.conversation import Conversation
from core.agent.limits import Limits
from core.agent.models import Model
from core.agent.prompt import context_of
from core.agent.tools import wrapped

_PASSING = frozenset({408, 409, 429})
# What the same model would do again.
_LASTING = frozenset({"length", "content_filter", "incomplete", "max_tokens", "refusal"})


async def _in_place(
    _usual: Callable[..., Any], ctx: Context, func: Callable[..., Any], *args: Any, **kwargs: Any
) -> Any:
    return ctx.run(func, *args, **kwargs)


# LangChain wraps each middleware for LangSmith, which goes through the thread pool twice for every
# call of a model, tracing or not: behind pictures that are drawn and databases that are read.
set_runtime_overrides(aio_to_thread=_in_place)


class Loop:
    """Built once for all turns."""

    def __init__(self, models: Sequence[Model], limits: Limits) -> None:
        tools = wrapped(sql=limits.sql)
        first, *others = models
        middleware: list[AgentMiddleware[Any, Any, Any]] = []
        if others:
            middleware.append(ModelFallbackMiddleware(*(model.chat for model in others)))
        middleware += [
            ModelRetryMiddleware(
                max_retries=limits.retries,
                retry_on=is_passing,
                on_failure="error",
                initial_delay=limits.pause,
            ),
            Calling(models, tools),
        ]
        self._agent = create_agent(
            first.chat, tools, middleware=middleware, context_schema=Conversation
        )
        # Ours is the limit that is reached: a model and a tool step for each call of the model.
        self._steps = 2 * limits.model_calls + 4

    async def run(self, talk: Conversation) -> None:
        """Plays the turn; what came of it stands in `talk`. Raises what the last model raised."""
        messages = [HumanMessage(context_of(talk.turn)), HumanMessage(talk.turn.question)]
        with tracing_context(enabled=False):  # nothing is sent to anyone else, whatever is set
            await self._agent.ainvoke(
                {"messages": [*messages]},
                {"recursion_limit": self._steps},
                context=talk,
                stream_mode="updates",  # the cheapest: the messages are not wanted afterwards
            )


def is_passing(error: Exception) -> bool:
    """Whether the same model, asked again, may answer."""
    if isinstance(error, Unfit):
        return error.why not in _LASTING
    if getattr(error, "code", None) == "insufficient_quota":
        return False
    status = getattr(error, "status_code", None)
    return not isinstance(status, int) or status in _PASSING or status >= 500
