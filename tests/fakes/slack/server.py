"""The server: one address for the Web API, response_urls, uploads and Socket Mode."""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage
from aiohttp.web_protocol import RequestHandler

from tests.fakes.clock import Clock, RealClock
from tests.fakes.faults import Faults
from tests.fakes.slack import response_url
from tests.fakes.slack.acks import carry_out
from tests.fakes.slack.delivery import RETRY_DELAYS, HttpDelivery, with_retries
from tests.fakes.slack.envelopes import Ack, Envelope
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.events import Events
from tests.fakes.slack.interactions import Interactions
from tests.fakes.slack.methods import files
from tests.fakes.slack.methods.context import Context, Settings
from tests.fakes.slack.rate_limits import Limits, RateLimiter
from tests.fakes.slack.signing import Signature, SignedRequest, sign
from tests.fakes.slack.socket_mode import Sockets
from tests.fakes.slack.state import BOT_USER, Channel, Kind, Message, User, Workspace
from tests.fakes.slack.watching import SOON, Watching
from tests.fakes.slack.web_api import WebApi, read_arguments


def _request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: RequestHandler,
    writer: AbstractStreamWriter,
    task: "asyncio.Task[None]",
) -> web.BaseRequest:
    """aiohttp's own request, taking pictures of more than its 1 MB."""
    loop = asyncio.get_running_loop()
    return web.BaseRequest(
        message, payload, protocol, writer, task, loop, client_max_size=64 * 2**20
    )


