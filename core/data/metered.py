"""How long a data source takes, and what became of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from time import perf_counter

from core.counted import SOURCES
from core.data.query import Fact, Query
from core.data.source import DataSource, Facts, Scope
from core.errors import SourceUnavailable, UserError
from core.trace import current

log = logging.getLogger(__name__)


class MeteredSource:
    """A DataSource in front of another; `label` is its name in plant.toml."""

    def __init__(self, source: DataSource, label: str) -> None:
        self.name = source.name
        self._source = source
        self._label = label

    async def fetch(self, query: Query, scope: Scope | None = None) -> Facts:
        """Raises what the source raises."""
        began, ending, rows = perf_counter(), "failed", None
        try:
            facts = await self._source.fetch(query, scope)
            ending, rows = "ok", len(facts.rows)
            return facts
        except SourceUnavailable as error:
            ending = error.problem
            raise
        except UserError:
            ending = "no_data"
            raise
        finally:
            spent = perf_counter() - began
            current().meter.took(SOURCES, spent, self._label, ending)
            if log.isEnabledFor(logging.DEBUG):
                read = {"source": self._label, "fact": query.fact, "ending": ending, "rows": rows}
                log.debug("read", extra={**read, "ms": round(1000 * spent, 1)})

    async def columns(self, fact: Fact) -> frozenset[str]:
        return await self._source.columns(fact)

    def use_keys(self, keys: Mapping[str, str]) -> None:
        self._source.use_keys(keys)

    async def close(self) -> None:
        await self._source.close()
