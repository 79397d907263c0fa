"""What opens in a window of its own: modals, the home tab and the assistant's pane."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cachetools import LRUCache

from adapters.seal import Seal
from adapters.settings_form import choices, settings_in
from adapters.slack.actions import is_data
from adapters.slack.ask import Ask
from adapters.slack.home import Home, home_view
from adapters.slack.inbound import Author, Clicked, PaneOpened, Submitted, is_shared
from adapters.slack.limits import Block
from adapters.slack.modals import (
    AREAS,
    FEEDBACK,
    LANGUAGE,
    QUIET_FROM,
    QUIET_TO,
    REASON,
    data_view,
    error_view,
    feedback_view,
    full_view,
    loading_view,
    settings_view,
)
from adapters.slack.web_api import OutcomeUnknown, Refused, Unreachable, WebApi
from core.answer import Answer
from core.request import Language, Place

_PROMPTS = 4
_FIRST = 5  # messages of a thread that tell whether a question is its first
_PROMPT, _TITLE = 75, 60
_CLOSED = frozenset({"not_found", "hash_conflict"})  # the view is gone, or newer than this click
_SLOW = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})


class TooLate(Exception):
    """Three seconds after the click Slack opens no modal any more."""


class Dialogs:
    """Raises Refused, Unreachable and OutcomeUnknown."""

    def __init__(self, api: WebApi, seal: Seal, ask: Ask) -> None:
        self._api = api
        self._seal = seal
        self._ask = ask
        self._titled: LRUCache[str, bool] = LRUCache(10_000)

    # --- modals

    async def show_answer(self, clicked: Clicked, command: str, page: int = 1) -> None:
        """The answer to a command as a modal, opened at once and filled when it is there.

        Raises TooLate.
        """
        place = self.place_of(clicked)
        state = self._state(place)
        view = loading_view(await self._ask.language(clicked.author), state=state)
        opened = await self.open(clicked, view)
        answer = await self._ask.answer(clicked.author, command, place)
        draw = data_view if is_data(command) else full_view
        await self.fill(opened, draw(answer, seal=self._seal.close, page=page, state=state))

    async def say_in(self, view_id: str, text: str, language: Language, place: Place) -> None:
        """Says in an open modal that something is not possible."""
        await self.fill(view_id, error_view(text, language, state=self._state(place)))

    async def ask_reason(self, clicked: Clicked, command: str, language: Language) -> None:
        """Why an answer was of no use. Raises TooLate."""
        state = self._state(self.place_of(clicked), command)
        await self.open(clicked, feedback_view(language, state=state))

    async def settings(self, clicked: Clicked) -> None:
        """What the person may choose, with what they chose. Raises TooLate."""
        view = await self.open(clicked, loading_view(await self._ask.language(clicked.author)))
        answer = await self._ask.answer(clicked.author, "/andon me", self.place_of(clicked))
        await self.fill(view, settings_view(settings_in(answer), answer.language))

    async def submitted(self, sent: Submitted) -> list[Answer]:
        """Does what a modal was sent off for; the answers that say what could not be done."""
        if sent.callback == FEEDBACK:
            place, command = self._opened_from(sent.state) or (None, "")
            reason = " ".join(str(sent.values.get(REASON, "")).split())
            if place is None or not reason:
                return []
            told = [await self._ask.answer(sent.author, f"{command} {reason}", place)]
        else:
            place = Place("slack", f"{sent.author.team}:{sent.author.id}")
            commands = _choices(sent.values)
            told = [await self._ask.answer(sent.author, command, place) for command in commands]
            await self.home(sent.author)
        return [answer for answer in told if answer.outcome != "answer"]

    def place_of(self, clicked: Clicked) -> Place:
        """Where a modal belongs: to what it was opened from. It is seen by the clicker alone,
        wherever that is."""
        state = str((clicked.view or {}).get("private_metadata") or "")
        opened = self._opened_from(state) if state else None
        return opened[0] if opened else replace(clicked.target.place, private=True)

    def _state(self, place: Place, command: str = "") -> str:
        return self._seal.close("\n".join((place.address, place.thread, command)))

    def _opened_from(self, state: str) -> tuple[Place, str] | None:
        address, *rest = (self._seal.open(state) or "").split("\n")
        if len(rest) != 2:
            return None
        shared = is_shared(address.partition(":")[2])
        return Place("slack", address, rest[0], shared=shared), rest[1]

    async def open(self, clicked: Clicked, view: Block) -> str:
        """The id of the opened view; a click inside a modal is answered in that modal.

        Raises TooLate.
        """
        if clicked.view and clicked.view.get("type") == "modal":
            return str(clicked.view.get("id", ""))
        try:
            told = await self._api.call(
                self._api.client.views_open,
                trigger_id=clicked.trigger,
                view=view,
                repeatable=False,
            )
        except Refused as refused:
            if refused.code in _SLOW:
                raise TooLate from None
            raise
        return str((told.get("view") or {}).get("id", ""))

    async def fill(self, view_id: str, view: Block) -> None:
        """Shows something else in an open modal; nothing where it was closed meanwhile."""
        try:
            await self._api.call(self._api.client.views_update, view_id=view_id, view=view)
        except Refused as refused:
            if refused.code not in _CLOSED:
                raise

    # --- the home tab

    async def home(self, author: Author) -> None:
        """Draws the tab anew, with what the person may see."""
        place = Place("slack", f"{author.team}:{author.id}")
        commands = ("/andon me", "/production", "/alerts", "/actions", "/andon prompts")
        me, shift, alerts, actions, prompts = await asyncio.gather(
            *(self._ask.answer(author, command, place) for command in commands)
        )
        chosen = settings_in(me)
        names = dict(chosen.areas)
        home = Home(
            me.language,
            self._ask.now(),
            chosen.zone,
            tuple(names[area] for area in chosen.chosen if area in names),
            shift,
            alerts,
            actions,
            prompts.actions,
            chosen.language,
            (chosen.quiet_from, chosen.quiet_to) if chosen.quiet_from else None,
        )
        view = home_view(home, seal=self._seal.close)
        await self._api.call(self._api.client.views_publish, user_id=author.id, view=view)

    # --- the assistant's pane

    async def pane(self, opened: PaneOpened) -> None:
        """Offers questions that fit the person's areas and the hour of the shift."""
        place = Place("slack", f"{opened.author.team}:{opened.channel}", opened.thread)
        answer = await self._ask.answer(opened.author, "/andon prompts", place)
        prompts = [
            {"title": action.label[:_PROMPT], "message": action.command}
            for action in answer.actions[:_PROMPTS]
        ]
        if not prompts:  # nothing is open to them, and Slack takes no empty list
            return
        await self._api.call(
            self._api.client.assistant_threads_setSuggestedPrompts,
            channel_id=opened.channel,
            # In the agent view a thread would make the call fail without a word.
            thread_ts=opened.thread or None,
            prompts=prompts,
        )

    async def pane_status(self, channel: str, thread: str, text: str) -> bool:
        """The line under the question while it is worked on; Slack clears it with the answer.
        False where there is no such line."""
        return await self._quietly(
            self._api.client.assistant_threads_setStatus,
            channel_id=channel,
            thread_ts=thread,
            status=text,
        )

    async def pane_title(self, channel: str, thread: str, question: str) -> None:
        """Names the conversation after its first question."""
        if thread in self._titled or not await self._is_first(channel, thread):
            return
        self._titled[thread] = True
        await self._quietly(
            self._api.client.assistant_threads_setTitle,
            channel_id=channel,
            thread_ts=thread,
            title=" ".join(question.split())[:_TITLE],
        )

    async def _is_first(self, channel: str, thread: str) -> bool:
        """Whether a person has said one thing only in the thread. Slack knows it, whichever
        process answered before."""
        try:
            async with asyncio.timeout(self._api.times.ornament):
                told = await self._api.call(
                    self._api.client.conversations_replies, channel=channel, ts=thread, limit=_FIRST
                )
        except (Refused, Unreachable, OutcomeUnknown, TimeoutError):
            return False
        said = [m for m in told.get("messages") or () if not m.get("bot_id")]
        return len(said) <= 1

    async def _quietly(self, method: Any, **arguments: Any) -> bool:
        """What is only an ornament; without it the answer comes all the same."""
        try:
            async with asyncio.timeout(self._api.times.ornament):
                await self._api.call(method, patience=0, **arguments)
        except (Refused, Unreachable, OutcomeUnknown, TimeoutError):
            return False
        return True


def _choices(values: Mapping[str, str | tuple[str, ...]]) -> list[str]:
    areas = values.get(AREAS, ())
    named = ", ".join(areas) if isinstance(areas, tuple) else areas
    language, begins, ends = (
        str(values.get(name) or "") for name in (LANGUAGE, QUIET_FROM, QUIET_TO)
    )
    return choices(named, language, begins, ends)
