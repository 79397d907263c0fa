"""Prints how well questions are understood: `python benchmarks/planner.py [SET…] [--wrong]`.

Eight labelled sets, six of them by people who never saw this repository; tests/planner/questions
tells how each was made. A period counts as right if it comes out as the same stretch of time as
the label's words; of a label that names two ("October versus September") both must. `--wrong`
lists the mistakes of the sets that were worked with; never those of the held-out ones, and of the
strangers' held-out sets nothing but totals is printed.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from datetime import time as clock
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.domain.assets import Asset, Hierarchy
from core.domain.shifts import ShiftCalendar, ShiftPattern
from core.errors import AmbiguousAsset, UnknownAsset, UserError
from core.planner.arguments import fill
from core.planner.asset_words import AssetNames
from core.planner.features import features
from core.planner.model import trained
from core.planner.period_words import parse_period
from core.planner.planner import FIELDS, Clarify, Decline, Plan, Planner, ThreadContext
from core.planner.reading import read
from core.planner.training.train import HERE, LANGUAGES, phrasings, variants, words_of

QUESTIONS = Path(__file__).resolve().parent.parent / "tests" / "planner" / "questions"
NOW = datetime(2026, 11, 18, 21, 37, tzinfo=UTC)
CALENDAR = ShiftCalendar(
    "America/Chicago",
    [
        ShiftPattern("Early", clock(6), clock(14)),
        ShiftPattern("Late", clock(14), clock(22)),
        ShiftPattern("Night", clock(22), clock(6)),
    ],
)
PLACES: Mapping[tuple[str, str], Iterable[str]] = {
    ("riverside", "machining"): [f"grinder-{n}" for n in range(1, 7)]
    + [f"cnc-{n}" for n in range(1, 5)],
    ("riverside", "assembly"): ["press-1", "press-2", "oven-1", "robot-1", "robot-2"],
    ("riverside", "packaging"): ["line-1", "line-2", "line-3", "line-4", "filler-1", "filler-2",
                                 "filler-3", "palletizer-1"],
    ("hamburg", "montage"): ["line-h1", "line-h2", "press-h1"],
    ("hamburg", "verpackung"): ["packer-h1"],
}  # fmt: skip

Question = Mapping[str, Any]

TUNED = ("tune", "strangers_tune", "strangers2_tune")
# The model was trained on these: what they say of it is that it can learn.
VOICES = ("voices_a", "voices_b")
HELD_OUT = ("held_out", "strangers_held_out", "strangers2_held_out")
# Of these nothing but totals is printed.
UNREAD = ("strangers_held_out", "strangers2_held_out")
# What came of the choice of a tool: right, asked back, declined for no or another reason than
# labelled, or, the one that does harm, answered by a tool that was not asked for.
OUTCOMES = ("right", "asked", "declined", "answered")


def sample_names(plant: str | None = "riverside") -> AssetNames:
    """The sample plant's assets by name."""
    assets = (
        Asset(id=i, name=i.replace("-", " ").title(), kind=i.split("-")[0], plant=plant_, area=area)
        for (plant_, area), ids in PLACES.items()
        for i in ids
    )
    return AssetNames(Hierarchy(assets), plant)


