"""The channels that are set, put together. Each platform's libraries are imported only then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adapters import Door
from adapters.slack.times import Times
from adapters.teams.patience import Patience
from adapters.teams.times import Times as TeamsTimes
from bot.app import App
from bot.clock import Clock, wall_clock
from bot.pictures import draw
from bot.rate_limit import RateLimit
from bot.settings import Settings
from core.errors import MisconfiguredError
from core.request import Place, User
from core.store import Store

if TYPE_CHECKING:
    from adapters.slack.channel import SlackChannel
    from adapters.slack.edge import Retired
    from adapters.teams.channel import TeamsChannel


def slack_channel(
    settings: Settings,
    app: App,
    clock: Clock,
    times: Times | None = None,
    lease_clock: Clock | None = None,
    retired: tuple[Retired, ...] = (),
) -> SlackChannel | None:
    """None where Slack is not set. Raises MisconfiguredError where the store cannot be had."""
    given = settings.slack
    if given is None:
        return None
    from adapters.slack.channel import SlackChannel, SlackSettings

    own = SlackSettings(
        given.bot_token,
        given.app_token,
        given.signing_secret,
        given.look,
        settings.language,
        tuple(app.access.groups),
        given.api_url,
        retired,
    )
    inbox = _store(app).inbox
    channel = SlackChannel(
        own, inbox, clock, draw, times=times, lease_clock=lease_clock, meter=app.meter
    )
    channel.mount(_door(settings, app))
    return channel


def teams_channel(
    settings: Settings,
    app: App,
    clock: Clock,
    times: TeamsTimes | None = None,
    patience: Patience | None = None,
    lease_clock: Clock | None = None,
) -> TeamsChannel | None:
    """None where Teams is not set. Raises MisconfiguredError where the store cannot be had."""
    given = settings.teams
    if given is None:
        return None
    from adapters.teams.channel import TeamsChannel, TeamsSettings

    def sees_more(user: User, place: Place) -> bool:
        here, alone = app.access.of(user, place), app.access.of(user, replace(place, private=True))
        return here.audience is not None or here.money != alone.money

    own = TeamsSettings(given.bot, settings.language)
    channel = TeamsChannel(
        own,
        _store(app),
        clock,
        wall_clock,
        sees_more,
        times=times,
        patience=patience,
        lease_clock=lease_clock,
        meter=app.meter,
    )
    channel.mount(_door(settings, app))
    return channel


def _door(settings: Settings, app: App) -> Door:
    """The one door, as fast as each person may go through it."""
    if not settings.rate_limit:
        return app.handle
    return RateLimit(settings.rate_limit, app.meter).door(app.handle, settings.language)


def _store(app: App) -> Store:
    if app.store is None:
        raise MisconfiguredError("ANDON_STORE_URL", "the bot's own database cannot be opened")
    return app.store
