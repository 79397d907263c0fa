"""Numbers the citations of an answer in the order in which its parts use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from core.answer import Chart, Citation, Metrics, Part, Table, Text
from core.data.query import Query


def numbered(
    parts: Sequence[Part], citations: Sequence[Citation], queries: Sequence[Query]
) -> tuple[tuple[Part, ...], tuple[Citation, ...]]:
    """Parts and citations with new numbers; what no part uses is left out.

    Periods of the same table and filter, as a period and the one before it, share a citation
    where the two do not overlap.
    """
    by_number = {citation.number: citation for citation in citations}
    groups: list[list[Citation]] = []
    for old in dict.fromkeys(_used(parts)):
        citation = by_number.get(old)
        if citation is None:
            continue
        alike = (group for group in groups if _go_together(citation, group, queries))
        group = next(alike, None)
        if group is None:
            groups.append([citation])
        else:
            group.append(citation)
    order = {one.number: new for new, group in enumerate(groups, 1) for one in group}
    cited = tuple(_joined(group, new) for new, group in enumerate(groups, 1))
    return tuple(recited(part, order) for part in parts), cited


def _go_together(citation: Citation, group: Sequence[Citation], queries: Sequence[Query]) -> bool:
    if _place(citation, queries) != _place(group[0], queries):
        return False
    own = queries[citation.query].interval
    others = [queries[one.query].interval for one in group]
    return own is not None and all(o is not None and o.clip(own) is None for o in others)


def _place(citation: Citation, queries: Sequence[Query]) -> tuple[object, ...]:
    """All that a citation tells but the time; its filter may be cut short, the query's is not."""
    query = queries[citation.query]
    read = query.assets, query.where, query.statement
    return citation.source, citation.table, citation.note, citation.zone, *read


def _joined(group: Sequence[Citation], number: int) -> Citation:
    times = [one.as_of for one in group if one.as_of is not None]
    return replace(
        group[0],
        number=number,
        period="; ".join(one.period for one in group),
        rows=sum(one.rows for one in group),
        as_of=max(times, default=None),
        also=tuple(one.query for one in group[1:]),
    )


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


def recited(part: Part, order: Mapping[int, int]) -> Part:
    """The part with new citation numbers; those without one are left out."""
    match part:
        case Metrics(metrics):
            return Metrics(tuple(replace(m, cites=_new(m.cites, order)) for m in metrics))
        case Text() | Table() | Chart():
            return replace(part, cites=_new(part.cites, order))
        case _:
            return part


def _new(cites: Sequence[int], order: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(sorted({order[cite] for cite in cites if cite in order}))


def filter_of(query: Query) -> str:
    """The filter in the reader's terms: "asset line-3; reason contains jam"."""
    parts = []
    if query.assets:
        shown = ", ".join(query.assets[:6])
        parts.append(shown + (f" + {len(query.assets) - 6}" if len(query.assets) > 6 else ""))
    for condition in query.where:
        value = condition.value
        said = ", ".join(value) if isinstance(value, tuple) else value
        parts.append(f"{condition.column} {condition.operator} {'' if said is None else said}")
    if query.statement is not None:
        parts.append(" ".join(query.statement.text.split()))
    return "; ".join(part.strip() for part in parts)
