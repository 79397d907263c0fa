"""A Postgres behind a line that can go dead or break, for tests of bad days."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

from sqlalchemy import URL

Line = Literal["", "hang", "cut"]
_LARGE = 8_000  # so that it is a result, not a greeting


class Proxy:
    """Passes bytes on between a client and the server at `url`. `line`: "hang" passes nothing of
    the server's on any more, "cut" breaks off in the middle of a large answer."""

    def __init__(self, url: URL) -> None:
        self.line: Line = ""
        self._url = url
        self._sockets: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> URL:
        port = self._door.getsockname()[1]
        return self._url.set(host="127.0.0.1", port=port, query={"sslmode": "disable"})

    def close(self) -> None:
        for one in (self._door, *self._sockets):
            _closed(one)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            server = self._server()
            self._sockets += [client, server]
            for args in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._pass_on, args=args, daemon=True).start()

    def _server(self) -> socket.socket:
        folder = self._url.host or str(self._url.query.get("host", "localhost"))
        port = self._url.port or int(str(self._url.query.get("port", 5432)))
        if not folder.startswith("/"):
            return socket.create_connection((folder, port))
        found = socket.socket(socket.AF_UNIX)
        found.connect(f"{folder}/.s.PGSQL.{port}")
        return found

    def _pass_on(self, here: socket.socket, there: socket.socket, of_server: bool) -> None:
        try:
            while data := here.recv(65_536):
                if of_server and self.line == "hang":
                    continue
                if of_server and self.line == "cut" and len(data) > _LARGE:
                    there.sendall(data[: len(data) // 2])
                    break
                there.sendall(data)
        except OSError:
            pass
        _closed(here)
        _closed(there)


def _closed(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def proxied(url: URL) -> Iterator[Proxy]:
    made = Proxy(url)
    try:
        yield made
    finally:
        made.close()
