"""Where the bot can write: conversation references, kept in the store for after a restart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cachetools import LRUCache

from adapters import Gone
from adapters.teams.connector import Connector, Reference, reference_of
from adapters.teams.inbound import target_of
from adapters.teams.incoming import NAME, PERSONAL, ROOT, Author, Payload, Target
from core.request import Place
from core.store.places import Places, place_id

_KEPT = ("serviceUrl", "channelId", "conversation", "bot")


class Rooms:
    """Raises SourceUnavailable where the store does not answer."""

    def __init__(self, connector: Connector, places: Places, now: Callable[[], datetime]) -> None:
        self._connector = connector
        self._places = places
        self._now = now
        self._known: LRUCache[str, Reference] = LRUCache(10_000)
        self._saved: LRUCache[str, Reference] = LRUCache(10_000)

    async def keep(self, activity: Payload, author: Author | None) -> None:
        """Remembers where an activity came from, so that one can write there unasked; of a
        personal chat also whose it is."""
        target = target_of(activity)
        reference = _reference(activity)
        await self._save(target.place, reference)
        if target.personal and author is not None and author.id:
            await self._save(_of_person(author.tenant, author.id), reference)

    def hear(self, activity: Payload) -> None:
        """Remembers it for now only, where the store does not answer."""
        self._known[place_id(target_of(activity).place)] = _reference(activity)

    async def reference(self, place: Place) -> dict[str, Any]:
        """What the connector needs for a place, with its thread. Raises Gone where the bot never
        was there."""
        known = self._known.get(place_id(place)) or await self._places.reference(place)
        if known is None:
            raise Gone("the bot was never in this conversation")
        self._known[place_id(place)] = known
        return _in_thread(known, place.thread)

    async def personal(self, author: Author, service_url: str) -> Target:
        """The personal chat with somebody, made if there is none yet. Raises as the connector."""
        person = _of_person(author.tenant, author.id)
        try:
            reference: Reference = await self.reference(person)
        except Gone:
            account = author.account or author.id
            reference = await self._connector.create_personal(account, service_url)
            await self._save(person, reference)
        conversation = str(reference["conversation"]["id"])
        place = Place(NAME, f"{author.tenant}:{conversation}")
        await self._save(place, reference)
        return Target(place, conversation, str(reference["serviceUrl"]))

    async def lose(self, place: Place, why: str) -> None:
        """Nobody can write there any more."""
        self.forget(place)
        await self._places.lose(place, why, self._now())

    def forget(self, place: Place) -> None:
        """What comes from there next is saved again: one can write there after all."""
        self._known.pop(place_id(place), None)
        self._saved.pop(place_id(place), None)

    async def _save(self, place: Place, reference: Reference) -> None:
        key = place_id(place)
        self._known[key] = reference  # also where the store fails: an answer is on its way
        if self._saved.get(key) != reference:
            await self._places.save(place, self._now(), reference)
            self._saved[key] = reference


def _of_person(tenant: str, user: str) -> Place:
    """Stands for somebody's personal chat where only the person is known."""
    return Place(NAME, f"{tenant}:{user}")


def _reference(activity: Payload) -> dict[str, Any]:
    """Of the whole conversation: without the thread and the message that it came with."""
    whole = reference_of(activity)
    kept = {name: whole[name] for name in _KEPT if name in whole}
    conversation = {**kept["conversation"]}
    conversation["id"] = str(conversation["id"]).partition(ROOT)[0]
    kept["conversation"] = conversation
    if conversation.get("conversationType") == PERSONAL and "user" in whole:
        kept["user"] = whole["user"]
    return kept


def _in_thread(reference: Reference, thread: str) -> dict[str, Any]:
    conversation: Mapping[str, Any] = reference["conversation"]
    root = str(conversation["id"]).partition(ROOT)[0]
    whole = f"{root}{ROOT}{thread}" if thread else root
    return {**reference, "conversation": {**conversation, "id": whole}}
