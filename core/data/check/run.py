"""The check itself: every mapped fact, one after the other, whatever happens to one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

from core.data.check import definitions, facts, rows
from core.data.check.definitions import KnownAsset
from core.data.check.needs import Need, reaches
from core.data.check.probe import PATIENCE, Place, Probe
from core.data.check.report import FactState, Finding, Report, finding
from core.data.check.server import clock, rights
from core.data.mapping import PlantFile
from core.data.query import Fact
from core.data.schema import FACTS, SCHEMA
from core.errors import MisconfiguredError, NoData, SourceUnavailable

T = TypeVar("T")
_HISTORY_DAYS = 20  # DOMAIN.md: control limits need at least 20 comparable points


def check(plant: PlantFile, now: datetime, patience: float = PATIENCE) -> Report:
    """Reads every mapped fact with sums made in the database, and says what is there, what is
    wrong with it and what can be answered from it. `now` is aware UTC, `patience` how many
    seconds a single statement may take.

    What cannot be read is named and the rest is read. Raises MisconfiguredError only where the
    address itself is wrong. Blocks while it reads; call it in a thread from async code.
    """
    return _Check(plant, now, Probe(plant, patience)).report()


@dataclass(slots=True)
class _Check:
    plant: PlantFile
    now: datetime
    probe: Probe
    places: dict[Fact, Place] = field(default_factory=dict)
    states: list[FactState] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    known: tuple[KnownAsset, ...] = ()
    named: dict[Fact, frozenset[str]] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        """The zone in which the report tells times: the first plant's."""
        return next((site.zone for site in self.plant.plants.values()), "UTC")

    def report(self) -> Report:
        for fact in FACTS:
            if fact in self.plant.facts:
                self._read(fact)
        if self.places:
            self._assets()
            for fact, place in self.places.items():
                if place.rows:
                    self._rows(fact, place)
            self._across()
            self._server()
        has = self._has() if self.places else frozenset()
        found = sorted(self.findings, key=lambda one: one.rank)
        return Report(
            self.probe.name, self.zone, self.now, tuple(self.states), tuple(found), reaches(has)
        )

    def _server(self) -> None:
        tables = [place.table for place in self.places.values()]
        for work in (lambda: rights(self.probe, tables), lambda: clock(self.probe, self.now)):
            for found in self._try(None, work):
                self._add(found)

    # --- reading -----------------------------------------------------------------------------

    def _read(self, fact: Fact) -> None:
        table = self.plant.facts[fact].table
        before = len(self.findings)
        for place in self._try(fact, lambda: iter([self.probe.place(fact)])):
            self.places[fact] = place
            if not place.rows:
                self._add(finding("warning", "no_rows", fact, table=table))
            state = FactState(
                fact, table, "read" if place.rows else "empty", place.rows, place.first, place.last
            )
            self.states.append(state)
        if len(self.findings) > before and fact not in self.places:
            self.states.append(FactState(fact, table, "failed"))

    def _try(self, fact: Fact | None, work: Callable[[], Iterator[T]]) -> list[T]:
        """What `work` gives; a failure becomes a finding and ends only this piece of work."""
        table = self.plant.facts[fact].table if fact in self.plant.facts else ""
        try:
            return list(work())
        except NoData as error:
            column = str(error.arguments.get("column", ""))
            key = "no_times" if error.key == "not_a_time" else error.key
            self._add(finding("error", key, fact, column=column, table=table))
        except SourceUnavailable as error:
            self._add(finding("error", "unreadable", fact, table=table, problem=error.problem))
        except MisconfiguredError as error:
            said = f"{error.where} {error.problem}"
            self._add(finding("error", "misconfigured", fact, table=table, problem=said))
        return []

    def _add(self, found: Finding) -> None:
        if found not in self.findings:
            self.findings.append(found)

    def _note(self, fact: Fact, work: Callable[[], Iterator[Finding]]) -> None:
        for found in self._try(fact, work):
            self._add(found)

    # --- facts one by one --------------------------------------------------------------------

    def _rows(self, fact: Fact, place: Place) -> None:
        probe, now = self.probe, self.now
        self._note(fact, lambda: rows.impossible(place, probe, now))
        self._note(fact, lambda: rows.doubled(place, probe))
        if fact in ("production", "downtime"):
            self._note(fact, lambda: rows.overlapping(place, probe))
            self._note(fact, lambda: rows.fresh(place, now))
        if fact == "production":
            self._note(fact, lambda: rows.gaps(place, probe, self.plant, self.zone))
            self._note(fact, lambda: facts.counts(place, probe))
            self._note(fact, lambda: facts.times_reconcile(place, probe))
            self._note(fact, lambda: facts.planned_fits(place, probe))
        if fact == "downtime":
            self._note(fact, lambda: facts.stop_lengths(place, probe, now))
            self._note(fact, lambda: facts.reasons(place, probe))
        if fact == "live":
            self._note(fact, lambda: definitions.stale_live(place, probe, self.plant, now))

    def _assets(self) -> None:
        asset = self.places.get("asset")
        self._try("asset", lambda: self._know(asset))
        for fact, place in self.places.items():
            if fact != "asset" and place.rows and "asset" in SCHEMA[fact].required:
                self._note(fact, partial(self._match, fact, place))

    def _know(self, asset: Place | None) -> Iterator[None]:
        self.known = definitions.known_assets(self.plant, asset, self.probe)
        yield

    def _match(self, fact: Fact, place: Place) -> Iterator[Finding]:
        self.named[fact] = definitions.named_assets(place, self.probe)
        yield from definitions.unknown_assets(fact, self.named[fact], self.known)

    # --- one against another -----------------------------------------------------------------

    def _across(self) -> None:
        production, downtime = self._filled("production"), self._filled("downtime")
        if production and downtime:
            self._note("downtime", lambda: facts.down_agrees(production, downtime, self.probe))
            self._note(
                "downtime",
                lambda: facts.stops_outside(production, downtime, self.probe, self.zone),
            )
        made = self.named.get("production", frozenset())
        rates = self._filled("product_rate") is not None
        self._note("asset", lambda: definitions.asset_gaps(self.known, made, product_rates=rates))
        cost = self._filled("cost")
        if cost:
            self._note("cost", lambda: definitions.unpriced(cost, self.probe, self.known))
        else:
            self._add(finding("info", "no_costs", "cost"))
        if not self._targets():
            self._add(finding("info", "no_targets", "target"))

    def _filled(self, fact: Fact) -> Place | None:
        place = self.places.get(fact)
        return place if place and place.rows else None

    def _targets(self) -> bool:
        planned = self._held("production", "target_units")
        return planned or any(self._filled(fact) for fact in ("target", "order"))

    # --- what can be answered ----------------------------------------------------------------

    def _held(self, fact: Fact, *names: str) -> bool:
        place = self._filled(fact)
        return any(self._try(fact, lambda: iter([definitions.any_value(place, names, self.probe)])))

    def _has(self) -> frozenset[Need]:
        held, filled = self._held, self._filled
        downtime = self.plant.facts.get("downtime")
        shifts = any(site.shifts for site in self.plant.plants.values())
        stops = filled("downtime") is not None
        made = self.named.get("production", frozenset())
        producing = [a for a in self.known if a.key in made or a.id in made]
        checks: dict[Need, bool] = {
            "output": held("production", "total_units", "good_units"),
            "planned_time": shifts or bool(filled("calendar")) or held("production", "planned_min"),
            "run_time": stops or held("production", "run_min"),
            "ideal_rate": bool(filled("product_rate")) or any(a.rated for a in producing),
            "good_units": held("production", "good_units", "scrap_units"),
            "stops": stops or held("production", "down_min"),
            "single_stops": stops and downtime is not None and downtime.rows_are == "events",
            "reasons": held("downtime", "reason_code", "reason", "reason_group", "loss"),
            "repairs": held("downtime", "repair_start"),
            "targets": self._targets(),
            "live": filled("live") is not None,
            "safety": filled("safety") is not None,
            "cost_rate": bool(filled("cost")) and any(a.cost_center for a in self.known),
            "material_cost": held("product", "material_cost"),
            "contact": any(a.contact for a in self.known),
            "history": self._long_enough(),
            "comparison": len(made | self.named.get("downtime", frozenset())) > 1,
        }
        return frozenset(need for need, there in checks.items() if there)

    def _long_enough(self) -> bool:
        place = self._filled("production") or self._filled("downtime")
        if place is None or place.first is None or place.last is None:
            return False
        return (place.last - place.first).days + 1 >= _HISTORY_DAYS
