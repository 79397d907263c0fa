"""Teams' section of the settings: a bot registered in Azure, or the Agents Playground."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.teams.identity import LOOPBACK, PUBLIC, US_GOVERNMENT, Bot
from bot.settings.setting import ON_OFF, Section, Setting, choice, is_on
from core.errors import MisconfiguredError

_CLOUDS = {"public": PUBLIC, "us-government": US_GOVERNMENT}
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HOST = re.compile(r"\.?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.IGNORECASE)

SECTION = Section(
    "Microsoft Teams",
    "See docs/teams.md. The first three belong together.",
    (
        Setting(
            "TEAMS_APP_ID",
            "The bot's registration in Azure: Application (client) ID.",
            example="00000000-0000-0000-0000-000000000000",
        ),
        Setting("TEAMS_APP_PASSWORD", "The value of a client secret.", hides="all"),
        Setting(
            "TEAMS_TENANT_ID",
            "Directory (tenant) ID.",
            example="00000000-0000-0000-0000-000000000000",
        ),
        Setting(
            "ANDON_TEAMS_CLOUD",
            "Microsoft's cloud.",
            default="public",
            choices=tuple(_CLOUDS),
        ),
        Setting(
            "ANDON_TEAMS_HOSTS",
            "Further hosts that answers may be sent to, behind a proxy: names with commas "
            "between, .example.com for all below it.",
            example="gate.example.com,.example.org",
        ),
        Setting(
            "ANDON_TEAMS_PLAYGROUND",
            "on: for Microsoft's Agents Playground on this machine, without a registration and "
            "without tokens.",
            default="off",
            choices=ON_OFF,
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Teams:
    """`bot` is anonymous for the Agents Playground: then whoever reaches the port is answered."""

    bot: Bot


def teams(values: Mapping[str, str], listens_on: str) -> Teams | None:
    """None where nothing of Teams is set; half of it is a mistake. `listens_on` is ANDON_HOST.

    Raises MisconfiguredError naming the variable.
    """
    app, secret, tenant = (
        values[name].strip() for name in ("TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID")
    )
    if is_on(values, "ANDON_TEAMS_PLAYGROUND"):
        return _playground(listens_on, registered=bool(app or secret or tenant))
    if not (app or secret or tenant):
        return None
    _is_guid("TEAMS_APP_ID", app)
    if not secret:
        raise MisconfiguredError("TEAMS_APP_PASSWORD", "is missing: the value of a client secret")
    if _GUID.fullmatch(secret):
        problem = "is the secret's ID; its value is needed, which Azure shows once only"
        raise MisconfiguredError("TEAMS_APP_PASSWORD", problem)
    _is_guid("TEAMS_TENANT_ID", tenant)
    cloud = choice(values, "ANDON_TEAMS_CLOUD", tuple(_CLOUDS))
    return Teams(Bot(app.lower(), tenant.lower(), secret, _CLOUDS[cloud], _hosts(values)))


def _playground(listens_on: str, *, registered: bool) -> Teams:
    """Nobody is asked who they are there, so that nobody else may reach it."""
    if registered:
        problem = "is for trying Andon out without a registration; leave it or TEAMS_APP_ID out"
        raise MisconfiguredError("ANDON_TEAMS_PLAYGROUND", problem)
    if listens_on not in LOOPBACK:
        problem = "answers whoever asks, without a token; it needs ANDON_HOST=127.0.0.1"
        raise MisconfiguredError("ANDON_TEAMS_PLAYGROUND", problem)
    return Teams(Bot())


def _is_guid(name: str, value: str) -> None:
    if not _GUID.fullmatch(value):
        problem = "must be a GUID: 01234567-89ab-…" if value else "is missing"
        raise MisconfiguredError(name, problem)


def _hosts(values: Mapping[str, str]) -> tuple[str, ...]:
    hosts = tuple(host.strip() for host in values["ANDON_TEAMS_HOSTS"].split(","))
    given = tuple(host.lower() for host in hosts if host)
    wrong = next((host for host in given if not _HOST.fullmatch(host)), None)
    if wrong is not None:
        raise MisconfiguredError("ANDON_TEAMS_HOSTS", f"{wrong[:40]!r} is no host's name")
    return given
