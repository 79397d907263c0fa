"""People are looked up once, and what Slack does not tell costs no answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from adapters.slack.directory import Directory, GroupsUnknown
from adapters.slack.inbound import Author
from adapters.slack.web_api import WebApi
from tests.fakes.slack import TEAM, FakeSlack, Hang, Refuse
from tests.slack.hurry import CALL, UNHURRIED, meeting, run

Test = Callable[[FakeSlack, WebApi], Awaitable[None]]


def with_slack(test: Test) -> None:
    async def played() -> None:
        async with FakeSlack() as slack:
            api = WebApi(slack.bot_token, url=slack.api_url, times=UNHURRIED)
            try:
                await test(slack, api)
            finally:
                await api.close()

    run(played())


def test_name_and_language_are_asked_for_once() -> None:
    async def test(slack: FakeSlack, api: WebApi) -> None:
        bernd = slack.user("bernd", locale="de-AT")
        directory = Directory(api)
        author = Author(TEAM, bernd.id)
        found = await asyncio.gather(*(directory.user(author) for _ in range(20)))
        assert {(user.id, user.name, user.locale) for user in found} == {
            (f"slack:{TEAM}:{bernd.id}", "bernd", "de")
        }
        await directory.user(author)
        assert len(slack.calls("users.info")) == 1

    with_slack(test)


@pytest.mark.parametrize("fault", [Refuse("missing_scope"), Hang()])
def test_an_unknown_person_is_an_id(fault: Refuse | Hang) -> None:
    async def test(slack: FakeSlack, api: WebApi) -> None:
        api.times = replace(api.times, call=10 * CALL)
        ana = slack.user("ana")
        rule = slack.faults.add("users.info", fault, times=2)
        author = Author(TEAM, ana.id)
        directory = Directory(api)
        user = await meeting(slack, rule, directory.user(author))
        assert (user.name, user.locale, user.groups) == ("", None, ())
        # The next question does not wait for it again; a later one asks.
        await directory.user(author)
        assert len(slack.calls("users.info")) == 1
        late = Directory(api, again_after=0.01)
        assert (await meeting(slack, rule, late.user(author), times=2)).name == ""
        await asyncio.sleep(0.02)
        assert (await late.user(author)).name == "ana"

    with_slack(test)


def test_groups_are_known_for_certain_or_not_at_all() -> None:
    async def test(slack: FakeSlack, api: WebApi) -> None:
        ana, bernd = slack.user("ana"), slack.user("bernd")
        group = f"slack:{TEAM}:{slack.group([ana])}"
        gone = f"slack:{TEAM}:S0GONE"
        directory = Directory(api, [gone, group])
        assert (await directory.user(Author(TEAM, ana.id))).groups == (group,)
        assert (await directory.user(Author(TEAM, bernd.id))).groups == ()
        assert len(slack.calls("usergroups.users.list")) == 2
        slack.faults.add("usergroups.users.list", Refuse("missing_scope"))
        with pytest.raises(GroupsUnknown):
            await Directory(api, [group]).user(Author(TEAM, ana.id))

    with_slack(test)
