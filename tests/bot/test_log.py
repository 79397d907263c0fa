"""What goes wrong is found again under its id, without secrets."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.log import FILE, log_defect, open_log


@pytest.fixture(autouse=True)
def own_handlers() -> Iterator[None]:
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    logging.captureWarnings(False)


def test_a_defect_is_logged_with_its_id_and_without_secrets(tmp_path: Path) -> None:
    open_log(tmp_path, {"s3cret"})
    assert not (tmp_path / FILE).exists()
    try:
        raise RuntimeError("no way to s3cret@db")
    except RuntimeError as error:
        defect = log_defect(error)
    text = (tmp_path / FILE).read_text("utf-8")
    assert defect in text
    assert "Traceback" in text
    assert "no way to ***@db" in text


def test_warnings_go_to_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_log(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("old words", UserWarning, stacklevel=1)
    assert "old words" in (tmp_path / FILE).read_text("utf-8")
    assert capsys.readouterr().err == ""
