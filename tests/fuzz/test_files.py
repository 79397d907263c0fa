"""Whatever an administrator writes into a file or the environment: it holds, or it is named."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import core.alerts
import core.data
from bot.access_file import access_rules
from bot.settings import NAMES, load
from core.alerts.rules_file import rules_from
from core.data import mapping
from core.errors import MisconfiguredError
from tests.fuzz.junk import ANYTHING, TEXTS, spoilt
from tests.fuzz.toml_text import toml_text
from tests.fuzz.trying import trying

LONGEST_SAID = 2_000
PLANT = tomllib.loads((Path(core.data.__path__[0]) / "sample.toml").read_text("utf-8"))
ALERTS = tomllib.loads((Path(core.alerts.__path__[0]) / "alerts.toml").read_text("utf-8"))
ACCESS = {
    "default": {"see": ["riverside"], "money": False, "subscribe": True},
    "rule": [
        {"see": "*", "money": True, "users": ["slack:T01234567:U01234567"]},
        {"see": ["packaging"], "groups": ["slack:T01234567:S01234567"]},
        {"see": ["line-3"], "channels": ["teams:01234567-89ab-cdef-0123-456789abcdef:19:x"]},
    ],
}
LENGTHS = ["1h", "0min", "-5min", "1.2.3h", "²min", "9e9d", "9" * 30 + "d", "h", " 1 h", "nanh"]
ZONES = ["America", "..", "../UTC", "UTC\0", "a" * 300, "europe/berlin", "", "/etc/passwd"]
SETTING = st.one_of(
    ANYTHING,
    st.sampled_from([*LENGTHS, *ZONES, "25:00", "start", "sums", date(1, 1, 1), time(23, 59)]),
)
AS_TEXT = st.sampled_from(
    [
        b"",
        b"\xff\xfe",
        b"a = " + b"[" * 5_000,
        b"a = " + b"[" * 2_000 + b"]" * 2_000,
        b"a = " + b"9" * 5_000,
        b"a = 0x" + b"f" * 5_000,
        b"a = 2026-02-31",
        b"a = 9999-12-31T23:59:59-23:59",
        b"a = 1e999",
        b"[a]\n[a]",
        b"a = '''" + b"x" * 100_000 + b"'''",
        b".".join([b"a"] * 3_000) + b" = 1",
    ]
) | st.binary(max_size=60)  # fmt: skip
Reading = Callable[[Path], object]


def plant(path: Path) -> object:
    return mapping.load(path, home=path.parent)


FILES: dict[str, tuple[Reading, dict[str, Any]]] = {
    "plant": (plant, PLANT),
    "alerts": (rules_from, ALERTS),
    "access": (access_rules, ACCESS),
}


def reads_or_names(reading: Callable[[], object]) -> None:
    try:
        reading()
    except MisconfiguredError as error:
        named = error
    else:
        return
    assert named.where
    assert named.problem
    assert len(str(named)) < LONGEST_SAID
    assert "Traceback" not in str(named)


@pytest.mark.parametrize("name", FILES)
@trying(30)
@given(data=st.data())
def test_a_spoilt_file(name: str, data: st.DataObject, tmp_path_factory: Any) -> None:
    read, document = FILES[name]
    path = tmp_path_factory.getbasetemp() / f"{name}.toml"
    text = toml_text(data.draw(spoilt(document, SETTING)))
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    reads_or_names(lambda: read(path))


@pytest.mark.parametrize("name", FILES)
@trying(25)
@given(content=AS_TEXT)
@example(content=b"a = " + b"[" * 5_000)
@example(content=b"a = " + b"9" * 5_000)
def test_what_is_hardly_a_file(name: str, content: bytes, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.getbasetemp() / f"{name}.toml"
    path.write_bytes(content)
    reads_or_names(lambda: FILES[name][0](path))


ENVIRONMENT = {name for name in NAMES if name != "ANDON_HOME"}
WRITTEN = st.one_of(
    TEXTS,
    st.sampled_from(
        ["0" * 5_000, "000000123456", "65536", "٣", "²", "on", "off", "1e3", "-1", "nan", "inf",
         "http://", "http://[", "http://[::1", "https://a.b:99999/", "sqlite://", "postgresql://x",
         "xoxb-1", "xapp-1", "a=sqlite:// b", "=", "a=", "native", "/", ".", "0.0", "a,b", "{}"]
    ),
).map(lambda text: text.replace("\0", ""))  # fmt: skip


@trying(100)
@given(st.dictionaries(st.sampled_from(sorted(ENVIRONMENT)), WRITTEN, max_size=6))
@example({"ANDON_PORT": "000000123456"})
@example({"ANDON_RETENTION_DAYS": "0000001" + "9" * 5_000})
def test_an_environment(tmp_path_factory: Any, values: dict[str, str]) -> None:
    home = tmp_path_factory.getbasetemp()

    def read() -> None:
        settings = load({"ANDON_HOME": str(home), **values}, home)
        assert 0 <= settings.port < 65_536
        assert 0 < settings.retention_days <= 36_500
        assert all(isinstance(secret, str) for secret in settings.secrets)

    reads_or_names(read)


@trying(50)
@given(st.binary(max_size=80) | st.text(max_size=80).map(lambda t: t.encode("utf-8", "replace")))
def test_an_env_file(tmp_path_factory: Any, content: bytes) -> None:
    home = tmp_path_factory.getbasetemp()
    (home / ".env").write_bytes(b"ANDON_HOME=" + str(home).encode() + b"\n" + content)
    try:
        reads_or_names(lambda: load({"ANDON_HOME": str(home)}, home))
    finally:
        (home / ".env").unlink()
