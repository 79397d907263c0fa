"""Teams' section: off, whole, or a mistake that is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.teams.identity import PUBLIC, US_GOVERNMENT
from bot.settings import load
from core.errors import MisconfiguredError

APP, TENANT = "01234567-89AB-cdef-0123-456789abcdef", "fedcba98-7654-3210-fedc-ba9876543210"
WHOLE = {"TEAMS_APP_ID": APP, "TEAMS_APP_PASSWORD": "s~ecret", "TEAMS_TENANT_ID": TENANT}


def loaded(tmp_path: Path, **values: str) -> object:
    settings = load({"ANDON_HOME": str(tmp_path), **values}, tmp_path)
    return settings.teams


def test_absent_is_off(tmp_path: Path) -> None:
    assert loaded(tmp_path) is None
    assert loaded(tmp_path, TEAMS_APP_ID="", ANDON_TEAMS_PLAYGROUND="off") is None


def test_whole(tmp_path: Path) -> None:
    settings = load({"ANDON_HOME": str(tmp_path), **WHOLE}, tmp_path)
    assert settings.teams is not None
    bot = settings.teams.bot
    assert (bot.app_id, bot.tenant, bot.secret) == (APP.lower(), TENANT, "s~ecret")
    assert bot.cloud is PUBLIC
    assert "s~ecret" in settings.secrets
    assert "s~ecret" not in repr(settings)


def test_another_cloud_and_further_hosts(tmp_path: Path) -> None:
    more = {"ANDON_TEAMS_CLOUD": "us-government", "ANDON_TEAMS_HOSTS": "Gate.plant.example, .x.org"}
    settings = load({"ANDON_HOME": str(tmp_path), **WHOLE, **more}, tmp_path)
    assert settings.teams is not None
    assert settings.teams.bot.cloud is US_GOVERNMENT
    assert settings.teams.bot.hosts == ("gate.plant.example", ".x.org")


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"TEAMS_APP_ID": ""}, "TEAMS_APP_ID"),
        ({"TEAMS_APP_ID": "andon"}, "TEAMS_APP_ID"),
        ({"TEAMS_APP_PASSWORD": ""}, "TEAMS_APP_PASSWORD"),
        ({"TEAMS_APP_PASSWORD": APP}, "TEAMS_APP_PASSWORD"),
        ({"TEAMS_TENANT_ID": ""}, "TEAMS_TENANT_ID"),
        ({"TEAMS_TENANT_ID": "plant.onmicrosoft.com"}, "TEAMS_TENANT_ID"),
        ({"ANDON_TEAMS_CLOUD": "mars"}, "ANDON_TEAMS_CLOUD"),
        ({"ANDON_TEAMS_HOSTS": "https://x.org"}, "ANDON_TEAMS_HOSTS"),
        ({"ANDON_TEAMS_PLAYGROUND": "yes"}, "ANDON_TEAMS_PLAYGROUND"),
        ({"ANDON_TEAMS_PLAYGROUND": "on"}, "ANDON_TEAMS_PLAYGROUND"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, changed: dict[str, str], named: str) -> None:
    with pytest.raises(MisconfiguredError) as caught:
        loaded(tmp_path, **{**WHOLE, **changed})
    assert caught.value.where == named
    assert "s~ecret" not in str(caught.value)


def test_the_playground_is_for_this_machine_alone(tmp_path: Path) -> None:
    settings = load({"ANDON_HOME": str(tmp_path), "ANDON_TEAMS_PLAYGROUND": "on"}, tmp_path)
    assert settings.teams is not None
    assert settings.teams.bot.anonymous
    with pytest.raises(MisconfiguredError) as caught:
        loaded(tmp_path, ANDON_TEAMS_PLAYGROUND="on", ANDON_HOST="0.0.0.0")
    assert "127.0.0.1" in caught.value.problem
