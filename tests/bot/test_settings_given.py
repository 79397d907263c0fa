"""Where a setting comes from: the environment, .env, a secret's file, or its default."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.settings import NAMES, SETTINGS, Settings, effective, load
from bot.settings.given import LONGEST_FILE, Given
from core.errors import MisconfiguredError

SECRETS = [one for one in SETTINGS if one.is_secret]


def canary(name: str) -> str:
    return f"c4nary-{name.lower().replace('_', '-')}"


# Where a secret has a form of its own; each holds the canary of its name.
FORMS = {
    "SLACK_BOT_TOKEN": "xoxb-{}",
    "SLACK_APP_TOKEN": "xapp-{}",
    "SUPABASE_JWT_KEY": '{{"d": "{}"}}',
    "OPENAI_BASE_URL": "http://user:{}@models.house/v1",
    "ANDON_SOURCE_URLS": "mes=postgresql://reader:{}@db.example/mes",
}
# What has to stand beside secrets so that all sections are whole.
BESIDE = {
    "SUPABASE_URL": "https://p.supabase.co",
    "ANDON_MODEL": "gpt-4.1-mini",
    "TEAMS_APP_ID": "01234567-89ab-cdef-0123-456789abcdef",
    "TEAMS_TENANT_ID": "fedcba98-7654-3210-fedc-ba9876543210",
}


def whole(home: Path) -> dict[str, str]:
    """Every secret there is, with what it needs."""
    made = {"ANDON_HOME": str(home), **BESIDE}
    for one in SECRETS:
        usual = "{}" if one.hides == "all" else "postgresql://reader:{}@db.example/plant"
        made[one.name] = FORMS.get(one.name, usual).format(canary(one.name))
    return made


def test_without_anything_the_table_and_the_class_say_the_same(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'andon.db'}"
    made = load({"ANDON_HOME": str(tmp_path)}, tmp_path)
    assert made == Settings(home=tmp_path, store_url=store)


def test_every_setting_is_defined_once() -> None:
    assert sorted(NAMES) == sorted(set(NAMES))
    for one in SETTINGS:
        assert one.meaning.endswith((".", ")"))
        assert not (one.default and one.otherwise), one.name
        assert not one.choices or one.default in one.choices, one.name


def test_a_secret_is_read_from_its_file(tmp_path: Path) -> None:
    given = whole(tmp_path)
    files = dict(given)
    for one in SECRETS:
        path = tmp_path / one.name
        path.write_text(f"{files.pop(one.name)}\r\n", "utf-8-sig")
        files[one.file_name] = str(path)
    assert load(files, tmp_path) == load(given, tmp_path)
    found = effective(files, tmp_path)
    assert {found[one.name].origin for one in SECRETS} == {"file"}
    assert found["SLACK_BOT_TOKEN"].file == tmp_path / "SLACK_BOT_TOKEN"


@pytest.mark.parametrize("name", [one.name for one in SECRETS])
def test_every_secret_is_struck_from_the_log_and_not_represented(name: str, tmp_path: Path) -> None:
    settings = load(whole(tmp_path), tmp_path)
    line = f"driver says: {whole(tmp_path)[name]} is wrong"
    for word in sorted(settings.secrets, key=len, reverse=True):
        line = line.replace(word, "***")
    assert canary(name) not in line
    assert canary(name) not in repr(settings)
    assert canary(name) not in repr(effective(whole(tmp_path), tmp_path))


def refused(tmp_path: Path, **environ: str) -> str:
    with pytest.raises(MisconfiguredError) as caught:
        load({"ANDON_HOME": str(tmp_path / "home"), **environ}, tmp_path)
    return str(caught.value)


def test_both_is_a_mistake_that_names_both(tmp_path: Path) -> None:
    said = refused(tmp_path, OPENAI_API_KEY="s3cret", OPENAI_API_KEY_FILE="/run/secrets/key")
    assert said == "OPENAI_API_KEY and OPENAI_API_KEY_FILE: are both set; leave one of them out"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no file {}"),
        (b"", "the file {} is empty"),
        (b" \r\n", "the file {} is empty"),
        (b"\xff\xfes3cret", "the file {} is no UTF-8 text"),
        (b"s3cret" * LONGEST_FILE, "the file {} is too large for a secret: more than 64 KiB"),
    ],
)
def test_a_file_that_cannot_be_it(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    expected = f"OPENAI_API_KEY_FILE: {said.format(path)}"
    assert refused(tmp_path, OPENAI_API_KEY_FILE=str(path)) == expected


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes of POSIX")
def test_a_pipe_and_a_folder_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / ("x" * 300)):
        assert refused(tmp_path, OPENAI_API_KEY_FILE=str(path)).startswith("OPENAI_API_KEY_FILE: ")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("s3cret")

    def closed(*_arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", closed)
    said = refused(tmp_path, OPENAI_API_KEY_FILE=str(tmp_path / "key"))
    assert said.endswith("key cannot be read: Permission denied")


def test_each_value_knows_where_it_comes_from(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ANDON_LANGUAGE=de\nANDON_PORT=8081\nANDON_HOST=::1\n")
    environ = {"ANDON_PORT": "8082", "ANDON_HOST": "", "ANDON_HOME": str(tmp_path / "home")}
    found = effective(environ, tmp_path)
    assert list(found) == list(NAMES)
    assert found["ANDON_LANGUAGE"] == Given("de", ".env")
    assert found["ANDON_PORT"] == Given("8082", "environment")
    assert found["ANDON_HOST"] == Given("127.0.0.1")  # empty in the environment: as if unset
    assert found["ANDON_STORE_URL"].value == f"sqlite:///{tmp_path / 'home' / 'andon.db'}"


def test_what_kubernetes_sets_for_a_service_is_named(tmp_path: Path) -> None:
    assert "enableServiceLinks" in refused(tmp_path, ANDON_PORT="tcp://10.0.0.1:8080")
