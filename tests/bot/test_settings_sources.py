"""Which source holds what: .env and plant.toml together, and what is wrong with them is named."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from bot import sources
from bot.plant import plant_file
from bot.settings import Settings, load
from core.data import routing
from core.data.composite import CompositeDataSource
from core.data.mapping import PlantFile, parse
from core.errors import MisconfiguredError

PROJECT = {
    "SUPABASE_URL": "https://p.supabase.co/",
    "SUPABASE_KEY": "sb_publishable_1",
    "SUPABASE_JWT_SECRET": "s3cret-of-the-project-that-is-long-enough",
}


def at(folder: Path, **values: str) -> Settings:
    return load({"ANDON_HOME": str(folder / "home"), **values}, folder)


def plant(**content: object) -> PlantFile:
    source = {"url": "sqlite:///a.db"}
    made: dict[str, object] = {"source": source, "plants": {"p": {}}, **content}
    return parse(made, where="plant.toml", home=Path())


def problem(content: PlantFile) -> str:
    with pytest.raises(MisconfiguredError) as caught:
        routing.by_source(content)
    return str(caught.value)


def test_a_project_is_off_unless_it_is_set(tmp_path: Path) -> None:
    assert at(tmp_path).supabase is None
    made = at(tmp_path, **PROJECT)
    assert made.supabase is not None
    assert made.supabase.url == "https://p.supabase.co"
    assert "s3cret" not in repr(made)
    assert PROJECT["SUPABASE_JWT_SECRET"] in made.secrets


def retired(role: str) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"role": role}).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{claims}.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"SUPABASE_URL": ""}, "SUPABASE_URL"),
        ({"SUPABASE_URL": "postgresql://p"}, "SUPABASE_URL"),
        ({"SUPABASE_URL": "http://p.house"}, "SUPABASE_URL"),
        ({"SUPABASE_KEY": ""}, "SUPABASE_KEY"),
        ({"SUPABASE_KEY": "sb_secret_1"}, "SUPABASE_KEY"),
        ({"SUPABASE_KEY": retired("service_role")}, "SUPABASE_KEY"),
        ({"SUPABASE_JWT_SECRET": ""}, "SUPABASE_JWT_KEY"),
        ({"SUPABASE_JWT_KEY": "no/such/file"}, "SUPABASE_JWT_KEY"),
    ],
)
def test_what_is_set_wrongly_is_named(changed: dict[str, str], named: str, tmp_path: Path) -> None:
    with pytest.raises(MisconfiguredError) as caught:
        at(tmp_path, **(PROJECT | changed))
    assert caught.value.where == named
    assert "sb_secret_1" not in str(caught.value)


def test_the_retired_key_without_rights_is_taken(tmp_path: Path) -> None:
    """Projects on one's own server have no other."""
    assert at(tmp_path, **(PROJECT | {"SUPABASE_KEY": retired("anon")})).supabase is not None


def test_a_signing_key_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text('{"d": "private-part"}')
    made = at(tmp_path, **(PROJECT | {"SUPABASE_JWT_KEY": str(tmp_path / "key.json")}))
    assert "private-part" in made.secrets
    assert "private-part" not in repr(made)


def test_addresses_of_further_sources(tmp_path: Path) -> None:
    made = at(tmp_path, ANDON_SOURCE_URLS="mes=mssql+pyodbc://a:p%40ss@h/mes old=sqlite:///old.db")
    assert made.source_urls["old"] == "sqlite:///old.db"
    assert {"p%40ss", "p@ss"} <= made.secrets
    with pytest.raises(MisconfiguredError) as caught:
        at(tmp_path, ANDON_SOURCE_URLS="mssql://a:s3cret@h/mes")
    assert "s3cret" not in str(caught.value)
    with pytest.raises(MisconfiguredError, match=r"sources\.other"):
        routing.addressed(plant(), {"other": "sqlite://"})


def test_one_source_stays_alone(tmp_path: Path) -> None:
    settings = at(tmp_path)
    made = sources.source(settings, plant_file(settings))
    assert not isinstance(made, CompositeDataSource)


def test_facts_go_where_plant_toml_says(tmp_path: Path) -> None:
    second = {"url": f"sqlite:///{tmp_path / 'b.db'}", "facts": {"production": {"table": "made"}}}
    facts = {
        "asset": {"table": "asset"},
        "cost": {"table": "rates", "source": "b"},
        "production": {"table": "production", "also": "b", "tolerance_percent": 2},
    }
    both = plant(sources={"b": second}, facts=facts)
    parts = routing.by_source(both)
    assert {name: {f: m.table for f, m in part.facts.items()} for name, part in parts.items()} == {
        "main": {"asset": "asset", "production": "production"},
        "b": {"cost": "rates", "production": "made"},
    }
    assert routing.routes(both)["production"] == routing.Route("main", "b", tolerance=0.02)
    assert isinstance(sources.source(at(tmp_path), both), CompositeDataSource)


def test_a_project_has_the_tables_of_its_migrations() -> None:
    cloud = {"kind": "supabase", "url": "https://p.supabase.co"}
    facts = {"asset": {"source": "cloud"}, "cost": {"source": "cloud", "table": "my_rates"}}
    parts = routing.by_source(plant(sources={"cloud": cloud}, facts=facts))
    assert {f: m.table for f, m in parts["cloud"].facts.items()} == {
        "asset": "assets",
        "cost": "my_rates",
    }


def test_what_cannot_work_is_named() -> None:
    assert "sources.nowhere" in problem(plant(facts={"cost": {"table": "c", "source": "nowhere"}}))
    assert "facts.cost" in problem(plant(facts={"cost": {}}))
    two = {"b": {"url": "sqlite:///b.db"}}
    fallback = {"cost": {"table": "c", "fallback": "b"}}
    assert "sources.b.facts.cost" in problem(plant(sources=two, facts=fallback))
    nowhere = plant(sources={"c": {"kind": "supabase"}}, facts={"cost": {"source": "c"}})
    assert "sources.c has no url" in problem(nowhere)


def test_a_project_needs_its_keys(tmp_path: Path) -> None:
    cloud = {"kind": "supabase", "url": "https://p.supabase.co"}
    with pytest.raises(MisconfiguredError) as caught:
        sources.source(at(tmp_path), plant(source=cloud, facts={"asset": {}}))
    assert caught.value.where == "SUPABASE_URL"
