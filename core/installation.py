"""The installation as its definitions describe it now: equipment, shifts, zones and rules."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from core.alerts.limits import AlertRules
from core.alerts.rules_file import default_rules
from core.data.cache import CachedSource
from core.data.mapping import WEEKDAYS, PlantFile, PlantMapping, RulesMapping
from core.data.query import Condition, Query
from core.data.source import Facts, Row
from core.domain.assets import LINE, PLANT, Asset, Hierarchy
from core.domain.shifts import CalendarEntry, ShiftCalendar, ShiftPattern
from core.errors import MisconfiguredError, NoData
from core.planner.asset_words import AssetNames

_ENTRY_KINDS = frozenset({"work", "break", "planned_maintenance", "holiday", "overtime"})


@dataclass(frozen=True, slots=True)
class Installation:
    """Everything a question is understood with. Rebuilt when a definition changed.

    `stops_are_sums`: a downtime row is a shift's sum, so stops cannot be counted one by one.
    """

    hierarchy: Hierarchy
    calendars: dict[str, ShiftCalendar]
    plants: dict[str, PlantMapping]  # in the order of plant.toml: the first is the default
    rules: RulesMapping
    stops_are_sums: bool = False
    alert_rules: AlertRules = field(default_factory=default_rules)
    _names: dict[str | None, AssetNames] = field(default_factory=dict, repr=False)

    def calendar(self, asset: Asset) -> ShiftCalendar:
        return self.calendars[asset.plant]

    def names(self, plant: str | None) -> AssetNames:
        """Finds assets by words; those of the asker's plant win."""
        if plant not in self._names:
            self._names[plant] = AssetNames(self.hierarchy.assets, plant)
        return self._names[plant]

    def zone(self, asset: Asset) -> str:
        return self.plants[asset.plant].zone

    @property
    def shift_names(self) -> tuple[str, ...]:
        """Names and aliases of all shifts of all plants."""
        words = dict.fromkeys(
            word
            for calendar in self.calendars.values()
            for pattern in calendar.patterns
            for word in (pattern.name, *pattern.aliases)
        )
        words |= dict.fromkeys(name for c in self.calendars.values() for name in c.names)
        return tuple(words)


class Definitions:
    """Loads the Installation and keeps it until the source gives other definitions."""

    def __init__(
        self, plant_file: PlantFile, source: CachedSource, alert_rules: AlertRules | None = None
    ) -> None:
        """Without rules of the plant's own the shipped ones hold."""
        self._file = plant_file
        self._source = source
        self._alert_rules = alert_rules or default_rules()
        self._built: tuple[Facts | None, Facts | None, Installation] | None = None

    async def load(self) -> Installation:
        """Raises SourceUnavailable, NoData; MisconfiguredError where there is no asset at all."""
        assets, calendar = await asyncio.gather(
            self._facts(Query("asset")), self._facts(self._calendar_query)
        )
        if self._built is None or self._built[0] is not assets or self._built[1] is not calendar:
            built = self._build(assets, calendar)
            self._source.use_keys(_keys(built))
            self._built = (assets, calendar, built)
        return self._built[2]

    @property
    def _calendar_query(self) -> Query:
        """Where plant.toml gives every plant's shifts, rows of plain work only repeat them."""
        plants = self._file.plants.values()
        if not plants or not all(plant.shifts for plant in plants):
            return Query("calendar")
        exceptions = tuple(sorted(_ENTRY_KINDS - {"work"}))
        return Query("calendar", where=(Condition("kind", "in", exceptions),))

    async def _facts(self, query: Query) -> Facts | None:
        if query.fact not in self._file.facts:
            return None
        return await self._source.fetch(query)

    def _build(self, assets: Facts | None, calendar: Facts | None) -> Installation:
        found = [_asset(row) for row in assets.rows] if assets else []
        found += [_written(entry.model_dump()) for entry in self._file.assets]
        sole = next(iter(self._file.plants), "plant")
        hierarchy = Hierarchy(_placed(found, sole, self._file.plants))
        if not hierarchy.assets:
            raise MisconfiguredError("plant.toml", "names no asset; give a table or [[assets]]")
        listed = [*self._file.plants, *(asset.id for asset in hierarchy.plants())]
        plants = {name: self._file.plants.get(name, PlantMapping()) for name in listed}
        entries = calendar.rows if calendar else ()
        calendars = {name: _calendar(name, plant, entries) for name, plant in plants.items()}
        stops = self._file.facts.get("downtime")
        sums = stops is not None and stops.rows_are == "sums"
        rules = self._file.rules
        return Installation(hierarchy, calendars, plants, rules, sums, self._alert_rules)


