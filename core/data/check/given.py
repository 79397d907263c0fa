"""What the sources give together: which needs of the tools are met, and by which source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.data.check.definitions import KnownAsset
from core.data.check.needs import Need
from core.data.check.part import Found
from core.data.mapping import PlantFile
from core.data.query import Fact

_HISTORY = timedelta(days=20)  # DOMAIN.md: control limits need at least 20 comparable points


@dataclass(frozen=True, slots=True)
class Given:
    """`sources` are the parts by the name that plant.toml gives them. A fact is taken from its
    first source, or from the one that stands in for it where that one has none."""

    plant: PlantFile
    sources: Mapping[str, Found]
    known: Sequence[KnownAsset]

    def source_of(self, fact: Fact) -> Found | None:
        mapping = self.plant.facts.get(fact)
        if mapping is None:
            return None
        names = (mapping.source, mapping.also, mapping.fallback)
        found = (self.sources[name] for name in names if name in self.sources)
        return next((one for one in found if one.is_filled(fact)), None)

    def is_unreadable(self, fact: Fact) -> bool:
        """Whether there may be rows, but none of its sources could read them."""
        states = [one.states.get(fact) for one in self.sources.values() if fact in one.plant.facts]
        return all(state is None or state.state == "failed" for state in states)

    @property
    def has_targets(self) -> bool:
        return bool(self._targets())

    def named(self, fact: Fact) -> frozenset[str]:
        source = self.source_of(fact)
        return source.named.get(fact, frozenset()) if source else frozenset()

    def needs(self) -> dict[Need, tuple[str, ...]]:
        """The needs that are met, and the names of the sources they are met from; none where it is
        plant.toml that says so."""
        checks = self._of_production() | self._of_stops() | self._of_definitions()
        return {need: self._names(facts) for need, facts in checks.items() if facts is not None}

    def _names(self, facts: Sequence[Fact]) -> tuple[str, ...]:
        found = (self.source_of(fact) for fact in facts)
        return tuple(dict.fromkeys(one.name for one in found if one is not None))

    def _of_production(self) -> dict[Need, Sequence[Fact] | None]:
        shifts = any(site.shifts for site in self.plant.plants.values())
        made = self.named("production")
        planned = self._filled("calendar") or self._held("production", "planned_min")
        return {
            "output": self._held("production", "total_units", "good_units"),
            "planned_time": planned or (() if shifts else None),
            "run_time": self._filled("downtime") or self._held("production", "run_min"),
            "good_units": self._held("production", "good_units", "scrap_units"),
            "ideal_rate": self._filled("product_rate")
            or self._of_assets(any(a.rated for a in self.known if a.key in made or a.id in made)),
            "history": self._long_enough(),
            "comparison": self._several(),
        }

    def _of_stops(self) -> dict[Need, Sequence[Fact] | None]:
        stops = self._filled("downtime")
        mapping = self.plant.facts.get("downtime")
        are_single = mapping is not None and mapping.rows_are == "events"
        named = ("reason_code", "reason", "reason_group", "loss")
        return {
            "stops": stops or self._held("production", "down_min"),
            "single_stops": stops if are_single else None,
            "reasons": self._held("downtime", *named),
            "repairs": self._held("downtime", "repair_start"),
        }

    def _of_definitions(self) -> dict[Need, Sequence[Fact] | None]:
        priced = any(a.cost_center for a in self.known)
        return {
            "targets": self._targets(),
            "live": self._filled("live"),
            "safety": self._filled("safety"),
            "cost_rate": self._filled("cost") if priced else None,
            "material_cost": self._held("product", "material_cost"),
            "contact": self._of_assets(any(a.contact for a in self.known)),
        }

    def _filled(self, fact: Fact) -> Sequence[Fact] | None:
        return (fact,) if self.source_of(fact) else None

    def _held(self, fact: Fact, *columns: str) -> Sequence[Fact] | None:
        source = self.source_of(fact)
        if source is None or source.values.get(fact, frozenset()).isdisjoint(columns):
            return None
        return (fact,)

    def _of_assets(self, there: bool) -> Sequence[Fact] | None:
        return (self._filled("asset") or ()) if there else None

    def _targets(self) -> Sequence[Fact] | None:
        found = self._held("production", "target_units")
        return found or self._filled("target") or self._filled("order")

    def _long_enough(self) -> Sequence[Fact] | None:
        for fact in ("production", "downtime"):
            source = self.source_of(fact)
            if source is None:
                continue
            state = source.states[fact]
            if state.first is None or state.last is None:
                # Where nobody counted, nobody knows.
                return (fact,) if state.rows is None else None
            is_long = state.last - state.first >= _HISTORY - timedelta(days=1)
            return (fact,) if is_long else None
        return None

    def _several(self) -> Sequence[Fact] | None:
        named = self.named("production") | self.named("downtime")
        facts: list[Fact] = [f for f in ("production", "downtime") if self.named(f)]
        return facts if len(named) > 1 else None
