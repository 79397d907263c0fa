"""A database's part of a check: every mapped fact, whatever happens to one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

from core.data.check import definitions, facts, rows, server
from core.data.check.definitions import KnownAsset
from core.data.check.part import WANTED, Away, Found
from core.data.check.probe import Place, Probe
from core.data.check.report import Finding
from core.data.mapping import PlantFile
from core.data.query import Fact
from core.data.schema import FACTS, SCHEMA
from core.errors import SourceUnavailable


class TablesPart:
    """Reads with sums made in the database; a statement has `patience` seconds.

    Raises MisconfiguredError for an address that is wrong.
    """

    def __init__(self, plant: PlantFile, now: datetime, zone: str, patience: float) -> None:
        self._probe = Probe(plant, patience)
        self._places: dict[Fact, Place] = {}
        self.found = Found(plant, now, zone, self._probe.name, self._probe.kind)

    def look(self) -> None:
        found, probe = self.found, self._probe
        try:
            found.milliseconds = probe.milliseconds()
            found.skew = server.skew(server.seconds(probe), found.time)
        except SourceUnavailable as error:
            raise Away(error.problem) from None
        for fact in FACTS:
            if fact in found.plant.facts:
                self._read(fact)
        asset = self._filled("asset")
        if asset:
            found.listed = (
                found.tried("asset", partial(definitions.listed_assets, asset, probe)) or ()
            )
        for fact, place in self._places.items():
            if place.rows:
                self._look_at(fact, place)

    def examine(self, known: Sequence[KnownAsset] | None) -> None:
        found = self.found
        if known is not None:
            found.held_against(known)
        for fact, place in self._places.items():
            if place.rows:
                self._rows(fact, place)
        self._across()
        tables = [place.table for place in self._places.values()]
        found.writable = found.tried(None, partial(server.writable, self._probe, tables))
        found.add(server.rights(found.writable or ()))
        found.add(server.clock(found.skew))
        self._probe.close()

    # --- reading -----------------------------------------------------------------------------

    def _read(self, fact: Fact) -> None:
        found = self.found
        place = found.tried(fact, partial(self._probe.place, fact))
        if place is None:
            found.failed(fact)
            return
        self._places[fact] = place
        found.held(fact, place.table, place.rows, place.first, place.last)

    def _look_at(self, fact: Fact, place: Place) -> None:
        found, probe = self.found, self._probe
        if fact != "asset" and "asset" in SCHEMA[fact].required:
            named = found.tried(fact, partial(definitions.named_assets, place, probe))
            if named is not None:
                found.named[fact] = named
        if fact in WANTED:
            values = found.tried(fact, partial(definitions.with_values, place, WANTED[fact], probe))
            found.values[fact] = values or frozenset()
        if fact == "cost":
            found.centers = found.tried(fact, partial(definitions.cost_centers, place, probe))

    def _filled(self, fact: Fact) -> Place | None:
        place = self._places.get(fact)
        return place if place and place.rows else None

    # --- facts one by one --------------------------------------------------------------------

    def _note(self, fact: Fact, work: Callable[[], Iterator[Finding]]) -> None:
        self.found.add(self.found.tried(fact, lambda: list(work())) or ())

    def _rows(self, fact: Fact, place: Place) -> None:
        probe, now, plant, zone = self._probe, self.found.now, self.found.plant, self.found.zone
        self._note(fact, lambda: rows.impossible(place, probe, now))
        self._note(fact, lambda: rows.doubled(place, probe))
        if fact in ("production", "downtime"):
            self._note(fact, lambda: rows.overlapping(place, probe))
            self._note(fact, lambda: rows.fresh(fact, place.last, now))
        if fact == "production":
            self._note(fact, lambda: rows.gaps(place, probe, plant, zone))
            self._note(fact, lambda: facts.counts(place, probe))
            self._note(fact, lambda: facts.times_reconcile(place, probe))
            self._note(fact, lambda: facts.planned_fits(place, probe))
        if fact == "downtime":
            self._note(fact, lambda: facts.stop_lengths(place, probe, now))
            self._note(fact, lambda: facts.reasons(place, probe))
        if fact == "live":
            self._note(fact, lambda: definitions.stale_live(place, probe, plant, now))

    def _across(self) -> None:
        production, downtime = self._filled("production"), self._filled("downtime")
        if production and downtime:
            self._note("downtime", lambda: facts.down_agrees(production, downtime, self._probe))
            self._note(
                "downtime",
                lambda: facts.stops_outside(production, downtime, self._probe, self.found.zone),
            )
