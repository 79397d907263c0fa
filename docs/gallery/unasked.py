"""What comes unasked, for the gallery: the card of an alert, as the pulse makes it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from bot.app import App, build
from bot.plant import plant_file
from bot.settings import Settings
from core.alerts.pulse import Pulse
from core.alerts.rules_file import rules_from
from core.answer import Answer
from core.data.sample import make_sample
from core.installation import Definitions
from core.request import Place, Request, User
from core.store import Kind, Store, Subscription
from core.store.alerts import known_alerts

_PLACE = Place("slack", "T0:C0", private=False)
_DAYS = 70


def alert_card(folder: Path, asset: str, now: datetime) -> Answer:
    """The card of what stands on the asset; raises StopIteration where it runs."""
    home = folder / "alert"
    home.mkdir(exist_ok=True)
    make_sample(home / "plant.db", days=_DAYS, now=now)
    settings = Settings(home=home, store_url=f"sqlite:///{home / 'andon.db'}", memory=False)
    return asyncio.run(_card(settings, asset, now))


async def _card(settings: Settings, asset: str, now: datetime) -> Answer:
    app = build(settings, lambda: now)
    try:
        assert app.store is not None
        await _look(app, app.store, now)
        alerts = await app.store.read(lambda c: known_alerts(c, ("riverside",), now))
        found = next(one for one in alerts if one.asset == asset and one.rule == "down")
        user = User("slack:T0:U0", "Ana")
        asked = Request(user, _PLACE, f"/alert {found.id} push", now, typed=False)
        return await app.handle(asked)
    finally:
        await app.close()


async def _look(app: App, store: Store, now: datetime) -> None:
    """One look at the plant, for a channel that subscribed to it."""
    kinds: frozenset[Kind] = frozenset({"alerts"})
    made = Subscription("s", _PLACE, ("packaging",), kinds, "slack:T0:U0", "en", "", None, now)
    await store.subscriptions.save(made)
    rules = rules_from(app.settings.alerts_file)
    definitions = Definitions(plant_file(app.settings), app.source, rules)
    await Pulse(definitions, app.source, store).run(now)
