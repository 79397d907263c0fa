"""What no tool answers: sums or rows of one table of facts, as a structured query asks for them.

Offered to language models only. The domain's rules are those of every tool, for the figures come
the same way: assets counted once, planned time, whole production rows, units kept apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from pydantic import Field

from core.answer import Heading, Notice, Part, Text
from core.context import ToolContext
from core.domain import periods
from core.domain.assets import Asset, Hierarchy
from core.domain.periods import Period
from core.errors import NoData
from core.figures import caveats, names
from core.measures.counted import counted, machines
from core.tabulated import shown
from core.tabulated.reading import Found, read
from core.tabulated.safety import read_safety
from core.tabulated.wanted import SHAPES, Filter, Table, Wanted, checked
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words

_DAYS = 7
_MOST = 50


class DataQueryArgs(PeriodArgs):
    table: Table = Field(description="The table of facts that is asked.")
    measures: tuple[str, ...] = Field(
        default=(),
        description="; ".join(f"{name}: {', '.join(s.measures)}" for name, s in SHAPES.items())
        + ". None lists stops or orders one by one.",
    )
    group_by: tuple[str, ...] = Field(
        default=(),
        description="; ".join(f"{name}: {', '.join(s.keys)}" for name, s in SHAPES.items()) + ".",
    )
    where: tuple[Filter, ...] = Field(
        default=(),
        description="; ".join(f"{name}: {', '.join(s.filters)}" for name, s in SHAPES.items())
        + ". Places and times go into assets and period.",
    )
    order_by: str | None = Field(
        default=None,
        description="A measure or a group, with - for falling; of listed stops minutes or start.",
    )
    limit: int = Field(default=20, ge=1, le=_MOST)
    machines: bool = Field(
        default=False, description="Each machine instead of the lines that are counted."
    )


@dataclass(frozen=True, slots=True)
class DataQueryResult:
    """`left_out` are assets that were asked for beside what contains them already."""

    asked: tuple[Asset, ...]
    assets: tuple[Asset, ...]
    period: Period
    wanted: Wanted
    found: Found
    hierarchy: Hierarchy
    left_out: tuple[Asset, ...]


class DataQuery(ManufacturingTool[DataQueryArgs, DataQueryResult]):
    """A table of sums or a list of rows that no other tool gives: "good units per product",
    "stops for a reason per weekday", "stops over 30 minutes", "scrap by reason and shift". Use the
    other tools where they fit: OEE, costs, trends and comparisons are only theirs. Stops count in
    planned time, planned stops are left out unless the loss is asked for; money is not among the
    facts. Default period: the last 7 days."""

    name = "data_query"
    command = ""
    args = DataQueryArgs
    examples = {  # noqa: RUF012 - a class's constant
        "en": (
            "how many good units per product last week?",
            "stops over 30 minutes on line 3",
            "scrap by reason and shift",
        ),
        "de": (
            "Wie viele Gutteile je Produkt letzte Woche?",
            "Stillstände über 30 Minuten an Linie 3",
            "Ausschuss nach Grund und Schicht",
        ),
    }

    async def run(self, args: DataQueryArgs, context: ToolContext) -> DataQueryResult:
        wanted = checked(
            args.table, args.measures, args.group_by, args.where, args.order_by, args.limit
        )
        asked = context.scope(args.assets)
        period = context.period(args.period, partial(periods.last_days, days=_DAYS), asked)
        assets = _counted(context, asked, wanted, by_machine=args.machines)
        if wanted.table == "safety":
            found = await read_safety(context, wanted, asked, period.interval)
        else:
            found = await read(context, wanted, asked, assets, period.interval)
        context.resolved["figures"] = shown.attached(wanted, found)
        context.resolved["table"] = wanted.table
        inside = {asset.id for asset in assets}
        left_out = tuple(
            a for a in asked if context.hierarchy.counted(a.id) == (a,) and a.id not in inside
        )
        return DataQueryResult(asked, assets, period, wanted, found, context.hierarchy, left_out)

    def present(self, result: DataQueryResult, words: Words) -> tuple[Part, ...]:
        title = words.say(f"data_query.title_{result.wanted.table}")
        said = [title, *shown.filters(result.wanted, words), names(result.asked, words)]
        table = shown.Shown(
            result.wanted, result.found, result.hierarchy, result.period.zone, words
        )
        scope = {
            "assets": names(result.asked, words), "period": words.period_name(result.period)
        }  # fmt: skip
        return (
            Heading(" · ".join((*said, words.period(result.period)))),
            Text(table.sentence(**scope), result.found.cites),
            *table.parts(),
            *_notices(result, words),
        )


def _counted(
    context: ToolContext, asked: tuple[Asset, ...], wanted: Wanted, *, by_machine: bool
) -> tuple[Asset, ...]:
    """The assets whose rows are read. Told apart by asset, a line and its machine may both be
    there; added up, each row counts once."""
    hierarchy = context.hierarchy
    if by_machine:
        found = machines(hierarchy, asked)
    elif "asset" in wanted.group_by or wanted.is_list:
        found = tuple({a.id: a for one in asked for a in hierarchy.counted(one.id)}.values())
    else:
        return counted(hierarchy, asked)
    if not found:
        raise NoData("no_equipment", assets=", ".join(asset.name for asset in asked))
    return found


def _notices(result: DataQueryResult, words: Words) -> list[Notice]:
    found, wanted = result.found, result.wanted
    notices: list[Notice] = []
    if found.measured is not None:
        measured = found.measured
        coverage = measured.kpis.coverage
        if wanted.table != "downtime" and measured.kpis.coverage_state in ("warn", "withheld"):
            share, who = words.percent(coverage, 0), names(measured.assets, words)
            said = words.say("notices.coverage_low", asset=who, coverage=share)
            notices.append(Notice(said))
        notices += caveats(measured, result.period, words, about="stops")
    if result.left_out:
        who = names(result.left_out, words)
        notices.append(Notice(words.say("data_query.counted_once", assets=who), "neutral"))
    if found.units > 1:
        notices.append(Notice(words.say("data_query.units_apart"), "neutral"))
    if wanted.table == "downtime" and "loss" not in wanted.names:
        notices.append(Notice(words.say("data_query.unplanned"), "neutral"))
    return notices
