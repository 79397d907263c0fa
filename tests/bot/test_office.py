"""What an administrator is told that lies outside core."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cache_ledger import CacheLedger
from bot.health import Health
from bot.office import Office
from core.data.cache import CachedSource, Counts
from core.data.query import Fact, Query
from core.data.source import Facts, Origin, Scope
from core.errors import SourceUnavailable
from tests.plants import NOW

SECRET = "hunter2hunter2"


class System:
    """Answers with one live row, or has the problem it is given."""

    name = "plant"

    def __init__(self, problem: str = "") -> None:
        self.problem = problem

    async def ping(self) -> None:
        if self.problem:
            raise SourceUnavailable(self.name, self.problem)

    async def fetch(self, query: Query, scope: Scope | None = None) -> Facts:
        return Facts(({"updated": NOW, "latest": NOW},), Origin(self.name, query.fact, 1))

    async def columns(self, fact: Fact) -> frozenset[str]:
        return frozenset()

    def use_keys(self, keys: object) -> None: ...

    async def close(self) -> None: ...


class Channel:
    name = "slack"

    async def problem(self) -> str:
        return "no connection"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    systems = {"mes": System(), "erp": System("timeout")}
    source = CachedSource(systems["mes"], lambda: NOW)
    held: dict[str, tuple[Fact, ...]] = {"mes": ("live", "downtime"), "erp": ("order",)}
    made = Office(systems, held, source, CacheLedger(tmp_path), [SECRET])
    yield made
    made.close()


def test_each_source_is_asked_by_itself(office: Office) -> None:
    mes, erp = asyncio.run(office.sources(NOW))
    assert (mes.name, mes.problem, mes.fact, mes.newest) == ("mes", "", "live", NOW)
    assert (erp.name, erp.problem, erp.newest) == ("erp", "timeout", None)


def test_channels_and_jobs_are_known_once_it_serves(office: Office) -> None:
    assert (office.serving, office.jobs()) == (False, ())
    outbox = Health("outbox")
    outbox.trouble("stuck", NOW)
    office.open([Channel()], lambda: (outbox,))
    assert asyncio.run(office.channels())
    (channel,) = asyncio.run(office.channels())
    assert (channel.name, channel.problem) == ("slack", "no connection")
    (job,) = office.jobs()
    assert (job.name, job.problem, job.since) == ("outbox", "stuck", NOW)


def test_the_last_errors_of_our_own_code_without_secrets(office: Office) -> None:
    office.open([], tuple)
    logging.getLogger("bot.x").error("cannot log in with %s", SECRET)
    logging.getLogger("bot.x").warning("only a warning")
    logging.getLogger("urllib3").error("what libraries say may hold anything")
    logging.getLogger("core.y").error("the\nsecond")
    assert [one.what for one in office.errors()][1] == "cannot log in with ***"
    assert len(office.errors()) == 2
    assert "\n" not in office.errors()[0].what
    for n in range(50):
        logging.getLogger("bot.x").error("error %d", n)
    assert [one.what for one in office.errors()][:2] == ["error 49", "error 48"]
    assert len(office.errors()) == 20
    office.close()
    logging.getLogger("bot.x").error("after the end")
    assert office.errors()[0].what == "error 49"


def test_the_cache_of_all_processes_on_the_folder(office: Office, tmp_path: Path) -> None:
    CacheLedger(tmp_path).add({"live": Counts(hits=5)})
    assert office.cache()["live"].hits == 5
    other, heard = CacheLedger(tmp_path), []
    office.clear_cache()
    other.obey(lambda: heard.append("cleared"))
    assert heard == ["cleared"]
    assert office.cache()["live"].hits == 0
