"""Each tool against hand-written SQL for the same figures, on the sample plant and the big one.

A tool's run is `run` and `present` with no figure in the cache, in a warm process: definitions
(assets, calendar, rates, targets, prices) are loaded, statements built. Both sides take turns;
the ratio of the medians of their CPU time counts, since that is steady on a shared machine. Both
must find the same figures, or the benchmark fails. `python -m benchmarks tools [tool …]`.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import core.data
from benchmarks.asked import Asked, ask
from benchmarks.big_plant import END, HOME, big_plant, made_folder
from benchmarks.hand_written import Hand
from benchmarks.questions import QUESTIONS, Figures
from core import registry
from core.access import EVERYTHING
from core.assistant import Assistant
from core.context import ToolContext
from core.data.cache import CachedSource, tier_of
from core.data.mapping import PlantFile, load, parse
from core.data.query import Query
from core.data.sample import VERSION, make_sample, version
from core.data.source import Facts, Scope
from core.data.sql import SqlDataSource
from core.installation import Definitions, Installation
from core.request import Place, Request, User
from core.words import Words

NOW = datetime(2026, 11, 20, 13, tzinfo=UTC)
SAMPLE = HOME / f"sample-{NOW:%Y%m%d%H}.db"
PERIODS = {
    "day": "yesterday",
    "shift": "last shift",
    "week": "last 7 days",
    "30 days": "last 30 days",
}
_TIMELESS = frozenset({"asset_lookup", "production_status", "alert_check", "action_list"})
_ROUNDS, _LEAST_ROUNDS, _SECONDS = 9, 2, 0.3
_WARM_ROUNDS = 15
_CLOSE = 0.002


class Warm:
    """A source whose definitions are at hand, as they are in a bot that has run for a minute."""

    def __init__(self, source: SqlDataSource, now: datetime) -> None:
        self._source, self._now = source, now
        self._known: dict[Query, Facts] = {}
        self.name = source.name
        self.columns = source.columns
        self.use_keys = source.use_keys
        self.close = source.close

    async def fetch(self, query: Query, scope: Scope | None = None) -> Facts:
        if tier_of(query, self._now) != "static":
            return await self._source.fetch(query)
        if query not in self._known:
            self._known[query] = await self._source.fetch(query)
        return self._known[query]


@dataclass(frozen=True, slots=True)
class Bench:
    """A plant that is asked, and the places that it is asked about."""

    name: str
    source: SqlDataSource
    definitions: Warm
    file: PlantFile
    installation: Installation
    now: datetime
    scopes: tuple[tuple[str, str], ...]

    @property
    def path(self) -> str:
        return self.file.source.url.removeprefix("sqlite:///")

    def context(self) -> ToolContext:
        """With a cache that holds definitions only."""
        asset = self.installation.hierarchy[self.scopes[0][1]]
        return ToolContext(
            user=User("bench"),
            now=self.now,
            words=Words("en"),
            installation=self.installation,
            source=CachedSource(self.definitions, lambda: self.now),
            access=EVERYTHING,
            plant=asset.plant,
        )


def main(only: tuple[str, ...] = ()) -> None:
    names = only or tuple(QUESTIONS)  # what one asked before is no question to the database
    print("CPU milliseconds, medians: hand-written SQL / the tool (ratio)")
    print(f"{'':38}" + "".join(f"{period:>26}" for period in PERIODS))
    asyncio.run(_all(names))


async def _all(names: tuple[str, ...]) -> None:
    benches = [await _bench(*plant) for plant in _plants()]
    ratios = []
    for name in names:
        for bench in benches:
            with closing(_opened(bench.path)) as connection:
                hand = Hand(connection)
                for scope, place in bench.scopes:
                    ratios += await _row(name, bench, hand, scope, place)
    within = sum(ratio <= 1.3 for ratio in ratios)
    print(f"{within} of {len(ratios)} within 1.3 ×; median ratio {median(ratios):.2f}")
    print("\nthe same question again, all of it cached, through Assistant.handle: CPU milliseconds")
    for bench in benches:
        await _warm(bench, names)
        await bench.source.close()


async def _row(name: str, bench: Bench, hand: Hand, scope: str, place: str) -> list[float]:
    cells, ratios = [], []
    for words in [None] if name in _TIMELESS else PERIODS.values():
        asked = ask(bench.installation, bench.now, place, words)
        args = {"assets": [place], **({"period": words} if words else {})}
        tool = registry.tool(name)
        chosen = tool.args(**args)

        async def ours(chosen: Any = chosen, tool: Any = tool) -> Any:
            context = bench.context()
            result = await tool.run(chosen, context)
            tool.present(result, context.words)
            return result

        async def by_hand(asked: Asked = asked) -> Figures:
            return QUESTIONS[name](hand, asked)

        _agree((name, bench.name, place, words), await by_hand(), _found(name, await ours()))
        first, second = await _alternating(by_hand, ours)
        ratios.append(second / first)
        cells.append(f"{first:9.1f} /{second:8.1f} ({second / first:4.1f})")
    print(f"{name:24}{bench.name:7}{scope:7}" + "".join(cells), flush=True)
    return ratios


async def _alternating(*works: Callable[[], Awaitable[Any]]) -> list[float]:
    """The median CPU time of each in milliseconds, in turns."""
    spent: list[list[float]] = [[] for _ in works]
    began = time.perf_counter()
    while len(spent[0]) < _ROUNDS:
        for times, work in zip(spent, works, strict=True):
            start = time.process_time()
            await work()
            times.append((time.process_time() - start) * 1000)
        if len(spent[0]) >= _LEAST_ROUNDS and time.perf_counter() - began > _SECONDS:
            break
    return [median(times) for times in spent]


# --- the same figures ------------------------------------------------------------------------


def _agree(case: object, hand: Figures, ours: Figures) -> None:
    for figure, value in hand.items():
        known = ours[figure]
        if abs(known - value) > _CLOSE * max(1.0, abs(value)):
            raise SystemExit(f"{case}: {figure} is {value} by hand, {known} by the tool")


def _found(name: str, result: Any) -> Figures:
    """The tool's figures of those that hand_written.py gives."""
    if name == "safety_events":
        return {"events": result.total}
    if name in ("alert_check", "action_list"):
        doubtful = len(result.doubtful) if name == "alert_check" else 0
        return {"open stops": len(result.situation.stops) + doubtful}
    match name:
        case "oee_query" | "trend_analysis" | "comparative_analysis":
            found = result.found
        case "recommendation_engine":
            found = result.all.found
        case "downtime_analysis" | "financial_impact" | "cost_of_loss":
            found = result.now.found
        case "asset_lookup":
            found = result.recent
        case _:
            found = result.plants[0].found
    parts = found.parts.values()
    return {
        "made": sum(part.total or 0.0 for part in parts),
        "down": sum(part.stopped or 0.0 for part in parts),
        "oee": found.kpis.oee or 0.0,
    }


