"""The server: sessions of one client each, with switches for bad days."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import ssl
import struct
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from tests.fakes.tds import requests, tokens, wire
from tests.fakes.tds.database import Database, Table
from tests.fakes.tds.translate import Refused

Fault = Literal["hang", "reset", "reset_mid_result", "deadlock", "lock_timeout", "down"]


class FakeSqlServer:
    """A SQL Server on loopback; `database` holds its tables, `logins` who may come in.

    `fault` strikes the next statement, `lasting` all from now on.
    """

    def __init__(self, database: Database | None = None) -> None:
        self.database = database or Database()
        self.logins = {"andon": "secret"}
        self.names = {"plant"}
        self.port = 0
        self.fault: Fault | None = None
        self.lasting: Fault | None = None
        self.statements: list[str] = []
        self.declared: list[str] = []  # the types of parameters, as the driver names them
        self.sessions = 0
        self.read_only_sessions = 0
        self.unencrypted = 0
        self._server: asyncio.Server | None = None
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="fake-mssql")
        self._running: set[asyncio.Task[None]] = set()
        self._tls = _certificate()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        line = wire.Line(reader, writer)
        try:
            await _Session(self, line).run()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            self._running.discard(task)
            line.close()

    def mend(self) -> None:
        """Everything as it was at first, but for the tables."""
        self.fault = self.lasting = None
        self.database.may_write = False
        self.database.denied.clear()
        self.statements.clear()
        self.declared.clear()

    def take_fault(self) -> Fault | None:
        fault, self.fault = self.fault or self.lasting, None
        return fault

    async def ask(self, sql: str, values: list[object]) -> Table:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self.database.answer, sql, values)


class _Session:
    def __init__(self, server: FakeSqlServer, line: wire.Line) -> None:
        self._server = server
        self._line = line
        self._prepared: dict[int, str] = {}
        self._handles = itertools.count(1)

    async def run(self) -> None:
        if self._server.lasting == "down":
            self._line.abort()
            return
        wanted = await self._line.read()
        self._server.unencrypted += not requests.wants_encryption(wanted.data)
        await self._line.write(wire.RESPONSE, _prelogin())
        await self._line.encrypt(self._server._tls)
        if not await self._let_in(requests.login((await self._line.read()).data)):
            return
        while True:
            await self._work(await self._line.read())

    async def _let_in(self, login: requests.Login) -> bool:
        failed = f"Login failed for user '{login.user}'."
        if self._server.logins.get(login.user) != login.password:
            refused = tokens.error(18456, failed, severity=14)
        elif login.database not in self._server.names:
            refused = tokens.error(4060, f'Cannot open database "{login.database}".', severity=11)
        else:
            self._server.sessions += 1
            self._server.read_only_sessions += login.read_only
            greeting = tokens.database_changed(login.database) + tokens.login_acknowledged()
            await self._answer(greeting + tokens.done(tokens.DONE, tokens.FINAL))
            return True
        await self._answer(refused + tokens.done(tokens.DONE, tokens.ERRORS))
        return False

    async def _work(self, message: wire.Message) -> None:
        match message.kind:
            case wire.BATCH:
                await self._statement(requests.batch(message.data), [], tokens.DONE)
            case wire.RPC:
                await self._call(requests.call(message.data))
            case wire.TRANSACTION:
                await self._answer(tokens.transaction(requests.transaction(message.data)))
            case wire.ATTENTION:
                await self._answer(tokens.done(tokens.DONE, tokens.ATTENTION_SEEN))

    async def _call(self, call: requests.Call) -> None:
        values = call.values
        if call.procedure in ("sp_executesql", "sp_prepexec") and len(values) > 1:
            self._server.declared.append(str(values[1]))
        match call.procedure:
            case "sp_executesql":
                await self._statement(str(values[0]), values[2:], tokens.DONE_PROC)
            case "sp_prepexec":
                handle = next(self._handles)
                self._prepared[handle] = str(values[2])
                after = tokens.returned(handle)
                await self._statement(str(values[2]), values[3:], tokens.DONE_PROC, after)
            case "sp_prepare":
                handle = next(self._handles)
                self._prepared[handle] = str(values[2])
                end = tokens.done(tokens.DONE_PROC, tokens.FINAL)
                await self._answer(tokens.returned(handle) + end)
            case "sp_execute":
                sql = self._prepared[int(str(values[0]))]
                await self._statement(sql, values[1:], tokens.DONE_PROC)
            case "sp_unprepare":
                self._prepared.pop(int(str(values[0])), None)
                await self._answer(tokens.done(tokens.DONE_PROC, tokens.FINAL))
            case other:
                await self._refuse(Refused(2812, f"Could not find stored procedure '{other}'."),
                                   tokens.DONE_PROC)  # fmt: skip

    async def _statement(
        self, sql: str, values: list[object], ends: int, after: bytes = b""
    ) -> None:
        self._server.statements.append(sql)
        fault = None if _is_setting(sql) else self._server.take_fault()
        match fault:
            case "hang":
                await self._until_cancelled()
                return
            case "reset" | "down":
                self._line.abort()
                raise ConnectionResetError
            case "deadlock":
                await self._refuse(Refused(1205, "Transaction was deadlocked and chosen as the "
                                                 "deadlock victim."), ends)  # fmt: skip
                return
            case "lock_timeout":
                await self._refuse(Refused(1222, "Lock request time out period exceeded."), ends)
                return
        try:
            found = await self._server.ask(sql, values)
        except Refused as refused:
            await self._refuse(refused, ends)
            return
        await self._show(found, ends, after, cut=fault == "reset_mid_result")

    async def _show(self, found: Table, ends: int, after: bytes, *, cut: bool) -> None:
        body = tokens.result(found.names, found.kinds, found.rows) if found.names else b""
        status = tokens.COUNT if found.names else tokens.FINAL
        if cut:
            whole = b"".join(wire.packets(wire.RESPONSE, body))
            await self._line.write(wire.RESPONSE, body[: max(len(whole) // 2, 30)])
            self._line.abort()
            raise ConnectionResetError
        if ends == tokens.DONE:
            await self._answer(body + tokens.done(tokens.DONE, status, len(found.rows)))
            return
        inner = tokens.done(tokens.DONE_IN_PROC, status | tokens.MORE, len(found.rows))
        after = after or struct.pack("<Bi", 0x79, 0)
        await self._answer(body + inner + after + tokens.done(tokens.DONE_PROC, tokens.FINAL))

    async def _until_cancelled(self) -> None:
        """A statement that never ends: until the client's time is up and it sends an attention."""
        message = await self._line.read()
        if message.kind == wire.ATTENTION:
            await self._answer(tokens.done(tokens.DONE, tokens.ATTENTION_SEEN))

    async def _refuse(self, refused: Refused, ends: int) -> None:
        severity = 13 if refused.number == 1205 else 16
        told = tokens.error(refused.number, str(refused), severity=severity)
        await self._answer(told + tokens.done(ends, tokens.ERRORS))

    async def _answer(self, data: bytes) -> None:
        await self._line.write(wire.RESPONSE, data)


def _is_setting(sql: str) -> bool:
    return sql.lstrip().upper().startswith(("SET ", "IF ")) or "SERVERPROPERTY" in sql


def _prelogin() -> bytes:
    """Version 16, everything encrypted, one result at a time."""
    options = {0: bytes((16, 0, 0x10, 0, 0, 0)), 1: b"\x01", 2: b"\x00", 4: b"\x00"}
    at = 5 * len(options) + 1
    head, body = b"", b""
    for token, value in options.items():
        head += struct.pack(">BHH", token, at + len(body), len(value))
        body += value
    return head + b"\xff" + body


def _certificate() -> ssl.SSLContext:
    """A certificate of its own making, as a SQL Server has that nobody gave one."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SSL_Self_Signed_Fallback")])
    day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(day)
        .not_valid_after(day + dt.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Records of TLS 1.3 that come after the handshake do not fit into its packets.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder) / "server.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        pem.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
        context.load_cert_chain(pem)
    return context
