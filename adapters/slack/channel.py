"""Slack as a channel: takes what Slack delivers, brings it to the door, shows what comes back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web
from slack_bolt.response import BoltResponse

from adapters import Door, NotSent, Progress, Unsupported
from adapters.intake import Intake, Job
from adapters.seal import Seal
from adapters.slack.ask import Ask
from adapters.slack.dialogs import Dialogs
from adapters.slack.directory import Directory, GroupsUnknown
from adapters.slack.edge import Edge, Retired
from adapters.slack.inbound import NAME, Author, Payload, Target, key_of, read
from adapters.slack.posts import Draw, Posts
from adapters.slack.render import Look
from adapters.slack.subscribing import Subscribing
from adapters.slack.times import Times
from adapters.slack.turns import Turns
from adapters.slack.unasked import sorted_failures
from adapters.slack.web_api import API, OutcomeUnknown, Refused, Unreachable, WebApi
from core.answer import Answer
from core.errors import SourceUnavailable
from core.meter import Meter
from core.request import Language, Place, User, person_of
from core.store import Inbox
from core.words import Words

log = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """`app_token` opens Socket Mode, `signing_secret` HTTP; at least one of them is needed.
    `groups` are the user groups that access hangs on, `retired` the secrets before this one."""

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    look: Look = "native"
    language: Language = "en"
    groups: tuple[str, ...] = ()
    url: str = API
    retired: tuple[Retired, ...] = ()


class SlackChannel:
    """One workspace's app. `draw` makes a PNG of a chart, or None where it cannot. `now` is the
    plant's time; `lease_clock`, where that stands still, the time by which others are given up."""

    name = NAME

    def __init__(
        self,
        settings: SlackSettings,
        inbox: Inbox,
        now: Callable[[], datetime],
        draw: Draw,
        *,
        times: Times | None = None,
        lease_clock: Callable[[], datetime] | None = None,
        meter: Meter | None = None,
    ) -> None:
        self._settings = settings
        self._times = times = times or Times()
        self._api = WebApi(settings.bot_token, url=settings.url, times=times)
        seal = Seal(settings.bot_token)
        groups = (group for group in settings.groups if group.startswith(f"{NAME}:"))
        self._directory = Directory(self._api, groups)
        self._ask = Ask(self._directory, now, settings.language)
        self._posts = Posts(self._api, settings.look, seal, draw)
        dialogs = Dialogs(self._api, seal, self._ask)
        forms = Subscribing(dialogs, seal, self._ask)
        self._turns = Turns(self._posts, dialogs, forms, self._ask, seal)
        self._intake = Intake(
            NAME,
            inbox,
            lease_clock or now,
            self._work,
            lease=times.lease,
            look=times.look,
            meter=meter,
        )
        self._edge = Edge(self._api, settings.signing_secret, self._receive, settings.retired)
        self._bot_user = ""
        self._unknown = "Slack has not answered yet"  # why the bot's own user is not known
        self._starting: list[asyncio.Task[None]] = []

    # --- the channel protocol

    def mount(self, door: Door) -> None:
        self._ask.mount(door)

    async def send(self, place: Place, answer: Answer, delivery: str = "") -> str:
        with sorted_failures():
            return await self._posts.show(await self._target(place), answer, delivery=delivery)

    async def send_private(self, place: Place, user: User, answer: Answer) -> str:
        with sorted_failures():
            return await self._posts.show_directly(user.id.rpartition(":")[2], place, answer)

    async def update(self, place: Place, message: str, answer: Answer) -> None:
        with sorted_failures():
            await self._posts.show(await self._target(place), answer, earlier=message)

    def stream(self, place: Place) -> Progress:
        raise Unsupported("a status is shown by the turn that works on the question")

    async def find(self, place: Place, delivery: str) -> str | None:
        with sorted_failures():
            return await self._posts.find(await self._target(place), delivery) or None

    async def who(self, user: str) -> User:
        try:
            return await self._directory.user(Author(*user.split(":")[1:]))
        except GroupsUnknown:
            raise NotSent("the members of user groups are unknown") from None

    async def _target(self, place: Place) -> Target:
        """The message target of a place that this channel named, or of a person's own."""
        person = person_of(place)
        if person:
            return Target(await self._posts.direct(person.rpartition(":")[2]), place)
        channel = place.address.partition(":")[2]
        if channel[:1] in ("U", "W"):  # what was asked in the home tab belongs to the person
            channel = await self._posts.direct(channel)
        return Target(channel, place, place.thread)

    # --- its life

    async def open(self) -> None:
        """Starts to work; Slack may be out of reach, then it goes on trying."""
        self._api.open()
        self._intake.open()
        self._starting.append(asyncio.create_task(self._know_oneself()))
        if self._settings.app_token:
            connecting = self._edge.connect(self._settings.app_token)
            self._starting.append(asyncio.create_task(connecting))

    async def close(self, seconds: float = 10.0) -> None:
        """Takes nothing new, ends what is running or hands it back."""
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        await self._edge.close()
        await self._intake.close(seconds)
        await self._api.close()

    async def http(self, request: web.Request) -> web.Response:
        """Slack's request URL; needs the signing secret."""
        return await self._edge.http(request)

    @property
    def takes_http(self) -> bool:
        return bool(self._settings.signing_secret)

    async def ready(self) -> bool:
        """Whether questions can reach it."""
        return self.takes_http or await self._edge.connected()

    async def problem(self) -> str:
        """Why it cannot do its work now, "" where it can; safe to show. Calls nobody."""
        if not self._bot_user:
            return self._unknown
        if self._settings.app_token and not await self._edge.connected():
            return "no socket to Slack"
        return ""

    async def check(self) -> str:
        """Why Slack does not take the tokens, "" where it does; safe to show. Before `open`."""
        await self._ask_for_oneself()
        if self._bot_user and self._settings.app_token:
            refused = await self._edge.may_connect(self._settings.app_token)
            return refused and f"Slack gives the app token no socket ({refused})"
        return "" if self._bot_user else self._unknown

    # --- what comes in

    async def _receive(self, payload: Payload) -> BoltResponse:
        """Acknowledges once it is written down. What cannot be written down is not taken: Slack
        delivers an event again, and a person is told."""
        key = key_of(payload)
        if key is None or read(payload, self._bot_user) is None:
            return BoltResponse(status=200, body="")
        try:
            async with asyncio.timeout(self._times.ack):
                await self._intake.receive(key, payload)
        except (SourceUnavailable, TimeoutError) as error:
            problem = getattr(error, "problem", "no answer in time")
            log.error("not taken, the store does not answer: %s", problem)
            if "command" in payload:
                said = Words(self._settings.language).say("chat.not_kept")
                return BoltResponse(status=200, body={"response_type": "ephemeral", "text": said})
            return BoltResponse(status=503, body="")
        return BoltResponse(status=200, body="")

    async def _work(self, job: Job) -> None:
        await self._turns.work(job, self._bot_user)

    async def _know_oneself(self) -> None:
        """Learns the bot's own user, by which a mention is told from another."""
        pause = _FIRST_PAUSE
        while not self._bot_user:
            await self._ask_for_oneself()
            if not self._bot_user:
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _ask_for_oneself(self) -> None:
        try:
            told = await self._api.call(self._api.client.auth_test, patience=0)
            self._bot_user = str(told.get("user_id", ""))
        except Refused as refused:
            self._unknown = f"Slack refuses the bot token ({refused.code})"
            log.error("%s", self._unknown)
        except (Unreachable, OutcomeUnknown) as error:
            self._unknown = "Slack cannot be reached"
            log.warning("Slack cannot be reached: %s", error)
