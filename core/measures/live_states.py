"""What live data says of assets right now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.context import ToolContext
from core.data.query import Query
from core.data.source import Row
from core.domain.assets import Asset

RUNNING = "running"
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class State:
    """`stale` is the time of data that is too old to go by."""

    asset: Asset
    state: str
    since: datetime | None
    stale: datetime | None

    @property
    def is_running(self) -> bool:
        return self.state == RUNNING


async def states(
    context: ToolContext, assets: Sequence[Asset]
) -> tuple[tuple[State, ...], tuple[int, ...]]:
    """Of the assets that live data knows, in their order, and what to cite for them."""
    if not await context.has("live"):
        return (), ()
    ids = tuple(sorted(asset.id for asset in assets))
    fetched = await context.fetch(Query("live", ids))
    limit = context.now - context.installation.rules.stale_minutes * _MINUTE
    by_id = {str(row["asset"]): row for row in fetched.rows}
    found = [_state(asset, by_id[asset.id], limit) for asset in assets if asset.id in by_id]
    return tuple(found), (fetched.cite,)


def _state(asset: Asset, row: Row, limit: datetime) -> State:
    updated = _time(row, "updated")
    stale = updated if updated is not None and updated < limit else None
    return State(asset, str(row["state"] or "").lower(), _time(row, "since"), stale)


def _time(row: Row, name: str) -> datetime | None:
    value = row.get(name)
    return value if isinstance(value, datetime) else None
