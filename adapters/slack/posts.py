"""Answers become messages: posted once, found again after a crash, updated in place."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cachetools import LRUCache

from adapters.seal import Seal
from adapters.slack.inbound import Author, Target
from adapters.slack.marks import find, found_late, mark
from adapters.slack.pictures import Draw, Pictures
from adapters.slack.render import Look, Message, render
from adapters.slack.times import Times
from adapters.slack.web_api import OutcomeUnknown, Refused, WebApi
from core.answer import Answer
from core.outgoing import is_safe
from core.request import Place
from core.trace import stage

__all__ = ["Draw", "Posts"]

log = logging.getLogger(__name__)


# What Slack says of blocks that it, or the reader's client, does not take.
_TOO_MODERN = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long",
                         "msg_too_long", "invalid_attachments"})  # fmt: skip
# The bot was removed from where it was asked, or nobody may write there any more.
_NOT_HERE = frozenset({"channel_not_found", "not_in_channel", "is_archived", "restricted_action",
                       "restricted_action_read_only_channel"})  # fmt: skip
_SPENT_URL = frozenset({"used_url", "expired_url", "status 404", "status 410"})
_HOOKS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
_OPEN_STREAM, _NO_STREAM = "streaming_state_conflict", "message_not_in_streaming_state"
_POSTS = 3


class Posts:
    """Draws and sends. Raises Refused, Unreachable and OutcomeUnknown where a message could
    not be shown or nobody knows whether it was."""

    def __init__(self, api: WebApi, look: Look, seal: Seal, draw: Draw) -> None:
        self._api = api
        self._look: Look = look
        self._seal = seal
        self._pictures = Pictures(api, draw)
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
            with stage("send"):
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
        with stage("send"):
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

    async def find(self, target: Target, delivery: str, unmarked_since: str = "") -> str:
        """See `find` of marks."""
        return await find(self._api, target, delivery, unmarked_since)

    # --- what grows while the answer is made; tried once, for the answer will say it anyhow

    @property
    def times(self) -> Times:
        return self._api.times

    async def say(self, target: Target, ts: str, text: str, delivery: str) -> None:
        """Lets a message say something else."""
        await self._api.call(
            self._api.client.chat_update,
            patience=0,
            channel=target.channel,
            ts=ts,
            text=text,
            metadata=mark(delivery),
        )

    async def stream(self, target: Target, author: Author, text: str, since: str) -> str:
        """Begins a stream in the thread; its ts. `since` is the ts of the question, by which it
        is looked for where nobody knows whether it began: "" if it did not."""
        try:
            told = await self._api.call(
                self._api.client.chat_startStream,
                patience=0,
                repeatable=False,
                channel=target.channel,
                thread_ts=target.thread,
                recipient_team_id=author.team,
                recipient_user_id=author.id,
                markdown_text=text,
            )
        except OutcomeUnknown:
            return await found_late(self._api, target, "", since)
        return str(told.get("ts", ""))

    async def append(self, target: Target, ts: str, text: str) -> None:
        """Adds to a stream."""
        await self._api.call(
            self._api.client.chat_appendStream,
            patience=0,
            repeatable=False,
            channel=target.channel,
            ts=ts,
            markdown_text=text,
        )

    async def end_stream(self, target: Target, ts: str, delivery: str) -> None:
        """A stream that is open takes no other words. Ended, it carries the mark."""
        try:
            await self._api.call(
                self._api.client.chat_stopStream,
                channel=target.channel,
                ts=ts,
                metadata=mark(delivery) if delivery else None,
            )
        except Refused as refused:
            if refused.code != _NO_STREAM:  # it has ended by itself
                raise

    async def _drawn(self, answer: Answer, look: Look, *, sharing: bool) -> Message:
        with stage("render"):
            files = await self._pictures.upload(answer, look)
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
        if earlier:
            await self._replace(target, earlier, shown, delivery)
            return earlier
        shown |= {
            "thread_ts": target.thread or None,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": mark(delivery) if delivery else None,
        }
        for attempt in range(_POSTS):
            try:
                return await self._post(shown)
            except OutcomeUnknown:
                if not delivery or attempt == _POSTS - 1:
                    raise
            if found := await found_late(self._api, target, delivery):
                return found
        raise AssertionError("the last post returns or raises")

    async def _post(self, shown: Mapping[str, Any]) -> str:
        post = self._api.client.chat_postMessage
        told = await self._api.call(post, paced=True, repeatable=False, **shown)
        return str(told.get("ts", ""))

    async def _replace(
        self, target: Target, ts: str, shown: Mapping[str, Any], delivery: str
    ) -> None:
        update = self._api.client.chat_update
        given = {**shown, "metadata": mark(delivery)} if delivery else shown
        try:
            await self._api.call(update, ts=ts, **given)
        except Refused as refused:
            if refused.code != _OPEN_STREAM:
                raise
            await self.end_stream(target, ts, delivery)
            await self._api.call(update, ts=ts, **given)

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
        is_theirs = host in _HOOKS or host == urlsplit(self._api.client.base_url).hostname
        if not (is_theirs and is_safe(target.response_url)):
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
