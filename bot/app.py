"""The composition root: the only place where the parts of Andon are put together."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters import Progress
from bot import sources
from bot.asked import watched
from bot.cache_ledger import CacheLedger
from bot.clock import Clock
from bot.files import read_in_all
from bot.log import log_defect
from bot.office import Office
from bot.plant import plant_file
from bot.settings import Settings
from core.access import AccessRules
from core.admin import Desk
from core.agent.turn import Speaker
from core.alerts.rules_file import rules_from
from core.answer import Answer, Text
from core.assistant import Assistant
from core.counted import DEFECTS
from core.data import routing
from core.data.cache import CachedSource
from core.data.source import System
from core.errors import MisconfiguredError, SourceUnavailable
from core.installation import Definitions
from core.memory import Memory
from core.meter import Meter, Unmetered
from core.request import Request
from core.rollup.job import Rollup
from core.rollup.source import RolledSource
from core.store import Store
from core.words import Words

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class App:
    """Everything that runs; `handle` is the one door that channels are given. `systems` are those
    that `source` reads, by their names in plant.toml; `office` is what administrators are told."""

    settings: Settings
    assistant: Assistant
    source: CachedSource
    store: Store | None
    ledger: CacheLedger
    access: AccessRules
    memory: Memory | None
    office: Office
    speaker: Speaker | None = None
    rollup: Rollup | None = None
    systems: Mapping[str, System] = field(default_factory=dict)
    meter: Meter = field(default_factory=Unmetered)

    @property
    def desk(self) -> Desk:
        """What an administrator works with: see core/admin_acts.py."""
        return Desk(self.store, self.access, self.office)

    async def handle(self, request: Request, progress: Progress | None = None) -> Answer:
        """The answer; a defect is logged, and the reader gets its id."""
        self.ledger.obey(self.source.clear)
        return await watched(lambda: self._answer(request, progress), request, self.meter)

    async def _answer(self, request: Request, progress: Progress | None) -> Answer:
        try:
            return await self.assistant.handle(request, progress)
        except MisconfiguredError:
            raise  # the administrator's, not the asker's
        except Exception as error:  # noqa: BLE001 - the last net: logged with an id
            self.meter.add(DEFECTS)
            language = request.language or self.settings.language
            text = Words(language).say("errors.defect", id=log_defect(error))
            return Answer("error", (Text(text),), language=language)

    async def tidy(self, now: datetime) -> None:
        """Deletes answers and conversations that have been kept long enough."""
        if self.store is None:
            return
        try:
            kept_from = now - timedelta(days=self.settings.retention_days)
            await self.store.prune(kept_from)
            await self.store.work.prune(kept_from)
        except SourceUnavailable as error:
            _LOGGER.warning("what is old is not deleted yet: %s", error.problem)

    async def close(self) -> None:
        if self.speaker is not None:
            await self.speaker.close()
        if self.memory is not None:
            self.memory.close()
        self.ledger.add(self.source.counts())
        self.office.close()
        await self.source.close()
        if self.store is not None:
            self.store.close()


def build(settings: Settings, clock: Clock, meter: Meter | None = None) -> App:
    """Raises MisconfiguredError: what is set wrongly fails at start, naming the setting."""
    meter = meter or Unmetered()
    plant = plant_file(settings)
    read_in_all(plant)
    store = _store(settings)
    systems = sources.systems(settings, plant)
    tables = sources.together(systems, plant)
    kept = store if settings.rollup else None  # where sums of complete days are kept
    source = CachedSource(RolledSource(tables, kept, plant) if kept else tables, clock)
    access = _access(settings)
    language = settings.language
    memory = _memory(settings, store, meter)
    speaker = _speaker(settings, store, meter)
    ledger = CacheLedger(settings.home)
    held = {name: tuple(part.facts) for name, part in routing.by_source(plant).items()}
    office = Office(systems, held, source, ledger, settings.secrets)
    assistant = Assistant(
        plant,
        source,
        store,
        language=language,
        access_of=access.of,
        memory=memory,
        speaker=speaker,
        alert_rules=rules_from(settings.alerts_file),
        desk=Desk(store, access, office),
    )
    rollup = Rollup(plant, Definitions(plant, source), tables, kept) if kept else None
    return App(
        settings, assistant, source, store, ledger, access, memory, office, speaker, rollup,
        systems, meter,
    )  # fmt: skip


def _access(settings: Settings) -> AccessRules:
    if settings.access_file is None:
        return AccessRules()
    from bot.access_file import access_rules  # a tenth of a start, which most do without

    return access_rules(settings.access_file)


def _memory(settings: Settings, store: Store | None, meter: Meter | None) -> Memory | None:
    """Notices what people say of themselves only where a model and the setting are on."""
    if store is None or not settings.memory:
        return None
    folder, model = settings.home / "memory", settings.model
    if model is None or not model.extraction:
        return Memory(store, folder)
    from core.agent.aside import Aside
    from core.noticing import Noticing

    return Memory(store, folder, Noticing(Aside(model, store, meter), folder))


def _speaker(settings: Settings, store: Store | None, meter: Meter | None) -> Speaker | None:
    if settings.model is None:
        return None
    from core.agent.speaker import ModelSpeaker

    return ModelSpeaker(settings.model, store, meter)


def _store(settings: Settings) -> Store | None:
    """None where the store cannot be had: that costs follow-ups, not answers."""
    try:
        return Store.open(settings.store_url)
    except SourceUnavailable as error:
        _LOGGER.warning("the store cannot be opened: %s", error.problem)
        return None
