"""What a tool works with: words resolved once, and facts that cannot be fetched uncited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.access import Access
from core.answer import Citation
from core.cited import Cited
from core.data.cache import CachedSource
from core.data.mapping import PlantMapping
from core.data.query import Fact, Query
from core.data.source import Facts, Row
from core.domain import oee, periods
from core.domain.assets import PLANT, Asset, Hierarchy
from core.domain.periods import Interval, Period
from core.domain.shifts import ShiftCalendar
from core.errors import NoData, PlantsDiffer, SourceUnavailable, UserError
from core.installation import Installation
from core.narrowed import to_visible_assets, to_visible_centers
from core.past import Past
from core.planner.period_words import parse_period
from core.request import Place, User
from core.words import Words

if TYPE_CHECKING:
    from core.store import Store

_RECENT = timedelta(days=3)
_NOWHERE = Place("")
# Facts without which figures are unknown, but none is another one.
_ADDED: frozenset[Fact] = frozenset({"cost", "product", "target"})
Default = Callable[[ShiftCalendar, datetime], Period]


@dataclass(frozen=True, slots=True)
class Fetched:
    """Rows under their logical names, and the number of the citation that stands for them."""

    rows: tuple[Row, ...]
    cite: int
    as_of: datetime | None


@dataclass(slots=True)
class ToolContext:
    """One question's view of the installation. `now` is aware UTC, on the whole minute.

    `resolved` collects what the words were taken to mean, `cited` what was read; `notes` are (key,
    arguments) of caveats that hold for the answer as a whole. `fixed_period` is the period of an
    answer that is asked for again, whatever its words would mean by now. `past` is what the asker
    asked before, as far as it may be recalled here; None where looking back is switched off.
    `store` is the bot's own state, None where there is none; `place` is where the answer will be
    read.
    """

    user: User
    now: datetime
    words: Words
    installation: Installation
    source: CachedSource
    access: Access = field(default_factory=Access)
    plant: str | None = None
    resolved: dict[str, object] = field(default_factory=dict)
    notes: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    fixed_period: Period | None = None
    past: Past | None = None
    store: Store | None = None
    place: Place = _NOWHERE
    cited: Cited = field(init=False)

    def __post_init__(self) -> None:
        self.cited = Cited(self.words)

    @property
    def citations(self) -> Sequence[Citation]:
        return self.cited.citations

    @property
    def queries(self) -> Sequence[Query]:
        return self.cited.queries

    # --- what the words mean

    @property
    def hierarchy(self) -> Hierarchy:
        return self.installation.hierarchy

    @property
    def rules(self) -> oee.Rules:
        """The plant's choices among the definitions."""
        given = self.installation.rules
        low, high = (bound / 100 for bound in given.bands)
        return oee.Rules(
            minor_stop_minutes=given.minor_stop_minutes,
            minor_stops=given.minor_stops,
            bands=((high, "world_class"), (low, "typical"), (0.0, "low")),
            preliminary_minutes=given.preliminary_minutes,
            coverage_warn=given.coverage_warn / 100,
            coverage_withhold=given.coverage_withhold / 100,
        )

    def scope(self, said: Sequence[str], *, most: int | None = None) -> tuple[Asset, ...]:
        """The assets that are meant: those named, else the asker's own areas, else the plant.

        Raises UnknownAsset and AmbiguousAsset; NoData where the asker may not see one of them.
        """
        found = dict.fromkeys(i for word in said for i in self._resolve(word))
        ids = tuple(found) or self._own_places()
        assets = tuple(self.hierarchy[asset] for asset in ids)
        hidden = [a.name for a in assets if not self.access.allows(a, self.hierarchy)]
        if hidden:
            own = replace(self.access, audience=None)
            theirs = all(own.allows(a, self.hierarchy) for a in assets)
            key = "not_for_all_asset" if theirs else "not_allowed_asset"
            raise NoData(key, asset=", ".join(hidden))
        if most is not None and len(assets) > most:
            raise UserError("too_many_assets", n=most)
        self.resolved["assets"] = [asset.id for asset in assets]
        return assets

    def period(self, said: str | None, default: Default, assets: Sequence[Asset]) -> Period:
        """The period that is meant, in the zone of the first asset's plant.

        Raises as `periods` does, and PlantsDiffer where it is not the same stretch of time in the
        plants of all assets.
        """
        own = self.periods(said, default, assets)
        chosen = next(iter(own.values()))
        if any(period.interval != chosen.interval for period in own.values()):
            raise self._plants_differ(own, assets)
        return chosen

    def periods(
        self, said: str | None, default: Default, assets: Sequence[Asset]
    ) -> dict[str, Period]:
        """Plant → the period that is meant, by its own days and shifts and in its own zone.

        Raises UserError for words that name none, and for a reversed or a future one;
        PlantsDiffer where several plants' answer is asked for again: one period is kept of it.
        """
        calendars = {asset.plant: self.installation.calendar(asset) for asset in assets}
        if self.fixed_period is not None:
            own = dict.fromkeys(calendars, self.fixed_period)
            zones = {calendar.zone for calendar in calendars.values()}
            if len(zones) > 1 and not self.fixed_period.is_by_clock:
                raise self._plants_differ(own, assets)
        else:
            own = {
                plant: parse_period(said, calendar, self.now)
                if said
                else default(calendar, self.now)
                for plant, calendar in calendars.items()
            }
        self.resolved["period"] = next(iter(own.values()))
        self.resolved["period_is_default"] = not said
        for period in own.values():
            if period.last_worked is not None:
                self.note("no_shift", day=period.last_worked)
        return own

    def _plants_differ(self, plants: Iterable[str], assets: Sequence[Asset]) -> PlantsDiffer:
        own = {plant: tuple(a.id for a in assets if a.plant == plant) for plant in plants}
        return PlantsDiffer({self.hierarchy[plant].name: ids for plant, ids in own.items()})

    def before(self, period: Period, assets: Sequence[Asset]) -> Period | None:
        """The comparable period before; None where the calendar knows none."""
        return periods.before(period, self.installation.calendar(assets[0]))

    def note(self, key: str, /, **arguments: object) -> None:
        """Adds a caveat to the whole answer, once; `key` is one of the topic `notices`."""
        if (key, arguments) not in self.notes:
            self.notes.append((key, arguments))

    def _resolve(self, word: str) -> tuple[str, ...]:
        if word in self.hierarchy:
            return (word,)
        return self.installation.names(self.plant).resolve_all((word,))

    def _own_places(self) -> tuple[str, ...]:
        known = (self.hierarchy.get(area) for area in self.user.areas)
        own = tuple(area.id for area in known if area and self._may_see(area))
        if own:
            return own
        plants = [p for p in self.installation.plants if self._may_see(self.hierarchy[p])]
        if self.plant in plants:
            return (str(self.plant),)
        allowed = [
            a.id
            for a in self.hierarchy
            if a.kind != PLANT and a.id in self.access.named and self._may_see(a)
        ]
        if not plants and not allowed:
            raise NoData("nothing_to_see")
        return tuple(plants[:1] or allowed)

    def _may_see(self, asset: Asset) -> bool:
        return self.access.allows(asset, self.hierarchy)

    # --- facts

    async def has(self, fact: Fact, *columns: str) -> bool:
        """Whether the source holds the fact with all these columns."""
        return {*columns} <= await self.columns(fact) and bool(await self.columns(fact))

    async def columns(self, fact: Fact) -> frozenset[str]:
        try:
            return await self.source.columns(fact)
        except SourceUnavailable as error:
            self._go_on_without(fact, error)
            return frozenset()

    async def fetch(self, query: Query) -> Fetched:
        """Reads and cites. Raises NoData, SourceUnavailable."""
        query = await self._allowed(query)
        try:
            facts = await self.source.fetch(query, self.access.scope)
        except SourceUnavailable as error:
            self._go_on_without(query.fact, error)
            return Fetched((), 0, None)
        return Fetched(facts.rows, self._cite(query, facts), facts.as_of)

    async def look_up(self, query: Query) -> tuple[Row, ...]:
        """Reads without citing: definitions and clocks that no figure is made of."""
        query = await self._allowed(query)
        try:
            facts = await self.source.fetch(query, self.access.scope)
        except SourceUnavailable as error:
            self._go_on_without(query.fact, error)
            return ()
        self._remark(facts)
        return facts.rows

    def _go_on_without(self, fact: Fact, error: SourceUnavailable) -> None:
        """Says what is missing, where that leaves all other figures as they are; else raises."""
        if fact not in _ADDED:
            raise error
        self.note(f"without_{fact}", source=error.system)

    async def data_times(self, assets: Iterable[str]) -> dict[str, datetime]:
        """Asset → the newest time in its production data (its live data where there is none)."""
        ids = tuple(sorted(assets))
        fact: Fact = "production" if await self.has("production") else "live"
        if not await (self.has("live", "updated") if fact == "live" else self.has(fact)):
            return {}
        recent = Interval(self.now - _RECENT, self.now + _RECENT)
        query = Query(fact, ids, recent, measures=("latest",), group_by=("asset",))
        rows = await self.look_up(query)
        known = {str(row["asset"]) for row in rows if row["latest"] is not None}
        missing = tuple(asset for asset in ids if asset not in known)
        if missing and fact == "production":
            rows += await self.look_up(replace(query, assets=missing, interval=None))
        return {
            str(row["asset"]): row["latest"] for row in rows if isinstance(row["latest"], datetime)
        }

    async def _allowed(self, query: Query) -> Query:
        """The query, narrowed to the assets that the asker may see."""
        if self.access.everywhere:
            return query
        if query.fact == "cost":
            return to_visible_centers(query, self.access, self.hierarchy)
        if query.statement is None and "asset" not in await self.columns(query.fact):
            return query
        return to_visible_assets(query, self.access, self.hierarchy)

    # --- citations

    def _cite(self, query: Query, facts: Facts) -> int:
        self._remark(facts)
        return self.cited.cite(query, facts, self._zone(query))

    def _remark(self, facts: Facts) -> None:
        """What the reader must know of where the facts come from."""
        if facts.stale is not None:
            self.note("stale_cache", source=facts.origin.source, moment=facts.stale)
        for remark in facts.remarks:
            self.note(remark.key, **remark.arguments)

    def _zone(self, query: Query) -> str:
        asked = self.resolved.get("assets")
        ids = query.assets or (asked if isinstance(asked, list) else ())
        known = [self.hierarchy.get(asset) for asset in ids]
        first = next((asset for asset in known if asset), None)
        if first is not None:
            return self.installation.zone(first)
        period = self.resolved.get("period")
        return period.zone if isinstance(period, Period) else self._home().zone

    def _home(self) -> PlantMapping:
        """The asker's plant, else the installation's first."""
        plants = self.installation.plants
        return plants[self.plant] if self.plant in plants else next(iter(plants.values()))