def _keys(installation: Installation) -> dict[str, str]:
    """Asset id → the id in the plant's own tables, where the two differ."""
    return {a.id: a.key for a in installation.hierarchy if a.key and a.key != a.id}


def _placed(assets: Iterable[Asset], sole: str, plants: dict[str, PlantMapping]) -> Iterable[Asset]:
    """Fills in the plant where the data has one only, and the plants' names and aliases."""
    present = set()
    for asset in assets:
        placed = asset if asset.plant else replace(asset, plant=sole)
        if placed.kind == PLANT:
            placed = replace(placed, plant=placed.id)
            present.add(placed.id)
        yield placed
    for name, plant in plants.items():
        if name not in present:
            shown = plant.name or name.capitalize()
            yield Asset(id=name, name=shown, kind=PLANT, plant=name, aliases=plant.aliases)


def _asset(row: Row) -> Asset:
    asset_id = _text(row.get("id"))
    if not asset_id:
        raise NoData("asset_without_id")
    kind = _text(row.get("kind")).lower() or "machine"
    return Asset(
        id=asset_id,
        name=_text(row.get("name")) or asset_id,
        kind={"site": PLANT, "work center": LINE, "work_center": LINE}.get(kind, kind),
        plant=_text(row.get("plant")),
        area=_text(row.get("area")),
        parent=_text(row.get("parent")),
        aliases=tuple(a.strip() for a in _text(row.get("aliases")).split(",") if a.strip()),
        ideal_rate=_positive(row.get("ideal_rate")),
        cost_center=_text(row.get("cost_center")),
        sequence=_whole(row.get("sequence")),
        constraint=_flag(row.get("constraint")),
        output_point=_flag(row.get("output_point")),
        unit=_text(row.get("unit")),
        contact=_text(row.get("contact")),
        active=_flag(row.get("active"), default=True),
        key=_text(row.get("key")),
    )


def _written(entry: dict[str, Any]) -> Asset:
    return Asset(**{**entry, "name": entry["name"] or entry["id"]})


def _calendar(name: str, plant: PlantMapping, rows: Iterable[Row]) -> ShiftCalendar:
    patterns = [
        ShiftPattern(
            shift.name,
            shift.start,
            shift.end,
            frozenset(WEEKDAYS.index(day) for day in shift.days),
            shift.aliases,
        )
        for shift in plant.shifts
    ]
    entries = [entry for row in rows if (entry := _entry(row, name)) is not None]
    return ShiftCalendar(
        plant.zone, patterns, plant.day_starts_with or None, plant.day_named_after, entries
    )


def _entry(row: Row, plant: str) -> CalendarEntry | None:
    """A calendar row of this plant; None for another plant's or one that cannot be read."""
    if row.get("plant") not in (plant, None, ""):
        return None
    kind, start, end = _text(row.get("kind")).lower(), row.get("start"), row.get("end")
    if kind not in _ENTRY_KINDS:
        return None
    if not isinstance(start, datetime) or not isinstance(end, datetime) or end <= start:
        return None
    return CalendarEntry(
        start=start,
        end=end,
        kind=kind,  # type: ignore[arg-type]
        shift=_text(row.get("shift")) or None,
        crew=_text(row.get("crew")) or None,
        plant=plant,
        area=_text(row.get("area")) or None,
        asset=_text(row.get("asset")) or None,
    )


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _flag(value: object, *, default: bool = False) -> bool:
    if value is None or value == "":
        return default
    return str(value).strip().lower() not in ("0", "0.0", "false", "no", "n", "f")


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _positive(value: object) -> float | None:
    """A rate of 0 is no rate."""
    number = _number(value)
    return number if number is not None and number > 0 else None


def _whole(value: object) -> int | None:
    number = _number(value)
    return None if number is None else round(number)
