"""What a server answers, as tokens: [MS-TDS] 2.2.7. Values go out in the types a plant uses."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

MORE, FINAL, ERRORS, COUNT, ATTENTION_SEEN = 0x01, 0x00, 0x02, 0x10, 0x20
DONE, DONE_PROC, DONE_IN_PROC = 0xFD, 0xFE, 0xFF
_COLLATION = bytes((0x09, 0x04, 0xD0, 0x00, 0x34))
_INT, _FLOAT, _BIT, _TEXT, _STAMP, _DATE, _BINARY = 0x26, 0x6D, 0x68, 0xE7, 0x2A, 0x28, 0xA5
_TIMED, _DECIMAL = 0x2B, 0x6A
_ERA = date(1, 1, 1)


def short_text(text: str) -> bytes:
    """B_VARCHAR: a length of one byte, in characters."""
    return bytes((len(text),)) + text.encode("utf-16-le")


def long_text(text: str) -> bytes:
    """US_VARCHAR: a length of two bytes, in characters."""
    return struct.pack("<H", len(text)) + text.encode("utf-16-le")


def done(token: int, status: int, rows: int = 0) -> bytes:
    return struct.pack("<BHHQ", token, status, 0, rows)


def error(number: int, said: str, *, state: int = 1, severity: int = 16) -> bytes:
    body = struct.pack("<IBB", number, state, severity)
    body += long_text(said) + short_text("fake") + short_text("") + struct.pack("<I", 1)
    return struct.pack("<BH", 0xAA, len(body)) + body


def database_changed(name: str) -> bytes:
    body = b"\x01" + short_text(name) + short_text("master")
    return struct.pack("<BH", 0xE3, len(body)) + body


def login_acknowledged() -> bytes:
    body = b"\x01" + struct.pack(">I", 0x74000004) + short_text("Microsoft SQL Server")
    body += bytes((16, 0, 0x10, 0x00))
    collation = b"\x07" + bytes((5,)) + _COLLATION + b"\x00"
    size = b"\x04" + short_text("4096") + short_text("4096")
    return (
        struct.pack("<BH", 0xE3, len(collation)) + collation
        + struct.pack("<BH", 0xAD, len(body)) + body
        + struct.pack("<BH", 0xE3, len(size)) + size
    )  # fmt: skip


def transaction(request: int) -> bytes:
    """Begun (5), committed (7) or rolled back (8); there is one number for all of them."""
    number = bytes((8, 1, 0, 0, 0, 0, 0, 0, 0))
    body = {5: b"\x08" + number + b"\x00", 7: b"\x09\x00" + number, 8: b"\x0a\x00" + number}
    change = body.get(request, b"")
    return (struct.pack("<BH", 0xE3, len(change)) + change if change else b"") + done(DONE, FINAL)


def returned(handle: int) -> bytes:
    """A procedure's return status, and the handle that sp_prepexec gives out."""
    value = struct.pack("<BH", 0xAC, 0) + short_text("") + b"\x01" + struct.pack("<IH", 0, 0)
    return struct.pack("<Bi", 0x79, 0) + value + bytes((_INT, 4, 4)) + struct.pack("<i", handle)


def result(names: Sequence[str], kinds: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """COLMETADATA and ROW tokens; `kinds` are DuckDB's names of types."""
    types = [_type(kind) for kind in kinds]
    out = [struct.pack("<BH", 0x81, len(names))]
    for name, (code, info) in zip(names, types, strict=True):
        out.append(struct.pack("<IHB", 0, 0x0009, code) + info + short_text(name))
    for row in rows:
        out.append(b"\xd1")
        out += [_value(value, *kind) for value, kind in zip(row, types, strict=True)]
    return b"".join(out)


def _type(kind: str) -> tuple[int, bytes]:
    """The code and what describes it further: a length, a scale, a collation."""
    kind = kind.upper()
    if kind.startswith("TIMESTAMP WITH TIME ZONE"):
        return _TIMED, b"\x07"
    if kind.startswith(("TIMESTAMP", "DATETIME")):
        return _STAMP, b"\x07"
    match kind.partition("(")[0]:
        case "BIGINT" | "INTEGER" | "SMALLINT" | "TINYINT" | "UBIGINT" | "HUGEINT" | "UINTEGER":
            return _INT, b"\x08"
        case "DOUBLE" | "FLOAT" | "REAL":
            return _FLOAT, b"\x08"
        case "DECIMAL":
            return _DECIMAL, bytes((17, 38, int(kind.rpartition(",")[2].rstrip(")"))))
        case "BOOLEAN":
            return _BIT, b"\x01"
        case "DATE":
            return _DATE, b""
        case "BLOB":
            return _BINARY, struct.pack("<H", 8000)
        case _:
            return _TEXT, b"\xff\xff" + _COLLATION  # nvarchar(max)


def _value(value: object, code: int, info: bytes) -> bytes:
    if value is None:
        return {_TEXT: b"\xff" * 8, _BINARY: b"\xff\xff"}.get(code, b"\x00")
    match code:
        case _ if code == _INT:
            return b"\x08" + struct.pack("<q", int(str(value)))
        case _ if code == _FLOAT:
            return b"\x08" + struct.pack("<d", float(str(value)))
        case _ if code == _BIT:
            return b"\x01" + bytes((bool(value),))
        case _ if code == _DECIMAL:
            whole = int(Decimal(str(value)).scaleb(info[2]).to_integral_value())
            return bytes((17, whole >= 0)) + abs(whole).to_bytes(16, "little")
        case _ if code == _STAMP:
            assert isinstance(value, datetime)
            return b"\x08" + _clock(value) + _days(value.date())
        case _ if code == _TIMED:
            assert isinstance(value, datetime)
            offset = value.utcoffset() or timedelta(0)
            utc = (value - offset).replace(tzinfo=None)
            minutes = struct.pack("<h", int(offset.total_seconds()) // 60)
            return b"\x0a" + _clock(utc) + _days(utc.date()) + minutes
        case _ if code == _DATE:
            assert isinstance(value, date)
            return b"\x03" + _days(value)
        case _ if code == _BINARY:
            data = bytes(value) if isinstance(value, bytes | bytearray) else b""
            return struct.pack("<H", len(data)) + data
        case _:
            return _text_value(str(value))


def _text_value(text: str) -> bytes:
    """In one chunk, as (max) types travel."""
    data = text.encode("utf-16-le")
    chunk = struct.pack("<I", len(data)) + data if data else b""
    return struct.pack("<Q", len(data)) + chunk + bytes(4)


def _days(day: date) -> bytes:
    return (day - _ERA).days.to_bytes(3, "little")


def _clock(at: datetime) -> bytes:
    past = timedelta(
        hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond
    )
    ticks = past // timedelta(microseconds=1) * 10
    return ticks.to_bytes(5, "little")
