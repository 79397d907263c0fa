"""Numbers the citations of an answer in the order in which its parts use them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.answer import Chart, Citation, Metrics, Part, Table, Text


def numbered(
    parts: Sequence[Part], citations: Sequence[Citation]
) -> tuple[tuple[Part, ...], tuple[Citation, ...]]:
    """Parts and citations with new numbers; what no part uses is left out."""
    order = {old: new for new, old in enumerate(dict.fromkeys(_used(parts)), start=1)}
    kept = [citation for citation in citations if citation.number in order]
    kept.sort(key=lambda citation: order[citation.number])
    renumbered = tuple(replace(citation, number=order[citation.number]) for citation in kept)
    return tuple(_renumber(part, order) for part in parts), renumbered


def _used(parts: Sequence[Part]) -> Iterator[int]:
    for part in parts:
        match part:
            case Metrics(metrics):
                for metric in metrics:
                    yield from metric.cites
            case Text() | Table() | Chart():
                yield from part.cites
            case _:
                pass


def _renumber(part: Part, order: dict[int, int]) -> Part:
    match part:
        case Metrics(metrics):
            return Metrics(tuple(replace(m, cites=_new(m.cites, order)) for m in metrics))
        case Text() | Table() | Chart():
            return replace(part, cites=_new(part.cites, order))
        case _:
            return part


def _new(cites: Sequence[int], order: dict[int, int]) -> tuple[int, ...]:
    return tuple(sorted({order[cite] for cite in cites if cite in order}))
