"""The mapping of the plant that is asked about: one's own, or the sample plant's."""

from __future__ import annotations

from pathlib import Path

import core.data
from bot.settings import Settings
from core.data.mapping import PlantFile, load
from core.data.routing import addressed

_SAMPLE = Path(core.data.__path__[0]) / "sample.toml"


def plant_file(settings: Settings) -> PlantFile:
    """Raises MisconfiguredError naming the field and the mend.

    A database address alone, without a mapping, is one that holds the sample plant's tables.
    """
    plant = load(settings.plant_file or _SAMPLE, home=settings.home, url=settings.database_url)
    project = settings.supabase.url if settings.supabase else ""
    return addressed(plant, settings.source_urls, project)
