"""`/andon admin` in Slack: for one pair of eyes, to everyone's channel, and not too fast."""

from __future__ import annotations

from tests.fakes.slack import labels, pings
from tests.slack.conftest import Plant
from tests.slack.steps import SOON, answer_to, answers, idle, scene, text
from tests.slack.test_audience import ANA

ACCESS = f"""
[roles]
admin = ["{ANA}"]
"""


@scene(access=ACCESS)
async def test_an_administrator_looks_pauses_and_tells_everyone(here: Plant) -> None:
    refused = await here.command("/andon", "admin", here.bernd)
    assert "für die Administratoren" in text(refused)
    at_a_glance = await here.command("/andon", "admin")
    assert "All is well." in text(at_a_glance)
    assert "slack" in text(at_a_glance)  # this process serves: its channels are known
    assert "outbox" in text(at_a_glance)
    assert all(one.ephemeral_to for one in here.slack.messages(here.floor))

    await here.command("/andon", "subscribe packaging weekly")
    await here.command("/andon", "admin pause 4 trial")
    preview = await here.command("/andon", "admin broadcast @channel trial until <!here> noon")
    assert labels(preview) == ["Send to 1 place"]
    assert pings(preview) == []
    sent = await answer_to(here, preview, "Send to 1 place")
    assert "On its way to 1 place." in text(sent)
    told = await here.slack.message(here.floor, contains="tells everyone", within=SOON)
    assert pings(told) == []
    assert "trial until" in text(told)


@scene(access=ACCESS, rate_limit=1)
async def test_who_asks_too_fast_is_told_once(here: Plant) -> None:
    ask = here.slack.events.direct_message
    for _ in range(13):
        assert (await here.slack.deliver(ask(here.ana, "/andon help"))).ok
        await idle(here)
    said = [text(one) for one in answers(here, here.direct)]
    assert len(said) == 11  # and then nothing at all
    assert "That was a lot at once" in said[-1]
    assert "That was a lot at once" not in str(said[:-1])
    help_ = await here.command("/andon", "help", here.bernd)
    assert "/oee" in text(help_)  # nobody else notices
