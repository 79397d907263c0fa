"""A Slack that behaves like Slack, as a small aiohttp server with state.

    async with FakeSlack() as slack:
        ana = slack.user("ana", locale="de-DE", tz="Europe/Berlin")
        line = slack.channel("line-3", [ana])
        slack.request_url = events_url   # the bot's own; leave it: Socket Mode
        ack = await slack.deliver(slack.interactions.command(ana, line, "/oee", "line-3"))
        answer = await slack.message(line, to=ana, contains="OEE")
        assert pings(answer) == []

The app is started with `slack.bot_token`, `slack.app_token`, `slack.signing_secret` and a client
whose `base_url` is `slack.api_url`. Where a contract is known from stands in the files.
"""

from tests.fakes.clock import Clock, ManualClock, RealClock
from tests.fakes.faults import (
    Fault,
    Garbage,
    Hang,
    Refuse,
    Reset,
    Rule,
    ServerError,
    Slow,
    TooMany,
)
from tests.fakes.slack.envelopes import Ack, Envelope, NotDelivered
from tests.fakes.slack.interactions import labels
from tests.fakes.slack.methods.context import EVENTS, PATIENCE, Settings
from tests.fakes.slack.pings import Ping, pings
from tests.fakes.slack.rate_limits import Limits
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.signing import Signature, SignedRequest
from tests.fakes.slack.state import (
    APP,
    BOT,
    BOT_USER,
    TEAM,
    Call,
    Channel,
    Message,
    User,
    View,
)
from tests.fakes.slack.watching import length, said

__all__ = [
    "APP",
    "BOT",
    "BOT_USER",
    "EVENTS",
    "PATIENCE",
    "TEAM",
    "Ack",
    "Call",
    "Channel",
    "Clock",
    "Envelope",
    "FakeSlack",
    "Fault",
    "Garbage",
    "Hang",
    "Limits",
    "ManualClock",
    "Message",
    "NotDelivered",
    "Ping",
    "RealClock",
    "Refuse",
    "Reset",
    "Rule",
    "ServerError",
    "Settings",
    "Signature",
    "SignedRequest",
    "Slow",
    "TooMany",
    "User",
    "View",
    "labels",
    "length",
    "pings",
    "said",
]
