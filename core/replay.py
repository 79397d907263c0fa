""" "Show the data" and "run again": commands on an answer that was given before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from core import registry
from core.answer import Action, Actions, Answer, Heading, Metrics, Part, Table, Text
from core.answer_json import from_json
from core.commands import Command, make_args
from core.context import ToolContext
from core.domain.periods import Interval, Period
from core.errors import UserError
from core.kept import Kept, query_of
from core.request import Language, Request
from core.store import StoredAnswer
from core.words import Words

PAGE = 15
_LANGUAGES: tuple[Language, ...] = ("en", "de")


async def stored_answer(text: str, request: Request, kept: Kept) -> StoredAnswer:
    """The answer that a replay command names. Raises UserError where the asker has none such."""
    _, *given = text.split()
    stored = await kept.answer(given[0], request) if given else None
    if stored is None:
        raise UserError("unknown_answer", id=given[0][:20] if given else "")
    return stored


# --- show the data ---------------------------------------------------------------------------


async def data(text: str, stored: StoredAnswer, context: ToolContext) -> Answer:
    """`/data ID [citation] [page]`: a page of the rows behind a figure."""
    words = context.words
    number, page = (int(v) if v.isdigit() else 1 for v in (*text.split()[2:4], "1", "1")[:2])
    page = max(page, 1)
    answer = from_json(stored.answer)
    citation = next((c for c in answer.citations if c.number == number), None)
    if citation is None:
        raise UserError("unknown_citation", n=number)
    query = query_of(stored.queries[citation.query]).rows(PAGE + 1, (page - 1) * PAGE)
    facts = await context.fetch(query)
    source = context.citations[0]
    shown = facts.rows[:PAGE]
    columns = tuple(name for name in (shown[0] if shown else {}) if name != "description")
    table = Table(
        columns,
        tuple(tuple(_cell(row.get(name), words) for name in columns) for row in shown),
        title=f"{source.table} · {citation.filter}",
    )
    heading = Heading(words.say("answer.data_title", n=number, source=source.source))
    said = words.say(
        "answer.data",
        first=(page - 1) * PAGE + 1 if shown else 0,
        last=(page - 1) * PAGE + len(shown),
        period=citation.period or "–",
    )
    actions = []
    if len(facts.rows) > PAGE:
        command = f"/data {stored.id} {number} {page + 1}"
        actions.append(Action(words.say("answer.more_rows"), command))
    others = [c for c in answer.citations if c.number != number][:4]
    actions += [Action(f"[{c.number}] {c.table}", f"/data {stored.id} {c.number}") for c in others]
    parts: tuple[Part, ...] = (heading, Text(said), *((table,) if shown else ()))
    return Answer("answer", (*parts, Actions(tuple(actions))) if actions else parts)


def _cell(value: object, words: Words) -> str:
    match value:
        case None:
            return "–"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}Z"
        case bool() | str():
            return str(value)
        case int():
            return words.number(value)
        case float():
            return words.number(value, 0 if value.is_integer() else 2)
        case _:
            return str(value)


# --- run again -------------------------------------------------------------------------------


def again(stored: StoredAnswer) -> Command:
    """The same question about the same assets and the very same time. Raises UserError where it
    was no tool's answer."""
    if stored.tool not in registry.names():
        raise UserError("unknown_answer", id=stored.id)
    tool = registry.tool(stored.tool)
    values = dict(stored.args.get("args", {}))
    period = stored.answer.get("args", {}).get("period")
    fixed = _period(period) if isinstance(period, Mapping) else None
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
    rows = [
        (label, old.get(label, "–"), new.get(label, "–"))
        for label in dict.fromkeys((*old, *new))
        if old.get(label) != new.get(label)
    ]
    late = max(0, sum(c.rows for c in now.citations) - sum(c.rows for c in then.citations))
    said = words.say("answer.changed", n=len(rows)) if rows else words.say("answer.same")
    lead: list[Part] = [Text(said + (f" {words.say('answer.late_rows', n=late)}" if late else ""))]
    if rows:
        heads = ("answer.figure", "answer.then", "answer.now")
        lead.append(Table(tuple(words.say(head) for head in heads), tuple(rows), "lrr"))
    return replace(now, parts=(*lead, *now.parts))


def _figures(answer: Answer) -> dict[str, str]:
    return {
        metric.label: metric.value
        for part in answer.parts
        if isinstance(part, Metrics)
        for metric in part.metrics
    }
