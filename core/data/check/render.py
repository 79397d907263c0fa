"""A report as text for people and as plain values for JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from core.data.check.report import (
    FactState,
    Finding,
    Report,
    Severity,
    SourceState,
    ToolReach,
)
from core.data.check.server import SKEW_SECONDS
from core.words import Words

_LONG = 90  # minutes from which hours are written
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


def render(report: Report, words: Words) -> str:
    """Facts, findings by severity, tools; plain text in the reader's language."""
    return "\n".join([
        words.say("check.title", source=report.source,
                  moment=words.moment(report.now, report.zone, year=True)),
        *_sources(report, words),
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
        "sources": [
            {f.name: _plain(getattr(source, f.name)) for f in fields(source)}
            for source in report.sources
        ],
        "facts": [
            {"fact": f.fact, "source": f.source, "table": f.table, "state": f.state, "rows": f.rows,
             "first": _plain(f.first), "last": _plain(f.last)}
            for f in report.facts
        ],
        "findings": [
            {"severity": f.severity, "key": f.key, "fact": f.fact, "source": f.source,
             "arguments": {name: _plain(value) for name, value in f.arguments}}
            for f in report.findings
        ],
        "tools": [
            {"tool": t.tool, "reach": t.reach, "sources": list(t.sources),
             "figures": [{"name": f.name, "lacks": list(f.lacks)} for f in t.figures]}
            for t in report.tools
        ],
    }  # fmt: skip


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _sources(report: Report, words: Words) -> Iterator[str]:
    """Nothing of a single file, of which there is nothing to say."""
    if [source.kind for source in report.sources] == ["sqlite"]:
        return
    yield ""
    yield words.say("check_sources.title")
    for source in report.sources:
        yield f"  {source.name}: {'; '.join(_told(source, report, words))}"


def _told(source: SourceState, report: Report, words: Words) -> Iterator[str]:
    named = f"check_sources.kind_{source.kind}"
    kind = words.say(named) if words.has(named) else source.kind
    if source.milliseconds is None:
        yield words.say("check_sources.no_answer", kind=kind)
    else:
        number = words.number(source.milliseconds, 0 if source.milliseconds >= 10 else 1)
        yield words.say("check_sources.answers", kind=kind, ms=number)
    if source.rows is not None:
        yield words.say("check.rows", n=source.rows)
    if source.newest is not None:
        newest = words.moment(source.newest, report.zone, year=True)
        yield words.say("check_sources.newest", moment=newest)
    if source.may_write is not None:
        yield words.say(f"check_sources.{'writes' if source.may_write else 'reads_only'}")
    if source.skew_seconds is not None:
        skew = _shown("skew_min", abs(source.skew_seconds) / 60, report.zone, words)
        is_right = abs(source.skew_seconds) <= SKEW_SECONDS
        yield words.say(f"check_sources.clock_{'right' if is_right else 'wrong'}", skew=skew)
    if source.also:
        yield words.say("check_sources.role_also", facts=words.joined(source.also))
    if source.fallback:
        yield words.say("check_sources.role_fallback", facts=words.joined(source.fallback))


def _facts(report: Report, words: Words) -> Iterator[str]:
    width = max((len(fact.fact) for fact in report.facts), default=0)
    for fact in report.facts:
        told = _state(fact, report, words)
        if fact.source:
            told = words.say("check_sources.in_source", source=fact.source, told=told)
        yield f"  {fact.fact:<{width}}  {told}"


def _state(fact: FactState, report: Report, words: Words) -> str:
    if fact.state == "failed":
        return words.say("check.fact_failed", table=fact.table)
    if fact.rows is None:
        rows = words.say("check_sources.not_counted")
    else:
        rows = words.say("check.rows", n=fact.rows)
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
            yield from (f"  {_about(one)}{said(one, report.zone, words)}" for one in found)


def _about(found: Finding) -> str:
    about = ", ".join(part for part in (found.source, found.fact) if part)
    return f"{about}: " if about else ""


def said(found: Finding, zone: str, words: Words) -> str:
    """One finding as a sentence."""
    arguments = {name: _shown(name, value, zone, words) for name, value in found.arguments}
    if found.key in ("unreadable", "away"):
        problem = str(found.argument("problem"))
        arguments["problem"] = _problem(problem, words)
        do = f"check_sources.do_{problem}"
        arguments["do"] = words.say(do if words.has(do) else "check_sources.do_any")
    topic = "check" if words.has(f"check.{found.key}") else "check_sources"
    return words.say(f"{topic}.{found.key}", **arguments)


def _problem(problem: str, words: Words) -> str:
    key = f"check.problem_{problem}"
    return words.say(key if words.has(key) else "check.problem_failed")


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
        told = _reach(tool, words)
        if len(report.sources) > 1 and tool.sources:
            listed = words.joined(tool.sources)
            told = words.say("check_sources.from", told=told, sources=listed)
        yield f"  {tool.tool:<{width}}  {told}"


def _reach(tool: ToolReach, words: Words) -> str:
    given = [words.say(f"check.figure_{f.name}") for f in tool.figures if not f.lacks]
    lacks = list(dict.fromkeys(need for f in tool.figures for need in f.lacks))
    missing = [words.say(f"check.need_{need}") for need in lacks]
    withheld = [words.say(f"check.figure_{f.name}") for f in tool.figures if f.lacks]
    return words.say(
        f"check.reach_{tool.reach}", given=words.joined(given), withheld=words.joined(withheld),
        missing=words.joined(missing),
    )  # fmt: skip
