"""Answers become messages: posted once, found again after a crash, updated in place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from cachetools import LRUCache

from adapters.slack.inbound import Author, Target
from adapters.slack.render import Look, Message, charts_to_draw, render
from adapters.slack.seal import Seal
from adapters.slack.web_api import OutcomeUnknown, Refused, Unreachable, WebApi
from core.answer import Answer, Chart
from core.request import Language, Place

log = logging.getLogger(__name__)

EVENT_TYPE = "andon_delivery"
Draw = Callable[[Chart, Language], Awaitable[bytes | None]]

# What Slack says of blocks that it, or the reader's client, does not take.
_TOO_MODERN = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long",
                         "msg_too_long", "invalid_attachments"})  # fmt: skip
# The bot was removed from where it was asked, or nobody may write there any more.
_NOT_HERE = frozenset({"channel_not_found", "not_in_channel", "is_archived", "restricted_action",
                       "restricted_action_read_only_channel"})  # fmt: skip
_SPENT_URL = frozenset({"used_url", "expired_url", "status 404", "status 410"})
_HOOKS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
_PAGE, _PAGES = 200, 10  # messages looked through for one that carries a mark
_POSTS = 3


class Posts:
    """Draws and sends. Raises Refused, Unreachable and OutcomeUnknown where a message could
    not be shown or nobody knows whether it was."""

    def __init__(self, api: WebApi, look: Look, seal: Seal, draw: Draw) -> None:
        self._api = api
        self._look: Look = look
        self._seal = seal
        self._draw = draw
        self._directs: LRUCache[str, str] = LRUCache(10_000)

    async def show(
        self,
        target: Target,
        answer: Answer,
        *,
        author: Author | None = None,
        delivery: str = "",
        earlier: str = "",
        sharing: bool = False,
    ) -> str:
        """Shows the answer at the target; the message's ts, "" where only the author sees it.

        `delivery` marks the message, `earlier` is the ts of one to put the answer in the place of.
        For an ephemeral message `earlier` is any text: the last one is then replaced.
        """
        message = await self._drawn(answer, self._look, sharing=sharing)
        try:
            return await self._send(target, message, author, delivery, earlier)
        except Refused as refused:
            if refused.code in _NOT_HERE and author is not None and not target.response_url:
                log.warning("not shown in the channel but directly: %s", refused.code)
                here = Target(await self.direct(author.id), target.place)
                return await self.show(here, answer, delivery=delivery)
            if refused.code not in _TOO_MODERN or self._look == "plain":
                raise
            log.warning("Slack refused blocks: %s %s", refused.code, "; ".join(refused.details))
        message = await self._drawn(answer, "plain", sharing=sharing)
        return await self._send(target, message, author, delivery, earlier)

    async def note(self, target: Target, text: str, *, delivery: str = "") -> str:
        """Shows a short text, such as that work goes on; the message's ts."""
        return await self._send(target, Message(text, [], shortened=False), None, delivery, "")

    async def show_directly(self, user: str, place: Place, answer: Answer) -> str:
        """Shows the answer in the user's direct message with the bot; the message's ts."""
        return await self.show(Target(await self.direct(user), place), answer)

    async def direct(self, user: str) -> str:
        """The channel of the bot's direct message with the user."""
        known = self._directs.get(user)
        if known is None:
            opened = await self._api.call(self._api.client.conversations_open, users=user)
            known = self._directs[user] = str((opened.get("channel") or {}).get("id", ""))
        return known

    async def find(self, target: Target, delivery: str) -> str:
        """The ts of the message that carries this mark, "" if there is none."""
        client = self._api.client
        read = client.conversations_replies if target.thread else client.conversations_history
        where: dict[str, Any] = {"ts": target.thread} if target.thread else {}
        cursor = ""
        for _ in range(_PAGES):  # a thread is told from its beginning, a channel from its end
            told = await self._api.call(
                read,
                channel=target.channel,
                include_all_metadata=True,
                limit=_PAGE,
                cursor=cursor or None,
                **where,
            )
            if found := _marked(told.get("messages") or (), delivery):
                return found
            cursor = str((told.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return ""

    async def _drawn(self, answer: Answer, look: Look, *, sharing: bool) -> Message:
        files = await self._upload(answer, look)
        return render(answer, look=look, seal=self._seal.close, files=files, sharing=sharing)

    async def _send(
        self, target: Target, message: Message, author: Author | None, delivery: str, earlier: str
    ) -> str:
        if target.response_url:
            return await self._respond(target, message, author, replace=bool(earlier))
        shown: dict[str, Any] = {
            "channel": target.channel,
            "text": message.text,
            "blocks": message.blocks or None,
        }
        client = self._api.client
        if earlier:
            await self._api.call(client.chat_update, ts=earlier, **shown)
            return earlier
        shown |= {
            "thread_ts": target.thread or None,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"id": delivery}}
            if delivery
            else None,
        }
        for attempt in range(_POSTS):
            try:
                return await self._post(shown)
            except OutcomeUnknown:
                if not delivery or attempt == _POSTS - 1:
                    raise
            if found := await self._shown(target, delivery):
                return found
        raise AssertionError("the last post returns or raises")

    async def _post(self, shown: Mapping[str, Any]) -> str:
        post = self._api.client.chat_postMessage
        told = await self._api.call(post, paced=True, repeatable=False, **shown)
        return str(told.get("ts", ""))

    async def _shown(self, target: Target, delivery: str) -> str:
        """The ts of a message of which a broken connection did not tell whether it is there."""
        for seconds in self._api.times.shown_after:
            await asyncio.sleep(seconds)
            try:
                if found := await self.find(target, delivery):
                    return found
            except (Refused, Unreachable) as error:
                raise OutcomeUnknown(str(error)) from None
        return ""

    # --- to one person alone

    async def _respond(
        self, target: Target, message: Message, author: Author | None, *, replace: bool
    ) -> str:
        try:
            await self._to_url(target, message, replace=replace)
        except Refused as refused:
            if refused.code not in _SPENT_URL or author is None:
                raise
            await self._privately(target, message, author)
        return ""

    async def _to_url(self, target: Target, message: Message, *, replace: bool) -> None:
        """A response_url takes five messages in thirty minutes."""
        host = urlsplit(target.response_url).hostname
        if host not in _HOOKS and host != urlsplit(self._api.client.base_url).hostname:
            raise Refused("foreign response_url")
        body = {
            "response_type": "ephemeral",
            "replace_original": replace,
            "text": message.text,
            **({"blocks": message.blocks} if message.blocks else {}),
            **({"thread_ts": target.thread} if target.thread else {}),
        }
        await self._api.respond(target.response_url, body)

    async def _privately(self, target: Target, message: Message, author: Author) -> None:
        """Where the response_url is spent: beside the question if the bot may, else directly."""
        client = self._api.client
        shown: dict[str, Any] = {"text": message.text, "blocks": message.blocks or None}
        try:
            await self._api.call(
                client.chat_postEphemeral,
                channel=target.channel,
                user=author.id,
                repeatable=False,
                **shown,
            )
        except Refused:
            await self._post({"channel": await self.direct(author.id), **shown})

    # --- pictures

    async def _upload(self, answer: Answer, look: Look) -> Mapping[int, str]:
        """Slack's file ids of the charts that need a picture; without one a chart is drawn in
        text."""
        wanted = charts_to_draw(answer, look)
        if not wanted:
            return {}
        files = await asyncio.gather(*(self._picture(chart, answer) for _, chart in wanted))
        return {n: file for (n, _), file in zip(wanted, files, strict=True) if file}

    async def _picture(self, chart: Chart, answer: Answer) -> str:
        client: Any = self._api.client
        try:
            image = await self._draw(chart, answer.language)
            if image is None:
                return ""
            told = await self._api.call(
                client.files_getUploadURLExternal, filename="chart.png", length=len(image)
            )
            async with self._api.open().post(told["upload_url"], data=image) as response:
                if response.status != 200:
                    return ""
            file = str(told["file_id"])
            done = [{"id": file, "title": chart.title[:100]}]
            await self._api.call(client.files_completeUploadExternal, files=done)
        except (Refused, Unreachable, OutcomeUnknown, aiohttp.ClientError, TimeoutError) as error:
            log.warning("no picture: %s", error)
            return ""
        return file


def _marked(messages: Iterable[Mapping[str, Any]], delivery: str) -> str:
    for message in messages:
        metadata = message.get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        if metadata.get("event_type") == EVENT_TYPE and payload.get("id") == delivery:
            return str(message["ts"])
    return ""
