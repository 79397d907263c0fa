"""`/handover line 3 last week [words]`: what was handed over, and what people wrote then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from core.answer import Action, Actions, Heading, Part, Table, Text
from core.context import ToolContext
from core.domain import periods
from core.domain.handing_over import Handover
from core.domain.periods import Period
from core.errors import UserError
from core.figures import names
from core.handover.gather import is_here, notes_of
from core.store.work import Note
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words

_MOST = 30
_LETTERS = 160
_FEW = 5


class LogArgs(PeriodArgs):
    """`about` are words that a note must hold."""

    about: str = ""


@dataclass(frozen=True, slots=True)
class LogResult:
    title: str
    period: Period
    handovers: tuple[tuple[Handover, tuple[Note, ...]], ...]
    about: str
    words: Words


class HandoverLog(ManufacturingTool[LogArgs, LogResult]):
    """The handovers of a period with their notes. Not offered to a model."""

    name = "handover_log"
    command = "handover"
    args = LogArgs
    examples = {"en": (), "de": ()}  # noqa: RUF012 - a class's constant

    async def run(self, args: LogArgs, context: ToolContext) -> LogResult:
        if context.store is None:
            raise UserError("handover.no_store")
        asked = context.scope(args.assets)
        period = context.period(args.period, periods.last_week, asked)
        found = await context.store.work.handovers(asked[0].plant, period.interval)
        listed = []
        for one in found:
            if not any(is_here(place, asked, context) for place in one.scope):
                continue
            notes = await notes_of(context, asked, one.interval)
            told = tuple(n for n in notes if args.about.casefold() in n.said.casefold())
            if told or not args.about:
                listed.append((one, told))
        shown = names(asked, context.words)
        return LogResult(shown, period, tuple(listed[:_MOST]), args.about, context.words)

    def present(self, result: LogResult, words: Words) -> tuple[Part, ...]:
        title = words.say("handover.log_title", assets=result.title)
        count = words.say("handover.log_found", n=len(result.handovers))
        heading = Heading(f"{title} · {words.period(result.period)}")
        if not result.handovers:
            return (heading, Text(count))
        zone = result.period.zone
        rows = tuple(
            (
                f"{one.shift} {words.moment(one.interval.start, zone)}",
                words.say(f"handover.state_{one.state}"),
                "; ".join(_note(note, zone, words) for note in notes) or "–",
            )
            for one, notes in result.handovers
        )
        heads = ("common.shift", "common.state", "handover.notes")
        table = Table(tuple(words.say(head) for head in heads), rows, "lll")
        opened = [
            Action(f"{one.shift} {words.day(_local(one, zone))}", f"/handover {one.id}")
            for one, _ in result.handovers[:_FEW]
        ]
        return (heading, Text(count), table, Actions(tuple(opened)))


def _note(note: Note, zone: str, words: Words) -> str:
    said = " ".join(note.said.split())[:_LETTERS]
    return f"{words.clock(note.at, zone)} {words.say('handover.quoted', said=said)}"


def _local(one: Handover, zone: str) -> date:
    """The day on which the shift begins, by the plant's own clock."""
    return one.interval.start.astimezone(ZoneInfo(zone)).date()
