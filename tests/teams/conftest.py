"""The bot on the sample plant and a Teams that behaves like Teams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from adapters.teams.identity import Bot, Cloud
from adapters.teams.patience import Patience
from adapters.teams.times import Times
from bot.serve import running
from bot.settings import Settings
from bot.settings.teams import Teams
from tests import stores
from tests.fakes.teams import SCOPE, Conversation, FakeTeams, Message, Person, Reply
from tests.plants import NOW
from tests.slack.conftest import Clock, free_port
from tests.slack.replicas import ended

# Nothing runs out where all is well, though the machine stands still for seconds; what is to run
# out, a test lets run out (`skip`).
QUICK = Times(call=60.0, patience=60.0, fetch=60.0, pause=0.05, keys_pause=0.5, keys_retry=0.1)
HASTY = Patience(ack=60.0, reply=30.0, lease=300.0, look=0.1)
Scene = Callable[["Site"], Awaitable[None]]


@dataclass
class Site:
    """A tenant with the bot in it. `ana` speaks English, `bernd` German."""

    teams: FakeTeams
    settings: Settings
    clock: Clock
    ana: Person
    bernd: Person
    group: Conversation
    floor: Conversation
    home: Path

    @property
    def chat(self) -> Conversation:
        return self.teams.personal(self.ana)

    async def ask(
        self, text: str, place: Conversation | None = None, person: Person | None = None, **how: Any
    ) -> Message:
        """The answer to a question, in the place and thread where it was asked."""
        person = person or self.ana
        place = place or self.teams.personal(person)
        sent = self.teams.activities.message(person, place, text, **how)
        seen = len(self.answers(place))
        assert (await self.teams.deliver(sent)).ok
        return await self.answer(place, n=seen + 1)

    def answers(self, place: Conversation) -> list[Message]:
        """What the bot said but for notes, which have no summary."""
        return [m for m in self.teams.messages(place) if m.activity.get("summary")]

    async def answer(self, place: Conversation, n: int = 1) -> Message:
        return await self.teams.until(
            lambda: self.answers(place)[n - 1] if len(self.answers(place)) >= n else None,
            what=f"answer {n}",
        )

    async def press(
        self, message: Message, label: str, place: Conversation, person: Person | None = None
    ) -> Reply:
        """What Teams is answered when somebody presses a button of a card."""
        made = self.pressed(message, label, place, person)
        return await self.teams.deliver(made)

    def pressed(
        self, message: Message, label: str, place: Conversation, person: Person | None = None
    ) -> dict[str, Any]:
        button = button_of(message.cards[0], label)
        who, activities = person or self.ana, self.teams.activities
        if button["type"] == "Action.Execute":
            return activities.execute(who, message, place, button["verb"], button["data"])
        if button["data"].get("msteams", {}).get("type") == "task/fetch":
            return activities.task(who, place, button["data"], message=message)
        return activities.submit(who, message, place, button["data"])

    async def settled(self) -> None:
        """Returns once everything that was received is worked off."""
        await ended(self)  # type: ignore[arg-type]


def button_of(card: dict[str, Any], label: str) -> dict[str, Any]:
    found = [one for one in buttons(card) if label.lower() in str(one.get("title", "")).lower()]
    assert found, (label, [one.get("title") for one in buttons(card)])
    return found[0]


def buttons(card: Any) -> list[dict[str, Any]]:
    """All actions in a card, wherever they stand."""
    if isinstance(card, list):
        return [one for part in card for one in buttons(part)]
    if not isinstance(card, dict):
        return []
    own = [card] if str(card.get("type", "")).startswith("Action.") else []
    inner = (value for key, value in card.items() if key not in ("fallback", "data"))
    return own + [one for value in inner for one in buttons(value)]


def bot_of(teams: FakeTeams) -> Bot:
    cloud = Cloud(teams.issuer, teams.metadata_url, teams.url, SCOPE, ("127.0.0.1",))
    return Bot(teams.app_id, teams.tenant_id, teams.secret, cloud)


@asynccontextmanager
async def site(
    tmp: Path,
    sample: Path,
    *,
    times: Times = QUICK,
    patience: Patience = HASTY,
    **changed: Any,
) -> AsyncIterator[Site]:
    """The bot is running when this begins and stopped when it ends."""
    async with FakeTeams() as teams:
        here = made(tmp, sample, teams, **changed)
        how: Any = {"teams_times": times, "teams_patience": patience, "grace": 3.0}
        async with running(here.settings, here.clock, **how):
            yield here


def made(tmp: Path, sample: Path, teams: FakeTeams, **changed: Any) -> Site:
    ana = teams.person("Ana Ruiz")
    bernd = teams.person("Bernd Vogt", locale="de-DE", tz="Europe/Berlin")
    store, home = tmp / "andon.db", tmp / "home"
    if not store.exists():
        stores.empty(store)
    home.mkdir(exist_ok=True)
    (home / "plant.db").unlink(missing_ok=True)
    (home / "plant.db").symlink_to(sample)
    settings = Settings(
        home=home,
        store_url=f"sqlite:///{store}",
        port=free_port(),
        rate_limit=0,
        teams=Teams(bot_of(teams)),
    )
    settings = replace(settings, **changed)
    teams.bot_url = f"http://127.0.0.1:{settings.port}/api/messages"
    group = teams.group([ana, bernd], "shift leads")
    floor = teams.channel("packaging", [ana, bernd])
    return Site(teams, settings, Clock(NOW), ana, bernd, group, floor, tmp)


def scene(access: str = "", **changed: Any) -> Callable[[Scene], Callable[[Path, Path], None]]:
    """Plays the test on the sample plant with the bot running. `access` is what stands in
    access.toml."""

    def played(act: Scene) -> Callable[[Path, Path], None]:
        def test(tmp_path: Path, sample_path: Path) -> None:
            if access:
                changed["access_file"] = tmp_path / "access.toml"
                changed["access_file"].write_text(access)

            async def run() -> None:
                async with site(tmp_path, sample_path, **changed) as here:
                    await act(here)

            asyncio.run(run())

        test.__doc__ = act.__doc__
        return test

    return played
