"""Slack's section of the settings: docs/slack.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from bot.settings.setting import WEB_ADDRESS, Section, Setting, choice
from core.errors import MisconfiguredError
from core.outgoing import is_safe

Look = Literal["native", "picture", "plain"]
LOOKS = ("native", "picture", "plain")

SECTION = Section(
    "Slack",
    "See docs/slack.md. `andon serve` needs the bot token and one of the other two.",
    (
        Setting(
            "SLACK_BOT_TOKEN",
            "OAuth & Permissions → Bot User OAuth Token.",
            example="xoxb-…",
            hides="all",
        ),
        Setting(
            "SLACK_APP_TOKEN",
            "Basic Information → App-Level Tokens, with connections:write. For Socket Mode: "
            "no public address.",
            example="xapp-…",
            hides="all",
        ),
        Setting(
            "SLACK_SIGNING_SECRET",
            "Basic Information → App Credentials → Signing Secret. For HTTP: Slack calls "
            "/slack/events.",
            hides="all",
        ),
        Setting(
            "ANDON_SLACK_LOOK",
            "What your people's Slack can draw: native tables and charts, picture (charts as "
            "PNG), plain text.",
            default="native",
            choices=LOOKS,
        ),
        Setting(
            "ANDON_SLACK_API_URL",
            "Another address of Slack's Web API: GovSlack's, or a server for tests.",
            default="https://slack.com/api/",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Slack:
    """Slack's section. `app_token` opens Socket Mode, `signing_secret` HTTP. `look` says what
    the readers' clients can draw."""

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    look: Look = "native"
    api_url: str = "https://slack.com/api/"

    @property
    def secrets(self) -> frozenset[str]:
        """To be struck from the log."""
        return frozenset({self.bot_token, self.app_token, self.signing_secret}) - {""}


def slack(values: Mapping[str, str]) -> Slack | None:
    """None where nothing of Slack is set; half of it is a mistake. Raises MisconfiguredError."""
    bot, app, secret = (
        values[name].strip()
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
    look = cast("Look", choice(values, "ANDON_SLACK_LOOK", LOOKS))
    url = values["ANDON_SLACK_API_URL"]
    if not WEB_ADDRESS.fullmatch(url):
        raise MisconfiguredError("ANDON_SLACK_API_URL", "is no address")
    if not is_safe(url):  # the bot token goes there
        raise MisconfiguredError("ANDON_SLACK_API_URL", "must start with https://")
    return Slack(bot, app, secret, look, url)
