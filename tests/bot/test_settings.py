"""Settings come from the environment over .env, and what is wrong is named without secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, load
from core.errors import MisconfiguredError

URL = "postgresql+psycopg://reader:pa%40word@db.example/plant"


def at(folder: Path, **values: str) -> Settings:
    return load({"ANDON_HOME": str(folder / "home"), **values}, folder)


def test_nothing_has_to_be_set(tmp_path: Path) -> None:
    settings = at(tmp_path)
    assert settings.sample == tmp_path / "home" / "plant.db"
    assert settings.store_url == f"sqlite:///{tmp_path / 'home' / 'andon.db'}"
    assert settings.language == "en"
    assert (tmp_path / "home").is_dir()


def test_a_plant_of_ones_own_replaces_the_sample(tmp_path: Path) -> None:
    (tmp_path / "plant.toml").touch()
    assert at(tmp_path, ANDON_PLANT_FILE=str(tmp_path / "plant.toml")).sample is None
    assert at(tmp_path, ANDON_DATABASE_URL=URL).sample is None


def test_env_file_gives_way_to_the_environment(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# a comment\n\nexport ANDON_LANGUAGE = 'de' # said in quotes\n"
        f'ANDON_DATABASE_URL="{URL}#x"\nANDON_STORE_URL=sqlite:///a.db # spoken\n'
    )
    settings = at(tmp_path)
    assert (settings.language, settings.store_url) == ("de", "sqlite:///a.db")
    assert settings.database_url == f"{URL}#x"
    assert at(tmp_path, ANDON_LANGUAGE="en").language == "en"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ANDON_LANGUAGE", "fr"),
        ("ANDON_DATABASE_URL", "s3cret-without-scheme"),
        ("ANDON_STORE_URL", "s3cret with space://x"),
        ("ANDON_PLANT_FILE", "no/such/plant.toml"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(MisconfiguredError) as caught:
        at(tmp_path, **{name: value})
    assert caught.value.where == name
    assert "s3cret" not in str(caught.value)


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MisconfiguredError, match="ANDON_HOME"):
        load({"ANDON_HOME": str(tmp_path / "file" / "home")}, tmp_path)


def test_a_line_of_env_that_is_none_is_named_by_its_number(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ANDON_LANGUAGE=en\ns3cret\n")
    with pytest.raises(MisconfiguredError, match=r"line 2") as caught:
        at(tmp_path)
    assert "s3cret" not in str(caught.value)


def test_secrets_stay_out_of_the_representation(tmp_path: Path) -> None:
    settings = at(tmp_path, ANDON_DATABASE_URL=URL)
    assert "word" not in repr(settings)
    assert settings.secrets == {"pa%40word", "pa@word"}
