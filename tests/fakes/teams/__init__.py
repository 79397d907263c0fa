"""A Microsoft Teams that behaves like Teams, as a small aiohttp server with state.

    async with FakeTeams() as teams:
        ana = teams.person("Ana Ruiz", locale="de-DE", tz="Europe/Berlin")
        line = teams.channel("line-3", [ana])
        teams.bot_url = messaging_endpoint
        reply = await teams.deliver(teams.activities.message(ana, line, "oee line-3"))
        answer = await teams.message(line, contains="OEE")

The bot is started with `teams.app_id`, `teams.tenant_id`, `teams.secret`, the issuer
`teams.issuer`, and finds the keys at `teams.metadata_url` and the login service at `teams.url`.
Where a contract is known from stands in the files.
"""

from tests.fakes.clock import Clock, ManualClock, RealClock
from tests.fakes.faults import (
    Fault,
    Garbage,
    Hang,
    Held,
    Refuse,
    Reset,
    Rule,
    ServerError,
    TooMany,
)
from tests.fakes.teams.delivery import Reply
from tests.fakes.teams.keys import FORGERIES, Forgery
from tests.fakes.teams.limits import Limits
from tests.fakes.teams.login import SCOPE
from tests.fakes.teams.server import FakeTeams
from tests.fakes.teams.state import APP, BOT, TENANT, Call, Conversation, Message, Person
from tests.fakes.teams.watching import said

__all__ = [
    "APP",
    "BOT",
    "FORGERIES",
    "SCOPE",
    "TENANT",
    "Call",
    "Clock",
    "Conversation",
    "FakeTeams",
    "Fault",
    "Forgery",
    "Garbage",
    "Hang",
    "Held",
    "Limits",
    "ManualClock",
    "Message",
    "Person",
    "RealClock",
    "Refuse",
    "Reply",
    "Reset",
    "Rule",
    "ServerError",
    "TooMany",
    "said",
]
