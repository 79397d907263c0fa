"""Slack's section of the settings: absent is off, half of it is named, no secret is repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, load
from core.errors import MisconfiguredError

BOT, APP, SECRET = "xoxb-11-s3cret", "xapp-1-s3cret", "signing-s3cret"


def at(folder: Path, **values: str) -> Settings:
    return load({"ANDON_HOME": str(folder / "home"), **values}, folder)


def test_slack_is_off_where_nothing_of_it_is_set(tmp_path: Path) -> None:
    assert at(tmp_path).slack is None
    assert at(tmp_path, SLACK_BOT_TOKEN="", SLACK_APP_TOKEN=" ").slack is None
    assert at(tmp_path, ANDON_SLACK_LOOK="plain").slack is None


def test_socket_mode_http_or_both(tmp_path: Path) -> None:
    socket = at(tmp_path, SLACK_BOT_TOKEN=BOT, SLACK_APP_TOKEN=APP).slack
    http = at(tmp_path, SLACK_BOT_TOKEN=BOT, SLACK_SIGNING_SECRET=SECRET).slack
    both = at(
        tmp_path, SLACK_BOT_TOKEN=f" {BOT} ", SLACK_APP_TOKEN=APP, SLACK_SIGNING_SECRET=SECRET
    ).slack
    assert socket
    assert http
    assert both
    assert (socket.app_token, socket.signing_secret) == (APP, "")
    assert (http.app_token, http.signing_secret) == ("", SECRET)
    assert (both.bot_token, both.app_token, both.signing_secret) == (BOT, APP, SECRET)
    assert (both.look, both.api_url) == ("native", "https://slack.com/api/")


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"SLACK_APP_TOKEN": APP}, "SLACK_BOT_TOKEN"),
        ({"SLACK_SIGNING_SECRET": SECRET}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": BOT}, "SLACK_APP_TOKEN"),
        ({"SLACK_BOT_TOKEN": APP, "SLACK_APP_TOKEN": BOT}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxp-s3cret", "SLACK_APP_TOKEN": APP}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": "s3cret"}, "SLACK_APP_TOKEN"),
        (
            {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "ANDON_SLACK_LOOK": "nice"},
            "ANDON_SLACK_LOOK",
        ),
        (
            {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "ANDON_SLACK_API_URL": "slack"},
            "ANDON_SLACK_API_URL",
        ),
        (  # the bot token would be readable on the way
            {
                "SLACK_BOT_TOKEN": BOT,
                "SLACK_APP_TOKEN": APP,
                "ANDON_SLACK_API_URL": "http://proxy.house/api/",
            },
            "ANDON_SLACK_API_URL",
        ),
        ({"ANDON_RATE_LIMIT": "many"}, "ANDON_RATE_LIMIT"),
        ({"ANDON_RATE_LIMIT": "6001"}, "ANDON_RATE_LIMIT"),
        ({"ANDON_PORT": "http"}, "ANDON_PORT"),
        ({"ANDON_PORT": "65536"}, "ANDON_PORT"),
        ({"ANDON_PORT": "-1"}, "ANDON_PORT"),
        ({"ANDON_ACCESS_FILE": "no/such.toml"}, "ANDON_ACCESS_FILE"),
    ],
)
def test_what_is_wrong_or_missing_is_named(
    tmp_path: Path, values: dict[str, str], where: str
) -> None:
    with pytest.raises(MisconfiguredError) as caught:
        at(tmp_path, **values)
    assert caught.value.where == where
    assert "s3cret" not in str(caught.value)


def test_tokens_are_secrets(tmp_path: Path) -> None:
    settings = at(tmp_path, SLACK_BOT_TOKEN=BOT, SLACK_APP_TOKEN=APP, SLACK_SIGNING_SECRET=SECRET)
    assert {BOT, APP, SECRET} <= settings.secrets
    assert "s3cret" not in repr(settings)
