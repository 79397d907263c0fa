"""Who the people are: names and languages as Slack knows them, and their user groups."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from cachetools import TTLCache

from adapters.slack.inbound import Author
from adapters.slack.web_api import OutcomeUnknown, Refused, Unreachable, WebApi
from core.request import User, language_of

log = logging.getLogger(__name__)

_MINUTE, _HOUR = 60.0, 3600.0


class GroupsUnknown(Exception):
    """Slack does not tell who is in the user groups that access hangs on."""


class Directory:
    """Looks people up once an hour. What Slack does not tell in time stays unknown: a question
    is answered without the asker's name. Groups are another matter: they decide who sees what."""

    def __init__(
        self, api: WebApi, groups: Iterable[str] = (), *, again_after: float = _MINUTE
    ) -> None:
        self._api = api
        self._groups = tuple(sorted(groups))
        self._people: TTLCache[str, User] = TTLCache(10_000, _HOUR)
        self._nameless: TTLCache[str, User] = TTLCache(10_000, again_after)
        self._asked: dict[str, asyncio.Task[User]] = {}
        self._members: TTLCache[str, frozenset[str]] = TTLCache(1_000, _HOUR)

    async def user(self, author: Author) -> User:
        """The user with name, locale and the groups that access hangs on.

        Raises GroupsUnknown.
        """
        # Several questions at once, such as the home tab's, look up once.
        task = self._asked.get(author.key)
        if task is None:
            task = asyncio.create_task(self._look_up(author))
            self._asked[author.key] = task
            task.add_done_callback(lambda _: self._asked.pop(author.key, None))
        return await asyncio.shield(task)

    async def _look_up(self, author: Author) -> User:
        user, members = await asyncio.gather(self._person(author), self._memberships(author))
        return replace(user, groups=members)

    async def _person(self, author: Author) -> User:
        known = self._people.get(author.key) or self._nameless.get(author.key)
        if known is not None:
            return known
        found = await self._profile(author)
        if found is None:  # the next question does not wait for it again
            return self._nameless.setdefault(author.key, User(author.key))
        self._people[author.key] = found
        return found

    async def _profile(self, author: Author) -> User | None:
        api = self._api
        try:
            async with asyncio.timeout(self._api.times.people):
                told = await api.call(api.client.users_info, user=author.id, include_locale=True)
        except (Refused, Unreachable, OutcomeUnknown, TimeoutError):
            return None
        found: dict[str, Any] = told.get("user") or {}
        profile = found.get("profile") or {}
        name = str(profile.get("display_name") or profile.get("real_name") or "")
        return User(author.key, name, locale=language_of(str(found.get("locale") or "")))

    async def _memberships(self, author: Author) -> tuple[str, ...]:
        try:
            async with asyncio.timeout(self._api.times.people):
                members = [(group, await self._members_of(group)) for group in self._groups]
        except (Refused, Unreachable, OutcomeUnknown, TimeoutError) as error:
            log.warning("the members of user groups are unknown: %s", error)
            raise GroupsUnknown from None
        return tuple(group for group, ids in members if author.id in ids)

    async def _members_of(self, group: str) -> frozenset[str]:
        """User ids of `slack:T…:S…`; none where Slack knows no such group."""
        known = self._members.get(group)
        if known is not None:
            return known
        api, usergroup = self._api, group.rpartition(":")[2]
        try:
            told = await api.call(api.client.usergroups_users_list, usergroup=usergroup)
        except Refused as refused:
            if refused.code != "no_such_subteam":
                raise
            log.warning("access.toml names a user group that Slack does not know: %s", group)
            told = {}
        members = frozenset(str(user) for user in told.get("users") or ())
        self._members[group] = members
        return members
