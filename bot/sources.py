"""The plant's data as one source: its database, a Supabase project, or several together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.clock import wall_clock
from bot.settings import Settings
from core.data import routing
from core.data.mapping import PlantFile
from core.data.metered import MeteredSource
from core.data.source import DataSource, System
from core.data.sql import SqlDataSource
from core.errors import MisconfiguredError

if TYPE_CHECKING:
    from core.data.freeform.statements import Statements
    from core.data.supabase.source import SupabaseDataSource


def source(settings: Settings, plant: PlantFile) -> DataSource:
    """Raises MisconfiguredError naming the setting or the section of plant.toml."""
    return together(systems(settings, plant), plant)


def systems(settings: Settings, plant: PlantFile) -> dict[str, System]:
    """Every database and project that plant.toml takes facts from, by its name there.

    Raises MisconfiguredError naming the setting or the section of plant.toml.
    """
    parts = routing.by_source(plant)
    main = _main(parts)
    return {name: _one(settings, part, is_main=name == main) for name, part in parts.items()}


def together(made: Mapping[str, System], plant: PlantFile) -> DataSource:
    """All of them as one."""
    main = _main(made)
    metered = {name: MeteredSource(system, name) for name, system in made.items()}
    if len(made) == 1:
        return metered[main]
    from core.data.composite import CompositeDataSource

    zones = tuple(dict.fromkeys(site.zone for site in plant.plants.values()))
    return CompositeDataSource(metered, routing.routes(plant), main, wall_clock, zones)


def _main(parts: Mapping[str, object]) -> str:
    return routing.MAIN if routing.MAIN in parts else next(iter(parts))


def _one(settings: Settings, plant: PlantFile, *, is_main: bool) -> System:
    if plant.source.kind == "supabase":
        return project(settings, plant)
    return SqlDataSource(plant, statements=_statements(settings, plant) if is_main else None)


def project(settings: Settings, plant: PlantFile) -> SupabaseDataSource:
    """Raises MisconfiguredError naming the setting."""
    given = settings.supabase
    if given is None:
        raise MisconfiguredError("SUPABASE_URL", "is missing; see docs/supabase.md")
    try:
        from core.data.supabase.source import SupabaseDataSource
        from core.data.supabase.tokens import Signer, signing_key
    except ImportError:
        problem = "kind is supabase: pip install 'andon[supabase]' brings its client"
        raise MisconfiguredError("plant.toml", problem) from None
    key = signing_key(given.jwt_key, given.jwt_secret)
    # Whatever time a question is asked for, its token is made now.
    return SupabaseDataSource(plant, given.key, Signer(key, f"{given.url}/auth/v1", wall_clock))


def _statements(settings: Settings, plant: PlantFile) -> Statements | None:
    """What runs a language model's SQL, where that is switched on."""
    if settings.model is None or not settings.model.limits.sql:
        return None
    from core.data.freeform.statements import Statements

    return Statements(settings.sql_url, plant.source.url)