# --- plants ----------------------------------------------------------------------------------


def sample_plant() -> PlantFile:
    """The sample plant at NOW, made once."""
    made_folder()
    if version(SAMPLE) != VERSION:
        make_sample(SAMPLE, now=NOW)
    text = (Path(core.data.__path__[0]) / "sample.toml").read_text("utf-8")
    content = tomllib.loads(text.replace("{home}/plant.db", SAMPLE.as_posix()))
    return parse(content, where="sample.toml", home=HOME)


def _plants() -> Iterator[tuple[str, PlantFile, datetime, tuple[tuple[str, str], ...]]]:
    yield (
        "sample",
        sample_plant(),
        NOW,
        (("asset", "line-3"), ("area", "packaging")),
    )
    yield (
        "big",
        load(big_plant(), home=Path()),
        END,
        (("asset", "m-042"), ("area", "area-4"), ("plant", "bench")),
    )


async def _bench(
    name: str, plant: PlantFile, now: datetime, scopes: tuple[tuple[str, str], ...]
) -> Bench:
    source = SqlDataSource(plant)
    installation = await Definitions(plant, CachedSource(source, lambda: now)).load()
    return Bench(name, source, Warm(source, now), plant, installation, now, scopes)


def _opened(path: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


# --- the same question again -----------------------------------------------------------------


async def _warm(bench: Bench, names: tuple[str, ...]) -> None:
    assistant = Assistant(bench.file, CachedSource(bench.source, lambda: bench.now), None)
    for name in names:
        cells = []
        for scope, place in bench.scopes:
            text = f"/{registry.tool(name).command} {place}"
            request = Request(User("bench"), Place("bench"), text, bench.now)
            await assistant.handle(request)
            times: list[float] = []
            while len(times) < _WARM_ROUNDS and sum(times) < _SECONDS * 1000:
                began = time.process_time()
                await assistant.handle(request)
                times.append((time.process_time() - began) * 1000)
            cells.append(f"{scope:>8}{median(times):7.1f}")
        print(f"{name:24}{bench.name:7}" + "".join(cells), flush=True)


if __name__ == "__main__":
    main()
