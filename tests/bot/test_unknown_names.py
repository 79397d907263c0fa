"""A name that nothing reads is named with the nearest right one; foreign names are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import SETTINGS, load
from bot.settings.unknown_names import unknown_names


def said(environ: dict[str, str], written: dict[str, str] | None = None) -> tuple[str, ...]:
    return unknown_names(SETTINGS, environ, written or {})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ANDON_PROT", "ANDON_PORT"),
        ("ANDON_DB_URL", "ANDON_DATABASE_URL"),
        ("ANDON_ALERT_FILE", "ANDON_ALERTS_FILE"),
        ("ANDON_RETENTION", "ANDON_RETENTION_DAYS"),
        ("ANDON_OPENAI_API_KEY", "OPENAI_API_KEY"),
        ("ANDON_SLACK_BOT_TOKEN", "SLACK_BOT_TOKEN"),
        ("ANDON_PORT_FILE", "ANDON_PORT"),
        ("andon_port", "ANDON_PORT"),
        ("ADNON_PORT", "ANDON_PORT"),
        ("SLACK_BOT_TOKN", "SLACK_BOT_TOKEN"),
        ("SLACK_TOKEN_BOT", "SLACK_BOT_TOKEN"),
        ("SLAK_BOT_TOKEN", "SLACK_BOT_TOKEN"),
        ("SLACK_BOT_TOKEN_FLIE", "SLACK_BOT_TOKEN_FILE"),
        ("TEAMS_TENANTID", "TEAMS_TENANT_ID"),
        ("OPENAI_APIKEY", "OPENAI_API_KEY"),
    ],
)
def test_the_nearest_right_name(name: str, meant: str) -> None:
    (in_environment,) = said({name: "s3cret"})
    (in_file,) = said({}, {name: "s3cret"})
    assert in_environment.startswith(f"{name} in the environment is no")
    assert in_file.startswith(f"{name} in .env is no")
    assert in_file.endswith(f"; did you mean {meant}?")
    assert "s3cret" not in in_file


def test_a_name_of_ours_that_is_like_no_other() -> None:
    assert said({"ANDON_XYZZY": "1"}) == (
        "ANDON_XYZZY in the environment is no setting; `andon settings --all` lists them",
    )


@pytest.mark.parametrize(
    "name",
    [
        *("PATH", "HOME", "LANG", "TERM", "TEAMS", "POSTGRES_PASSWORD", "COMPOSE_PROJECT_NAME"),
        *("SLACK_API_TOKEN", "SLACK_WEBHOOK_URL", "SLACK_CLIENT_ID", "TEAMS_WEBHOOK_URL"),
        *("OPENAI_ORG_ID", "OPENAI_API_BASE", "OPENAI_LOG", "ANTHROPIC_MODEL", "AZURE_OPENAI_KEY"),
        *("SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_DB_URL"),
        *("SUPABASE_ACCESS_TOKEN", "SUPABASE_DB_PASSWORD"),
        *("ANDON_SERVICE_HOST", "ANDON_SERVICE_PORT_HTTP", "ANDON_PORT_8080_TCP_ADDR"),
        "ANDON_POSTGRES_SERVICE_HOST",
    ],
)
def test_what_is_foreign_is_left_alone(name: str) -> None:
    assert said({name: "x"}, {name: "x"}) == ()


def test_what_is_known_empty_or_set_rightly_as_well_is_left_alone() -> None:
    known = {one.name: "x" for one in SETTINGS}
    files = {one.file_name: "x" for one in SETTINGS if one.is_secret}
    assert said({**known, **files}) == ()
    assert said({"ANDON_PROT": ""}) == ()
    assert said({"SLACK_BOT_TOKENS": "x", "SLACK_BOT_TOKEN": "x"}) == ()


def test_it_is_a_warning_and_no_mistake(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ANDON_PROT=9\n")
    settings = load({"ANDON_HOME": str(tmp_path)}, tmp_path)
    assert settings.port == 8080
    assert settings.warnings == ("ANDON_PROT in .env is no setting; did you mean ANDON_PORT?",)
