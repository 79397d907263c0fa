"""The mapping of the plant that is asked about: one's own, or the sample plant's."""

from __future__ import annotations

from pathlib import Path

import core.data
from bot.files import kept
from bot.settings import Settings
from core.data.mapping import PlantFile, load
from core.data.routing import addressed

_SAMPLE = Path(core.data.__path__[0]) / "sample.toml"


def plant_file(settings: Settings) -> PlantFile:
    """Raises MisconfiguredError naming the field and the mend.

    A database address alone, without a mapping, is one that holds the sample plant's tables.
    """
    plant = load(settings.plant_file or _SAMPLE, home=settings.home, url=settings.database_url)
    if settings.plant_file is None and settings.database_url:
        own = plant.source.model_copy(update={"name": ""})  # it is not "sample plant" that is away
        plant = plant.model_copy(update={"source": own})
    project = settings.supabase.url if settings.supabase else ""
    return kept(addressed(plant, settings.source_urls, project), settings.home)
