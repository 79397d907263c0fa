"""What goes wrong with a project becomes one of our errors in time, and never somebody's text."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.data.cache import CachedSource
from core.data.query import Query
from core.data.source import Scope
from core.data.supabase.problems import problem_of
from core.data.supabase.source import SupabaseDataSource
from core.domain.periods import Interval
from core.errors import NoData, SourceUnavailable
from tests.data.faults import Heartbeat, went_on
from tests.data.supabase.conftest import PRIVATE, new_key, plant_on, signer, source_on
from tests.data.supabase.project import KEY, Fault, Project
from tests.plants import NOW

SCOPE = Scope()
WEEK = Interval(NOW - timedelta(days=7), NOW)
PRODUCTION = Query("production", ("line-3",), WEEK, ("total_units",), ("asset",))
SECRETS = (KEY, PRIVATE["d"], "sb_secret_leaked", "Bearer", "eyJ")


def fetch(source: SupabaseDataSource, query: Query = PRODUCTION) -> Any:
    async def ask() -> Any:
        try:
            return await source.fetch(query, SCOPE)
        finally:
            await source.close()

    return asyncio.run(ask())


def problem(source: SupabaseDataSource, query: Query = PRODUCTION) -> str:
    with pytest.raises(SourceUnavailable) as caught:
        fetch(source, query)
    told = f"{caught.value} {caught.value!r} {caught.value.__context__!r}"
    assert not [secret for secret in SECRETS if secret in f"{caught.value} {caught.value!r}"]
    assert caught.value.__cause__ is None
    assert told
    return caught.value.problem


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("hang", "timeout"),
        ("reset", "unreachable"),
        ("503", "unreachable"),
        ("garbage", "failed"),
        ("PGRST205", "table_missing"),
        ("paused", "project_paused"),
    ],
)
def test_a_bad_day(fault: Fault, found: str, mended: Project) -> None:
    mended.gateway.lasting = fault
    begun = time.monotonic()
    assert problem(source_on(mended, timeout=1 if fault == "hang" else 30)) == found
    assert time.monotonic() - begun < 60  # the gateway itself would never end


@pytest.mark.parametrize("fault", ["reset", "503"])
def test_what_passes_is_tried_once_more(fault: Fault, mended: Project) -> None:
    mended.gateway.fault = fault
    assert fetch(source_on(mended)).rows


def test_a_project_that_is_not_there(project: Project) -> None:
    nowhere = SupabaseDataSource(plant_on("http://127.0.0.1:1"), KEY, signer())
    assert problem(nowhere) == "unreachable"


def test_a_wrong_key(project: Project) -> None:
    wrong = SupabaseDataSource(plant_on(project.url), "sb_publishable_of_another", signer())
    assert problem(wrong) == "refused"


def test_a_signing_key_of_another_project(project: Project) -> None:
    assert problem(source_on(project, signed=signer(new_key("another")))) == "token_refused"


def test_clocks_that_differ(project: Project) -> None:
    """A little is borne; where our clock is far behind, the token is over before it is made."""
    slow = signer(now=lambda: datetime.now(UTC) - timedelta(minutes=3))
    assert fetch(source_on(project, signed=slow)).rows
    late = signer(now=lambda: datetime.now(UTC) - timedelta(hours=1))
    assert problem(source_on(project, signed=late)) == "token_refused"


def test_a_table_without_a_column(project: Project) -> None:
    project.run("alter table public.scrap rename units to pieces")
    try:
        with pytest.raises(NoData) as caught:
            fetch(source_on(project), Query("scrap", None, WEEK, ("units",)))
        assert (caught.value.key, caught.value.arguments["column"]) == ("column_missing", "units")
    finally:
        project.run("alter table public.scrap rename pieces to units")


def test_a_table_that_goes_while_we_look(project: Project) -> None:
    async def ask() -> None:
        source = source_on(project)
        try:
            await source.fetch(Query("live"), SCOPE)
            project.run("alter table public.live rename to elsewhere")
            with pytest.raises(SourceUnavailable) as caught:
                await source.fetch(Query("live"), SCOPE)
            assert caught.value.problem == "table_missing"
            with pytest.raises(NoData):  # by now it knows
                await source.fetch(Query("live"), SCOPE)
            project.run("alter table public.elsewhere rename to live")
        finally:
            await source.close()

    asyncio.run(ask())


def test_migrations_that_were_not_applied(project: Project) -> None:
    rename = "alter function public.{} (jsonb) rename to {}"
    project.run(rename.format("andon_sums", "andon_other_sums"))
    try:
        assert problem(source_on(project)) == "migrations_missing"
    finally:
        project.run(rename.format("andon_other_sums", "andon_sums"))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("42P01", "table_missing"),
        ("PGRST205", "table_missing"),
        ("42703", "column_wrong"),
        ("PGRST204", "column_wrong"),
        ("42883", "migrations_missing"),
        ("PGRST202", "migrations_missing"),
        ("PGRST301", "token_refused"),
        ("PGRST303", "token_refused"),
        ("42501", "not_allowed"),
        ("57014", "timeout"),
        ("40P01", "busy"),
        ("22P02", "wrong_type"),
        ("PGRST003", "overloaded"),
        ("PGRST002", "unreachable"),
        ("522", "unreachable"),
        ("418", "failed"),
    ],
)
def test_both_generations_of_errors(code: str, found: str) -> None:
    from postgrest import APIError

    assert problem_of(APIError({"code": code, "message": "sb_secret_leaked"})) == found


def test_the_loop_goes_on(mended: Project) -> None:
    """50 askers and a server that hangs: nobody else waits for them."""
    mended.gateway.lasting = "hang"

    async def ask() -> int:
        source = source_on(mended, timeout=1)
        queries = [PRODUCTION] * 50
        async with Heartbeat() as beating:
            found = await asyncio.gather(
                *(source.fetch(query, SCOPE) for query in queries), return_exceptions=True
            )
        await source.close()
        went_on(beating)
        return sum(isinstance(one, SourceUnavailable) for one in found)

    assert asyncio.run(ask()) == 50


def test_more_askers_than_connections_wait(project: Project) -> None:
    async def ask() -> set[object]:
        source = source_on(project)
        try:
            found = await asyncio.gather(*(source.fetch(PRODUCTION, SCOPE) for _ in range(50)))
            return {facts.rows[0]["total_units"] for facts in found}
        finally:
            await source.close()

    assert len(asyncio.run(ask())) == 1


def test_an_older_value_is_served_and_marked(mended: Project) -> None:
    async def ask() -> None:
        now = NOW
        source = source_on(mended)
        cached = CachedSource(source, lambda: now)
        before = await cached.fetch(PRODUCTION, SCOPE)
        now += timedelta(hours=1)
        mended.gateway.lasting = "paused"
        after = await cached.fetch(PRODUCTION, SCOPE)
        assert (after.rows, after.stale) == (before.rows, NOW)
        with pytest.raises(SourceUnavailable):  # somebody else's is not theirs
            await cached.fetch(PRODUCTION, Scope(frozenset({"hamburg"})))
        await source.close()

    asyncio.run(ask())


def test_no_key_in_any_log(mended: Project, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        fetch(source_on(mended))
        mended.gateway.lasting = "503"
        problem(source_on(mended))
    assert not [secret for secret in SECRETS if secret in caplog.text]
