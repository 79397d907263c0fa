"""Where planned time went, what was lost of it, and OEE by asset, shift or day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from core import tables
from core.answer import Chart, Series, Table
from core.domain.waterfall import UNCLASSIFIED, BigLoss, Step
from core.figures import RATIOS
from core.measures.breakdown import By, Slice
from core.words import Words

_MOST_ROWS = 31
_SHOWN_MINUTES = 0.5


def waterfall_chart(
    steps: Sequence[Step], words: Words, cites: tuple[int, ...]
) -> tuple[Chart, ...]:
    """Nothing without a second level: there is nothing to fall to."""
    if sum(step.kind == "level" for step in steps) < 2:
        return ()
    first, *rest, last = steps
    losses = [step for step in rest if step.kind == "loss" and abs(step.minutes) >= _SHOWN_MINUTES]
    shown = [first, *losses, last]
    title = words.say("oee_query.waterfall")
    values = tuple(step.minutes if step.kind == "level" else -step.minutes for step in shown)
    labels = tuple(words.say(f"losses.{step.name}") for step in shown)
    return (Chart("waterfall", title, labels, (Series(title, values),), "min", cites=cites),)


def ratios_by(
    by: By | None, slices: Sequence[Slice], words: Words, cites: tuple[int, ...]
) -> tuple[Table, ...]:
    """OEE and its factors of each slice."""
    if by is None:
        return ()

    def ratio(kpi: str) -> tables.Column[Slice]:
        return tables.figures(
            words.say(f"kpis.{kpi}"), lambda slice_: words.percent(getattr(slice_.kpis, kpi))
        )

    return tables.table(
        slices[:_MOST_ROWS],
        tables.texts(
            words.say("common.time" if by == "day" else f"common.{by}"),
            lambda slice_: words.day(slice_.of) if isinstance(slice_.of, date) else slice_.of,
        ),
        *(ratio(kpi) for kpi in RATIOS),
        title=words.say(f"oee_query.by_{by}"),
        cites=cites,
    )


def six_losses_table(
    losses: Sequence[BigLoss], currency: str, words: Words, cites: tuple[int, ...]
) -> tuple[Table, ...]:
    """Minutes, with units and money where any are known; nothing where nothing was lost."""
    known = [loss for loss in losses if loss.minutes or loss.units]
    if not known:
        return ()
    units: tables.Column[BigLoss] = tables.figures(
        words.say("oee_query.units"), lambda loss: words.number(loss.units)
    )
    money: tables.Column[BigLoss] = tables.figures(
        words.say("oee_query.money"), lambda loss: words.money(loss.money, currency)
    )
    return tables.table(
        [loss for loss in losses if loss.name != UNCLASSIFIED or loss.minutes],
        tables.texts(words.say("common.loss"), lambda loss: words.say(f"losses.{loss.name}")),
        tables.durations(words.say("common.duration"), lambda loss: loss.minutes, words),
        units if any(loss.units is not None for loss in known) else None,
        money if any(loss.money is not None for loss in known) else None,
        title=words.say("oee_query.six"),
        cites=cites,
    )
