"""docs/contributor.md: its tool, channel, source and rule are made and asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.docs.pages import Page, pages
from tests.docs.worked import Ran, Worker, copied, is_told, section

PAGE = pages()["docs/contributor.md"]


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory, sample_path: Path) -> Worker:
    """One tree for all four: the examples must not be in one another's way."""
    home = tmp_path_factory.mktemp("home")
    (home / "plant.db").symlink_to(sample_path)
    return Worker(copied(tmp_path_factory.mktemp("tree")), home)


def as_told(ran: tuple[Ran, ...]) -> None:
    assert ran
    for one in ran:
        assert one.code == 0, one.output
        assert is_told(one.told, one.output), f"{one.command}\n{one.output}"


def test_a_tool(worker: Worker) -> None:
    as_told(worker.work(section(PAGE, "A tool")))
    assert worker.python("bot", "sync").returncode == 0
    assert "| `/orders` |" in (worker.tree / "README.md").read_text("utf-8")
    assert "- command: /orders\n" in (worker.tree / "manifest.yml").read_text("utf-8")


def test_a_channel(worker: Worker) -> None:
    worker.work(section(PAGE, "A channel"))
    done = worker.python("tests.docs.line_contract", str(worker.home / "plant.db"))
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """The port of Python's own web server on that folder."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_a_source(worker: Worker) -> None:
    page = section(PAGE, "A source")
    there, stopped = page.text.split("With the service stopped", 1)
    with served(worker.tree / "rates") as port:
        as_told(worker.work(Page(page.name, there.replace(":8099", f":{port}"))))
    as_told(worker.go_on(Page(page.name, stopped)))


def test_an_alert_rule(worker: Worker) -> None:
    as_told(worker.work(section(PAGE, "An alert rule")))
