"""What one answer read: each filter of each table has one number, however it is summed up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from core.answer import Citation
from core.citing import filter_of
from core.data.query import Query
from core.data.source import Facts
from core.disputes import Dispute
from core.words import Words


@dataclass(slots=True)
class Cited:
    """`citations` and `queries` are what was read (a citation's `query` is an index into
    `queries`), `disputes` where a second source says otherwise."""

    words: Words
    citations: list[Citation] = field(default_factory=list)
    queries: list[Query] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    _numbers: dict[object, int] = field(default_factory=dict)

    def cite(self, query: Query, facts: Facts, zone: str) -> int:
        """The citation's number; `zone` is the one in which the reader is told of times."""
        key = (query.fact, query.assets, query.interval, query.where, query.statement)
        if key not in self._numbers:
            self.queries.append(query)
            self._numbers[key] = self._new(query, facts, zone, len(self.queries) - 1)
        number = self._numbers[key]
        old = self.citations[number - 1]
        if facts.origin.rows > old.rows or (facts.as_of and not old.as_of):
            self.citations[number - 1] = replace(
                old, rows=max(old.rows, facts.origin.rows), as_of=old.as_of or facts.as_of
            )
        if facts.second is not None:
            self._dispute(query, facts, facts.second, self.citations[number - 1])
        return number

    def _dispute(self, query: Query, facts: Facts, second: Facts, cited: Citation) -> None:
        """Keeps what a second source says otherwise, with a citation of its own."""
        key = (cited.number, second.origin.source)
        if key not in self._numbers:
            self._numbers[key] = self._new(query, second, cited.zone, cited.query)
        cites = cited.number, self._numbers[key]
        for one in facts.differences:
            sources = facts.origin.source, second.origin.source
            self.disputes.append(Dispute(one, *sources, cited.period, cites))

    def _new(self, query: Query, facts: Facts, zone: str, index: int) -> int:
        span = query.interval and self.words.span(query.interval.start, query.interval.end, zone)
        note = facts.origin.note
        made = Citation(
            number=len(self.citations) + 1,
            source=facts.origin.source,
            table=facts.origin.table,
            filter=filter_of(query),
            period=span or "",
            rows=facts.origin.rows,
            as_of=facts.as_of,
            query=index,
            note=self.words.say(f"rollup.{note}") if note else "",
            zone=zone,
        )
        self.citations.append(made)
        return made.number
