"""What `andon check` says of a Supabase project, alone and beside the plant's own database."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.data.check import Report, as_json, check, render
from core.data.mapping import PlantFile, SourceMapping, parse
from core.data.routing import by_source
from core.data.supabase.source import SupabaseDataSource
from core.words import Words
from tests.data.supabase.conftest import plant_on, signer
from tests.data.supabase.project import KEY, Project
from tests.data.supabase.test_together import plant_toml
from tests.plants import NOW

SOURCES = ("main", "cloud")


def opened(plant: PlantFile) -> SupabaseDataSource:
    return SupabaseDataSource(plant, KEY, signer())


def alone(project: Project, now: datetime = NOW) -> Report:
    plant = plant_on(project.url)
    source = SourceMapping(kind="supabase", url=project.url, name="Supabase")
    return check(plant.model_copy(update={"source": source}), now, project=opened)


def both(project: Project, sample: Path, *also: str, timeout: float = 30) -> PlantFile:
    import tomllib

    text = plant_toml(sample, also=also).replace(
        'kind = "supabase"',
        f'kind = "supabase"\nurl = "{project.url}"\ntimeout_seconds = {timeout}',
    )
    return parse(tomllib.loads(text), where="test", home=Path())


def test_a_project_carries_every_tool(project: Project) -> None:
    report = alone(project)
    assert report.exit_code == 0
    assert {fact.state for fact in report.facts} == {"read"}
    assert {tool.reach for tool in report.tools} == {"full"}
    (state,) = report.sources
    assert (state.kind, state.problem, state.may_write) == ("supabase", "", False)
    assert state.milliseconds is not None
    assert state.rows is not None
    assert state.rows > 100_000
    assert state.newest == NOW
    assert not report.found("unguarded")


def test_it_counts_as_the_plants_own_database_does(project: Project, sample_path: Path) -> None:
    """Two sources, each asked for its own; tools name those they are answered from."""
    plant = both(project, sample_path, "production", "scrap")
    report = check(plant, NOW, project=opened)
    assert report.exit_code == 0
    assert [state.name for state in report.sources] == ["MES", "Supabase"]
    counts = {(f.source, f.fact): (f.rows, f.first, f.last) for f in report.facts}
    for fact in ("production", "scrap"):
        assert counts["MES", fact] == counts["Supabase", fact]
    assert not report.found("unlike")
    from_where = {tool.tool: set(tool.sources) for tool in report.tools}
    assert from_where["safety_events"] == {"MES"}
    assert from_where["financial_impact"] == {"MES", "Supabase"}
    assert {tool.reach for tool in report.tools} == {"full"}


def test_copies_that_differ_are_said(project: Project, sample_path: Path) -> None:
    with changed(project, "delete from public.scrap where asset like 'line-%'"):
        report = check(both(project, sample_path, "scrap"), NOW, project=opened)
    (found,) = report.found("unlike")
    assert (found.argument("source"), found.argument("other")) == ("MES", "Supabase")


@pytest.mark.parametrize("fault", ["paused", "hang"])
def test_one_that_is_away_stops_no_other(mended: Project, sample_path: Path, fault: str) -> None:
    mended.gateway.lasting = fault  # type: ignore[assignment]
    timeout = 0.5 if fault == "hang" else 30
    report = check(both(mended, sample_path, "production", timeout=timeout), NOW, project=opened)
    away = [found.argument("source") for found in report.found("away")]
    assert away == ["Supabase"]
    assert {f.state for f in report.facts if f.source == "MES"} == {"read"}
    assert report.found("no_assets")
    assert report.exit_code == 1
    shown = render(report, Words("en"))
    assert "Supabase cannot be read" in shown
    assert KEY not in shown + str(as_json(report))


@pytest.mark.prove
def test_one_that_never_ends_is_not_waited_for(project: Project, sample_path: Path) -> None:
    """A server that lets somebody in and says nothing, whatever the time-outs are."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        plant = both(project, sample_path)
        url = f"postgresql+psycopg://andon:hunter2@127.0.0.1:{silent.getsockname()[1]}/x"
        more = {"old": SourceMapping(url=url, name="History", timeout_seconds=120)}
        facts = plant.facts | {"safety": plant.facts["safety"].model_copy(update={"source": "old"})}
        plant = plant.model_copy(update={"sources": plant.sources | more, "facts": facts})
        assert len(by_source(plant)) == 3
        report = check(plant, NOW, project=opened, longest=20)
    problems = {state.name: state.problem for state in report.sources}
    assert problems == {"MES": "", "Supabase": "", "History": "unfinished"}
    reach = {tool.tool: tool.reach for tool in report.tools}
    assert (reach["safety_events"], reach["oee_query"]) == ("none", "full")
    assert "hunter2" not in render(report, Words("en")) + str(as_json(report))


def test_rights_that_are_not_as_they_should_be(project: Project) -> None:
    project.run("grant insert on public.live to andon_reader")
    project.run("alter table public.orders disable row level security")
    try:
        report = alone(project)
    finally:
        project.run("revoke insert on public.live from andon_reader")
        project.run("alter table public.orders enable row level security")
    assert [found.argument("tables") for found in report.found("may_write")] == ["live"]
    assert [found.argument("tables") for found in report.found("unguarded")] == ["orders"]
    assert report.exit_code == 1


def test_a_clock_that_is_wrong(project: Project) -> None:
    report = alone(project, datetime.now(UTC) + timedelta(minutes=30))
    (found,) = report.found("clock_behind")
    assert 29 < float(str(found.argument("skew_min"))) < 31


def test_an_older_project_is_read_all_the_same(project: Project) -> None:
    """Without the functions that the check asks: nobody counts, and every tool is carried."""
    functions = {"andon_survey": "(jsonb)", "andon_self": "()"}
    for name, takes in functions.items():
        project.run(f"alter function public.{name}{takes} rename to {name}_later")
    try:
        report = alone(project)
    finally:
        for name, takes in functions.items():
            project.run(f"alter function public.{name}_later{takes} rename to {name}")
    assert report.found("migrations_old")
    assert report.exit_code == 0
    assert {fact.rows for fact in report.facts} == {None}
    assert {tool.tool for tool in report.tools if tool.reach != "full"} == {"comparative_analysis"}
    assert "not counted" in render(report, Words("en"))


@contextmanager
def changed(project: Project, statement: str) -> Iterator[None]:
    """What it changes is there for the others again afterwards."""
    project.run("create table public.kept as select * from public.scrap")
    project.run(statement)
    try:
        yield
    finally:
        project.run("truncate public.scrap")
        project.run("insert into public.scrap overriding system value select * from public.kept")
        project.run("drop table public.kept")
