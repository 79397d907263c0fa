"""SupabaseDataSource: facts in a Supabase project, over its Data API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import httpx
from postgrest import APIError

from core.data.mapping import PlantFile
from core.data.query import Fact, Query
from core.data.rows import MOST_ROWS
from core.data.source import Facts, Row, Scope
from core.data.supabase import questions
from core.data.supabase.problems import PASSES, problem_of
from core.data.supabase.questions import Json, Place
from core.data.supabase.reading import facts, rows
from core.data.supabase.tokens import NOBODY, Signer
from core.errors import NoData, SourceUnavailable
from supabase import AsyncClient, AsyncClientOptions

T = TypeVar("T")
_PAGE = 1_000
_MOST_GROUPS = 100_000
_CONNECTIONS = 8
_PAUSE = 0.2  # seconds before what passes is tried once more
_ANSWERS: dict[str, type] = {
    "andon_columns": dict,
    "andon_rows": dict,
    "andon_sums": list,
    "andon_stop_sums": list,
    "andon_survey": dict,
    "andon_self": dict,
}
_CHANGED = frozenset({"table_missing", "column_wrong", "migrations_missing"})


class SupabaseDataSource:
    """Reads one project, with the publishable key and a token per scope: its row-level security
    decides which rows there are.

    `plant.facts` names the tables. Assets have Andon's own ids there. Raises MisconfiguredError
    for a mapping that only SQL could follow. Used from one event loop only.
    """

    def __init__(self, plant: PlantFile, key: str, signer: Signer) -> None:
        for fact, mapping in plant.facts.items():
            questions.check(fact, mapping, "plant.toml")
        self.name = plant.source.name or "Supabase"
        self._facts = plant.facts
        self._timeout = plant.source.timeout_seconds
        self._signer = signer
        self._http = httpx.AsyncClient(
            timeout=self._timeout,
            limits=httpx.Limits(max_connections=_CONNECTIONS),
            follow_redirects=False,  # the token is for this address only
        )
        options = AsyncClientOptions(
            httpx_client=self._http, postgrest_client_retry=False, auto_refresh_token=False
        )
        self._client = AsyncClient(plant.source.url, key, options)
        self._there: dict[str, list[str]] | None = None

    def use_keys(self, keys: Mapping[str, str]) -> None:
        """Nothing to do: other ids are those of the plant's own database."""

    async def fetch(self, query: Query, scope: Scope | None = None) -> Facts:
        """Raises NoData where the project lacks the fact or a column; SourceUnavailable on any
        failure (core.data.problems.PROBLEMS)."""
        if query.statement is not None:
            raise NoData("data_query.sql_off")
        return await self._in_time(lambda: self._fetch(query, scope))

    async def columns(self, fact: Fact) -> frozenset[str]:
        """The logical columns; the project is looked at once."""
        if fact not in self._facts:
            return frozenset()
        at = await self._in_time(lambda: self._place(fact))
        return frozenset(at.columns) if at else frozenset()

    async def ping(self) -> None:
        """Raises SourceUnavailable where the project does not answer, or not us."""
        await self._in_time(lambda: self._called("andon_columns", None, NOBODY))

    async def survey(self, fact: Fact) -> Json | None:
        """What the fact's table holds: rows, first, last (ISO text), held {column: rows}, assets.
        None where the project lacks the table. Raises as `fetch` does."""
        return await self._in_time(lambda: self._survey(fact))

    async def itself(self) -> Json:
        """The database's clock ("now", epoch seconds), tables that the tokens could write
        ("writable") and such whose rows no policy guards ("unguarded")."""
        found: Json = await self._in_time(lambda: self._call("andon_self", None, Scope()))
        return found

    async def close(self) -> None:
        await self._http.aclose()

    async def _fetch(self, query: Query, scope: Scope | None) -> Facts:
        at = await self._place(query.fact)
        if at is None:
            raise NoData("fact_missing", fact=query.fact)
        if not query.measures:
            return facts(await self._rows(query, at, scope), query, at, self.name)
        if query.measures == ("latest",):
            function, question = "andon_sums", questions.latest(query, at)
        elif query.fact == "downtime":
            function, question = "andon_stop_sums", questions.stops(query, at)
        else:
            function, question = "andon_sums", questions.sums(query, at)
        found = await self._call(function, question, scope)
        if len(found) >= _MOST_GROUPS:  # andon.page gives no more
            raise NoData("limits.rows", table=at.table, n=_MOST_GROUPS)
        return facts(rows(found, query, at), query, at, self.name)

    async def _survey(self, fact: Fact) -> Json | None:
        at = await self._place(fact)
        if at is None:
            return None
        found: Json = await self._call("andon_survey", at.timed(), Scope())
        return found

    async def _rows(self, query: Query, at: Place, scope: Scope | None) -> list[Row]:
        """As many as are wanted, a page at a time; between them others have their turn."""
        found: list[Row] = []
        wanted = query.limit
        while wanted is None or len(found) < wanted:
            size = _PAGE if wanted is None else min(_PAGE, wanted - len(found))
            question = questions.rows(query, at, size, query.offset + len(found))
            page = await self._call("andon_rows", question, scope)
            found += rows(page["rows"], query, at)
            if not page["more"]:
                break
            if len(found) > MOST_ROWS:
                raise NoData("limits.rows", table=at.table, n=MOST_ROWS)
        return found

    async def _place(self, fact: Fact) -> Place | None:
        if fact not in self._facts:
            return None
        if self._there is None:
            # Not more than is needed: which tables there are, and none of their rows.
            self._there = await self._call("andon_columns", None, NOBODY)
        return questions.place(fact, self._facts[fact], self._there)

    async def _in_time(self, work: Callable[[], Awaitable[T]]) -> T:
        """All requests of one question together have the time-out's time."""
        try:
            async with asyncio.timeout(self._timeout):
                return await work()
        except TimeoutError:
            raise SourceUnavailable(self.name, "timeout") from None

    async def _call(self, function: str, question: Json | None, scope: Scope | None) -> Any:
        """What passes is tried once more, also a token that was refused."""
        try:
            return await self._called(function, question, scope)
        except SourceUnavailable as error:
            if error.problem not in PASSES and error.problem != "token_refused":
                raise
            self._signer.forget()
        await asyncio.sleep(_PAUSE)
        return await self._called(function, question, scope)

    async def _called(self, function: str, question: Json | None, scope: Scope | None) -> Any:
        params = {} if question is None else {"question": question}
        asking = self._client.rpc(function, params)
        asking.request.headers["Authorization"] = f"Bearer {self._signer.token(scope)}"
        try:
            found = (await asking.execute()).data
            if not isinstance(found, _ANSWERS[function]):
                raise TypeError(function)
            return found
        except (APIError, httpx.HTTPError, ValueError, TypeError) as error:
            problem = problem_of(error)
            if problem in _CHANGED:  # the next question looks at the tables anew
                self._there = None
            # The error itself may quote what was sent.
            raise SourceUnavailable(self.name, problem) from None
