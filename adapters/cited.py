"""Citations: numbers at the figures, and what the numbers stand for at the end of a message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.answer import Citation
from core.words import Words


def marks(cites: Sequence[int]) -> str:
    """ " [1–3, 5]": short, for most figures rest on several sources."""
    return f" [{', '.join(_ranges(sorted(set(cites))))}]" if cites else ""


def lines(citations: Sequence[Citation], words: Words) -> list[str]:
    """One line for all sources that were read with the same filter over the same time:
    "[1] production (24 rows), [2] downtime (8 rows) · line-3 · Sat 21 Nov 06:00 – … · sample plant"
    """
    groups: dict[tuple[str, ...], list[Citation]] = {}
    for citation in citations:
        key = (citation.filter, citation.period, citation.source)
        groups.setdefault(key, []).append(citation)
    return [
        " · ".join(
            [", ".join(_table(one, words) for one in group), *(part for part in key if part)]
        )
        for key, group in groups.items()
    ]


def _table(citation: Citation, words: Words) -> str:
    as_of = citation.as_of
    facts = [
        words.say("answer.rows", n=citation.rows),
        words.say("answer.as_of", moment=words.moment(as_of, citation.zone)) if as_of else "",
        citation.note,
    ]
    return f"[{citation.number}] {citation.table} ({', '.join(fact for fact in facts if fact)})"


def _ranges(numbers: Sequence[int]) -> Iterable[str]:
    start = 0
    for index, number in enumerate(numbers):
        if index + 1 == len(numbers) or numbers[index + 1] != number + 1:
            first = numbers[start]
            yield {0: f"{first}", 1: f"{first}, {number}"}.get(index - start, f"{first}–{number}")
            start = index + 1
