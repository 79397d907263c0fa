"""The login service: the bot's own tokens (OAuth 2.0 client credentials)."""

import secrets
from urllib.parse import parse_qs

from aiohttp import web

from tests.fakes.clock import Clock
from tests.fakes.faults import Faults, Refuse, TooMany
from tests.fakes.teams.state import APP, TENANT

SCOPE = "https://api.botframework.com/.default"


class LoginService:
    """`life` is how long a token holds, in seconds of the clock. `asked` counts the requests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, float] = {}
        self.faults = Faults(_refusal)
        self.secret = secrets.token_hex(20)
        self.life = 3_599
        self.asked = 0

    def knows(self, header: str) -> bool:
        """Whether this Authorization header holds a token that was issued and still holds."""
        scheme, _, token = header.partition(" ")
        return scheme == "Bearer" and self._clock.now() < self._issued.get(token, 0.0)

    def revoke(self) -> None:
        """Every token issued so far is worth nothing any more."""
        self._issued.clear()

    async def answer(self, request: web.BaseRequest, tenant: str) -> web.Response:
        self.asked += 1
        form = {
            name: values[0] for name, values in parse_qs((await request.read()).decode()).items()
        }
        fault = self.faults.striking("token", {})
        if fault is not None and not fault.accepted:
            return await self.faults.answer(fault, request, None)
        right = self._token(form, tenant)
        return await self.faults.answer(fault, request, right) if fault else right

    def _token(self, form: dict[str, str], tenant: str) -> web.Response:
        wanted = {"grant_type": "client_credentials", "client_id": APP, "scope": SCOPE}
        if tenant != TENANT:
            return _refused("invalid_request", "AADSTS90002: Tenant not found.")
        if any(form.get(name) != value for name, value in wanted.items()):
            return _refused("invalid_request", "AADSTS900144: the request is wrong.")
        if form.get("client_secret") != self.secret:
            problem = "AADSTS7000215: Invalid client secret provided."
            return _refused("invalid_client", problem, status=401)
        token = f"issued-{secrets.token_hex(24)}"
        self._issued[token] = self._clock.now() + self.life
        body = {"token_type": "Bearer", "expires_in": self.life, "access_token": token}
        return web.json_response(body)


def _refused(error: str, description: str, status: int = 400) -> web.Response:
    body = {"error": error, "error_description": description}
    return web.json_response(body, status=status)


def _refusal(fault: TooMany | Refuse) -> web.Response:
    match fault:
        case TooMany(retry_after=seconds):
            return web.json_response({}, status=429, headers={"Retry-After": str(seconds)})
        case Refuse(error=error, status=status):
            return _refused("invalid_client", error, status)
