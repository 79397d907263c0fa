"""`andon check`: what can and cannot be read from the plant's data, and what that means."""

from __future__ import annotations

import json
import re
import sys
from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot import files
from bot.clock import clock_at, instant
from bot.settings import Settings
from core.errors import MisconfiguredError

if TYPE_CHECKING:
    from adapters.console.paper import Paper, Row

# The indent of a line and, where it has one, its first column.
_LEAD = re.compile(r" *(?:\S+ {2,})?")


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--now", type=instant, metavar="ISO", help="check as of this time")
    parser.add_argument("--json", action="store_true")
    parser.epilog = "Exit code 1: some values are wrong; 2: nothing could be read."


def run(arguments: Namespace, settings: Settings) -> int:
    from adapters.console.terminal import Terminal
    from bot.plant import plant_file
    from bot.sources import project
    from core.alerts.rules_file import problems
    from core.data.check import as_json, check, render
    from core.rollup.advice import advised
    from core.words import Words

    if settings.sample is not None:
        from bot.sample_plant import prepare

        prepare(settings.sample, settings.language, arguments.now)
    plant, now = plant_file(settings), clock_at(arguments.now)()
    files.read_in_all(plant)
    report = check(plant, now, project=partial(project, settings))
    alerts = settings.alerts_file
    wrong = problems(alerts) if alerts is not None else ()
    access, unfit = settings.access_file, _access_problems(settings.access_file)
    told = files.problems(plant)
    refused = any(problem.refused for problem in told)
    is_open = not settings.rollup and settings.sample is None
    many = advised(plant, report.facts) if is_open else None
    exit_code = max(report.exit_code, 1 if wrong or unfit or refused else 0)
    if arguments.json:
        more: dict[str, object] = {"alerts": list(wrong), "access": list(unfit)}
        more["exit_code"] = exit_code
        more["files"] = [{"key": p.key, **p.filled()} for p in told]
        more["rollup_advised"] = many is not None
        whole = as_json(report) | more
        print(json.dumps(whole, ensure_ascii=False))
        return exit_code
    terminal = Terminal(sys.stdout, settings.terminal)
    paper = terminal.paper(settings.language)
    words = Words(settings.language)
    lines = render(report, words).splitlines()
    for path, found in ((alerts, wrong), (access, unfit)):
        if path is not None:
            known = words.say("alert_rules.wrong" if found else "alert_rules.right", file=path.name)
            lines += ["", known, *(f"  error    {problem}" for problem in found)]
    if told:
        lines += ["", words.say("files.problems", n=len(told)), *files.lines(told, words)]
    if many is not None:
        lines += ["", words.say("rollup.advised", n=many)]
    terminal.write(row for line in lines for row in _wrapped(line, paper))
    return exit_code


def _access_problems(path: Path | None) -> tuple[str, ...]:
    from bot.access_file import access_rules

    try:
        access_rules(path)
    except MisconfiguredError as error:
        return (str(error),)
    return ()


def _wrapped(line: str, paper: Paper) -> list[Row]:
    """The line with what does not fit hanging under its second column."""
    found = _LEAD.match(line)
    lead = paper.clean(found[0]) if found else ""
    return paper.paragraph(line[len(lead) :], "", (lead, "dim"))
