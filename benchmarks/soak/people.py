"""One person on a platform who asks, presses, opens and hands in, one thing after the other."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack import labels
from tests.fakes.slack.state import Message as SlackMessage
from tests.fakes.teams.state import Message as TeamsMessage
from tests.slack import steps
from tests.slack.conftest import Plant
from tests.teams.conftest import Site, buttons

COMMANDS = (
    ("/oee", "line-3 yesterday"),
    ("/oee", "packaging this week"),
    ("/downtime", "line-3 yesterday night shift"),
    ("/downtime", "machining past 7 days"),
    ("/production", ""),
    ("/safety", "past 30 days"),
    ("/losses", "riverside yesterday"),
    ("/cost", "line-1 yesterday"),
    ("/trend", "grinder-5 past 30 days"),
    ("/compare", "line-1 line-2 yesterday"),
    ("/actions", ""),
    ("/alerts", ""),
    ("/improve", "line-3"),
    ("/asset", "grinder-5"),
    ("/andon", "help"),
    ("/oee", "lin-33"),
)
QUESTIONS = (
    "why was line 3 down last night?",
    "what was the OEE of line 3 yesterday?",
    "how many units did line 1 make today?",
    "which machine had the most downtime this week?",
    "compare line 1 and line 2 last week",
    "what did downtime cost in packaging yesterday?",
    "is grinder 5 getting worse?",
    "what should we do first in machining?",
    "any safety incidents this month?",
    "Wie war die OEE in Hamburg gestern?",
    "how is it going?",
    "who won the match?",
)
FOLLOW_UPS = ("and line 4?", "what about yesterday?", "and last week?")
CHANGE = ("Change settings", "Einstellungen ändern")
ASIDES = ("ok, see you at the line", "the fitter is on the way", "thanks!")


@dataclass(eq=False)
class OnSlack:
    """One person in Slack with a channel and a direct conversation of their own."""

    here: Plant
    last: SlackMessage | None = None

    async def command(self, chance: random.Random) -> None:
        self._tidy()
        command, text = chance.choice(COMMANDS)
        self.last = await self.here.command(command, text)

    async def question(self, chance: random.Random) -> None:
        self._tidy()
        self.last = await steps.write(self.here, chance.choice(QUESTIONS))

    async def mention(self, chance: random.Random) -> None:
        self._tidy()
        self.last = await steps.mention(self.here, chance.choice(QUESTIONS))

    async def follow_up(self, chance: random.Random) -> None:
        if self.last is None or not self.last.thread_ts or self.last.channel != self.here.floor.id:
            return await self.mention(chance)
        said, thread = chance.choice(FOLLOW_UPS), self.last.thread_ts
        self.last = await steps.mention(self.here, said, thread=thread)
        return None

    async def aside(self, chance: random.Random) -> None:
        """Said to one another, in a thread of which the bot is no part: only taken and left."""
        here = self.here
        for told in here.slack.events.says(here.ana, here.floor, chance.choice(ASIDES), "1.000001"):
            assert (await here.slack.deliver(told, retries=0)).ok

    async def data(self, chance: random.Random) -> None:
        """The button that opens the rows behind a figure."""
        if self.last is None or "Show the data" not in labels(self.last):
            return await self.command(chance)
        slack, seen = self.here.slack, len(self._views())
        await steps.press(self.here, self.last, "Show the data")
        await slack.until(lambda: self._filled(seen), steps.SOON, "a view")
        return None

    async def again(self, chance: random.Random) -> None:
        """The button that asks the same once more."""
        last, here = self.last, self.here
        if last is None or "Run again" not in labels(last):
            return await self.question(chance)
        place = here.slack.workspace.channels[last.channel]
        self.last = await steps.answer_to(here, last, "Run again", place=place)
        return None

    async def thumb(self, chance: random.Random) -> None:
        if self.last is None or "👍 Helpful" not in labels(self.last):
            return await self.command(chance)
        await steps.press(self.here, self.last, "👍 Helpful")
        self.last = None
        return None

    async def home(self, chance: random.Random) -> None:
        """The home tab, and from there the settings, changed and handed in."""
        here, slack = self.here, self.here.slack
        before = slack.workspace.homes.get(here.ana.id)
        updates = before.updates + 1 if before else 0
        assert (await slack.deliver(slack.events.home_opened(here.ana), retries=0)).ok
        tab = await slack.home(here.ana, updates=updates, within=steps.SOON)
        seen = len(self._views())
        # It speaks the language that the person asked in last.
        change = next(one for one in labels(tab) if one in CHANGE)
        await steps.press(here, tab, change)
        form = await slack.until(lambda: self._filled(seen), steps.SOON, "a form")
        areas = {"type": "multi_static_select", "selected_options": [
            {"value": chance.choice(("packaging", "machining", "assembly"))}]}  # fmt: skip
        submitted = slack.interactions.submit(here.ana, form, {"areas": {"areas": areas}})
        assert (await slack.deliver(submitted, retries=0)).ok

    def _views(self) -> list[Any]:
        views = self.here.slack.workspace.views.values()
        return [v for v in views if v.user == self.here.ana.id and v.type == "modal"]

    def _filled(self, seen: int) -> Any:
        """The next one, once what it shows is there: it opens empty."""
        return next((view for view in self._views()[seen:] if view.updates), None)

    def _tidy(self) -> None:
        """What this Slack knows of the person piles up there, not in the bot."""
        slack, here = self.here.slack, self.here
        for place in (here.floor, slack.direct(here.ana)):
            place.messages.clear()
            place.ephemeral.clear()
        for view in self._views():
            del slack.workspace.views[view.id]


@dataclass(eq=False)
class OnTeams:
    """One person in Teams in their personal chat."""

    here: Site
    last: TeamsMessage | None = None

    async def question(self, chance: random.Random) -> None:
        self.here.chat.messages.clear()
        self.last = await self.here.ask(chance.choice(QUESTIONS))

    async def command(self, chance: random.Random) -> None:
        self.here.chat.messages.clear()
        self.last = await self.here.ask(" ".join(chance.choice(COMMANDS)).strip())

    async def follow_up(self, chance: random.Random) -> None:
        if self.last is None:
            return await self.question(chance)
        self.last = await self.here.ask(chance.choice(FOLLOW_UPS))
        return None

    async def data(self, chance: random.Random) -> None:
        await self._press("data", chance)

    async def again(self, chance: random.Random) -> None:
        await self._press("again", chance)

    async def thumb(self, chance: random.Random) -> None:
        if self.last is None:
            return await self.question(chance)
        here = self.here
        made = here.teams.activities.feedback(here.ana, self.last, here.chat, "like")
        assert (await here.teams.deliver(made)).ok
        return None

    async def _press(self, label: str, chance: random.Random) -> None:
        last = self.last
        titles = [str(b.get("title")) for b in buttons(last.cards[:1])] if last else []
        if last is None or not any(label in title.lower() for title in titles):
            await self.question(chance)
            return
        assert (await self.here.press(last, label, self.here.chat)).ok
