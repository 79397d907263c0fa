"""The only reader of the environment. What is set wrongly fails at start, naming the setting."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast
from urllib.parse import unquote, urlsplit

from bot import model_settings, supabase_settings, teams_settings
from bot.supabase_settings import Supabase
from bot.teams_settings import Teams
from core.agent.models import ModelChoice
from core.errors import MisconfiguredError
from core.request import Language

NAMES = (
    "ANDON_PLANT_FILE",
    "ANDON_DATABASE_URL",
    "ANDON_SOURCE_URLS",
    *supabase_settings.NAMES,
    "ANDON_HOME",
    "ANDON_STORE_URL",
    "ANDON_LANGUAGE",
    "ANDON_ACCESS_FILE",
    "ANDON_ALERTS_FILE",
    "ANDON_MEMORY",
    "ANDON_RETENTION_DAYS",
    "ANDON_ROLLUP",
    "ANDON_HOST",
    "ANDON_PORT",
    *model_settings.NAMES,
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "ANDON_SLACK_LOOK",
    "ANDON_SLACK_API_URL",
    *teams_settings.NAMES,
)
LOOKS = ("native", "picture", "plain")
_LONGEST_DAYS = 36_500
_URL = re.compile(r"[a-z][a-z0-9+.\-]*://\S*", re.IGNORECASE)
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


@dataclass(frozen=True, slots=True)
class Slack:
    """Slack's section. `app_token` opens Socket Mode, `signing_secret` HTTP. `look` says what
    the readers' clients can draw."""

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    look: Literal["native", "picture", "plain"] = "native"
    api_url: str = "https://slack.com/api/"


@dataclass(frozen=True, slots=True)
class Settings:
    """`plant_file` is None for the sample plant; `database_url` is empty where the mapping's own
    holds, `source_urls` are those of plant.toml's further sources. URLs may carry passwords and are
    never shown. `terminal` is the terminal's type. `access_file` is None where everyone may see
    everything, `alerts_file` where the shipped rules hold; `slack`, `teams` and `model` are None
    where they are off. `memory`: people may look back at what they asked, for `retention_days`.
    `rollup`: sums of complete days are kept, for long questions. `sql_url` is the login under which
    statements of a language model run."""

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
    rollup: bool = False
    host: str = "127.0.0.1"
    port: int = 8080
    slack: Slack | None = None
    teams: Teams | None = None
    model: ModelChoice | None = None
    sql_url: str = field(default="", repr=False)

    @property
    def sample(self) -> Path | None:
        """The sample plant's file, None where a plant of one's own is connected."""
        own = self.plant_file is not None or self.database_url
        return None if own else self.home / "plant.db"

    @property
    def secrets(self) -> frozenset[str]:
        """Tokens, and the passwords inside the URLs, as written and as meant: to be struck from
        the log."""
        urls = (self.database_url, self.store_url, self.sql_url, *self.source_urls.values())
        found = {_password(url) for url in urls}
        if self.supabase is not None:
            found |= self.supabase.secrets
        if self.slack is not None:
            found |= {self.slack.bot_token, self.slack.app_token, self.slack.signing_secret}
        if self.teams is not None:
            found.add(self.teams.bot.secret)
        if self.model is not None:
            found |= {self.model.api_key, self.model.anthropic_key}
        return frozenset(word for raw in found if raw for word in (raw, unquote(raw)))


