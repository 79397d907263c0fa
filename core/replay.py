""" "Show the data" and "run again": commands on an answer that was given before."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core import registry
from core.answer import Action, Actions, Answer, Heading, Metric, Metrics, Part, Table, Text
from core.answer_json import from_json
from core.commands import Command, make_args
from core.context import ToolContext
from core.data.query import Query
from core.data.source import Row
from core.domain.periods import Interval, Period
from core.errors import NoData, UserError
from core.kept import Kept, query_of
from core.reports import report
from core.request import Language, Request
from core.store import StoredAnswer
from core.words import Words

PAGE = 15
MOST = 2_000
_NUMBER = re.compile(r"[0-9]{1,6}")
_ALWAYS = ("start", "time", "total_units", "minutes")
_MONEY = frozenset({"cost", "product"})  # rates per hour, material costs and margins
_LANGUAGES: tuple[Language, ...] = ("en", "de")


async def stored_answer(text: str, request: Request, kept: Kept) -> StoredAnswer:
    """The answer that a replay command names. Raises UserError where the asker has none such."""
    _, *given = text.split()
    if not given:
        raise UserError("no_answer_named")
    stored = await kept.answer(given[0], request)
    if stored is None:
        raise UserError("unknown_answer", id=given[0][:20])
    return stored


# --- show the data ---------------------------------------------------------------------------


async def data(text: str, stored: StoredAnswer, context: ToolContext) -> Answer:
    """`/data ID [citation] [page]`: a page of the rows behind a figure."""
    words = context.words
    number, page = (
        int(v) if _NUMBER.fullmatch(v) else 1 for v in (*text.split()[2:4], "1", "1")[:2]
    )
    answer = from_json(stored.answer)
    citation = next((c for c in answer.citations if c.number == number), None)
    if citation is None:
        raise UserError("unknown_citation", n=number)
    queries = [query_of(stored.queries[n]) for n in (citation.query, *citation.also)]
    _check_rights(answer, queries, context)
    # All at once: a total, and the columns that tell rows apart, are known from all rows only.
    fetched = [await context.fetch(query.rows(MOST + 1)) for query in queries]
    is_cut = any(len(facts.rows) > MOST for facts in fetched)
    rows = [
        row
        for query, facts in zip(queries, fetched, strict=True)
        for row in facts.rows[:MOST]
        if _counts(row, query)
    ]
    source = context.citations[0]
    first = (max(page, 1) - 1) * PAGE
    shown = rows[first : first + PAGE]
    columns = _telling(rows, private=context.place.private)
    table = Table(
        columns,
        tuple(
            tuple(_cell(row.get(name), words, citation.zone) for name in columns) for row in shown
        ),
        title=f"{source.table} · {citation.filter}",
    )
    heading = Heading(words.say("answer.data_title", n=number, source=source.source))
    said = words.say(
        "answer.data_more" if is_cut else "answer.data",
        first=first + 1 if shown else 0,
        last=first + len(shown),
        total=len(rows),
        period=f", {citation.period}" if citation.period else "",
        zone=citation.zone,
    )
    if len(rows) != citation.rows and not is_cut:
        said += f" {words.say('answer.data_differs', n=citation.rows)}"
    actions = []
    if len(rows) > first + PAGE:
        command = f"/data {stored.id} {number} {max(page, 1) + 1}"
        actions.append(Action(words.say("answer.more_rows"), command))
    others = [c for c in answer.citations if c.number != number][:4]
    actions += [Action(f"[{c.number}] {c.table}", f"/data {stored.id} {c.number}") for c in others]
    parts: tuple[Part, ...] = (heading, Text(said), *((table,) if shown else ()))
    return Answer("answer", (*parts, Actions(tuple(actions))) if actions else parts)


def _check_rights(answer: Answer, queries: Sequence[Query], context: ToolContext) -> None:
    """Raises NoData where the asker may not see what another was shown."""
    assets = answer.args.get("assets")
    known = [str(a) for a in assets if a in context.hierarchy] if isinstance(assets, list) else []
    if known:
        context.scope(known)
    if not context.access.money and any(query.fact in _MONEY for query in queries):
        raise NoData(context.access.why_no_money)
    # No row of a product tells which assets make it, so its margin could be of any place.
    if not context.access.everywhere and any(query.fact == "product" for query in queries):
        raise NoData("products_hidden")


def _counts(row: Row, query: Query) -> bool:
    """Whether the figure counts the row: a stop counts in planned time only, see Query."""
    if not query.planned:
        return True
    start, end = row.get("start"), row.get("end") or query.until
    if not isinstance(start, datetime):
        return True
    if row.get("loss") in ("blocked", "starved") and (
        (str(row.get("asset")), str(row.get("cause_asset"))) in query.members
    ):
        return False
    spans = [s for p in query.planned if row.get("asset") in p.assets for s in p.spans]
    return any(
        start < span.end and (not isinstance(end, datetime) or end > span.start) for span in spans
    )


def _telling(rows: Sequence[Row], *, private: bool) -> tuple[str, ...]:
    """The columns that are not the same in every row, nor empty. What operators wrote is for the
    asker's own eyes."""
    hidden = {"description"} if private else {"description", "comment"}
    names = tuple(name for name in (rows[0] if rows else {}) if name not in hidden)
    values = {name: {row.get(name) for row in rows} for name in names}
    return tuple(
        name
        for name in names
        if values[name] != {None} and (len(values[name]) > 1 or len(rows) == 1 or name in _ALWAYS)
    )


