"""Assets measured in a period: the one place where production, stops, shifts and rates meet.

Every tool takes its KPIs from here, so that a figure is the same wherever it is shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.context import ToolContext
from core.data.query import Query
from core.data.source import Row
from core.domain import oee
from core.domain.assets import Asset
from core.domain.oee import Kpis, Rules, Sums
from core.domain.periods import Interval
from core.errors import NoData
from core.measures.asset_sums import SumsBuilder, with_startup
from core.measures.planned_time import planned_time
from core.measures.pooling import pooled
from core.measures.reading import (
    Startup,
    made_in,
    nothing,
    really_covered,
    startup_scrap,
    stop_query,
)
from core.measures.row_sums import by_window, open_assets

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Measurement:
    """`parts` are the sums per asset id; `windows` the same for each window asked.

    `covered` is the period that the figures are really for: `asked`, widened to whole production
    rows, or ended where the data of a running period ends. `data_time` is the newest time in the
    assets' data, `stale` names the assets whose feed is older than the plant's limit.
    `recorded_down` are stop minutes that the production rows themselves tell, per asset. `ended`
    says that the period has been over for longer than a feed may take.
    `stops` is the query that its stops were counted with: asked again with other measures, groups
    or conditions it tells more of the very same minutes; `stop_rows` are what it gave. `startup`
    is start-up scrap by asset and product, None where it was not asked for or is not recorded.
    `made` are the sums of the production rows that it is made of, by asset, where known by
    product, and by whatever else they had to be told apart.
    """

    assets: tuple[Asset, ...]
    asked: Interval
    covered: Interval
    parts: Mapping[str, Sums]
    rules: Rules
    cites: tuple[int, ...]
    windows: tuple[Mapping[str, Sums], ...] = ()
    data_time: datetime | None = None
    stale: Mapping[str, datetime] = field(default_factory=dict)
    open_stops: tuple[str, ...] = ()
    unrated: tuple[str, ...] = ()
    recorded_down: Mapping[str, float] = field(default_factory=dict)
    ended: bool = False
    until: datetime | None = None
    stops: Query | None = None
    startup: Startup | None = None
    stop_rows: tuple[Row, ...] = ()
    stop_cites: tuple[int, ...] = ()
    made: tuple[Row, ...] = ()
    kpis: Kpis = field(init=False, repr=False)
    """Of all assets together, from summed times and counts."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kpis", oee.roll_up(self.parts, self.rules))

    @property
    def total(self) -> Sums:
        return oee.add_up(self.parts.values())

    @property
    def names(self) -> dict[str, str]:
        """By id."""
        return {asset.id: asset.name for asset in self.assets}

    @property
    def is_widened(self) -> bool:
        return self.covered.start < self.asked.start or self.covered.end > self.asked.end

    @property
    def is_preliminary(self) -> bool:
        """Until the data's time is the period's end and a little more, late rows may come."""
        if self.data_time is None:
            return False
        return self.data_time < self.asked.end + self.rules.preliminary_minutes * _MINUTE

    @property
    def has_rows(self) -> bool:
        return any(part.total is not None or part.run is not None for part in self.parts.values())


async def measure(
    context: ToolContext,
    assets: Sequence[Asset],
    asked: Interval,
    windows: Sequence[Interval] = (),
    *,
    phases: bool = False,
    causes: bool = False,
) -> Measurement:
    """The sums of each of `assets` (give `hierarchy.counted(asset)` for an area) in `asked`.

    With `windows`, disjoint and in order, also per window; a production row belongs to the
    window in which it starts. With `phases` start-up rejects are told apart (for the period as
    a whole), with `causes` the stops by reason: then measures.causes needs no statement of its
    own. Raises NoData where neither production nor downtime is mapped.
    """
    ids = tuple(sorted(asset.id for asset in assets))
    windows = tuple(windows)
    times, (made, rates) = await asyncio.gather(
        context.data_times(ids), made_in(context, ids, asked, windows)
    )
    covered = really_covered(asked, made.rows if made else (), context)
    until = min([context.now, max(times.values())]) if times else context.now
    limit = context.now - context.installation.rules.stale_minutes * _MINUTE
    stale = {asset: at for asset, at in times.items() if at < limit < asked.end}
    planned = planned_time(context, assets, covered, windows, stale)
    asking = await stop_query(
        context, ids, covered, planned, until, windows=bool(windows), causes=causes
    )
    stopped, startup = await asyncio.gather(
        context.fetch(asking) if asking else nothing(),
        startup_scrap(context, ids, covered) if phases else nothing(),
    )
    if made is None and stopped is None:
        raise NoData("fact_missing", fact="production")
    has = made is not None
    builder = SumsBuilder(
        context, assets, planned, rates, stale, has_production=has, producing=times if has else ()
    )
    rows, stop_rows = made.rows if made else None, stopped.rows if stopped else None
    made_in_each = by_window(rows, len(windows))
    stopped_in_each = by_window(stop_rows, len(windows))
    per_window = tuple(
        builder.sums(made_in_each[n], stopped_in_each[n], window, n)
        for n, window in enumerate(windows)
    )
    parts = pooled(per_window) if windows else builder.sums(rows, stop_rows, covered, 0)
    return Measurement(
        assets=tuple(assets),
        asked=asked,
        covered=covered,
        parts=with_startup(parts, startup[0], rates, covered.start) if startup else parts,
        rules=context.rules,
        cites=tuple(
            cite
            for cite in (
                made.cite if made else 0,
                stopped.cite if stopped else 0,
                startup[1] if startup else 0,
            )
            if cite
        ),
        startup=startup[0] if startup else None,
        windows=per_window,
        data_time=max(times.values(), default=None),
        stale=stale,
        open_stops=open_assets(stop_rows),
        unrated=tuple(a.id for a in assets if not rates.knows(a.id)),
        recorded_down=builder.recorded_down(rows),
        ended=asked.end < limit,
        until=until,
        stops=asking,
        stop_rows=stop_rows or (),
        stop_cites=(stopped.cite,) if stopped else (),
        made=rows or (),
    )
