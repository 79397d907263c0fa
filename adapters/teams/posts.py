"""Answers become messages, with the note which message shows which answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from adapters.seal import Seal
from adapters.teams.connector import Connector, Refused
from adapters.teams.escape import markdown
from adapters.teams.incoming import Target
from adapters.teams.render import Message, render
from adapters.teams.rooms import Rooms
from core.answer import Answer
from core.errors import SourceUnavailable
from core.request import Language
from core.store import Store
from core.trace import stage
from core.words import Words

Json = Mapping[str, Any]
_FETCH = {"type": "task/fetch"}


class Posts:
    """Raises what the connector raises (NotSent, MaybeSent, Gone, Refused), and SourceUnavailable
    where the store does not know the place any more. Without `dialogs` (the Agents Playground has
    none) the buttons that open one are answered with a message."""

    def __init__(
        self,
        connector: Connector,
        rooms: Rooms,
        store: Store,
        seal: Seal,
        now: Callable[[], datetime],
        *,
        dialogs: bool = True,
    ) -> None:
        self._connector = connector
        self._rooms = rooms
        self._store = store
        self._seal = seal
        self._now = now
        self._dialogs = dialogs

    def drawn(self, answer: Answer, *, whole: bool = False) -> Message:
        with stage("render"):
            return render(answer, seal=self._seal.close, whole=whole)

    async def show(
        self,
        target: Target,
        answer: Answer,
        *,
        earlier: str = "",
        stream: str = "",
        settings: bool = False,
    ) -> str:
        """Shows the answer; the message's id. It takes the place of the message `earlier`, or
        ends the `stream`. `settings`: with a button that opens the form of one's settings."""
        drawn = self.drawn(answer)
        activity = with_settings(drawn, answer.language) if settings else drawn.activity()
        with stage("send"):
            message = await self._put(target, self._fit(activity), earlier, stream)
        if message and answer.id:
            with suppress(SourceUnavailable):  # costs the thumbs under it, no more
                await self._store.save_thread(
                    _key(target, message), {"answer": answer.id}, self._now()
                )
        return message

    async def send(self, target: Target, activity: Json) -> str:
        reference = await self._rooms.reference(target.place)
        return await self._connector.send(reference, self._fit(activity))

    async def note(self, target: Target, text: str, earlier: str = "") -> str:
        """Shows a short text, as a new message or in the place of an `earlier` one."""
        return await self._put(target, {"type": "message", **_words(text)}, earlier)

    async def typing(self, target: Target) -> None:
        await self._connector.typing(await self._rooms.reference(target.place))

    async def stream(self, target: Target, text: str, stream: str, number: int) -> str:
        """A part of a stream, which repeats all before it; the stream's id. The first is a status
        that the second replaces. Tried once: what comes next says it again."""
        kind = "streaming" if stream else "informative"
        info = {"type": "streaminfo", "streamType": kind, "streamSequence": number}
        if stream:
            info["streamId"] = stream
        activity = {"type": "typing", **_words(text), "entities": [info]}
        reference = await self._rooms.reference(target.place)
        return await self._connector.send(reference, activity, patience=0.0) or stream

    async def answer_of(self, target: Target) -> str:
        """The id of the answer that a message shows, "" where that is not known (any more)."""
        kept = await self._store.thread(_key(target, target.message))
        return str(kept.context.get("answer", "")) if kept else ""

    def _fit(self, activity: Json) -> Json:
        return activity if self._dialogs else _without_dialogs(activity)

    async def _put(self, target: Target, activity: Json, earlier: str, stream: str = "") -> str:
        reference = await self._rooms.reference(target.place)
        if earlier:
            await self._connector.update(reference, earlier, activity)
            return earlier
        if stream:
            info = {"type": "streaminfo", "streamType": "final", "streamId": stream}
            with suppress(Refused):  # it was stopped by the reader, or its two minutes are over
                last = {**activity, "entities": [*activity.get("entities", ()), info]}
                return await self._connector.send(reference, last) or stream
        return await self._connector.send(reference, activity)


def _without_dialogs(value: Any) -> Any:
    """Buttons that open a dialog send what they carry as a message instead; those that carry
    nothing are left out."""
    if isinstance(value, list):
        return [_without_dialogs(one) for one in value if not _opens_empty(one)]
    if not isinstance(value, Mapping):
        return value
    kept = {name: one for name, one in value.items() if name != "msteams" or one != _FETCH}
    return {name: _without_dialogs(one) for name, one in kept.items()}


def _opens_empty(action: Any) -> bool:
    data = action.get("data") if isinstance(action, Mapping) else None
    return isinstance(data, Mapping) and data.get("msteams") == _FETCH and not data.get("command")


def with_settings(message: Message, language: Language) -> Json:
    """The message with a button that opens the form of one's settings."""
    if message.card is None:
        return message.activity()
    title = Words(language).say("teams.change_settings")
    data = {"msteams": _FETCH, "verb": "settings"}
    button = {"type": "Action.Submit", "title": title, "data": data}
    card = {**message.card, "actions": [*message.card.get("actions", ()), button]}
    return replace(message, card=card).activity()


def _words(text: str) -> dict[str, str]:
    return {"text": markdown(text), "textFormat": "markdown"}


def _key(target: Target, message: str) -> str:
    """A message's own thread in the store: a conversation that goes on from its answer."""
    return f"{target.place.channel}|{target.place.address}|message {message}"
