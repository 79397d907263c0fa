"""What a client asks: a login, a batch of SQL, or a procedure with typed parameters."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

_PROCEDURES = {10: "sp_executesql", 11: "sp_prepare", 12: "sp_execute", 13: "sp_prepexec",
               15: "sp_unprepare"}  # fmt: skip
_ERA = datetime(1, 1, 1)  # noqa: DTZ001 - SQL Server's datetime2 has no zone
_INT_FORMATS = {1: "<B", 2: "<h", 4: "<i", 8: "<q"}


@dataclass(frozen=True, slots=True)
class Login:
    user: str
    password: str
    database: str
    read_only: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A procedure with its parameters, in order."""

    procedure: str
    values: list[object] = field(default_factory=list)


def wants_encryption(data: bytes) -> bool:
    """Of a PRELOGIN: whether all is to be encrypted, not only the login ([MS-TDS] 2.2.6.5)."""
    at = 0
    while data[at] != 0xFF:
        token, start, _length = struct.unpack_from(">BHH", data, at)
        if token == 1:
            return data[start] in (1, 3)
        at += 5
    return False


def login(data: bytes) -> Login:
    """[MS-TDS] 2.2.6.4."""

    def text(at: int) -> str:
        start, length = struct.unpack_from("<HH", data, at)
        return data[start : start + 2 * length].decode("utf-16-le")

    start, length = struct.unpack_from("<HH", data, 44)
    hidden = data[start : start + 2 * length]
    # Each byte was turned by half and masked.
    turned = (byte ^ 0xA5 for byte in hidden)
    password = bytes((b << 4 & 0xF0) | (b >> 4) for b in turned).decode("utf-16-le")
    return Login(text(40), password, text(68), bool(data[26] & 0x20))


def batch(data: bytes) -> str:
    return data[struct.unpack_from("<I", data)[0] :].decode("utf-16-le")


def transaction(data: bytes) -> int:
    """What is asked of the transaction manager."""
    found: int = struct.unpack_from("<H", data, struct.unpack_from("<I", data)[0])[0]
    return found


def call(data: bytes) -> Call:
    """[MS-TDS] 2.2.6.6."""
    reader = _Reader(data, struct.unpack_from("<I", data)[0])
    length = reader.number("<H")
    if length == 0xFFFF:
        procedure = _PROCEDURES.get(number := reader.number("<H"), str(number))
    else:
        procedure = reader.text(length).rpartition(".")[2].lower()
    reader.number("<H")
    values = []
    while reader.more:
        reader.text(reader.number("<B"))
        reader.number("<B")
        values.append(reader.value())
    return Call(procedure, values)


class _Reader:
    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    @property
    def more(self) -> bool:
        return self._at < len(self._data)

    def number(self, form: str) -> int:
        value: int = struct.unpack_from(form, self._data, self._at)[0]
        self._at += struct.calcsize(form)
        return value

    def take(self, length: int) -> bytes:
        piece = self._data[self._at : self._at + length]
        self._at += length
        return piece

    def text(self, characters: int) -> str:
        return self.take(2 * characters).decode("utf-16-le")

    def value(self) -> object:
        kind = self.number("<B")
        match kind:
            case 0x26 | 0x68:  # intn, bitn
                self.number("<B")
                length = self.number("<B")
                return self.number(_INT_FORMATS[length]) if length else None
            case 0x6D:  # fltn
                self.number("<B")
                length = self.number("<B")
                form = "<d" if length == 8 else "<f"
                return struct.unpack(form, self.take(length))[0] if length else None
            case 0xE7 | 0xEF | 0xA7 | 0xAF | 0xA5 | 0xAD:  # (n)varchar, (n)char, binary
                return self._characters(kind)
            case 0x2A | 0x2B | 0x29:  # datetime2, datetimeoffset, time
                return self._time(kind, self.number("<B"))
            case 0x28:  # date
                length = self.number("<B")
                return self._day() if length else None
            case 0x6A | 0x6C:  # decimal
                self.number("<B")
                self.number("<B")
                scale, length = self.number("<B"), self.number("<B")
                if not length:
                    return None
                sign = 1 if self.number("<B") else -1
                return Decimal(sign * int.from_bytes(self.take(length - 1), "little")).scaleb(
                    -scale
                )
            case _:
                raise ValueError(f"a parameter of type {kind:#x}")

    def _characters(self, kind: int) -> str | bytes | None:
        size = self.number("<H")
        if kind not in (0xA5, 0xAD):
            self.take(5)  # the collation
        if size == 0xFFFF:
            data = self._chunks()
        else:
            length = self.number("<H")
            data = None if length == 0xFFFF else self.take(length)
        if data is None or kind in (0xA5, 0xAD):
            return data
        return data.decode("utf-16-le" if kind in (0xE7, 0xEF) else "cp1252")

    def _chunks(self) -> bytes | None:
        if self.number("<Q") == 2**64 - 1:
            return None
        data = b""
        while length := self.number("<I"):
            data += self.take(length)
        return data

    def _time(self, kind: int, scale: int) -> datetime | None:
        length = self.number("<B")
        if not length:
            return None
        days = {0x2A: 3, 0x2B: 5, 0x29: 0}[kind]
        ticks = int.from_bytes(self.take(length - days), "little")
        at = _ERA + timedelta(microseconds=ticks * 10 ** (6 - scale) if scale <= 6 else ticks / 10)
        if kind != 0x29:
            at += timedelta(days=int.from_bytes(self.take(3), "little"))
        if kind == 0x2B:
            zone = timezone(timedelta(minutes=self.number("<h")))
            at = at.replace(tzinfo=timezone.utc).astimezone(zone)  # noqa: UP017
        return at

    def _day(self) -> date:
        return (_ERA + timedelta(days=int.from_bytes(self.take(3), "little"))).date()
