"""An answer of before beside the same question asked now: a memory replaces no fresh figure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core import replay
from core.answer import Metric, Metrics, Notice, Part, Text
from core.answer_json import from_json
from core.commands import Command
from core.context import ToolContext
from core.domain.periods import Period
from core.errors import SourceUnavailable, UserError
from core.past import SAID
from core.store import StoredAnswer

# As Words writes it in either language; "06:00 CDT" is none.
_MONEY = re.compile("[A-Z]{3}\u00a0\u2212?\\d|(?<!:\\d)\\d\u00a0[A-Z]{3}\\b")


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer says: its first sentence, its figures, the period that they are of, and what
    the reader must know of them."""

    sentence: str
    figures: tuple[Metric, ...]
    period: Period | None
    cites: tuple[int, ...] = ()
    caveats: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Recalled:
    """`now` is None where the question cannot be asked again; `why_not` are then the key and the
    arguments of the reason. `zone` is the one in which the reader is told of `asked_at`."""

    id: str
    question: str
    asked_at: datetime
    zone: str
    then: Told
    now: Told | None = None
    why_not: tuple[str, dict[str, Any]] | None = None


async def recalled(stored: StoredAnswer, context: ToolContext) -> Recalled:
    """What was told then, and what the same words are answered with now: through the same tools,
    with the rights of whoever asks now, and cited as any figure."""
    answer = from_json(stored.answer)
    assets = answer.args.get("assets")
    sentence, figures = _said(answer.parts)
    if not context.access.money:
        sentence = "" if _MONEY.search(sentence) else sentence
        figures = tuple(figure for figure in figures if not _MONEY.search(figure.value))
    old = Recalled(
        stored.id,
        stored.question,
        stored.asked_at,
        _zone(assets if isinstance(assets, list) else [], context),
        Told(sentence, figures, None),
    )
    if stored.tool == SAID:
        return old
    try:
        commands = replay.again(stored)
        old = replace(old, then=replace(old.then, period=commands[0].fixed))
        told = [await _told(command, context) for command in commands]
    except UserError as error:
        return replace(old, why_not=(error.key, dict(error.arguments)))
    except SourceUnavailable as error:
        return replace(old, why_not=("source_unavailable", {"system": error.system}))
    fresh = tuple(figure for one in told for figure in one.figures)
    if answer.language != context.words.language and len(fresh) == len(figures):
        # The same figures in another language: only their names differ.
        figures = tuple(
            replace(then, label=now.label) for then, now in zip(figures, fresh, strict=True)
        )
    then = replace(old.then, figures=figures)
    return replace(old, then=then, now=replace(told[0], figures=fresh))


async def _told(command: Command, context: ToolContext) -> Told:
    own = replace(context, resolved={}, notes=[], fixed_period=None)
    own.cited = context.cited  # citations stay common
    parts = command.tool.present(await command.tool.run(command.args, own), context.words)
    sentence, figures = _said(parts)
    period = own.resolved.get("period")
    cites = {cite for part in parts if isinstance(part, Text) for cite in part.cites}
    cites |= {cite for figure in figures for cite in figure.cites}
    known = period if isinstance(period, Period) else None
    caveats = tuple(part for part in parts if isinstance(part, Notice))
    return Told(sentence, figures, known, tuple(sorted(cites)), caveats)


def _said(parts: Iterable[Part]) -> tuple[str, tuple[Metric, ...]]:
    listed = list(parts)
    sentence = next((part.text for part in listed if isinstance(part, Text)), "")
    return sentence, tuple(m for part in listed if isinstance(part, Metrics) for m in part.metrics)


def _zone(assets: Sequence[object], context: ToolContext) -> str:
    known = (context.hierarchy.get(str(asset)) for asset in assets)
    asset = next((a for a in known if a is not None), None)
    if asset is not None:
        return context.installation.zone(asset)
    plants = context.installation.plants
    return plants[context.plant or next(iter(plants))].zone