def _cell(value: object, words: Words, zone: str) -> str:
    match value:
        case None:
            return "–"
        case datetime():
            return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
        case bool() | str():
            return str(value)
        case int():
            return words.number(value)
        case float():
            return words.number(value, 0 if value.is_integer() else 2)
        case _:
            return str(value)


# --- run again -------------------------------------------------------------------------------


def again(stored: StoredAnswer) -> tuple[Command, ...]:
    """The same questions to the same tools about the same assets and the very same time. Raises
    UserError where it was no tool's answer."""
    args = stored.answer.get("args", {})
    own = {**stored.args, "period": args.get("period"), "assets": args.get("assets")}
    calls = args.get("calls") or [own]
    return tuple(_command(call, stored) for call in calls)


def _command(call: Mapping[str, Any], stored: StoredAnswer) -> Command:
    name, period = str(call.get("tool")), call["period"]
    known = report(name)
    if known is None and name not in (*registry.names(), *registry.queries()):
        raise UserError("unknown_answer", id=stored.id)
    tool = known or registry.tool(name)
    fixed = _period(period) if isinstance(period, Mapping) else None
    values = dict(call.get("args", {}))
    if call.get("assets"):  # also those that stood for "my areas" or "the plant" then
        values["assets"] = tuple(call["assets"])
    return Command(tool, make_args(tool, values), fixed=fixed)


def _period(stored: Mapping[str, Any]) -> Period:
    """The period as it was understood then, with its label, so that it is compared alike."""
    start, end = (datetime.fromisoformat(stored[name]) for name in ("start", "end"))
    arguments = tuple((str(n), str(value)) for n, value in stored["arguments"].items())
    so_far = bool(stored.get("so_far"))
    return Period(Interval(start, end), stored["zone"], stored["label"], arguments, so_far)


def in_words(text: str, answer_id: object) -> str:
    """ "show the data" and "run again" as commands on the thread's last answer; "" otherwise."""
    said = text.strip(" .!?").casefold()
    for key, command in (("answer.show_data", "/data"), ("answer.run_again", "/again")):
        if answer_id and any(
            said == Words(language).say(key).casefold() for language in _LANGUAGES
        ):
            return f"{command} {answer_id}"
    return ""


def compared(stored: StoredAnswer, now: Answer, words: Words) -> Answer:
    """The new answer, led by what changed since the old one: each figure then and now."""
    then = from_json(stored.answer)
    old, new = _figures(then), _figures(now)
    if then.language != now.language and len(old) == len(new):
        # Asked by somebody who speaks another language: the same figures have other names.
        old = dict(zip(new, old.values(), strict=True))
    rows = [
        (label, _value(old.get(label)), _value(new.get(label)))
        for label in dict.fromkeys((*old, *new))
        if not _same(old.get(label), new.get(label))
    ]
    late = max(0, sum(c.rows for c in now.citations) - sum(c.rows for c in then.citations))
    said = words.say("answer.changed", n=len(rows)) if rows else words.say("answer.same")
    lead: list[Part] = [Text(said + (f" {words.say('answer.late_rows', n=late)}" if late else ""))]
    if rows:
        heads = ("answer.figure", "answer.then", "answer.now")
        lead.append(Table(tuple(words.say(head) for head in heads), tuple(rows), "lrr"))
    return replace(now, parts=(*lead, *now.parts))


def _figures(answer: Answer) -> dict[str, Metric]:
    return {
        metric.label: metric
        for part in answer.parts
        if isinstance(part, Metrics)
        for metric in part.metrics
    }


def _same(then: Metric | None, now: Metric | None) -> bool:
    if then is None or now is None:
        return then is now
    return then.value == now.value or (then.amount is not None and then.amount == now.amount)


def _value(metric: Metric | None) -> str:
    return metric.value if metric else "–"
