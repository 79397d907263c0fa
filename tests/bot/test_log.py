"""What goes wrong is found again under its id, without secrets; how much is said, and where."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import log as own_log
from bot.log import log_defect, open_log, strike
from bot.settings.log import FILE, levels
from core.errors import MisconfiguredError
from core.meter import Unmetered
from core.trace import traced


@pytest.fixture(autouse=True)
def own_handlers() -> Iterator[None]:
    root = logging.getLogger()
    before, kept = list(root.handlers), {}
    for name in ("", *logging.root.manager.loggerDict):
        kept[name] = logging.getLogger(name).level
    yield
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    for name in ("", *logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(kept.get(name, logging.NOTSET))
    logging.captureWarnings(capture=False)


def test_a_defect_is_logged_with_its_id_and_without_secrets(tmp_path: Path) -> None:
    open_log(tmp_path, {"s3cret"})
    assert not (tmp_path / FILE).exists()
    try:
        raise RuntimeError("no way to s3cret@db")
    except RuntimeError as error:
        with traced("event:1", Unmetered()) as trace:
            defect = log_defect(error)
    text = (tmp_path / FILE).read_text("utf-8")
    assert f"defect={defect}" in text
    assert f"request={trace.id}" in text
    assert "Traceback" in text
    assert "s3cret" not in text
    # The line of code, not the error's words.
    assert 'raise RuntimeError("no way to ***@db")' in text


def test_what_became_secret_later_is_struck_out_too(tmp_path: Path) -> None:
    open_log(tmp_path)
    strike({"rotated-in"})
    logging.getLogger("bot.example").warning("now %s holds", "rotated-in")
    assert "now *** holds" in (tmp_path / FILE).read_text("utf-8")


def test_warnings_go_to_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_log(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("of Ana's", UserWarning, stacklevel=1)
    text = (tmp_path / FILE).read_text("utf-8")
    assert "UserWarning" in text
    assert "test_log.py" in text
    assert "of Ana's" not in text
    assert capsys.readouterr().err == ""


def test_json_goes_to_stderr_while_serving(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_log(tmp_path, look="json", serving=True)
    logging.getLogger("bot.example").info("a line", extra={"rows": 3, "zone": "Europe/Berlin"})
    [line] = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert list(told)[:4] == ["time", "level", "logger", "event"]
    assert told["time"].endswith("Z")
    assert (told["level"], told["event"], told["rows"]) == ("info", "a line", 3)
    assert not (tmp_path / FILE).exists()


def test_json_goes_to_the_file_elsewhere(tmp_path: Path) -> None:
    open_log(tmp_path, look="json")
    logging.getLogger("bot.example").info("not said by default")
    logging.getLogger("bot.example").warning("said")
    [line] = (tmp_path / FILE).read_text("utf-8").splitlines()
    assert json.loads(line)["event"] == "said"


def test_a_file_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_log, "LARGEST", 200)
    monkeypatch.setattr(own_log, "LOOK_SECONDS", 0.0)
    open_log(tmp_path)
    for n in range(30):
        logging.getLogger("bot.example").warning("line %d of them", n)
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == [FILE, f"{FILE}.1", f"{FILE}.2", f"{FILE}.3"]
    assert "line 29" in (tmp_path / FILE).read_text("utf-8")


@pytest.mark.parametrize(
    ("given", "name", "level"),
    [
        ("", "core", logging.INFO),
        ("", "", logging.WARNING),
        ("", "apscheduler", logging.ERROR),
        ("debug", "adapters", logging.DEBUG),
        ("debug", "", logging.WARNING),
        ("error", "", logging.ERROR),
        ("info, core.data=debug", "core.data", logging.DEBUG),
        ("core.data=debug", "core", logging.INFO),
        ("warning,slack_bolt=DEBUG", "slack_bolt", logging.DEBUG),
        ("warning,libraries=info", "", logging.INFO),
    ],
)
def test_levels_by_module(given: str, name: str, level: int) -> None:
    assert levels(given, logging.INFO)[name] == level


@pytest.mark.parametrize("given", ["loud", "info,core.data", "core.data=", "a b=info", "=info"])
def test_what_is_no_level_is_refused(given: str) -> None:
    with pytest.raises(MisconfiguredError, match="ANDON_LOG_LEVEL"):
        levels(given, logging.INFO)


def test_a_level_opens_one_module_only(tmp_path: Path) -> None:
    open_log(tmp_path, level="error,core.data=debug")
    logging.getLogger("core.data.example").debug("the one")
    logging.getLogger("core.store").warning("another")
    logging.getLogger("httpx").warning("a library")
    text = (tmp_path / FILE).read_text("utf-8")
    assert "the one" in text
    assert "another" not in text
    assert "a library" not in text


def test_a_question_does_not_wait_for_structlog() -> None:
    """It takes 70 ms to import."""
    code = (
        "import bot.app, bot.session, bot.log, pathlib, sys; "
        "bot.log.open_log(pathlib.Path('.')); sys.exit('structlog' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
