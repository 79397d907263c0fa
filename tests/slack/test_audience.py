"""access.toml: who sees what, by person, user group and channel."""

from __future__ import annotations

from tests.fakes.slack import Refuse
from tests.slack.conftest import Plant
from tests.slack.steps import (
    WAYS,
    answer_to,
    answers,
    idle,
    mention,
    opened,
    press,
    scene,
    talk,
    text,
    write,
)

# The ids that the fake gives: ana, bernd, the channel, and what is made first after them.
ANA, BERND, FLOOR = "slack:T0ANDON01:U000000001", "slack:T0ANDON01:U000000002", "C000000003"
GROUP = "slack:T0ANDON01:S000000004"
NOT_YOU = "You may not see Grinder 5"
NOT_YOU_GERMAN = "Grinder 5 dürfen Sie nicht sehen"

BY_USER = f"""
[default]
see = ["packaging"]

[[rule]]
users = ["{ANA}"]
see = "*"
money = true

[[rule]]
channels = ["slack:T0ANDON01:{FLOOR}"]
see = "*"
money = true
"""


@scene(*WAYS, access=BY_USER)
async def test_each_sees_their_own(here: Plant) -> None:
    assert "OEE of Grinder 5" in text(await here.command("/oee", "grinder-5 yesterday"))
    refused = await here.command("/oee", "grinder-5", here.bernd)
    assert NOT_YOU_GERMAN in text(refused)
    assert "OEE" not in text(refused)
    assert "Line 3" in text(await here.command("/oee", "line-3 yesterday", here.bernd))
    # Their area is what they may see.
    assert "Packaging" in text(await here.command("/oee", "", here.bernd))
    assert "Riverside" in text(await here.command("/oee"))


@scene(*WAYS, access=BY_USER)
async def test_a_button_has_the_rights_of_whoever_presses_it(here: Plant) -> None:
    answer = await mention(here, "OEE of grinder 5 yesterday")
    assert "OEE of Grinder 5" in text(answer)  # all who read this channel may see it
    refused = await answer_to(here, answer, "Run again", here.bernd)
    assert NOT_YOU_GERMAN in text(refused)
    assert "OEE von" not in text(refused)
    refused = await answer_to(here, answer, "Why?", here.bernd)
    assert NOT_YOU_GERMAN in text(refused)
    await press(here, answer, "Show the data", here.bernd)
    assert NOT_YOU_GERMAN in text(await opened(here, here.bernd))
    assert "Nothing changed" in text(await answer_to(here, answer, "Run again"))


@scene(access=BY_USER)
async def test_money_is_for_whom_it_is_for(here: Plant) -> None:
    assert "USD" in text(await here.command("/cost", "line-3 yesterday"))
    refused = await here.command("/cost", "line-3", here.bernd)
    assert "USD" not in text(refused)
    assert "Geldbeträge" in text(refused), text(refused)
    for command in ("/oee", "/losses", "/downtime", "/actions", "/improve", "/compare", "/asset"):
        told = await here.command(command, "line-3", here.bernd)
        assert "USD" not in text(told), command
    # The rates behind the figures are money, too.
    answer = await mention(here, "/oee line-3 yesterday")
    cost = next(n for n in range(1, 9) if f"[{n}] cost" in text(answer))
    await press(here, answer, "Show the data", here.bernd)
    view = await opened(here, here.bernd)
    await press(here, view, f"[{cost}] cost", here.bernd)
    view = await opened(here, here.bernd, updates=2)
    assert "Geldbeträge" in text(view), text(view)


BY_CHANNEL = f"""
[[rule]]
channels = ["slack:T0ANDON01:{FLOOR}"]
see = ["packaging"]
"""


@scene(*WAYS, access=BY_CHANNEL)
async def test_what_the_channel_may_not_see_is_not_shared_there(here: Plant) -> None:
    hidden = await here.command("/oee", "grinder-5 yesterday")
    assert "OEE of Grinder 5" in text(hidden)
    told = await answer_to(here, hidden, "Share in channel")
    assert "Not everyone here may see Grinder 5." in text(told)
    assert told.ephemeral_to == here.ana.id
    allowed = await here.command("/oee", "line-3 yesterday")
    shared = await answer_to(here, allowed, "Share in channel")
    assert "OEE of Line 3" in text(shared)
    assert shared.ephemeral_to is None
    everything = await here.command("/oee", "riverside yesterday")
    told = await answer_to(here, everything, "Share in channel")
    assert told.ephemeral_to == here.ana.id
    await idle(here)
    public = [m for m in answers(here, here.floor) if m.ephemeral_to is None]
    assert len(public) == 1
    assert "Grinder" not in text(public[0])


