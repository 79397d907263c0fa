"""Which source holds which fact, by plant.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.data.mapping import FactMapping, PlantFile, SourceMapping
from core.data.query import Fact
from core.data.supabase.tables import TABLES
from core.errors import MisconfiguredError

MAIN = "main"


@dataclass(frozen=True, slots=True)
class Route:
    """Where a fact comes from: `first`; `also` holds the same figures, which may differ by
    `tolerance` (a ratio); `fallback` is asked where `first` does not answer. Names of sources."""

    first: str
    also: str = ""
    fallback: str = ""
    tolerance: float = 0.01


def addressed(plant: PlantFile, urls: Mapping[str, str], supabase: str = "") -> PlantFile:
    """The plant with the addresses that the environment gives: `urls` by source's name,
    `supabase` for projects. They win over those in the file."""

    def placed(name: str, source: SourceMapping) -> SourceMapping:
        given = urls.get(name) or (supabase if source.kind == "supabase" else "")
        return source.model_copy(update={"url": given}) if given else source

    for name in urls.keys() - plant.sources.keys() - {MAIN}:
        raise MisconfiguredError("ANDON_SOURCE_URLS", f"plant.toml has no [sources.{name}]")
    return plant.model_copy(
        update={
            "source": placed(MAIN, plant.source),
            "sources": {name: placed(name, source) for name, source in plant.sources.items()},
        }
    )


def by_source(plant: PlantFile) -> dict[str, PlantFile]:
    """Each source that a fact is routed to, as a plant of its own facts.

    Raises MisconfiguredError for names that are none, and for what has no table or address.
    """
    sources = {MAIN: plant.source, **plant.sources}
    held: dict[str, dict[Fact, FactMapping]] = {}
    for fact, mapping in plant.facts.items():
        for name in dict.fromkeys((mapping.source, mapping.also, mapping.fallback)):
            if name:
                source = _known(name, sources, fact)
                held.setdefault(name, {})[fact] = _at(fact, mapping, name, source)
    for name in held or {MAIN: {}}:
        if not sources[name].url:
            raise MisconfiguredError("plant.toml", f"{_section(name)} has no url")
    return {
        name: plant.model_copy(update={"source": sources[name], "sources": {}, "facts": facts})
        for name, facts in (held or {MAIN: {}}).items()
    }


def routes(plant: PlantFile) -> dict[Fact, Route]:
    return {
        fact: Route(mapping.source, mapping.also, mapping.fallback, mapping.tolerance_percent / 100)
        for fact, mapping in plant.facts.items()
    }


def _known(name: str, sources: Mapping[str, SourceMapping], fact: Fact) -> SourceMapping:
    if name not in sources:
        raise MisconfiguredError(f"plant.toml, facts.{fact}", f"there is no [sources.{name}]")
    return sources[name]


def _at(fact: Fact, mapping: FactMapping, name: str, source: SourceMapping) -> FactMapping:
    """Where this source holds the fact."""
    own = mapping if mapping.source == name else source.facts.get(fact, FactMapping())
    if own.table:
        return own
    if source.kind != "supabase":
        written = f"facts.{fact}" if mapping.source == name else f"{_section(name)}.facts.{fact}"
        raise MisconfiguredError(f"plant.toml, {written}", "table is missing")
    return own.model_copy(update={"table": TABLES[fact]})


def _section(name: str) -> str:
    return "source" if name == MAIN else f"sources.{name}"