def load(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """The environment, over a `.env` file in `folder` (default: where one stands).

    An empty variable counts as unset. Raises MisconfiguredError naming the variable.
    """
    own = os.environ if environ is None else environ
    values = {**_env_file((folder or Path.cwd()) / ".env"), **own}
    home = Path(values.get("ANDON_HOME") or ".andon")
    _make_home(home)
    return Settings(
        home=home,
        plant_file=_file(values, "ANDON_PLANT_FILE"),
        database_url=_url(values, "ANDON_DATABASE_URL"),
        source_urls=_source_urls(values.get("ANDON_SOURCE_URLS", "")),
        supabase=supabase_settings.supabase(values),
        store_url=_url(values, "ANDON_STORE_URL") or f"sqlite:///{home / 'andon.db'}",
        language=_language(values.get("ANDON_LANGUAGE") or "en"),
        terminal=values.get("TERM", ""),
        access_file=_file(values, "ANDON_ACCESS_FILE"),
        alerts_file=_alerts_file(values),
        memory=_on_or_off(values, "ANDON_MEMORY"),
        retention_days=_days(values.get("ANDON_RETENTION_DAYS") or "180"),
        rollup=_on_or_off(values, "ANDON_ROLLUP", "off"),
        host=values.get("ANDON_HOST") or "127.0.0.1",
        port=_port(values.get("ANDON_PORT") or "8080"),
        slack=_slack(values),
        teams=teams_settings.teams(values, values.get("ANDON_HOST") or "127.0.0.1"),
        model=model_settings.model_choice(values),
        sql_url=_url(values, "ANDON_MODEL_SQL_URL"),
    )


def _slack(values: Mapping[str, str]) -> Slack | None:
    """None where nothing of Slack is set; half of it is a mistake."""
    bot, app, secret = (
        values.get(name, "").strip()
        for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")
    )
    if not (bot or app or secret):
        return None
    if not bot.startswith("xoxb-"):
        problem = "must be the bot token, which starts with xoxb-" if bot else "is missing"
        raise MisconfiguredError("SLACK_BOT_TOKEN", problem)
    if app and not app.startswith("xapp-"):
        raise MisconfiguredError("SLACK_APP_TOKEN", "must be an app-level token: xapp-…")
    if not (app or secret):
        problem = (
            "or SLACK_SIGNING_SECRET is needed: the first for Socket Mode, the second for HTTP"
        )
        raise MisconfiguredError("SLACK_APP_TOKEN", problem)
    look = values.get("ANDON_SLACK_LOOK") or "native"
    if look not in LOOKS:
        raise MisconfiguredError("ANDON_SLACK_LOOK", f"is {look!r}; it can be {', '.join(LOOKS)}")
    url = values.get("ANDON_SLACK_API_URL") or "https://slack.com/api/"
    if not _URL.fullmatch(url):
        raise MisconfiguredError("ANDON_SLACK_API_URL", "is no address")
    return Slack(bot, app, secret, cast("Literal['native', 'picture', 'plain']", look), url)


def _port(value: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value[:6]) < 65_536):
        raise MisconfiguredError("ANDON_PORT", f"is {value[:20]!r}; it must be a port number")
    return int(value)


def _on_or_off(values: Mapping[str, str], name: str, usual: str = "on") -> bool:
    value = values.get(name) or usual
    if value not in ("on", "off"):
        raise MisconfiguredError(name, f"is {value[:20]!r}; it can be on or off")
    return value == "on"


def _days(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 0 < int(value[:6]) <= _LONGEST_DAYS):
        problem = f"is {value[:20]!r}; it must be a number of days, at most {_LONGEST_DAYS}"
        raise MisconfiguredError("ANDON_RETENTION_DAYS", problem)
    return int(value)


def _file(values: Mapping[str, str], name: str) -> Path | None:
    given = values.get(name)
    if given and not Path(given).is_file():
        raise MisconfiguredError(name, f"there is no file {given}")
    return Path(given) if given else None


def _alerts_file(values: Mapping[str, str]) -> Path | None:
    """The one that is named, else the one beside the mapping."""
    named, plant = _file(values, "ANDON_ALERTS_FILE"), values.get("ANDON_PLANT_FILE")
    beside = Path(plant).with_name("alerts.toml") if plant else None
    return named or (beside if beside is not None and beside.is_file() else None)


def _make_home(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"the folder {home} cannot be made: {error.strerror}"
        raise MisconfiguredError("ANDON_HOME", problem) from None
    if not os.access(home, os.W_OK):
        raise MisconfiguredError("ANDON_HOME", f"the folder {home} cannot be written")


def _url(values: Mapping[str, str], name: str) -> str:
    url = values.get(name, "")
    if url and not _URL.fullmatch(url):
        example = "postgresql+psycopg://reader:password@database.example/plant"
        raise MisconfiguredError(name, f"is no database URL, such as {example}")
    return url


def _source_urls(given: str) -> dict[str, str]:
    """name=URL, with spaces between."""
    found = {}
    for part in given.split():
        name, equals, url = part.partition("=")
        if not (name and equals and _URL.fullmatch(url)):  # which may hold a password: not said
            problem = "must be of the form: mes=mssql+pyodbc://… other=postgresql://…"
            raise MisconfiguredError("ANDON_SOURCE_URLS", problem)
        found[name] = url
    return found


def _language(value: str) -> Language:
    if value not in ("en", "de"):
        raise MisconfiguredError("ANDON_LANGUAGE", f"is {value!r}; it can be en or de")
    return cast("Language", value)


def _password(url: str) -> str | None:
    try:
        return urlsplit(url).password
    except ValueError:
        return None


def _env_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        return dict(_assignments(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise MisconfiguredError(str(path), "cannot be read as UTF-8 text") from error


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    """NAME=value lines; values may stand in quotes, outside of which " #" starts a comment."""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:  # the line itself stays unsaid: it may hold a secret
            raise MisconfiguredError(".env", f"line {number} is not of the form NAME=value")
        name, value = found.groups()
        quote = value[:1]
        if quote in ("'", '"') and value.find(quote, 1) > 0:
            yield name, value[1 : value.find(quote, 1)]
        else:
            yield name, value.partition(" #")[0].rstrip()
