"""A query for much is asked in parts at the same time, each for some of the assets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.data.query import Query
from core.data.source import Facts

# Assets × days of sums from which a second connection is worth its overhead (some 20 ms of
# work); more than two parts would keep other questions waiting for a connection.
_MUCH = 500
_PARTS = 2


def in_parts(query: Query) -> list[Query]:
    """Queries whose rows together are those of `query`; only itself where its rows mix assets,
    are ordered or limited, or where it asks for little."""
    assets = query.assets or ()
    days = query.interval.minutes / 1440 if query.interval else 0.0
    apart = "asset" in query.group_by and not query.order_by and query.limit is None
    if not query.measures or not apart or len(assets) < _PARTS or len(assets) * days < _MUCH:
        return [query]
    size = -(-len(assets) // _PARTS)
    return [_of(query, assets[n : n + size]) for n in range(0, len(assets), size)]


def joined(first: Facts, others: Sequence[Facts]) -> Facts:
    """The facts of all parts as one."""
    parts = (first, *others)
    return replace(
        first,
        rows=tuple(row for part in parts for row in part.rows),
        origin=replace(first.origin, rows=sum(part.origin.rows for part in parts)),
        as_of=max((part.as_of for part in parts if part.as_of), default=None),
    )


def _of(query: Query, assets: tuple[str, ...]) -> Query:
    own = frozenset(assets)
    shared = ((p, tuple(a for a in p.assets if a in own)) for p in query.planned)
    planned = tuple(replace(p, assets=ids) for p, ids in shared if ids)
    return replace(query, assets=assets, planned=planned)
