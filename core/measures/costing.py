"""What was lost in a period, every minute and every reject once, and what each loss cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from core.context import ToolContext
from core.data.query import Query
from core.data.source import Row
from core.domain.assets import Asset
from core.domain.losses import Loss
from core.domain.money import Cost, Lost, Price, downtime_cost, price_on, waste_cost
from core.domain.oee import Sums
from core.domain.periods import Interval
from core.domain.waterfall import reject_minutes, six_big_losses
from core.measures.measurement import Measurement, measure
from core.measures.prices import Prices, prices
from core.measures.reading import COUNTS
from core.measures.row_sums import scrapped, sum_of

REJECTS = ("startup_rejects", "production_rejects")
STOPS = tuple(loss.value for loss in Loss if loss is not Loss.PLANNED)
# Less is the rounding of minutes, not a loss.
_LEAST = 0.5


@dataclass(frozen=True, slots=True)
class LossItem:
    """One loss of one asset: a stop's loss category, "unexplained", "reduced_speed", "no_data"
    (planned time without any data, never priced) or one of REJECTS.

    `minutes` may be unknown for rejects; `units` are scrapped ones.
    """

    asset: str
    name: str
    minutes: float | None
    units: float | None
    cost: Cost

    def __add__(self, other: LossItem) -> LossItem:
        minutes, units = _plus(self.minutes, other.minutes), _plus(self.units, other.units)
        return LossItem(self.asset, self.name, minutes, units, self.cost + other.cost)


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate that was used: per hour of an asset, or per unit of a product's material."""

    name: str
    price: Price
    per: str


