"""Charts as pictures, uploaded for an answer that is about to be shown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp

from adapters.slack.render import Look, charts_to_draw
from adapters.slack.web_api import OutcomeUnknown, Refused, Unreachable, WebApi
from core.answer import Answer, Chart
from core.outgoing import is_safe
from core.request import Language

log = logging.getLogger(__name__)
Draw = Callable[[Chart, Language], Awaitable[bytes | None]]


class Pictures:
    """`draw` makes a PNG, or None where it cannot."""

    def __init__(self, api: WebApi, draw: Draw) -> None:
        self._api = api
        self._draw = draw

    async def upload(self, answer: Answer, look: Look) -> Mapping[int, str]:
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
            if not is_safe(str(told["upload_url"])):
                raise Refused("unsafe upload_url")
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
