"""The only reader of the environment. What is set wrongly fails at start, naming the setting."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast
from urllib.parse import unquote

from bot.settings import log, model, own, plant, slack, supabase, teams, web
from bot.settings.env_file import env_file
from bot.settings.given import Given, given
from bot.settings.setting import choice, is_on
from bot.settings.slack import Slack
from bot.settings.supabase import Supabase
from bot.settings.teams import Teams
from bot.settings.unknown_names import unknown_names
from bot.settings.url_secrets import passwords
from bot.settings.web import Serving
from core.agent.models import ModelChoice
from core.request import Language

# In the order of .env.example and docs/settings.md: a new setting is a line in its section.
SECTIONS = (
    plant.SECTION,
    supabase.SECTION,
    own.STATE,
    model.SECTION,
    slack.SECTION,
    teams.SECTION,
    own.WEB,
    web.SECTION,
    log.SECTION,
)
SETTINGS = tuple(setting for section in SECTIONS for setting in section.settings)
NAMES = tuple(setting.name for setting in SETTINGS)


@dataclass(frozen=True, slots=True)
class Settings:
    """`plant_file` is None for the sample plant; `database_url` is empty where the mapping's own
    holds, `source_urls` are those of plant.toml's further sources. URLs may carry passwords and are
    never shown. `terminal` is the terminal's type. `access_file` is None where everyone may see
    everything, `alerts_file` where the shipped rules hold; `slack`, `teams` and `model` are None
    where they are off. `memory`: people may look back at what they asked, for `retention_days`.
    `rate_limit`: questions a minute that one person may ask in chat; 0 for no limit.
    `rollup`: sums of complete days are kept, for long questions. `sql_url` is the login under which
    statements of a language model run. `warnings` are for the log: names that nothing reads."""

    home: Path = Path(".andon")
    plant_file: Path | None = None
    database_url: str = field(default="", repr=False)
    source_urls: Mapping[str, str] = field(default_factory=dict, repr=False)
    supabase: Supabase | None = None
    store_url: str = field(default="", repr=False)
    language: Language = "en"
    terminal: str = ""
    access_file: Path | None = None
    alerts_file: Path | None = None
    memory: bool = True
    retention_days: int = 180
    rate_limit: int = 20
    rollup: bool = False
    host: str = "127.0.0.1"
    port: int = 8080
    serving: Serving = field(default_factory=Serving)
    slack: Slack | None = None
    teams: Teams | None = None
    model: ModelChoice | None = None
    sql_url: str = field(default="", repr=False)
    warnings: tuple[str, ...] = ()
    log_look: Literal["console", "json"] = "console"
    log_level: str = ""

    @property
    def sample(self) -> Path | None:
        """The sample plant's file, None where a plant of one's own is connected."""
        own = self.plant_file is not None or self.database_url
        return None if own else self.home / "plant.db"

    @property
    def secrets(self) -> frozenset[str]:
        """Tokens, and the passwords inside the URLs, as written and as meant: to be struck from
        the log."""
        urls = [self.database_url, self.store_url, self.sql_url, *self.source_urls.values()]
        found: set[str] = {self.serving.admin_token}
        for section in (self.supabase, self.slack):
            found |= section.secrets if section is not None else set()
        if self.teams is not None:
            found.add(self.teams.bot.secret)
        if self.model is not None:
            found |= {self.model.api_key, self.model.anthropic_key}
            urls.append(self.model.base_url)
        found = found.union(*map(passwords, urls))
        return frozenset(word for raw in found if raw for word in (raw, unquote(raw)))


def load(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """The environment, over a `.env` file in `folder` (default: where one stands).

    An empty variable counts as unset. Raises MisconfiguredError naming the variable.
    """
    environment, written = _read(environ, folder)
    values = {name: _value(one) for name, one in given(SETTINGS, environment, written).items()}
    home = own.made_home(values["ANDON_HOME"])
    return Settings(
        home=home,
        plant_file=plant.file_at(values, "ANDON_PLANT_FILE"),
        database_url=plant.database_url(values, "ANDON_DATABASE_URL"),
        source_urls=plant.source_urls(values["ANDON_SOURCE_URLS"]),
        supabase=supabase.supabase(values),
        store_url=plant.database_url(values, "ANDON_STORE_URL"),
        language=cast("Language", choice(values, "ANDON_LANGUAGE", own.LANGUAGES)),
        terminal=environment.get("TERM", ""),
        access_file=plant.file_at(values, "ANDON_ACCESS_FILE"),
        alerts_file=own.alerts_file(values),
        memory=is_on(values, "ANDON_MEMORY"),
        retention_days=own.retention_days(values["ANDON_RETENTION_DAYS"]),
        rate_limit=own.rate_limit(values["ANDON_RATE_LIMIT"]),
        rollup=is_on(values, "ANDON_ROLLUP"),
        host=values["ANDON_HOST"],
        port=own.port(values["ANDON_PORT"]),
        serving=web.serving(values),
        slack=slack.slack(values),
        teams=teams.teams(values, values["ANDON_HOST"]),
        model=model.model_choice(values),
        sql_url=plant.database_url(values, "ANDON_MODEL_SQL_URL"),
        warnings=unknown_names(SETTINGS, environment, written),
        log_look=log.look(values),
        log_level=log.level(values),
    )


def effective(
    environ: Mapping[str, str] | None = None, folder: Path | None = None
) -> dict[str, Given]:
    """Each setting as `load` would take it, by name, with where it comes from; not yet checked.

    Raises MisconfiguredError where .env cannot be read.
    """
    return given(SETTINGS, *_read(environ, folder))


def _value(one: Given) -> str:
    if one.problem is not None:
        raise one.problem
    return one.value


def _read(
    environ: Mapping[str, str] | None, folder: Path | None
) -> tuple[Mapping[str, str], dict[str, str]]:
    """The environment, and what .env says."""
    own = os.environ if environ is None else environ
    return own, env_file((folder or Path.cwd()) / ".env")