def questions(name: str) -> list[Question]:
    lines = (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


class Score:
    """What came of a question, beside its label."""

    def __init__(self, planner: Planner, names: AssetNames) -> None:
        self._planner = planner
        self._names = names

    def of(self, question: Question) -> dict[str, bool]:
        """Whether tool, assets, period and all of it are right; only the tool if declined."""
        tool, args = self.planned(question)
        accepted = {question["tool"], *question.get("also", ())}
        right = {"tool": tool in accepted}
        taken = tool if tool in accepted else question["tool"]
        if taken in ("clarify", "help") or taken.startswith("decline"):
            return right | {"all": right["tool"]}
        wanted = self._wanted(question)
        right["assets"] = self._same_assets(args.get("assets") or [], question["assets"])
        if "period" in FIELDS[taken]:
            right["period"] = same_period(args.get("period"), wanted.get("period"))
        others = ("kpi", "top", "by", "reason")
        rest = all(args.get(name) == question[name] for name in others if question.get(name))
        if "versus" in FIELDS[taken]:
            rest = rest and same_period(args.get("versus"), wanted.get("versus"))
        return right | {"all": rest and all(right.values())}

    def outcome(self, question: Question) -> str:
        """One of OUTCOMES."""
        tool, _ = self.planned(question)
        if tool in (question["tool"], *question.get("also", ())):
            return "right"
        if tool == "clarify":
            return "asked"
        return "declined" if tool.startswith("decline") else "answered"

    def offered(self, question: Question) -> bool:
        """Whether a question that was asked back offers what was wanted."""
        plan = self._plan(question)
        wanted = (question["tool"], *question.get("also", ()))
        return isinstance(plan, Clarify) and any(c.tool in wanted for c in plan.choices)

    def planned(self, question: Question) -> tuple[str, Mapping[str, Any]]:
        plan = self._plan(question)
        if isinstance(plan, Decline):
            return f"decline:{plan.key}", {}
        return ("clarify", {}) if isinstance(plan, Clarify) else (plan.tool, plan.args)

    def _plan(self, question: Question) -> Plan | Clarify | Decline:
        said = question.get("context")
        before = {name: said[name] for name in said if name != "tool"} if said else {}
        context = ThreadContext(said["tool"], before) if said else None
        return self._planner.plan(question["text"], self._names, CALENDAR.names, context)

    def _wanted(self, question: Question) -> Mapping[str, Any]:
        """The label's periods; one that names two ("October versus September") wants both."""
        said = question.get("period") or ""
        both = fill(("period", "versus"), said, self._names, CALENDAR.names).args
        return both if both.get("versus") and both.get("period") else question

    def _same_assets(self, said: list[str], wanted: list[str]) -> bool:
        try:
            ids = set(self._names.resolve_all(said))
        except UnknownAsset as unknown:
            return wanted == [f"?{unknown.said}"]
        except AmbiguousAsset as ambiguous:
            return wanted == [f"~{ambiguous.said}"]
        return ids - {"riverside"} == set(wanted) - {"riverside"}


def same_period(said: str | None, wanted: str | None) -> bool:
    if said is None or wanted is None:
        return said == wanted
    return interval(said) == interval(wanted)


def interval(words: str) -> object:
    try:
        return parse_period(words, CALENDAR, NOW).interval
    except UserError as error:
        return error.key


def by_rules(text: str, names: AssetNames) -> str:
    """The choice by counting cues alone."""
    total: Counter[str] = Counter({"clarify": 0})
    for aim, weight in read(text, names, CALENDAR.names).cues:
        total[aim] += weight
    return total.most_common(1)[0][0]


def by_model(text: str, names: AssetNames) -> str:
    """The choice by the model without the cues among its features."""
    shares = trained().shares(features(read(text, names, CALENDAR.names).words, ()))
    return max(shares, key=lambda aim: shares[aim])


def share(found: Iterable[bool]) -> str:
    values = list(found)
    return f"{100 * sum(values) / len(values):5.1f} % ({sum(values)} of {len(values)})"


def report(name: str, wrong: bool) -> None:
    names, asked = sample_names(), questions(name)
    score = Score(Planner(), names)
    started = time.perf_counter()
    results = [(question, score.of(question)) for question in asked]
    spent = (time.perf_counter() - started) * 1000 / len(asked)
    print(f"\n{name}: {len(asked)} questions, {spent:.2f} ms each with its period")
    for part in ("tool", "assets", "period", "all"):
        print(f"  {part:8} {share(right[part] for _, right in results if part in right)}")
    report_outcomes(score, asked)
    for language in LANGUAGES:
        right_tools = (right["tool"] for q, right in results if q["language"] == language)
        print(f"  tool, {language}: {share(right_tools)}")
    if name in UNREAD:
        return
    report_alone(asked, names)
    report_by_tool(score, results)
    for question, right in results if wrong and name in (*TUNED, *VOICES) else ():
        if not right["all"]:
            print(f"  ? {question}\n    {score.planned(question)} {right}")


def report_outcomes(score: Score, asked: Sequence[Question]) -> None:
    """The mistakes by what they do to the asker."""
    outcomes = [score.outcome(question) for question in asked]
    offered = (score.offered(q) for q, o in zip(asked, outcomes, strict=True) if o == "asked")
    print(f"  answered by a wrong tool, not asking: {share(o == 'answered' for o in outcomes)}")
    print(f"  declined though it should not be, or with another reason: "
          f"{share(o == 'declined' for o in outcomes)}")  # fmt: skip
    print(f"  asked back: {share(o == 'asked' for o in outcomes)}, "
          f"offering the right tool: {sum(offered)}")  # fmt: skip


def report_alone(asked: Sequence[Question], names: AssetNames) -> None:
    """What the rules and the model reach each without the other."""
    alone: tuple[tuple[str, Callable[[str, AssetNames], str]], ...] = (
        ("rules", by_rules), ("model", by_model),
    )  # fmt: skip
    single = [q for q in asked if "context" not in q]
    for title, choose in alone:
        fits = share(
            choose(q["text"], names)
            in [tool.removeprefix("decline:") for tool in (q["tool"], *q.get("also", ()))]
            for q in single
        )
        print(f"  {title} alone, first questions only: {fits}")


def report_by_tool(score: Score, results: Sequence[tuple[Question, Mapping[str, bool]]]) -> None:
    for tool in sorted({q["tool"] for q, _ in results}):
        missed = Counter(
            score.planned(q)[0] for q, right in results if q["tool"] == tool and not right["tool"]
        )
        count = sum(q["tool"] == tool for q, _ in results)
        print(f"    {tool:24} {count - missed.total():3} of {count:3}  {dict(missed) or ''}")


def report_unlike() -> None:
    """How the held-out questions do that are worded like no phrasing of the training."""
    names = sample_names()
    learned = {
        tuple(words_of(variant))
        for language in LANGUAGES
        for _, phrasing in phrasings(HERE / f"{language}.txt")
        for variant in variants(phrasing, random.Random(1))
    }
    score = Score(Planner(), names)
    unlike = [
        question
        for question in questions("held_out")
        if tuple(read(question["text"], names, CALENDAR.names).words) not in learned
    ]
    print(f"\nheld_out, worded like no phrasing of the training: {len(unlike)} questions")
    for batch in (1, 2):
        right = [score.of(question)["tool"] for question in unlike if question["batch"] == batch]
        print(f"  batch {batch} tool {share(right)}")


def main() -> None:
    every = (*TUNED, *VOICES, *HELD_OUT)
    chosen = [name for name in sys.argv[1:] if name in every]
    for name in chosen or every:
        report(name, "--wrong" in sys.argv)
    if not chosen:
        report_unlike()


if __name__ == "__main__":
    main()
