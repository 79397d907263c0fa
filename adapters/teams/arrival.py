"""One activity as botbuilder's bot: what is only taken, and what Teams waits for an answer to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from botbuilder.core import (  # type: ignore[import-untyped]
    ActivityHandler,
    InvokeResponse,
    TurnContext,
)

from adapters.teams.incoming import Payload
from adapters.teams.replies import Body

Take = Callable[[Payload], Awaitable[Body | None]]


class Arrival(ActivityHandler):  # type: ignore[misc]
    """The turn of one activity. `take` writes it down, and of an invoke gives the answer: None
    where this bot has none for it. The rest of the work goes on after the turn.

    The activity is kept as it came: botbuilder's model drops what it does not know.
    """

    def __init__(self, activity: Payload, take: Take) -> None:
        self._activity = activity
        self._take = take

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        await self._take(self._activity)

    async def on_conversation_update_activity(self, turn_context: TurnContext) -> None:
        await self._take(self._activity)

    async def on_installation_update(self, turn_context: TurnContext) -> None:
        await self._take(self._activity)

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        body = await self._take(self._activity)
        if body is None:
            return InvokeResponse(status=int(HTTPStatus.NOT_IMPLEMENTED))
        return InvokeResponse(status=int(HTTPStatus.OK), body=dict(body))
