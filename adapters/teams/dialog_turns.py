"""What is done in dialogs: the data behind a figure, the whole answer, one's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.asking import Asking
from adapters.seal import Seal
from adapters.settings_form import choices, settings_in
from adapters.subscription_form import chosen, form_in
from adapters.teams import replies
from adapters.teams.dialogs import (
    AREAS,
    KINDS,
    LANGUAGE,
    QUIET_FROM,
    QUIET_TO,
    data_dialog,
    error_dialog,
    full_dialog,
    settings_dialog,
    subscription_dialog,
)
from adapters.teams.incoming import Author, Payload, Target
from adapters.teams.replies import Body
from core.answer import Actions, Answer
from core.answer_text import as_text
from core.request import Place
from core.words import Words

TaskInfo = Mapping[str, Any]


class DialogTurns:
    """A dialog is seen by whoever opened it alone, wherever that is."""

    def __init__(self, asking: Asking, seal: Seal) -> None:
        self._asking = asking
        self._seal = seal

    async def opened(self, author: Author, data: Payload, target: Target) -> TaskInfo:
        """What is in a dialog that a button opens, or goes on to. The form of one's settings
        needs no seal: it shows what one may see, and takes what one may choose."""
        place = _alone(target.place)
        if _text(data, "verb") == "settings":
            answer = await self._asking.answer(author.user, "/andon me", place)
            return settings_dialog(settings_in(answer), answer.language)
        carried = self._seal.open(_text(data, "command"))
        if carried is None:
            language = self._asking.language(author.user)
            return error_dialog(Words(language).say("chat.stale_button"), language)
        match _text(data, "verb"):
            case "subscription" | "subscribe":
                return await self._subscription(author, carried, place)
            case "show_all":
                return await self._whole(author, f"/show {carried}", place)
            case "page":
                answer_id, _, page = carried.partition(" ")
                number = int(page) if page.isdecimal() else 1
                return await self._whole(author, f"/show {answer_id}", place, number)
            case _:
                return await self._whole(author, carried, place)

    async def submitted(self, author: Author, data: Payload, target: Target) -> Body:
        """What comes after a button inside a dialog."""
        if _text(data, "verb") == "settings" and "language" in data:  # the form is filled in
            return await self._chosen(author, data, _alone(target.place))
        carried = self._seal.open(_text(data, "command"))
        if _text(data, "verb") == "subscribe" and carried and {AREAS, KINDS} & set(data):
            id = " ".join(carried.split()[2:])
            command = chosen(id, _several(data, AREAS), _several(data, KINDS))
            answer = await self._asking.answer(author.user, command, _alone(target.place))
            return replies.last_word(as_text(_said(answer)))
        return replies.dialog(await self.opened(author, data, target))

    def later(self, author: Author, data: Payload) -> TaskInfo:
        """It takes longer than Teams waits: the same once more at the press of a button."""
        language = self._asking.language(author.user)
        words = Words(language)
        info = error_dialog(words.say("teams.takes_longer"), language)
        again = {key: data[key] for key in ("verb", "command", "state") if key in data}
        button = {"type": "Action.Submit", "title": words.say("teams.look_again"), "data": again}
        card = dict(info["card"])
        content = {**card["content"], "actions": [button]}
        return {**info, "card": {**card, "content": content}}

    async def _subscription(self, author: Author, command: str, place: Place) -> TaskInfo:
        """The form that the answer to the command makes; it belongs to the place."""
        answer = await self._asking.answer(author.user, command, place)
        form = form_in(answer)
        if form is None:
            return error_dialog(as_text(answer), answer.language)
        return subscription_dialog(form, answer.language, seal=self._seal.close)

    async def _whole(self, author: Author, command: str, place: Place, page: int = 1) -> TaskInfo:
        answer = await self._asking.answer(author.user, command, place)
        draw = data_dialog if command.startswith("/data") else full_dialog
        return draw(answer, seal=self._seal.close, page=page)

    async def _chosen(self, author: Author, data: Payload, place: Place) -> Body:
        """Makes the choices of the form; the last answer lists them, or what was wrong with one."""
        user, commands = author.user, _choices(data)
        told = [await self._asking.answer(user, command, place) for command in commands]
        wrong = [answer for answer in told if answer.outcome != "answer"]
        return replies.last_word("\n\n".join(as_text(_said(one)) for one in wrong or told[-1:]))


def _alone(place: Place) -> Place:
    """Nobody but its opener reads a dialog; what is ordered there for the place, all in it read."""
    return replace(place, private=True, shared=not place.private)


def _said(answer: Answer) -> Answer:
    """Without buttons: there are none where a dialog ends."""
    parts = tuple(part for part in answer.parts if not isinstance(part, Actions))
    return replace(answer, parts=parts)


def _choices(data: Payload) -> list[str]:
    areas = ", ".join(_several(data, AREAS))
    return choices(areas, *(_text(data, name) for name in (LANGUAGE, QUIET_FROM, QUIET_TO)))


def _several(data: Payload, name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _text(data, name).split(",") if part.strip())


def _text(data: Payload, name: str) -> str:
    found = data.get(name)
    return found if isinstance(found, str) else ""
