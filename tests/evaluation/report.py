"""The score as a table, on paper and in docs/evaluation.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from core.agent import counted
from tests.evaluation.play import Played, Tallied

DOC = Path(__file__).parents[2] / "docs" / "evaluation.md"
_KINDS = {
    "one": "one tool",
    "several": "several tools",
    "follow_up": "follow-ups in a thread",
    "ambiguous": "to be asked back",
    "decline": "to be declined",
    "unknown_asset": "unknown assets",
    "unknown_figure": "unknown figures",
}
_COLUMNS = ("outcome", "tool", "assets", "period", "figures", "right")


def report(played: Sequence[Played], meter: Tallied, who: str) -> str:
    """Markdown. Without a model there are no tokens, and nothing for the guard to do."""
    groups = [(name, [p for p in played if p.question.kind == kind])
              for kind, name in _KINDS.items()]  # fmt: skip
    groups += [
        ("German", [p for p in played if p.question.language == "de"]),
        ("**all**", list(played)),
    ]
    lines = [
        f"Answered by {who}.",
        "",
        "| questions | n | outcome | tool | assets | period | figures | all of it |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
        *(_row(name, group) for name, group in groups if group),
        "",
        _seconds(played),
    ]
    turns = meter.total(counted.TURNS)
    if turns:
        lines += ["", *_of_the_model(meter, turns)]
    return "\n".join(lines)


def misses(played: Iterable[Played]) -> str:
    """What was not right, for whoever wants to mend it."""
    lines = []
    for one in played:
        wrong = [name for name in _COLUMNS[:-1] if getattr(one.score, name) is False]
        if wrong:
            answer = one.answer
            told = f"{answer.outcome} {answer.tool or ''} {answer.args.get('assets', '')}"
            before = "".join(f"{text} → " for text in one.question.after)
            lines.append(f"{', '.join(wrong):24} {before}{one.question.ask}\n{'':24} {told}")
    return "\n".join(lines)


def write(text: str, doc: Path = DOC) -> None:
    """Puts it between the markers of the document."""
    begin, end = "<!-- eval -->", "<!-- /eval -->"
    old = doc.read_text("utf-8")
    head, tail = old.partition(begin)[0], old.partition(end)[2]
    doc.write_text(f"{head}{begin}\n{text}\n{end}{tail}", "utf-8")


def _row(name: str, group: Sequence[Played]) -> str:
    cells = [_share([getattr(p.score, column) for p in group]) for column in _COLUMNS]
    return f"| {name} | {len(group)} | {' | '.join(cells)} |"


def _share(values: Sequence[bool | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{100 * sum(known) / len(known):.0f} % of {len(known)}" if known else "–"


def _seconds(played: Sequence[Played]) -> str:
    took = sorted(one.seconds for one in played)
    p50, p95 = (took[min(len(took) - 1, int(len(took) * share))] for share in (0.5, 0.95))
    return f"Latency: p50 {p50 * 1000:,.0f} ms, p95 {p95 * 1000:,.0f} ms."


def _of_the_model(meter: Tallied, turns: float) -> list[str]:
    tokens = meter.total(counted.TOKENS)
    return [
        f"Turns of the model: {_list(meter.by_label(counted.TURNS))}.",
        f"Guard: {meter.total(counted.RETRIES):.0f} answers written again; refused: "
        f"{_list(meter.by_label(counted.REFUSALS))}.",
        f"Tokens: {tokens:,.0f}, {tokens / turns:,.0f} a question. Failures: "
        f"{_list(meter.by_label(counted.FAILURES))}.",
    ]


def _list(counts: dict[str, float]) -> str:
    return ", ".join(f"{name} {count:.0f}" for name, count in sorted(counts.items())) or "none"
