"""Packets of TDS 7.4, and TLS inside them: [MS-TDS] 2.2.3 and 2.2.6."""

from __future__ import annotations

import asyncio
import ssl
import struct
from collections.abc import Iterator
from dataclasses import dataclass

PRELOGIN, LOGIN7, BATCH, RPC, ATTENTION, RESPONSE = 0x12, 0x10, 0x01, 0x03, 0x06, 0x04
TRANSACTION = 0x0E
_END = 0x01
_HEADER = struct.Struct(">BBHHBB")
_PACKET = 4096


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message: what its packets carried."""

    kind: int
    data: bytes


def packets(kind: int, data: bytes) -> Iterator[bytes]:
    """A message cut into packets."""
    room = _PACKET - _HEADER.size
    for at in range(0, max(len(data), 1), room):
        piece = data[at : at + room]
        last = _END if at + room >= len(data) else 0
        number = (at // room + 1) % 256
        yield _HEADER.pack(kind, last, _HEADER.size + len(piece), 0, number, 0) + piece


class Line:
    """One client's connection. After `encrypt` everything goes through TLS."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._inside = ssl.MemoryBIO()
        self._outside = ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        self._clear = b""

    async def read(self) -> Message:
        """Raises IncompleteReadError at the end of the connection."""
        kind, data = 0, b""
        while True:
            kind, status, length, *_ = _HEADER.unpack(await self._exactly(_HEADER.size))
            data += await self._exactly(length - _HEADER.size)
            if status & _END:
                return Message(kind, data)

    async def write(self, kind: int, data: bytes) -> None:
        whole = b"".join(packets(kind, data))
        if self._tls is None:
            self._writer.write(whole)
        else:
            self._tls.write(whole)
            self._writer.write(self._outside.read())
        await self._writer.drain()

    async def encrypt(self, context: ssl.SSLContext) -> None:
        """The handshake travels in PRELOGIN packets, what comes after it does not."""
        tls = context.wrap_bio(self._inside, self._outside, server_side=True)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                await self._handshake_out()
                self._inside.write((await self.read()).data)
        await self._handshake_out()
        self._tls = tls

    async def _handshake_out(self) -> None:
        data = self._outside.read()
        if data:
            self._writer.write(b"".join(packets(PRELOGIN, data)))
            await self._writer.drain()

    async def _exactly(self, length: int) -> bytes:
        if self._tls is None:
            return await self._reader.readexactly(length)
        while len(self._clear) < length:
            try:
                self._clear += self._tls.read(65_536)
            except ssl.SSLWantReadError:
                data = await self._reader.read(65_536)
                if not data:
                    raise asyncio.IncompleteReadError(self._clear, length) from None
                self._inside.write(data)
        piece, self._clear = self._clear[:length], self._clear[length:]
        return piece

    def abort(self) -> None:
        """A reset, as a failing server or network gives it."""
        self._writer.transport.abort()

    def close(self) -> None:
        self._writer.close()
