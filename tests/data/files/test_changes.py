"""Files that change while they are asked: read anew, never half, and the old stays till then."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from core.data.files import sessions
from core.data.files.part import Read
from core.data.files.table import table
from core.data.files.text import shape_of
from core.data.mapping import Column
from core.data.sql import SqlDataSource
from core.errors import NoData
from tests.data.files.conftest import Exports
from tests.data.files.test_bad_days import HEAD, OTHER, PRODUCTION, ROW

MORE = PRODUCTION + "L1,2026-03-01 07:00:00,11\n"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at the folder at every question, and waits for what is being read."""
    monkeypatch.setattr(sessions, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(sessions, "PATIENCE", 30.0)


def test_a_new_export_is_read(exports: Exports) -> None:
    exports.put("production.csv", PRODUCTION)
    assert exports.good() == 100
    exports.put("production.csv", MORE)
    assert exports.good() == 111


def test_other_columns_than_before(exports: Exports) -> None:
    exports.put("production.csv", "good,line,start\n5,7,2026-03-01\n")
    exports.open()
    assert exports.good() == 5
    exports.put("production.csv", MORE)
    assert exports.good() == 111


def test_a_column_that_is_empty_tonight(exports: Exports) -> None:
    exports.put("production.csv", HEAD + "L1,2026-03-01 06:00:00,\n")
    assert exports.good() is None
    exports.put("production.csv", HEAD)
    assert exports.good() is None
    exports.put("production.csv", MORE)
    assert exports.good() == 111


def test_what_cannot_be_read_leaves_the_version_before(exports: Exports) -> None:
    exports.put("production.csv", PRODUCTION)
    assert exports.good() == 100
    exports.put("production.csv", MORE + "L1,2026-0")
    assert exports.good() == 100
    assert exports.problems() == [("production.csv", "too_short")]
    assert [remark.key for remark in exports.facts().remarks] == ["file_old"]
    exports.put("production.csv", MORE)
    assert exports.good() == 111
    assert exports.facts().remarks == ()


def test_a_file_that_is_still_being_written_waits(exports: Exports) -> None:
    """Whole lines so far, but not all of them: nothing but its lying still tells."""
    exports.put("production.csv", PRODUCTION)
    exports.put("stops.csv", OTHER)
    long_ago = (0, 0)
    for name in ("production.csv", "stops.csv"):
        os.utime(exports.path / name, long_ago)
    exports.open(options="settle=3600")
    assert exports.good() == 100
    exports.put("production.csv", MORE)
    assert exports.good() == 100
    assert exports.problems() == [("production.csv", "being_written")]
    assert [remark.key for remark in exports.facts().remarks] == ["file_old"]
    os.utime(exports.path / "production.csv", (1, 1))
    assert exports.good() == 111
    assert exports.problems() == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_that_ends_within_a_line_waits_for_longer(exports: Exports, encoding: str) -> None:
    """Its writer may be thinking; all its rows have their cells, and the last value is half."""
    whole = MORE.encode(encoding)
    half = MORE.removesuffix("1\n").encode(encoding)
    exports.put("stops.csv", OTHER)

    def lies_still(content: bytes, hours: int) -> None:
        path = exports.put("production.csv", content)
        os.utime(path, (path.stat().st_mtime - hours * 3600,) * 2)

    exports.open(options="settle=3600")
    lies_still(half, 3)
    with pytest.raises(NoData, match="being_written"):
        exports.good()
    lies_still(whole, 3)
    assert exports.good() == 111
    lies_still(half, 3)
    assert exports.good() == 111
    # Some end so, and mean it.
    lies_still(half, 40)
    assert exports.good() == 101


def test_a_file_that_changes_while_it_is_read(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports.put("production.csv", PRODUCTION)
    assert exports.good() == 100

    def disturbed(path: Path) -> object:
        made = shape_of(path)
        monkeypatch.undo()
        monkeypatch.setattr(sessions, "LOOK_EVERY", 3600.0)
        exports.put("production.csv", MORE)
        return made

    monkeypatch.setattr("core.data.files.imports.shape_of", disturbed)
    monkeypatch.setattr(sessions, "LOOK_EVERY", 0.0)
    exports.put("production.csv", HEAD + ROW * 3)
    assert exports.good() == 100
    assert exports.problems() == [("production.csv", "being_written")]
    monkeypatch.setattr(sessions, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(sessions, "PATIENCE", 30.0)
    assert exports.good() == 111


def test_a_file_that_is_gone_and_comes_back(exports: Exports) -> None:
    exports.put("production.csv", PRODUCTION)
    exports.put("stops.csv", OTHER)
    assert exports.good() == 100
    (exports.path / "production.csv").unlink()
    assert exports.good() == 100
    assert exports.problems() == [("production.csv", "gone")]
    assert [remark.key for remark in exports.facts().remarks] == ["file_gone"]
    exports.put("production.csv", MORE)
    assert exports.good() == 111
    assert exports.problems() == []


def test_a_folder_that_is_gone_and_comes_back(exports: Exports, tmp_path: Path) -> None:
    exports.put("production.csv", PRODUCTION)
    assert exports.good() == 100
    away = shutil.move(exports.path, tmp_path / "unmounted")
    assert exports.good() == 100
    assert [remark.key for remark in exports.facts().remarks] == ["file_no_folder"]
    exports.open()  # another process, which never saw the folder
    assert exports.good() == 100
    shutil.move(away, exports.path)
    assert exports.good() == 100
    assert exports.facts().remarks == ()


def test_a_sub_folder_is_one_table(exports: Exports) -> None:
    exports.put("production/march.csv", PRODUCTION)
    exports.put("production/april.csv", "start,line,good\n2026-04-01 06:00:00,L1,0.5\n")
    assert exports.good() == 100.5
    exports.put("production/may.csv", PRODUCTION + "L1\n")
    assert exports.good() == 100.5
    assert [remark.key for remark in exports.facts().remarks] == ["file_missing"]
    (exports.path / "production" / "may.csv").unlink()
    (exports.path / "production" / "april.csv").unlink()
    assert exports.good() == 100
    assert exports.problems() == []


def test_a_file_is_read_once_per_change(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def counted(*args: Any) -> Read:
        seen.append(args[5])
        return table(*args)

    monkeypatch.setattr("core.data.files.imports.table", counted)
    exports.put("production.csv", PRODUCTION)
    exports.put("stops.csv", OTHER)
    assert exports.good() == 100
    exports.open()  # another process
    assert exports.good() == 100
    exports.put("stops.csv", OTHER + "L2,Line 2\n")
    assert exports.good() == 100
    assert seen == ["production.csv", "stops.csv", "stops.csv"]


def test_nothing_is_left_lying_about(exports: Exports) -> None:
    for good in range(1, 8):
        exports.put("production.csv", HEAD + f"L1,2026-03-01,{good}\n")
        assert exports.good() == good
    cache = exports.path.with_name("cache")
    assert not list(cache.glob("*/reading-*"))
    assert len(list(cache.glob("*/*.parquet"))) <= 3


def test_columns_of_any_name(exports: Exports) -> None:
    exports.put("production.csv", 'line,start,"pivot ""x"" [%]",at,QUALIFY\nL1,2026-03-01,1,2,3\n')
    plant = exports.plant()
    fact = plant.facts["production"]
    for name, value in (('pivot "x" [%]', 1), ("at", 2), ("QUALIFY", 3)):
        columns = fact.columns | {"good_units": Column(column=name)}
        mapped = fact.model_copy(update={"columns": columns})
        exports.close()
        exports.source = SqlDataSource(plant.model_copy(update={"facts": {"production": mapped}}))
        assert exports.good() == value


def test_a_table_that_never_was(exports: Exports) -> None:
    exports.put("stops.csv", OTHER)
    exports.put("production.csv", "")
    with pytest.raises(NoData) as caught:
        exports.facts()
    assert caught.value.key == "files.empty"
