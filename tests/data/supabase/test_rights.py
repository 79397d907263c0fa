"""The database itself refuses what a person may not see, whatever the application asks for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import httpx
import jwt
import pytest

from core.access import Access
from core.data.cache import CachedSource
from core.data.query import Condition, Query
from core.data.source import Scope
from core.data.supabase.tables import TABLES
from core.data.supabase.tokens import DEFINITIONS, NOBODY, READER, Signer, signing_key
from core.domain.assets import Hierarchy
from core.domain.periods import Interval
from core.errors import MisconfiguredError, SourceUnavailable
from core.installation import Definitions
from tests.data.supabase.conftest import (
    PRIVATE,
    SECRET,
    new_key,
    plant_on,
    signer,
    source_on,
)
from tests.data.supabase.project import KEY, Project
from tests.plants import NOW

PACKAGING = Access(places=frozenset({"packaging"})).scope
MACHINING = ("grinder-1", "grinder-5", "cnc-1", "cnc-4", "machining")
WEEK = Interval(NOW - timedelta(days=7), NOW)
FUNCTIONS = ("andon_rows", "andon_sums", "andon_stop_sums")
ALL_TABLES = tuple(TABLES.values())
_CLIENT = httpx.Client(verify=False)  # one, for certificates are read in with each


def ask(project: Project, path: str, token: str | None, body: Any = None) -> httpx.Response:
    """As anybody could who has the address and the publishable key."""
    headers = {"apikey": KEY} | ({"Authorization": f"Bearer {token}"} if token else {})
    url = f"{project.url}/rest/v1/{path}"
    method = "GET" if body is None else "POST"
    return _CLIENT.request(method, url, headers=headers, json=body)


def rows(project: Project, table: str, token: str | None) -> Any:
    return ask(project, f"{table}?limit=5000", token).json()


def places(row: dict[str, Any]) -> set[str]:
    return {str(row[n]) for n in ("asset", "area", "id", "plant") if row.get(n) is not None}


def test_a_scope_sees_its_own_and_nothing_else(project: Project) -> None:
    token = signer().token(PACKAGING)
    own = {row["id"] for row in rows(project, "assets", token)}
    assert {"line-3", "filler-3", "palletizer-1"} <= own
    assert own.isdisjoint({*MACHINING, "packer-h1", "hamburg", "riverside"})
    for table in TABLES.values():
        found = rows(project, table, token)
        seen = set().union(*map(places, found)) if found else set()
        assert seen.isdisjoint(MACHINING), table
        assert found or table == "calendar", table
    for table in ("production", "downtime", "scrap", "orders", "live"):
        assert {row["asset"] for row in rows(project, table, token)} <= own, table


def test_the_database_and_the_application_mean_the_same(project: Project) -> None:
    """For every place there is, alone and with an audience."""

    async def hierarchy() -> Hierarchy:
        source = source_on(project)
        try:
            cached = CachedSource(source, lambda: NOW)
            return (await Definitions(plant_on(project.url), cached).load()).hierarchy
        finally:
            await source.close()

    found = asyncio.run(hierarchy())
    named = [asset.id for asset in found if asset.kind in ("plant", "area", "line")]
    audiences = (None, frozenset({"riverside"}), frozenset({"packaging", "hamburg"}))
    listed = {row["id"] for row in rows(project, "assets", signer().token(None))}
    for place, audience in product(named, audiences):
        access = Access(places=frozenset({place}), audience=audience)
        ours = {a.id for a in found if access.allows(a, found)}
        theirs = {row["id"] for row in rows(project, "assets", signer().token(access.scope))}
        assert theirs == ours & listed, access


@pytest.mark.parametrize("table", ALL_TABLES)
def test_nobody_sees_nothing(project: Project, table: str) -> None:
    assert rows(project, table, signer().token(NOBODY)) == []
    assert rows(project, table, signer().token(Scope(frozenset({"no-such-place"})))) == []
    both = Scope(frozenset({"packaging"}), frozenset({"machining"}))  # nothing is in both
    assert rows(project, table, signer().token(both)) == []


@pytest.mark.parametrize("table", ALL_TABLES)
def test_the_publishable_key_alone_opens_nothing(project: Project, table: str) -> None:
    answer = ask(project, table, None)
    assert (answer.status_code, answer.json()["code"]) == (401, "42501")
    for role in ("anon", "authenticated"):
        token = signed({"role": role, "andon": {"places": "*", "audience": "*"}})
        assert ask(project, table, token).json()["code"] == "42501"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_have_the_rights_of_whoever_asks(project: Project, function: str) -> None:
    """Also where the caller names what it may not see, and says it were allowed."""
    lie = {
        "assets": list(MACHINING), "where": [], "measures": [], "group_by": ["asset"],
        "places": "*", "andon": {"places": "*", "audience": "*"},
        "since": WEEK.start.isoformat(), "until": NOW.isoformat(), "back": WEEK.start.isoformat(),
        "table": "downtime", "start": "start", "end": "end", "limit": 100, "offset": 0,
        "columns": {"id": "id", "asset": "asset", "loss": "loss"}, "now": int(NOW.timestamp()),
        "spans": [[0, 2**33, 0, 0, 0, 1, day] for day in range(20_500, 20_540)],
    }  # fmt: skip
    mine = {**lie, "assets": ["line-3"]}
    everything = ask(project, f"rpc/{function}", signer().token(Scope()), {"question": lie}).json()
    assert len(everything["rows"] if function == "andon_rows" else everything) > 0
    token = signer().token(PACKAGING)
    allowed = ask(project, f"rpc/{function}", token, {"question": mine}).json()
    assert len(allowed["rows"] if function == "andon_rows" else allowed) > 0
    found = ask(project, f"rpc/{function}", token, {"question": lie}).json()
    assert (found["rows"] if function == "andon_rows" else found) == []
    assert ask(project, f"rpc/{function}", None, {"question": lie}).json()["code"] == "42501"


@pytest.mark.parametrize(
    "wrong",
    [
        {"table": 'production" ; drop table public.assets; --'},
        {"table": "pg_authid"},
        {"columns": {"asset": "asset", 'x" from pg_shadow; --': "asset"}},
        {"columns": {"asset": 'asset) from pg_shadow; --"'}},
        {"where": [{"column": "asset", "operator": "= '' or true; --", "value": "x"}]},
        {"where": [{"column": "asset", "operator": "=", "value": "' or 'a' = 'a"}]},
        {"where": [{"column": "asset", "operator": "in", "value": ["' or 'a' = 'a", "\\'"]}]},
        {"order_by": ["asset; drop table public.assets"]},
    ],
)
def test_a_question_is_no_statement(project: Project, wrong: dict[str, Any]) -> None:
    question = {
        "table": "production", "columns": {"asset": "asset"}, "where": [], "limit": 10, "offset": 0
    } | wrong  # fmt: skip
    before = len(rows(project, "assets", signer().token(Scope())))
    answer = ask(project, "rpc/andon_rows", signer().token(PACKAGING), {"question": question})
    if answer.status_code == 200:
        found = answer.json()["rows"]
        assert {row.get("asset", "") for row in found}.isdisjoint(MACHINING)
        assert found == [] or "where" not in wrong
    assert len(rows(project, "assets", signer().token(Scope()))) == before


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_nobody_writes(project: Project, method: str) -> None:
    headers = {"apikey": KEY, "Authorization": f"Bearer {signer().token(Scope())}"}
    url = f"{project.url}/rest/v1/cost_centers?cost_center=eq.x"
    row = {"cost_center": "x", "per_hour": 1, "currency": "EUR", "valid_from": "2026-01-01"}
    assert _CLIENT.request(method, url, headers=headers, json=row).json()["code"] == "42501"


def test_the_bot_itself_reads_definitions_only(project: Project) -> None:
    token = signer().token(None)
    assert len(rows(project, "assets", token)) > 20
    for table in set(ALL_TABLES) - {"assets", "calendar"}:
        assert ask(project, table, token).json()["code"] == "42501", table
    answer = ask(project, "rpc/andon_sums", token, {"question": {}})
    assert answer.json()["code"] == "42501"


# --- tokens ----------------------------------------------------------------------------------


def signed(claims: dict[str, Any], key: Any = PRIVATE, algorithm: str = "ES256") -> str:
    made = jwt.PyJWK(key).key if isinstance(key, dict) else key
    until = datetime.now(UTC) + timedelta(minutes=5)
    kid = {"kid": PRIVATE["kid"]}
    return jwt.encode({"exp": until, **claims}, made, algorithm, headers=kid)


def everything(**claims: Any) -> dict[str, Any]:
    return {"role": READER, "andon": {"places": "*", "audience": "*"}, **claims}


@pytest.mark.parametrize(
    "forged",
    [
        lambda: signed(everything(), new_key(PRIVATE["kid"])),
        lambda: signed(everything(exp=datetime(2020, 1, 1, tzinfo=UTC))),
        lambda: signed(everything(), "a-secret-that-somebody-guessed-in-vain", "HS256"),
        lambda: jwt.encode(everything(), "", "none"),
        lambda: signer().token(PACKAGING)[:-8] + "AAAAAAAA",
    ],
)
def test_a_forged_token_opens_nothing(project: Project, forged: Callable[[], str]) -> None:
    answer = ask(project, "production?limit=1", forged())
    assert answer.status_code == 401
    assert answer.json()["code"] in ("PGRST301", "PGRST303")


def test_the_legacy_secret_signs_as_well(project: Project) -> None:
    made = Signer(signing_key("", SECRET), "http://project.test/auth/v1", lambda: datetime.now(UTC))
    token = made.token(PACKAGING)
    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    assert {row["asset"] for row in rows(project, "live", token)} >= {"line-3"}
    assert {row["asset"] for row in rows(project, "live", token)}.isdisjoint(MACHINING)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"andon": {}},
        {"andon": {"places": "*"}},
        {"andon": {"places": ["*"], "audience": "*"}},
        {"andon": {"places": True, "audience": "*"}},
        {"andon": "*"},
        {"places": "*", "audience": "*"},
    ],
)
def test_a_token_that_does_not_say_it_all_allows_nothing(
    project: Project, claims: dict[str, Any]
) -> None:
    token = signed({"role": READER, **claims})
    assert rows(project, "production", token) == []
    assert rows(project, "assets", token) == []


def test_a_token_is_short_lived_named_and_kept_for_a_while() -> None:
    now = datetime(2026, 3, 12, 12, tzinfo=UTC)
    made = Signer(signing_key(json.dumps([PRIVATE])), "https://p.supabase.co/auth/v1", lambda: now)
    first = made.token(PACKAGING)
    assert jwt.get_unverified_header(first)["kid"] == PRIVATE["kid"]
    claims = jwt.decode(first, options={"verify_signature": False})
    assert claims["exp"] - now.timestamp() == 300
    assert claims["role"] == READER
    assert claims["andon"] == {"places": ["packaging"], "audience": "*"}
    assert made.token(PACKAGING) == first
    assert jwt.decode(made.token(None), options={"verify_signature": False})["role"] == DEFINITIONS
    now += timedelta(minutes=4, seconds=1)
    assert made.token(PACKAGING) != first


@pytest.mark.parametrize(
    "given",
    ["", "{", "[]", '{"kty":"EC"}', json.dumps({k: v for k, v in PRIVATE.items() if k != "d"})],
)
def test_a_key_that_is_none_is_named_and_not_repeated(given: str) -> None:
    with pytest.raises(MisconfiguredError) as caught:
        signing_key(given)
    assert caught.value.where == "SUPABASE_JWT_KEY"
    assert PRIVATE["x"] not in str(caught.value)


def test_the_source_carries_the_scope(project: Project) -> None:
    """One source, several people at the same time: each gets their own."""
    query = Query("production", (*MACHINING, "line-3"), WEEK, ("total_units",), ("asset",))

    async def asked() -> list[set[object]]:
        source = source_on(project)
        try:
            scopes = (PACKAGING, Scope(), Scope(frozenset({"machining"})), NOBODY)
            found = await asyncio.gather(*(source.fetch(query, scope) for scope in scopes * 3))
            return [{row["asset"] for row in facts.rows} for facts in found[:4]]
        finally:
            await source.close()

    packaging, all_of_it, machining, nobody = asyncio.run(asked())
    assert packaging == {"line-3"}
    assert all_of_it == packaging | machining
    assert "grinder-5" in machining
    assert nobody == set()


def test_without_a_scope_there_are_no_figures(project: Project) -> None:
    async def asked() -> str:
        source = source_on(project)
        try:
            assert len((await source.fetch(Query("asset"))).rows) > 20
            with pytest.raises(SourceUnavailable) as caught:
                await source.fetch(Query("cost", where=(Condition("currency", "=", "EUR"),)))
            return caught.value.problem
        finally:
            await source.close()

    assert asyncio.run(asked()) == "not_allowed"
