"""Bot Framework's connector on one shared session, as a botbuilder adapter.

botbuilder's own connector client opens two sessions per turn; see decision 9. What it keeps in the
turn state for its TeamsInfo (a ConnectorClient) is not there.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, cast
from urllib.parse import quote

from botbuilder.core import (  # type: ignore[import-untyped]
    BotAdapter,
    InvokeResponse,
    TurnContext,
)
from botbuilder.schema import (  # type: ignore[import-untyped]
    Activity,
    ActivityTypes,
    ConversationReference,
    ResourceResponse,
)

from adapters import Gone, MaybeSent, NotSent
from adapters.teams.activities import (
    Json,
    Reference,
    conversation_of,
    encoded,
    from_bot,
    lane_of,
    read,
    reference_of,
    written,
)
from adapters.teams.auth import CHANNEL, TokenCheck
from adapters.teams.calls import Calls, Refused
from adapters.teams.identity import Bot
from adapters.teams.times import Times

__all__ = ["Connector", "Logic", "Reference", "Refused", "reference_of"]

Logic = Callable[[TurnContext], Awaitable[object]]


class Connector(BotAdapter):  # type: ignore[misc]  # botbuilder has no types
    """Everything that writes raises adapters.NotSent, MaybeSent and Gone, and Refused.

    An `activity` is JSON as Bot Framework writes it, or botbuilder's model; its type is "message"
    unless it has its own, and so are conversation, from and recipient the reference's.
    """

    def __init__(self, bot: Bot, check: TokenCheck, *, times: Times | None = None) -> None:
        super().__init__()
        self._bot = bot
        self._check = check
        self._calls = Calls(bot, times or Times())

    async def open(self) -> None:
        self._calls.open()
        await self._check.open()

    async def close(self) -> None:
        await self._calls.close()
        await self._check.close()

    async def problem(self) -> str:
        """Why nobody can be written to, "" where they can; safe to show."""
        return await self._calls.problem()

    # --- turns

    async def process_activity(
        self, header: str, activity: Json, logic: Logic
    ) -> InvokeResponse | None:
        """`run`, for an activity whose token is yet to be checked. Raises auth.Denied."""
        await self._check.verify(header, activity)
        return await self.run(activity, logic)

    async def run(self, activity: Json, logic: Logic) -> InvokeResponse | None:
        """Runs a turn; for an invoke, what to answer it with.

        Raises what `logic` raises, and ValueError where the activity has not Bot Framework's form.
        """
        context = TurnContext(self, read(activity))
        await self.run_pipeline(context, logic)
        if context.activity.type != ActivityTypes.invoke:
            return None
        answer = context.turn_state.get(BotAdapter._INVOKE_RESPONSE_KEY)
        return answer.value if isinstance(answer, Activity) else InvokeResponse(status=501)

    # --- botbuilder's own way to send, inside a turn

    async def send_activities(
        self, context: TurnContext, activities: list[Activity]
    ) -> list[ResourceResponse]:
        return [ResourceResponse(id=await self._send_one(context, one)) for one in activities]

    async def _send_one(self, context: TurnContext, activity: Activity) -> str:
        if activity.type == "delay":
            await asyncio.sleep(float(cast("float", activity.value)) / 1_000)
        elif activity.type == ActivityTypes.invoke_response:
            context.turn_state[BotAdapter._INVOKE_RESPONSE_KEY] = activity
        elif activity.type != ActivityTypes.trace:
            given = cast("dict[str, Any]", activity.serialize())
            return await self.send(from_bot(given), given)
        return ""

    async def update_activity(self, context: TurnContext, activity: Activity) -> None:
        given = cast("dict[str, Any]", activity.serialize())
        await self.update(from_bot(given), str(activity.id), given)

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        given = cast("dict[str, Any]", reference.serialize())
        await self.delete(given, str(reference.activity_id))

    # --- without a turn

    async def send(
        self,
        reference: Reference,
        activity: Json | Activity,
        *,
        patience: float | None = None,
    ) -> str:
        """Sends to the conversation, in its thread where `replyToId` is set; the message's id, ""
        where Teams gives none (a typing indicator, what follows the first part of a stream).

        Waits for its turn, for `patience` seconds at most, then raises NotSent.
        """
        body = written(reference, activity)
        conversation = conversation_of(reference)
        to = body.get("replyToId")
        path = f"v3/conversations/{quote(conversation, safe='')}/activities"
        answer = await self._calls.call(
            "POST",
            reference["serviceUrl"],
            f"{path}/{quote(to, safe='')}" if isinstance(to, str) and to else path,
            encoded(body),
            lane=lane_of(reference),
            repeatable=False,
            patience=patience,
        )
        return str(answer.get("id") or "")

    async def typing(self, reference: Reference) -> None:
        """Shows that the bot works; tried once, and silently given up."""
        with contextlib.suppress(NotSent, MaybeSent, Gone, Refused):
            await self.send(reference, {"type": "typing"}, patience=0.0)

    async def update(self, reference: Reference, message: str, activity: Json | Activity) -> None:
        """Puts this in the place of a message sent before. Harmless twice, so tried again."""
        body = encoded({**written(reference, activity), "id": message})
        await self._on_message("PUT", reference, message, body)

    async def delete(self, reference: Reference, message: str) -> None:
        """Takes a message back."""
        await self._on_message("DELETE", reference, message, None)

    async def create_personal(self, user: str, service_url: str) -> dict[str, Any]:
        """The reference of the personal chat with the user (29:… or aadObjectId), which is made
        if there is none."""
        bot = {"id": f"28:{self._bot.app_id}"}
        tenant = self._bot.tenant
        body = {
            "isGroup": False,
            "bot": bot,
            "members": [{"id": user}],
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }
        answer = await self._calls.call(
            "POST", service_url, "v3/conversations", encoded(body), lane=f"create {user}"
        )
        if not isinstance(answer.get("id"), str):
            raise NotSent("Teams names no conversation")
        conversation = {
            "id": answer["id"], "conversationType": "personal", "tenantId": tenant
        }  # fmt: skip
        return {
            "serviceUrl": service_url,
            "channelId": CHANNEL,
            "conversation": conversation,
            "bot": bot,
            "user": {"id": user},
        }

    async def _on_message(
        self, method: str, reference: Reference, message: str, body: bytes | None
    ) -> None:
        conversation = conversation_of(reference)
        ids = f"{quote(conversation, safe='')}/activities/{quote(message, safe='')}"
        path, lane = f"v3/conversations/{ids}", lane_of(reference)
        await self._calls.call(method, reference["serviceUrl"], path, body, lane=lane)
