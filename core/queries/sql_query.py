"""What not even a structured query can ask: a statement that a language model writes.

Offered only where it is switched on. core/data/freeform says what holds it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from pydantic import Field

from core.answer import Heading, Notice, Part, Table, Text
from core.context import ToolContext
from core.data.query import Query, Statement
from core.data.source import Row
from core.domain import periods
from core.domain.assets import Asset
from core.domain.periods import Period
from core.errors import UserError
from core.figures import names
from core.measures.counted import counted, machines
from core.tool import ManufacturingTool, PeriodArgs
from core.words import Words

_DAYS = 7
_MOST = 50


class SqlQueryArgs(PeriodArgs):
    statement: str = Field(
        description="One SELECT in the dialect of SQLite or Postgres, without comments; every "
        "column named with AS. Tables: assets(id, name, kind, parent, area, plant, unit), "
        "production(asset, start, end, shift, product, planned_min, run_min, total_units, "
        "good_units, scrap_units, rework_units), downtime(asset, start, end, minutes, reason, "
        "reason_group, loss, cause_asset), scrap(asset, time, product, units, reason, phase), "
        "orders(id, asset, product, planned_units, start, due, status); also day, hour and "
        "weekday (1 is Monday) of a row's start. Times are text, 2026-03-01 06:00:00, on the "
        "plant's clock."
    )
    machines: bool = Field(
        default=False, description="Rows of each machine instead of the lines that are counted."
    )


@dataclass(frozen=True, slots=True)
class SqlQueryResult:
    asked: tuple[Asset, ...]
    period: Period
    statement: str
    rows: tuple[Row, ...]
    is_cut: bool
    cites: tuple[int, ...]


class SqlQuery(ManufacturingTool[SqlQueryArgs, SqlQueryResult]):
    """Rows that a SELECT of yours gives, where neither data_query nor another tool can answer.
    The tables hold only rows of the assets and the period that are given as arguments: do not
    filter by them again. Places are counted by their lines, of which units have to be of one kind.
    Default period: the last 7 days."""

    name = "sql_query"
    command = ""
    args = SqlQueryArgs
    examples = {  # noqa: RUF012 - a class's constant
        "en": ("which product is followed by the longest changeover?",),
        "de": ("Auf welches Produkt folgt der längste Rüststillstand?",),
    }

    async def run(self, args: SqlQueryArgs, context: ToolContext) -> SqlQueryResult:
        asked = context.scope(args.assets)
        period = context.period(args.period, partial(periods.last_days, days=_DAYS), asked)
        by_machine = machines if args.machines else counted
        assets = by_machine(context.hierarchy, asked)
        units = {asset.unit for asset in assets}
        if len(units) > 1 and "units" in args.statement.lower():
            raise UserError("data_query.sql_units", units=", ".join(sorted(units)))
        query = Query(
            "production",
            tuple(sorted(asset.id for asset in assets)),
            period.interval,
            limit=_MOST + 1,
            statement=Statement(args.statement, period.zone),
        )
        fetched = await context.fetch(query)
        context.resolved["figures"] = {"subject": "", "shift": "", "quoted": True}
        rows = fetched.rows[:_MOST]
        is_cut = len(fetched.rows) > _MOST
        return SqlQueryResult(asked, period, args.statement, rows, is_cut, (fetched.cite,))

    def present(self, result: SqlQueryResult, words: Words) -> tuple[Part, ...]:
        assets, rows = names(result.asked, words), result.rows
        scope = {"assets": assets, "period": words.period_name(result.period)}
        title = (words.say("data_query.title_sql"), assets, words.period(result.period))
        said = " ".join(result.statement.split())
        return (
            Heading(" · ".join(title)),
            Text(words.say("data_query.sql_lead", **scope, n=len(rows)), result.cites),
            *((_table(rows, result.cites, words),) if rows else ()),
            *((Notice(words.say("data_query.sql_cut", n=_MOST)),) if result.is_cut else ()),
            Notice(words.say("data_query.sql_as_written", statement=said), "neutral"),
        )


def _table(rows: tuple[Row, ...], cites: tuple[int, ...], words: Words) -> Table:
    heads = tuple(rows[0])
    are_figures = [
        all(_is_number(row[head]) or row[head] is None for row in rows) for head in heads
    ]
    cells = tuple(tuple(_cell(row[head], words) for head in heads) for row in rows)
    return Table(heads, cells, "".join("r" if one else "l" for one in are_figures), cites=cites)


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _cell(value: object, words: Words) -> str:
    match value:
        case None:
            return words.unknown
        case bool():
            return str(value)
        case int():
            return words.number(value)
        case float():
            return words.number(value, 0 if value.is_integer() else 2)
        case _:
            return str(value)