@dataclass(frozen=True, slots=True)
class Losses:
    """All losses of `found`, disjoint. `unknown` names per loss the assets of which the data
    cannot tell it; `produced` are units per asset and product. `per_hour` are the rates by asset
    and window of the measurement (0 where there is one only)."""

    found: Measurement
    items: tuple[LossItem, ...]
    rates: tuple[Rate, ...]
    prices: Prices
    cites: tuple[int, ...]
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    produced: Mapping[tuple[str, str], float] = field(default_factory=dict)
    per_hour: Mapping[tuple[str, int], Price] = field(default_factory=dict)
    _by_asset: Mapping[str, list[LossItem]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_asset: defaultdict[str, list[LossItem]] = defaultdict(list)
        for item in self.items:
            by_asset[item.asset].append(item)
        object.__setattr__(self, "_by_asset", dict(by_asset))

    def of(self, names: Iterable[str], asset: str | None = None) -> tuple[LossItem, ...]:
        wanted = frozenset(names)
        among = self.items if asset is None else self._by_asset.get(asset, ())
        return tuple(item for item in among if item.name in wanted)


def total(items: Iterable[LossItem]) -> Cost:
    """What these losses cost together; nothing lost costs nothing."""
    return sum((item.cost for item in items), Cost())


async def losses(
    context: ToolContext, assets: Sequence[Asset], asked: Interval, *, causes: bool = False
) -> Losses:
    """The losses of `assets`, each at the rate of its asset that held at the time.

    Stops, unexplained and slow time cost the asset's rate per hour, scrap its material. Without
    the right to see money everything is unpriced. `causes` as in `measure`.
    """
    rates = await prices(context, assets, asked.end.date())
    windows = _windows(context, assets, rates, asked)
    found = await measure(context, assets, asked, windows, phases=True, causes=causes)
    made, cites = await _by_product(context, found)
    builder = _Builder(context, found, rates)
    for window, interval in enumerate(windows or (found.covered,)):
        parts = found.windows[window] if windows else found.parts
        for asset in assets:
            builder.time(asset, parts[asset.id], interval, window)
    for asset in assets:
        builder.rejects(asset, [row for row in made if row["asset"] == asset.id])
    return Losses(
        found,
        tuple(builder.items.values()),
        tuple(builder.rates.values()),
        rates,
        tuple(sorted({*found.cites, *cites, *rates.cites})),
        {name: tuple(dict.fromkeys(ids)) for name, ids in builder.unknown.items()},
        _produced(made),
        builder.per_hour,
    )


@dataclass(frozen=True, slots=True)
class Rejects:
    """What rejects cost; `unknown` are the assets of which nobody knows how many there were."""

    items: Mapping[tuple[str, str], LossItem]
    unknown: tuple[str, ...]
    cites: tuple[int, ...]


async def rejects(context: ToolContext, found: Measurement, rates: Prices) -> Rejects:
    """The rejects of a measurement with phases as `losses` has them, by asset and name."""
    made, cites = await _by_product(context, found)
    builder = _Builder(context, found, rates)
    for asset in found.assets:
        builder.rejects(asset, [row for row in made if row["asset"] == asset.id])
    return Rejects(builder.items, tuple(builder.unknown["rejects"]), cites)


def _windows(
    context: ToolContext, assets: Sequence[Asset], rates: Prices, asked: Interval
) -> tuple[Interval, ...]:
    """The interval cut where a rate changes; empty where none does."""
    cuts = set()
    for asset in assets:
        calendar = context.installation.calendar(asset)
        changes = {p.valid_from for p in rates.dated.get(asset.id, ()) if p.valid_from}
        cuts |= {calendar.day(day).start for day in changes}
    inside = sorted(cut for cut in cuts if asked.start < cut < asked.end)
    edges = [asked.start, *inside, asked.end]
    return tuple(Interval(start, end) for start, end in pairwise(edges)) if inside else ()


async def _by_product(
    context: ToolContext, found: Measurement
) -> tuple[Sequence[Row], tuple[int, ...]]:
    """Counts per asset and product, of the rows that the measurement is made of; asked for anew
    where it had no need to tell products apart."""
    columns = await context.columns("production")
    if not columns:
        return (), ()
    if "product" not in columns or all("product" in row for row in found.made):
        return _added(found.made), ()
    ids = tuple(sorted(asset.id for asset in found.assets))
    by_product = Query("production", ids, found.asked, COUNTS, ("asset", "product"))
    fetched = await context.fetch(by_product)
    return fetched.rows, (fetched.cite,)


def _added(rows: Iterable[Row]) -> list[Row]:
    """One row per asset and product."""
    grouped: defaultdict[tuple[object, object], list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["asset"], row.get("product")].append(row)
    return [
        {"asset": asset, "product": product} | {name: sum_of(same, name) for name in COUNTS}
        for (asset, product), same in grouped.items()
    ]


class _Builder:
    """Adds losses up by asset and name, over the windows of one measurement."""

    def __init__(self, context: ToolContext, found: Measurement, rates: Prices) -> None:
        self._context = context
        self._found = found
        self._prices = rates
        self.items: dict[tuple[str, str], LossItem] = {}
        self.rates: dict[tuple[str, Price], Rate] = {}
        self.unknown: defaultdict[str, list[str]] = defaultdict(list)
        self.per_hour: dict[tuple[str, int], Price] = {}

    def time(self, asset: Asset, sums: Sums, interval: Interval, window: int) -> None:
        """Stops, and what of the planned time no stop accounts for."""
        day = self._context.installation.calendar(asset).production_day(interval.start)
        price = price_on(self._prices.dated.get(asset.id, ()), day)
        if price is not None:
            self.per_hour[asset.id, window] = price
        if sums.stops is None:
            self.unknown["stops"].append(asset.id)
        for loss, minutes in (sums.stops or {}).items():
            if loss is not Loss.PLANNED:
                self._add_time(asset, loss.value, minutes, price)
        self._rest(asset, sums, price)

    def _rest(self, asset: Asset, sums: Sums, price: Price | None) -> None:
        """Planned time that no stop accounts for: without data, unexplained, or slow."""
        dark = sums.dark or 0.0
        self._add_time(asset, "no_data", dark, None)
        if sums.run is not None and sums.pbt is not None and sums.stopped is not None:
            unexplained = sums.pbt - sums.stopped - sums.run
            self._add_time(asset, "unexplained", unexplained - dark, price)
        slow = next(x.minutes for x in six_big_losses(sums) if x.name == "reduced_speed")
        if slow is not None:
            self._add_time(asset, "reduced_speed", slow, price)
        elif sums.covered is None or sums.covered > 0:
            self.unknown["reduced_speed"].append(asset.id)

    def rejects(self, asset: Asset, made: Sequence[Row]) -> None:
        """Scrap by product, that of starting up apart where its phase is recorded. The minutes
        are those of rework as well."""
        scrap = {_product(row): scrapped(row) for row in made}
        if not scrap or None in scrap.values():
            self.unknown["rejects"].append(asset.id)
            return
        startup, production = reject_minutes(self._found.parts[asset.id])
        early = (self._found.startup or {}).get(asset.id, {})
        late = {
            product: max(0.0, (units or 0.0) - early.get(product, 0.0))
            for product, units in scrap.items()
        }
        self._add_rejects(asset, REJECTS[0], early, startup)
        self._add_rejects(asset, REJECTS[1], late, production)

    def _add_time(self, asset: Asset, name: str, minutes: float, price: Price | None) -> None:
        if minutes < _LEAST:
            return
        cost = downtime_cost([Lost(asset.id, minutes, price)])
        self._add(LossItem(asset.id, name, minutes, None, cost))
        if price is not None:
            self.rates[asset.id, price] = Rate(asset.name, price, "hour")

    def _add_rejects(
        self, asset: Asset, name: str, units: Mapping[str, float], minutes: float | None
    ) -> None:
        if not any(units.values()) and not minutes:
            return
        lost = [
            Lost(product or asset.id, n, self._prices.material.get(product))
            for product, n in units.items()
        ]
        self._add(LossItem(asset.id, name, minutes, sum(units.values()), waste_cost(lost)))
        for loss in lost:
            if loss.price is not None and loss.quantity:
                self.rates[loss.name, loss.price] = Rate(loss.name, loss.price, "unit")

    def _add(self, item: LossItem) -> None:
        key = item.asset, item.name
        self.items[key] = self.items[key] + item if key in self.items else item


def _produced(rows: Iterable[Row]) -> dict[tuple[str, str], float]:
    return {
        (str(row["asset"]), _product(row)): _number(row, "total_units")
        for row in rows
        if row.get("total_units") is not None
    }


def _product(row: Row) -> str:
    """Empty where the row has none."""
    return str(row.get("product") or "")


def _number(row: Row, name: str) -> float:
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def _plus(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second