@scene(access=BY_CHANNEL)
async def test_what_the_channel_may_not_see_is_not_said_there(here: Plant) -> None:
    refused = await mention(here, "OEE of grinder 5 yesterday")
    assert "Not everyone here may see Grinder 5. Ask me privately." in text(refused)
    answer = await mention(here, "/oee")
    assert "OEE of Packaging" in text(answer)
    assert "Grinder" not in text(answer)
    assert answer.thread_ts is not None
    await talk(here, "and grinder 5?", answer.thread_ts)
    assert len(answers(here, thread=answer.thread_ts)) == 1
    told = await mention(here, "/actions")
    assert "Grinder" not in text(told)
    assert "OEE of Grinder 5" in text(await write(here, "OEE of grinder 5 yesterday"))


@scene(access=BY_CHANNEL)
async def test_a_private_answer_is_not_shown_in_the_channel_by_its_id(here: Plant) -> None:
    hidden = await here.command("/oee", "grinder-5 yesterday")
    click = here.slack.interactions.click(here.ana, hidden, "Share in channel")
    answer_id = click.payload["actions"][0]["value"].partition(".")[2]
    for command in ("show", "share", "again", "data"):
        told = await mention(here, f"/{command} {answer_id}")
        assert "Not everyone here may see Grinder 5." in text(told), command
        assert "OEE of" not in text(told)


BY_GROUP = f"""
[default]
see = ["packaging"]

[[rule]]
groups = ["{GROUP}"]
see = ["machining"]
"""


@scene(*WAYS, access=BY_GROUP)
async def test_a_user_group_sees_what_is_its_own(here: Plant) -> None:
    assert here.slack.group([here.ana]) == GROUP.rpartition(":")[2]
    assert "OEE of Grinder 5" in text(await here.command("/oee", "grinder-5 yesterday"))
    assert "You may not see Line 3" in text(await here.command("/oee", "line-3"))
    assert NOT_YOU_GERMAN in text(await here.command("/oee", "grinder-5", here.bernd))


@scene(access=BY_GROUP)
async def test_who_is_in_a_group_is_not_guessed(here: Plant) -> None:
    here.slack.group([here.ana])
    rule = here.slack.faults.add("usergroups.users.list", Refuse("missing_scope"), times=None)
    for asset in ("line-3", "grinder-5"):
        told = await here.command("/oee", f"{asset} yesterday")
        assert "Slack cannot be read right now" in text(told)
    here.slack.faults.rules.remove(rule)
    assert "OEE of Grinder 5" in text(await here.command("/oee", "grinder-5 yesterday"))


@scene(access=BY_GROUP)
async def test_a_group_that_is_not_there_has_no_members(here: Plant) -> None:
    assert "OEE of Line 3" in text(await here.command("/oee", "line-3 yesterday"))


NOTHING = f"""
[default]
see = []

[[rule]]
users = ["{ANA}"]
see = "*"
"""


@scene(access=NOTHING)
async def test_who_may_see_nothing_is_told_so(here: Plant) -> None:
    for command in ("/oee", "/production", "/alerts", "/actions"):
        told = await here.command(command, "", here.bernd)
        assert "Für Sie ist noch kein Bereich freigegeben" in text(told), command
    await here.slack.deliver(here.slack.events.home_opened(here.bernd))
    home = await here.slack.home(here.bernd)
    assert "Für Sie ist noch kein Bereich freigegeben" in text(home)
    for name in ("Riverside", "Line", "Grinder", "Packaging"):
        assert name not in text(home)
    await here.slack.deliver(here.slack.events.home_opened(here.bernd, "messages"))
    await idle(here)
    assert here.slack.calls("assistant.threads.setSuggestedPrompts") == []
