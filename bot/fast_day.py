"""A day of the sample plant in the terminal, on a fast clock: what comes unasked, as it comes.

The real scheduler, outbox and rules run; only the clock is another. Nothing of it touches the
plant or the state that the installation otherwise uses.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from adapters.console.channel import ConsoleChannel, DrawnScreen
from adapters.console.terminal import Terminal
from bot.app import App, build
from bot.clock import Clock, wall_clock
from bot.sample_plant import Percent
from bot.settings import Settings
from bot.unasked import Pace, Unasked
from bot.unasked.scheduler import MARK
from bot.unasked.times import DeliveryTimes
from core.answer import Action, Actions, Answer, Part, Text
from core.answer_text import as_text
from core.citing import recited
from core.data.sample import make_sample, tick
from core.request import Language, Place, Request, User
from core.store import Kind, Store, Subscription
from core.store.watermarks import advance
from core.words import Words

_DAYS = 70
_LOOKS = 600.0  # seconds of the plant between two looks of its people
_BEFORE = timedelta(minutes=5)  # of the first shift's start
_AREA, _ZONE = "packaging", "America/Chicago"
_PLACE = Place("console", "the shift's channel", private=False)
OUTGOING, INCOMING = User("console:out", "Outgoing"), User("console:in", "Incoming")
_ACTS = (
    (OUTGOING, r"/alert \S+ take v\d+"),
    (OUTGOING, r"/handover .* complete v\d+"),
    (INCOMING, r"/handover .* sign v\d+"),
)


class FastClock:
    """`factor` times as fast as the wall's, from `start` on."""

    def __init__(self, start: datetime, factor: float) -> None:
        self._start, self._factor, self._begun = start, factor, wall_clock()

    def __call__(self) -> datetime:
        return self._start + (wall_clock() - self._begun) * self._factor


class Reel(ConsoleChannel):
    """Prints everything with the time of the fast clock. A terminal cannot change what it has
    printed: of an update only those paragraphs are printed that say more than other figures."""

    def __init__(self, terminal: Terminal, clock: Clock, words: Words) -> None:
        super().__init__(DrawnScreen(terminal, terminal, numbered=False), OUTGOING, "")
        self._terminal, self._clock, self._words = terminal, clock, words
        self._printed: dict[str, frozenset[str]] = {}
        self.offered: dict[str, Sequence[Action]] = {}

    async def send(self, place: Place, answer: Answer, delivery: str = "") -> str:
        message = delivery or answer.id
        await self._print(self._words.say("cli.fast_sent", clock=self._time()), answer, message)
        return message

    async def update(self, place: Place, message: str, answer: Answer) -> None:
        head = self._words.say("cli.fast_updated", clock=self._time())
        await self._print(head, answer, message)

    async def pressed(self, user: User, action: Action, message: str, answer: Answer) -> None:
        """What comes of a button under a message."""
        head = self._words.say(
            "cli.fast_pressed", clock=self._time(), who=user.name, label=action.label
        )
        shown = self._printed.get(message, frozenset())
        await self._print(head, answer, message)
        self._printed[message] |= shown

    async def who(self, user: str) -> User:
        return next((one for one in (OUTGOING, INCOMING) if one.id == user), User(user))

    def _time(self) -> str:
        return self._words.moment(self._clock(), _ZONE)

    async def _print(self, head: str, answer: Answer, message: str) -> None:
        parts = [recited(part, {}) for part in answer.parts if not isinstance(part, Actions)]
        before = self._printed.get(message)
        fresh = [part for part in parts if before is None or _shape(part) not in before]
        self._printed[message] = frozenset(map(_shape, parts))
        self.offered[message] = answer.actions
        if not fresh:
            return
        paper = self._terminal.paper(self._words.language)
        self._terminal.write(paper.paragraph(head, "accent"))
        offered = "" if before else " ".join(f"[{one.label}]" for one in answer.actions)
        buttons = (Text(offered),) if offered else ()
        shown = replace(answer, parts=(*fresh, *buttons), citations=())
        await super().send(_PLACE, shown)


