"""Teams as a channel: takes what Teams delivers, brings it to the door, shows what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from aiohttp import web

from adapters import Door, Gone, NotSent, Progress, Unsupported
from adapters.asking import Asking
from adapters.fence import may_send
from adapters.intake import Intake
from adapters.seal import Seal
from adapters.teams.auth import TokenCheck
from adapters.teams.connector import Connector, Refused
from adapters.teams.dialog_turns import DialogTurns
from adapters.teams.edge import Edge
from adapters.teams.identity import Bot
from adapters.teams.incoming import NAME, Author, Target
from adapters.teams.patience import Patience
from adapters.teams.posts import Posts
from adapters.teams.replies import Replies
from adapters.teams.rooms import Rooms
from adapters.teams.times import Times
from adapters.teams.turns import SeesMore, Turns
from core.answer import Answer
from core.meter import Meter
from core.request import Language, Place, User, person_of
from core.store import Store


@dataclass(frozen=True, slots=True)
class TeamsSettings:
    bot: Bot
    language: Language = "en"


class TeamsChannel:
    """One tenant's bot. `now` is the plant's time, `wall` that of tokens, and `lease_clock`, where
    the plant's stands still, the one by which other processes are given up. `sees_more` tells
    whether somebody may see more alone than in a place where others read along."""

    name = NAME

    def __init__(
        self,
        settings: TeamsSettings,
        store: Store,
        now: Callable[[], datetime],
        wall: Callable[[], datetime],
        sees_more: SeesMore,
        *,
        times: Times | None = None,
        patience: Patience | None = None,
        lease_clock: Callable[[], datetime] | None = None,
        meter: Meter | None = None,
    ) -> None:
        times, patience = times or Times(), patience or Patience()
        check = TokenCheck(settings.bot, wall, times=times)
        self._connector = Connector(settings.bot, check, times=times)
        seal = Seal(settings.bot.secret or token_hex())  # without one: till the process ends
        self._asking = Asking(now, settings.language)
        self._rooms = Rooms(self._connector, store.places, now)
        dialogs = not settings.bot.anonymous
        self._posts = Posts(self._connector, self._rooms, store, seal, now, dialogs=dialogs)
        invokes = Replies()
        self._turns = Turns(self._posts, self._rooms, self._asking, seal, invokes, sees_more)
        self._intake = Intake(
            NAME,
            store.inbox,
            lease_clock or now,
            self._turns.work,
            lease=patience.lease,
            look=patience.look,
            meter=meter,
        )
        self._edge = Edge(
            check,
            self._connector,
            self._intake,
            invokes,
            self._rooms,
            self._posts,
            self._asking,
            DialogTurns(self._asking, seal),
            patience,
        )

    # --- the channel protocol

    def mount(self, door: Door) -> None:
        self._asking.mount(door)

    async def send(self, place: Place, answer: Answer, delivery: str = "") -> str:
        """Teams has no room for a delivery's mark, and nothing to look for it with: what may have
        been sent must not be sent again."""
        return await self._show(await self._target(place), answer)

    async def send_private(self, place: Place, user: User, answer: Answer) -> str:
        tenant, _, person = user.id.removeprefix(f"{NAME}:").partition(":")
        service_url = (await self._target(place)).service_url
        return await self._show(
            await self._rooms.personal(Author(tenant, person), service_url), answer
        )

    async def update(self, place: Place, message: str, answer: Answer) -> None:
        await self._show(await self._target(place), answer, earlier=message)

    def stream(self, place: Place) -> Progress:
        raise Unsupported("what goes on is shown by the turn that works on the question")

    async def who(self, user: str) -> User:
        return User(user)

    async def find(self, place: Place, delivery: str) -> str | None:
        raise Unsupported("a bot cannot read what was said in Teams")

    async def _target(self, place: Place) -> Target:
        if person := person_of(place):
            place = Place(NAME, person.removeprefix(f"{NAME}:"))
        reference = await self._rooms.reference(place)
        return Target(place, reference["conversation"]["id"], reference["serviceUrl"])

    async def _show(self, target: Target, answer: Answer, earlier: str = "") -> str:
        if not may_send():
            raise NotSent("another process has taken over")
        try:
            return await self._posts.show(target, answer, earlier=earlier)
        except Gone:
            self._rooms.forget(target.place)
            raise
        except Refused as refused:
            raise NotSent(f"Teams refuses it: {refused.code}") from None

    # --- its life

    async def open(self) -> None:
        """Starts to work; Microsoft may be out of reach, then it goes on trying."""
        await self._connector.open()
        self._intake.open()

    async def close(self, seconds: float = 10.0) -> None:
        """Takes nothing new, ends what is running or hands it back."""
        await self._intake.close(seconds)
        await self._connector.close()

    async def problem(self) -> str:
        """Why it cannot do its work now, "" where it can; safe to show. Calls nobody while the
        bot's token holds."""
        return await self._connector.problem()

    async def check(self) -> str:
        """Why Microsoft does not take the registration, "" where it does. Before `open`."""
        return await self.problem()

    # --- what comes in

    async def http(self, request: web.Request) -> web.Response:
        """The bot's messaging endpoint."""
        return await self._edge.http(request)
