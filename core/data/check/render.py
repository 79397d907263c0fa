"""A report as text for people and as plain values for JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from core.data.check.report import FactState, Finding, Report, Severity, ToolReach
from core.words import Words

_LONG = 90  # minutes from which hours are written
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


def render(report: Report, words: Words) -> str:
    """Facts, findings by severity, tools; plain text in the reader's language."""
    return "\n".join([
        words.say("check.title", source=report.source,
                  moment=words.moment(report.now, report.zone, year=True)),
        "", words.say("check.facts_title"), *_facts(report, words),
        *_findings(report, words),
        "", words.say("check.tools_title"), *_tools(report, words),
        "", words.say(f"check.result_{report.exit_code}"),
    ])  # fmt: skip


def as_json(report: Report) -> dict[str, Any]:
    """Names as in report.py; times as ISO text in UTC, minutes as numbers."""
    return {
        "source": report.source, "zone": report.zone, "now": _plain(report.now),
        "exit_code": report.exit_code,
        "facts": [
            {"fact": f.fact, "table": f.table, "state": f.state, "rows": f.rows,
             "first": _plain(f.first), "last": _plain(f.last)}
            for f in report.facts
        ],
        "findings": [
            {"severity": f.severity, "key": f.key, "fact": f.fact,
             "arguments": {name: _plain(value) for name, value in f.arguments}}
            for f in report.findings
        ],
        "tools": [
            {"tool": t.tool, "reach": t.reach,
             "figures": [{"name": f.name, "lacks": list(f.lacks)} for f in t.figures]}
            for t in report.tools
        ],
    }  # fmt: skip


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _facts(report: Report, words: Words) -> Iterator[str]:
    width = max((len(fact.fact) for fact in report.facts), default=0)
    for fact in report.facts:
        yield f"  {fact.fact:<{width}}  {_state(fact, report, words)}"


def _state(fact: FactState, report: Report, words: Words) -> str:
    if fact.state == "failed":
        return words.say("check.fact_failed", table=fact.table)
    rows = words.say("check.rows", n=fact.rows or 0)
    if fact.first is None or fact.last is None:
        return words.say("check.fact_undated", table=fact.table, rows=rows)
    return words.say(
        "check.fact_read", table=fact.table, rows=rows,
        first=words.moment(fact.first, report.zone, year=True),
        last=words.moment(fact.last, report.zone, year=True),
    )  # fmt: skip


def _findings(report: Report, words: Words) -> Iterator[str]:
    for severity in _SEVERITIES:
        found = [one for one in report.findings if one.severity == severity]
        if found:
            yield ""
            yield words.say(f"check.{severity}", n=len(found))
            yield from (f"  {one.fact or ''}: {said(one, report.zone, words)}" for one in found)


def said(found: Finding, zone: str, words: Words) -> str:
    """One finding as a sentence."""
    arguments = {name: _shown(name, value, zone, words) for name, value in found.arguments}
    if found.key == "unreadable":
        problem = f"check.problem_{found.argument('problem')}"
        arguments["problem"] = words.say(problem if words.has(problem) else "check.problem_failed")
    return words.say(f"check.{found.key}", **arguments)


def _shown(name: str, value: object, zone: str, words: Words) -> object:
    match value:
        case datetime():
            return words.moment(value, zone, year=True)
        case date():
            return words.day(value, year=True)
        case int() | float() if name.endswith("_min"):
            if abs(value) < _LONG:
                return f"{words.number(value, 1)} min"
            return f"{words.number(value / 60, 1)} h"
        case _:
            return value


def _tools(report: Report, words: Words) -> Iterator[str]:
    width = max((len(tool.tool) for tool in report.tools), default=0)
    for tool in report.tools:
        yield f"  {tool.tool:<{width}}  {_reach(tool, words)}"


def _reach(tool: ToolReach, words: Words) -> str:
    given = [words.say(f"check.figure_{f.name}") for f in tool.figures if not f.lacks]
    lacks = list(dict.fromkeys(need for f in tool.figures for need in f.lacks))
    missing = [words.say(f"check.need_{need}") for need in lacks]
    withheld = [words.say(f"check.figure_{f.name}") for f in tool.figures if f.lacks]
    return words.say(
        f"check.reach_{tool.reach}", given=words.joined(given), withheld=words.joined(withheld),
        missing=words.joined(missing),
    )  # fmt: skip
