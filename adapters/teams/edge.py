"""Teams' door into the process: who knocks is checked, then it is written down, and answered."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from aiohttp import web
from cachetools import TTLCache

from adapters import Gone, MaybeSent, NotSent
from adapters.asking import Asking
from adapters.intake import Intake
from adapters.teams import replies
from adapters.teams.arrival import Arrival
from adapters.teams.auth import Denied, TokenCheck
from adapters.teams.connector import Connector, Refused
from adapters.teams.dialog_turns import DialogTurns
from adapters.teams.inbound import key_of, read
from adapters.teams.incoming import (
    Asked,
    DialogFetched,
    DialogSubmitted,
    Incoming,
    Installed,
    Payload,
)
from adapters.teams.patience import Patience
from adapters.teams.posts import Posts
from adapters.teams.replies import Body, Replies
from adapters.teams.rooms import Rooms
from core.errors import SourceUnavailable
from core.words import Words

log = logging.getLogger(__name__)

_HOUR = 3600.0
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


class Edge:
    """Requests to the bot's messaging endpoint. An invoke waits here for what the work gives."""

    def __init__(
        self,
        check: TokenCheck,
        connector: Connector,
        intake: Intake,
        invokes: Replies,
        rooms: Rooms,
        posts: Posts,
        asking: Asking,
        dialogs: DialogTurns,
        patience: Patience,
    ) -> None:
        self._check = check
        self._connector = connector
        self._intake = intake
        self._invokes = invokes
        self._rooms = rooms
        self._posts = posts
        self._asking = asking
        self._dialogs = dialogs
        self._patience = patience
        self._denied: TTLCache[str, bool] = TTLCache(100, _HOUR)

    async def http(self, request: web.Request) -> web.Response:
        """The bot's messaging endpoint: 401 or 403 for whoever is not Teams, 400 for what is no
        activity."""
        activity = _activity(await request.read())
        header = request.headers.get("Authorization", "")
        try:
            await self._check.verify(header, activity or {})
        except Denied as denied:
            self._note(denied)
            return web.json_response({"error": "not allowed"}, status=denied.status)
        # A page in a browser on this machine cannot send JSON: the Playground asks for no token.
        if activity is None or request.content_type != "application/json":
            return web.json_response({"error": "no activity"}, status=400)
        try:
            response = await self._connector.run(activity, Arrival(activity, self._receive).on_turn)
        except ValueError:
            return web.json_response({"error": "no activity"}, status=400)
        except SourceUnavailable:
            return web.json_response({"error": "not written down"}, status=503)
        if response is None:
            return web.Response(status=202)
        return web.json_response(response.body or {}, status=response.status)

    def _note(self, denied: Denied) -> None:
        """Once an hour: anybody can knock, as often as they like."""
        if (why := str(denied)) not in self._denied:
            self._denied[why] = True
            log.warning("an activity was not taken: %s", why)

    async def _receive(self, activity: Payload) -> Body | None:
        """Returns once it is written down; what Teams waits for, with its answer.

        Raises SourceUnavailable where Teams is to bring it again.
        """
        key, incoming = key_of(activity), read(activity)
        if key is None or incoming is None:
            return None
        invoked = activity.get("type") == "invoke"
        new = invoked and not self._invokes.known(key)
        if new:
            self._invokes.expect(key)
        try:
            async with asyncio.timeout(self._patience.ack):
                if isinstance(incoming, Installed):
                    await self._is_there(activity, incoming)
                taken = await self._intake.receive(key, activity)
        except (SourceUnavailable, TimeoutError) as error:
            if new:
                self._invokes.forget(key)
            log.error("not taken, the store does not answer: %s",
                      getattr(error, "problem", "no answer in time"))  # fmt: skip
            return await self._not_kept(activity, incoming)
        if not invoked:
            return {}
        if new and not taken:  # another process has it
            self._invokes.give(key, self._late(activity, incoming))
        late = partial(self._late, activity, incoming)
        return await self._invokes.get(key, self._patience.reply, late)

    async def _is_there(self, activity: Payload, installed: Installed) -> None:
        """Also where the bot comes again, which is no row of its own: it is not welcomed twice, but
        can write there, whatever this or another process knew."""
        self._rooms.forget(installed.target.place)
        await self._rooms.keep(activity, installed.author)

    async def _not_kept(self, activity: Payload, incoming: Incoming) -> Body:
        """Who asked is told to ask again. Raises SourceUnavailable where that is not possible."""
        said = self._words(incoming).say("chat.not_kept")
        if activity.get("type") == "invoke":
            return replies.in_short(activity.get("name"), said)
        if isinstance(incoming, Asked) and incoming.addressed:
            try:
                self._rooms.hear(activity)
                await self._posts.note(incoming.target, said)
            except (NotSent, MaybeSent, Gone, Refused):
                log.warning("nobody could be told that a question was not taken")
            else:
                return {}
        raise SourceUnavailable("store", "no answer in time")

    def _late(self, activity: Payload, incoming: Incoming) -> Body:
        match incoming:
            case DialogFetched(author, data, _) | DialogSubmitted(author, data, _):
                return replies.dialog(self._dialogs.later(author, data))
            case _:
                said = self._words(incoming).say("teams.comes_later")
                return replies.in_short(activity.get("name"), said)

    def _words(self, incoming: Incoming) -> Words:
        author = getattr(incoming, "author", None)
        language = self._asking.language(author.user) if author else self._asking.usual
        return Words(language)


def _activity(raw: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(raw, parse_constant=_no_number)
        if _HALF.search(raw):  # half of a sign that takes two: no database and no address has it
            whole = json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")
            found = json.loads(whole)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found else None


def _no_number(name: str) -> Any:
    raise ValueError(name)  # NaN is no JSON, and no database keeps it