class FakeSlack(Watching):
    """A Slack workspace with one installed app, on a free port of this machine.

    Two ways to the app: with `request_url` set, signed HTTP; else Socket Mode.

    clock: Slack's time (triggers, rate limits, patience, retries). sign_now: Unix seconds for the
    signature, the machine's unless told, because the app compares it with its own clock.
    limits: rate limits; None: there are none. keep_calls: remember only so many requests.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        settings: Settings | None = None,
        limits: Limits | None = None,
        sign_now: Callable[[], float] = time.time,
        keep_calls: int | None = None,
        port: int = 0,
    ) -> None:
        self.clock: Clock = clock or RealClock()
        self.settings = settings or Settings()
        self.workspace = Workspace(self.clock, keep_calls)
        super().__init__(Context(self.workspace, self.settings))
        self.events = Events(self.context)
        self.interactions = Interactions(self.context)
        self.bot_token = f"xoxb-{secrets.token_hex(12)}"
        self.app_token = f"xapp-1-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self.request_url: str | None = None
        self.acks: list[Ack] = []
        self.sockets = Sockets(self.clock, self.workspace.changes, self.settings)
        self._api = WebApi(self.context, self.bot_token, self.app_token)
        self._api.open_socket = self.sockets.new_url
        self.limit(limits)
        self.context.on_post.append(self._echo)
        self._http = HttpDelivery(self.clock, self.settings)
        self._sign_now = sign_now
        self._port = port
        self._delivering = 0
        self._echoing: set[asyncio.Task[Ack]] = set()
        self._runner: web.ServerRunner | None = None

    @property
    def url(self) -> str:
        return self.context.url

    @property
    def api_url(self) -> str:
        """The `base_url` for slack_sdk."""
        return f"{self.url}/api/"

    @property
    def faults(self) -> Faults:
        return self._api.faults

    def limit(self, limits: Limits | None) -> None:
        """Set the rate limits, with full buckets; None lifts them."""
        self._api.limiter = RateLimiter(limits, self.clock) if limits else None

    def user(self, name: str, **more: str | bool) -> User:
        """A new person: `locale`, `tz`, `display_name`, `real_name`, `deleted`, `team`."""
        return self.workspace.add_user(name, **more)

    def channel(
        self,
        name: str,
        members: Sequence[User] = (),
        *,
        kind: Kind = "channel",
        with_bot: bool = True,
    ) -> Channel:
        """A new channel with these people, and with the bot unless told otherwise."""
        ids = {user.id for user in members} | ({BOT_USER} if with_bot else set())
        return self.workspace.add_channel(name, kind, ids)

    def direct(self, user: User) -> Channel:
        """The direct conversation of a person and the bot."""
        return self.workspace.direct(user.id)

    def group(self, members: Sequence[User]) -> str:
        """A new user group; its id."""
        group = self.workspace.new_id("S")
        self.workspace.groups[group] = [user.id for user in members]
        return group

    async def deliver(
        self,
        envelope: Envelope,
        *,
        to: str | None = None,
        retries: int = len(RETRY_DELAYS),
    ) -> Ack:
        """Bring it to the app and return the ack, after the retries that Slack would make.

        `to` is another request URL, of another replica say. A failing event is sent again at
        once, after 60 and after 300 s of the clock: use a ManualClock, or `retries=0`.
        """
        self._delivering += 1
        try:
            ack = await self._with_retries(envelope, to or self.request_url, retries)
            carry_out(self.context, ack)
            self.acks.append(ack)
            return ack
        finally:
            self._delivering -= 1
            self.workspace.changes.happened()

    async def deliver_all(self, envelopes: Sequence[Envelope]) -> list[Ack]:
        """Several things at once."""
        return await asyncio.gather(*[self.deliver(envelope) for envelope in envelopes])

    async def deliver_many(
        self, envelope: Envelope, times: int = 4, *, to: Sequence[str] = ()
    ) -> list[Ack]:
        """The same thing `times` times at once, to the request URLs `to` in turn."""
        urls: Sequence[str | None] = to or [None]
        return await asyncio.gather(
            *[self.deliver(envelope, to=urls[n % len(urls)]) for n in range(times)]
        )

    def sign(
        self, envelope: Envelope, how: Signature = "good", *, now: float | None = None
    ) -> SignedRequest:
        """The signed HTTP request for an envelope, or a wrongly signed one."""
        body, content_type = envelope.body()
        at = self._sign_now() if now is None else now
        return sign(self.signing_secret, body, content_type, at, how)

    async def send(
        self, envelope: Envelope, request: SignedRequest, *, to: str | None = None
    ) -> Ack:
        """Send these very bytes once; sent twice it is a replay. Its ack has no effect."""
        url = to or self.request_url
        assert url is not None, "set slack.request_url first"
        return await self._http.post(url, envelope, request)

    async def settled(self, quiet: float = 0.05, within: float = SOON) -> None:
        """Wait until no delivery or request is under way and nothing happened for `quiet` s."""
        async with asyncio.timeout(within):
            while True:
                await self.workspace.changes.quiet(quiet)
                if self._delivering == 0 and self._api.under_way == 0:
                    return

    async def _with_retries(self, envelope: Envelope, url: str | None, retries: int) -> Ack:
        last = 0

        async def attempt(number: int, reason: str | None) -> Ack:
            nonlocal last
            if url is not None:
                request = self.sign(envelope)
                ack = await self._http.post(url, envelope, request, number, reason)
            else:
                ack, last = await self.sockets.send(envelope, number, reason, last)
            self.workspace.changes.happened()
            return ack

        return await with_retries(envelope, attempt, self.clock, retries)

    def _echo(self, message: Message) -> None:
        told = self.events.message_event(message) if self.settings.echo else None
        if told:
            task = asyncio.ensure_future(self.deliver(told))
            self._echoing.add(task)
            task.add_done_callback(self._echoing.discard)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        _, _, path = request.path.partition("/")
        kind, _, rest = path.partition("/")
        match kind:
            case "api":
                return await self._api.handle(request, rest)
            case "socket":
                return await self.sockets.handle(request)
            case "response":
                return await self._respond(request, rest)
            case "upload":
                return await self._upload(request, rest)
            case _:
                return web.Response(status=404, text="no such page")

    async def _respond(self, request: web.BaseRequest, secret: str) -> web.Response:
        try:
            values = await read_arguments(request)
        except ApiError as error:
            return web.json_response(error.body(), status=400)
        call = self._api.record("response_url", values, request)
        fault = self.faults.striking("response_url", values)
        if fault and not fault.accepted:
            return await self.faults.answer(fault, request, None)
        right = response_url.respond(self.context, secret, values)
        call.answer = {"status": right.status, "text": right.text}
        return await self.faults.answer(fault, request, right) if fault else right

    async def _upload(self, request: web.BaseRequest, file_id: str) -> web.Response:
        content = await request.read()
        self._api.record("upload", {"file": file_id, "length": len(content)}, request)
        fault = self.faults.striking("upload", {"file": file_id})
        if fault and not fault.accepted:
            return await self.faults.answer(fault, request, None)
        status, text = files.upload(self.context, file_id, content)
        right = web.Response(status=status, text=text)
        return await self.faults.answer(fault, request, right) if fault else right

    async def __aenter__(self) -> Self:
        server = web.Server(self._handle, request_factory=_request)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.context.url = f"http://{host}:{port}"
        self.sockets.base = f"ws://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.faults.closing.set()
        for task in list(self._echoing):
            task.cancel()
        await self.sockets.close()
        await self._http.close()
        if self._runner:
            await self._runner.cleanup()
        await asyncio.sleep(0)  # connections are closed in the loop's next round
