"""The server: one address for the connector, the login service and the signing keys."""

import json
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.fakes.clock import Clock, RealClock
from tests.fakes.faults import Faults
from tests.fakes.teams import invokes
from tests.fakes.teams.activities import Activities
from tests.fakes.teams.connector import ConnectorService
from tests.fakes.teams.delivery import Delivery, Reply
from tests.fakes.teams.errors import refusal
from tests.fakes.teams.keys import ISSUER, Forgery, SigningKeys
from tests.fakes.teams.limits import Limits, RateLimiter
from tests.fakes.teams.login import LoginService
from tests.fakes.teams.state import APP, TENANT, Conversation, Json, Kind, Person, Tenant
from tests.fakes.teams.watching import Watching


class FakeTeams(Watching):
    """A tenant with one bot, on a free port of this machine.

    clock: Teams' time (limits, streams, patience). sign_now: Unix seconds for the tokens it signs,
    the machine's unless told, because the bot compares them with its own clock. limits None: there
    are none. anonymous: the Agents Playground, which sends no tokens and asks for none.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        limits: Limits | None = None,
        sign_now: Callable[[], float] = time.time,
        anonymous: bool = False,
        port: int = 0,
    ) -> None:
        self.clock: Clock = clock or RealClock()
        super().__init__(Tenant(self.clock))
        self.app_id = "" if anonymous else APP
        self.tenant_id = TENANT
        self.issuer = ISSUER
        self.anonymous = anonymous
        self.keys = SigningKeys()
        self.key_faults = Faults(refusal)
        self.key_fetches = 0
        self.login = LoginService(self.clock)
        self.activities = Activities(self.tenant)
        self.bot_url: str | None = None
        # What was answered to invokes in a form that Teams does not take.
        self.problems: list[str] = []
        self.connector = ConnectorService(
            self.tenant, lambda header: anonymous or self.login.knows(header)
        )
        self.limit(limits)
        self._delivery = Delivery(self.clock)
        self._sign_now = sign_now
        self._port = port
        self._runner: web.ServerRunner | None = None
        self._site: web.TCPSite | None = None

    # --- where the bot finds it

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def service_url(self) -> str:
        return f"{self.url}/teams/"

    @property
    def metadata_url(self) -> str:
        return f"{self.url}/v1/.well-known/openidconfiguration"

    @property
    def secret(self) -> str:
        return self.login.secret

    @property
    def faults(self) -> Faults:
        """Of the connector. Those of the keys are `key_faults` ("metadata", "keys"), those of the
        login service `login.faults` ("token")."""
        return self.connector.faults

    # --- who and what there is

    def limit(self, limits: Limits | None) -> None:
        """Set the limits, with nothing used of them; None lifts them."""
        self.connector.limiter = RateLimiter(limits, self.clock) if limits else None

    def person(self, name: str, *, locale: str = "en-US", tz: str = "America/Chicago") -> Person:
        return self.tenant.person(name, locale, tz)

    def personal(self, person: Person) -> Conversation:
        return self.tenant.personal(person)

    def group(self, people: Sequence[Person], name: str = "group") -> Conversation:
        return self._place("groupChat", name, people)

    def channel(self, name: str, people: Sequence[Person]) -> Conversation:
        return self._place("channel", name, people)

    def _place(self, kind: Kind, name: str, people: Sequence[Person]) -> Conversation:
        return self.tenant.conversation(kind, name, people)

    # --- to the bot

    def header(self, forged: Forgery | None = None, service_url: str | None = None) -> str | None:
        """An Authorization header as Teams sends it, or a forged one."""
        if self.anonymous:
            return None
        now = self._sign_now()
        return self.keys.header(self.app_id, TENANT, service_url or self.service_url, now, forged)

    async def deliver(
        self,
        activity: Json,
        *,
        to: str | None = None,
        forged: Forgery | None = None,
        repeats: int = 1,
    ) -> Reply:
        """Brings it to the bot and returns the answer. What is not answered within 15 s of the
        clock is brought again, `repeats` times."""
        url = to or self.bot_url
        assert url is not None, "set teams.bot_url first"
        body = json.dumps(activity).encode()
        try:
            reply = await self._delivery.post(url, body, self.header(forged), repeats)
            if activity["type"] == "invoke" and reply.ok:
                wrong = invokes.problem(activity["name"], reply.body)
                self.problems += [wrong] if wrong else []
            return reply
        finally:
            self.tenant.changes.happened()

    async def say(
        self, person: Person, place: Conversation, text: str, *, to: str | None = None
    ) -> Reply:
        """A person writes to the bot."""
        return await self.deliver(self.activities.message(person, place, text), to=to)

    # --- the server

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._answer))
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await self._site.start()
        self._port = self._runner.addresses[0][1]
        self.activities.service_url = self.service_url
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for faults in (self.faults, self.key_faults, self.login.faults):
            faults.closing.set()
        await self._delivery.close()
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        raw = request.rel_url.raw_path
        if raw.startswith("/teams/v3/conversations"):
            path = raw.removeprefix("/teams/v3/conversations")
            return await self.connector.answer(request, path)
        match raw.strip("/").split("/"):
            case [tenant, "oauth2", "v2.0", "token"] if request.method == "POST":
                return await self.login.answer(request, tenant)
            case ["v1", ".well-known", "openidconfiguration"]:
                return await self._metadata(request)
            case ["v1", ".well-known", "keys"]:
                return await self._keys(request)
            case _:
                return web.Response(status=404)

    async def _metadata(self, request: web.BaseRequest) -> web.Response:
        self.key_fetches += 1
        right = web.json_response(
            {
                "issuer": ISSUER,
                "authorization_endpoint": "https://invalid.botframework.com",
                "jwks_uri": f"{self.url}/v1/.well-known/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            }
        )
        fault = self.key_faults.striking("metadata", {})
        return await self.key_faults.answer(fault, request, right) if fault else right

    async def _keys(self, request: web.BaseRequest) -> web.Response:
        right = web.json_response({"keys": [key.public() for key in self.keys.listed]})
        fault = self.key_faults.striking("keys", {})
        return await self.key_faults.answer(fault, request, right) if fault else right