def _shape(part: Part) -> str:
    """What it says, whatever its figures."""
    said = as_text(Answer("answer", (part,)))
    return re.sub(r"(?:[\d.,:–−+±%▁-█]+(?:\s*(?:min|h|s|d)\b)?\s*)+", "#", said)


def play(settings: Settings, factor: float, hours: float, now: datetime, language: Language) -> int:
    """Runs until the day is over, or until it is interrupted."""
    words = Words(language)
    start = _first(now)
    with TemporaryDirectory(prefix="andon-") as folder:
        home = Path(folder)
        own = Settings(home=home, store_url=f"sqlite:///{home / 'andon.db'}", language=language,
                       terminal=settings.terminal, memory=False)  # fmt: skip
        make_sample(home / "plant.db", days=_DAYS, now=start, progress=Percent(language))
        with suppress(KeyboardInterrupt):
            asyncio.run(_day(own, factor, hours, start, words))
    return 0


def _first(now: datetime) -> datetime:
    """A little before the early shift of the day."""
    local = now.astimezone(ZoneInfo(_ZONE))
    early = local.replace(hour=6, minute=0, second=0, microsecond=0)
    return early.astimezone(now.tzinfo) - _BEFORE


async def _day(
    settings: Settings, factor: float, hours: float, start: datetime, words: Words
) -> None:
    clock = FastClock(start, factor)
    app = build(settings, clock)
    assert app.store is not None
    terminal = Terminal(sys.stdout, settings.terminal)
    reel = Reel(terminal, clock, words)
    reel.mount(app.handle)
    await _subscribe(app.store, start, words.language)
    # On so fast a clock the first shift may have begun before the first tick looks.
    await app.store.write(lambda connection: advance(connection, MARK, start, None))
    pace = Pace(tick=1.0, pulse=max(60 / factor, 1.0), follow_up=max(60 / factor, 1.0))
    times = DeliveryTimes(look=0.1, pace=0.1)
    unasked = Unasked(app, app.store, [reel], clock, wall_clock, times=times, pace=pace)
    living = asyncio.create_task(_living(settings.home / "plant.db", clock))
    people = asyncio.create_task(_people(app, reel, clock, factor, words.language))
    unasked.open()
    try:
        await asyncio.sleep(hours * 3600 / factor)
    finally:
        for task in (living, people):
            task.cancel()
        await unasked.close(2.0)
        await app.close()


async def _subscribe(store: Store, at: datetime, language: Language) -> None:
    kinds: frozenset[Kind] = frozenset({"briefing", "alerts", "handover"})
    made = Subscription("demo", _PLACE, (_AREA,), kinds, OUTGOING.id, language, "", None, at)
    await store.subscriptions.save(made)


async def _living(plant: Path, clock: Clock) -> None:
    """The plant goes on working, by the fast clock."""
    while True:
        await asyncio.to_thread(tick, plant, clock())
        await asyncio.sleep(1.0)


async def _people(app: App, reel: Reel, clock: Clock, factor: float, language: Language) -> None:
    """What the two shift leads do with the buttons that they see: one takes alerts and completes
    the handover, the other signs it."""
    done: set[tuple[str, str]] = set()
    while True:
        await asyncio.sleep(max(_LOOKS / factor, 1.0))
        for message, offered in list(reel.offered.items()):
            for user, act in _ACTS:
                action = next((one for one in offered if re.fullmatch(act, one.command)), None)
                if action is None or (message, act) in done:
                    continue
                done.add((message, act))
                request = Request(
                    user, _PLACE, action.command, clock(), language=language, typed=False
                )
                answer = await app.handle(request)
                if answer.outcome == "answer":
                    await reel.pressed(user, action, message, answer)
                break  # they look again before they press again
