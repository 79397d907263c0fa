"""What is wrong at the start is named, with what mends it, and no password is repeated."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path

import pytest

from bot.app import build
from bot.clock import wall_clock
from bot.commands import check
from bot.plant import plant_file
from bot.sample_plant import prepare
from bot.settings import load
from bot.settings.own import made_home
from core.errors import MisconfiguredError


def test_a_log_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as after a start by root: without the check the first line would be a traceback."""
    (tmp_path / "andon.log").touch()
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, how: access(path, how) and path == tmp_path)
    with pytest.raises(MisconfiguredError, match=r"ANDON_HOME: the file .*andon.log cannot be"):
        made_home(str(tmp_path))


def test_a_sample_plant_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "plant.db").mkdir()
    with pytest.raises(MisconfiguredError, match=r"ANDON_HOME: the sample plant .*plant.db"):
        prepare(tmp_path / "plant.db", "en", None)


@pytest.mark.parametrize(
    ("text", "exit_code", "said"),
    [
        ("[[rule]]\nusers = []\n", 1, "rule 1: see: is missing"),
        ('[default]\nsee = "*"\n', 0, "access.toml: every rule is understood."),
    ],
)
def test_check_looks_at_access_too(
    text: str,
    exit_code: int,
    said: str,
    tmp_path: Path,
    sample_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "access.toml").write_text(text)
    (tmp_path / "plant.db").symlink_to(sample_path)
    access = str(tmp_path / "access.toml")
    environ = {"ANDON_HOME": str(tmp_path), "ANDON_ACCESS_FILE": access}
    parser = ArgumentParser()
    check.configure(parser)
    arguments = parser.parse_args(["--now", "2026-03-12T11:20:00Z"])
    assert check.run(arguments, load(environ, tmp_path)) == exit_code
    assert said in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ANDON_STORE_URL", "mysql://u:s3cret@h/db", "ANDON_STORE_URL: must begin with sqlite"),
        ("ANDON_STORE_URL", "postgresql://u:s3cret@h:x/db", "ANDON_STORE_URL: is no database"),
        ("ANDON_DATABASE_URL", "mysql://u:s3cret@h/db", "pip install pymysql"),
        ("ANDON_DATABASE_URL", "postgresql://u:s3cret@h:x/db", "ANDON_DATABASE_URL, or url in"),
        ("ANDON_PLANT_FILE", "no.toml", "ANDON_PLANT_FILE: there is no file no.toml"),
        ("ANDON_PLANT_FILE", "bad.toml", "bad.toml: cannot be read: "),
        ("ANDON_ALERTS_FILE", "bad.toml", "bad.toml: cannot be read: "),
        ("ANDON_ACCESS_FILE", "bad.toml", "bad.toml: cannot be read: "),
    ],
)
def test_what_is_wrong_is_named(
    name: str, value: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.toml").write_text("x = [")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MisconfiguredError) as caught:
        build(load({"ANDON_HOME": str(tmp_path), name: value}, tmp_path), wall_clock)
    assert said in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_database_of_ones_own_is_not_called_the_sample_plant(tmp_path: Path) -> None:
    url = "sqlite:///mes.db"
    own = load({"ANDON_HOME": str(tmp_path), "ANDON_DATABASE_URL": url}, tmp_path)
    assert plant_file(own).source.name == ""
    assert plant_file(load({"ANDON_HOME": str(tmp_path)}, tmp_path)).source.name == "sample plant"
