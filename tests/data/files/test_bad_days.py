"""What goes wrong with files is said of the file, and the others are read."""

from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from core.data.connect import propose
from core.data.files import workbook
from core.errors import MisconfiguredError, NoData
from core.words import Words
from tests.data.files.conftest import Exports

HEAD = "line,start,good\n"
ROW = "L1,2026-03-01 06:00:00,100\n"
PRODUCTION = HEAD + ROW
OTHER = "id,name\nL1,Line 1\n"


def book(cells: list[list[object]], hidden: str = "") -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in cells:
        sheet.append(row)
    if hidden:
        made.create_sheet(hidden).sheet_state = "hidden"
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def unpacking_to(size: int) -> bytes:
    """A workbook that is small as long as it is packed."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * size)
    return file.getvalue()


def lying(size: int) -> bytes:
    """The same, saying that it unpacks to one byte."""
    packed = bytearray(unpacking_to(size))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = packed.index(mark) + place
        packed[at : at + 4] = struct.pack("<I", 1)
    return bytes(packed)


CASES: dict[str, tuple[str, str | bytes, str]] = {
    "nothing in it": ("bad.csv", "", "empty"),
    "only a header": ("bad.csv", "a,b\n", "header_only"),
    "a row too short": ("bad.csv", "a,b,c\n1,2,3\n4,5\n", "too_short"),
    "a row too long": ("bad.csv", "a,b\n1,2\n3,4,5\n", "too_long"),
    "an open quotation mark": ("bad.csv", 'a,b\n1,"2\n3,4\n', "broken_row"),
    "no text at all": ("bad.csv", b"\x00\x01\x02\x00\xff", "not_text"),
    "two encodings": ("bad.csv", "a,b\nü,1\n".encode() + b"\xfc,2\n", "mixed_encoding"),
    "two columns of a name": ("bad.csv", "a,A\n1,2\n", "doubled"),
    "a word among numbers": ("bad.csv", "a,b\n" + "1,2\n" * 40 + "1,two\n", "mixed"),
    "a thousand or a decimal": ("bad.csv", "a;b\nx;1.234\n", "unclear_number"),
    "no Parquet": ("bad.parquet", "PAR1 and no more", "damaged_parquet"),
    "no workbook": ("bad.xlsx", "hello", "damaged_xlsx"),
    "half a workbook": ("bad.xlsx", book([["a"], [1]])[:2000], "damaged_xlsx"),
    "a password": ("bad.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 500, "password"),
    "a formula that was never worked out": ("bad.xlsx", book([["a"], ["=1+1"]]), "formula"),
    "a hidden sheet": ("bad.xlsx", book([["a"], [1]], hidden="Secret"), "hidden_sheet"),
    "a workbook without cells": ("bad.xlsx", book([]), "empty"),
    "a size that is a lie": ("bad.xlsx", lying(2**20), "damaged_xlsx"),
    "an old Excel's file": ("bad.xls", "x", "old_excel"),
}


def test_each_is_said_and_the_others_are_read(exports: Exports) -> None:
    exports.put("production.csv", PRODUCTION)
    wanted = []
    for number, (name, content, key) in enumerate(CASES.values()):
        exports.put(f"{number}_{name}", content)
        wanted.append((f"{number}_{name}", key))
    assert exports.good() == 100
    assert sorted(exports.problems()) == sorted(wanted)
    for problem in exports.said():
        for words in (Words("en"), Words("de")):
            said = words.say(f"files.{problem.key}", **problem.filled())
            assert problem.file in said
            assert "{" not in said


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ("a,b\n1,2\n3\n", 3),
        ("Title\n\na;b\n1;2\n3;4\n5\n", 6),
        ("a,b\n" + "1,2\n" * 9_000 + "3\n", 9_002),
        ("a,b\n" + "1,2\n" * 9_000 + "3,x\n", 9_002),
    ],
)
def test_the_line_is_the_one_that_an_editor_shows(content: str, row: int, exports: Exports) -> None:
    exports.put("bad.csv", content)
    (problem,) = exports.said()
    assert problem.arguments["row"] == row


def test_a_workbook_that_is_too_large_is_not_opened(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_BYTES", 2**22)
    exports.put("bomb.xlsx", unpacking_to(2**24))
    exports.put("production.csv", PRODUCTION)
    assert exports.good() == 100
    assert exports.problems() == [("bomb.xlsx", "too_large")]


def test_two_files_that_would_be_one_table(exports: Exports) -> None:
    exports.put("production.csv", PRODUCTION)
    exports.put("other.csv", OTHER)
    exports.put("other.parquet", b"")
    assert exports.good() == 100
    assert exports.problems() == [("other.csv", "same_name")]


def test_a_sheet_that_would_be_another_files_table(exports: Exports) -> None:
    made = load_workbook(BytesIO(book([list(HEAD.strip().split(",")), ["L1", "2026-03-01", 1]])))
    made.active.title = "March"
    made.create_sheet("April").append(["x"])
    file = BytesIO()
    made.save(file)
    exports.put("made.xlsx", file.getvalue())
    exports.put("made_March.csv", PRODUCTION)
    exports.open("made_March")
    with pytest.raises(NoData) as caught:
        exports.facts()
    assert caught.value.key == "files.same_name"


@pytest.mark.parametrize("make", [Path.symlink_to, os.link])
def test_a_link_out_of_the_folder_is_not_followed(
    make: Callable[[Path, Path], None], exports: Exports, tmp_path: Path
) -> None:
    """A hard link cannot be told from a file, and needs rights on what it links to."""
    secret = tmp_path / "secret.csv"
    secret.write_text(PRODUCTION)
    if make is os.link:
        os.link(secret, exports.path / "linked.csv")
        assert exports.problems() == []
        return
    (exports.path / "linked.csv").symlink_to(secret)
    (exports.path / "away").symlink_to(tmp_path)
    assert sorted(exports.problems()) == [("away", "outside"), ("linked.csv", "outside")]


def test_a_file_that_may_not_be_read(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by its mode: the tests may run as root, who may read everything."""
    opened = Path.open

    def refusing(path: Path, *args: object, **kw: object) -> object:
        if path.name == "other.csv":
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **kw)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refusing)
    exports.put("production.csv", PRODUCTION)
    exports.put("other.csv", OTHER)
    assert exports.good() == 100
    assert exports.problems() == [("other.csv", "not_allowed")]


def test_an_empty_folder_is_told(exports: Exports) -> None:
    with pytest.raises(MisconfiguredError, match="holds no table"):
        propose(exports.address())


def test_a_table_whose_file_cannot_be_read_says_why(exports: Exports) -> None:
    exports.put("production.csv", PRODUCTION + "L2\n")
    with pytest.raises(NoData) as caught:
        exports.facts()
    assert caught.value.key == "files.too_short"
    assert caught.value.arguments["file"] == "production.csv"
    assert caught.value.arguments["row"] == 3


def test_text_among_numbers_is_not_added_up(exports: Exports) -> None:
    exports.put("production.csv", HEAD + ROW * 40 + "L1,2026-03-01 07:00:00,1O0\n")
    with pytest.raises(NoData) as caught:
        exports.facts()
    assert caught.value.key == "text_in_number"
