"""Looks at the sample plant that are written down: once, whole, by however many processes."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import event, text

from core.alerts.pulse import Pulse
from core.data.cache import CachedSource
from core.data.mapping import PlantFile
from core.data.sql import SqlDataSource
from core.installation import Definitions
from core.request import Place
from core.store import Store, Subscription
from tests.assistant.conftest import sample_file
from tests.plants import NOW
from tests.store.conftest import store_url

__all__ = ["sample_file", "store_url"]
T = TypeVar("T")
MINUTE = timedelta(minutes=1)
COUNTS = ("alerts", "alert_events", "alert_messages", "deliveries", "watermarks")


def subscription(name: str = "s1", *scope: str, **rest: Any) -> Subscription:
    facts: dict[str, Any] = {"zone": "", "quiet": None, "language": "en"} | rest
    return Subscription(
        id=name,
        place=Place("console", f"here {name}", "", private=False),
        scope=scope or ("riverside",),
        kinds=frozenset({"alerts"}),
        owner="console:ana",
        created_at=NOW,
        **facts,
    )


@dataclass
class Watched:
    """A plant, a store and what looks after them, at a time of one's own."""

    file: PlantFile
    url: str
    now: datetime = NOW

    def run(self, work: Callable[[Store, Pulse], Awaitable[T]]) -> T:
        """One process: what it does, from opening its store to closing it."""

        async def live() -> T:
            source = CachedSource(SqlDataSource(self.file), lambda: self.now)
            store = Store.open(self.url)
            try:
                return await work(store, Pulse(Definitions(self.file, source), source, store))
            finally:
                await source.close()
                store.close()

        return asyncio.run(live())

    def subscribe(self, *subscriptions: Subscription) -> None:
        async def save(store: Store, _pulse: Pulse) -> None:
            for one in subscriptions:
                await store.subscriptions.save(one)

        self.run(save)

    def look(self) -> None:
        async def once(_store: Store, pulse: Pulse) -> None:
            await pulse.run(self.now)

        self.run(once)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        async def read(store: Store, _pulse: Pulse) -> list[tuple[Any, ...]]:
            return await store.read(
                lambda c: [tuple(row) for row in c.execute(text(statement)).all()]
            )

        return self.run(read)

    def counts(self) -> dict[str, int]:
        each = (f"SELECT '{name}', count(*) FROM {name}" for name in COUNTS)
        return dict(self.rows(" UNION ALL ".join(each)))


@pytest.fixture
def watched(sample_file: PlantFile, store_url: str) -> Watched:
    made = Watched(sample_file, store_url)
    made.subscribe(subscription())
    return made


@pytest.fixture
def own(sample_file: PlantFile, tmp_path: Path) -> tuple[Watched, Path]:
    """A plant that may be written to."""
    here = tmp_path / "own.db"
    before = sample_file.source.url
    shutil.copy(before.removeprefix("sqlite:///"), here)
    source = sample_file.source.model_copy(update={"url": f"sqlite:///{here.as_posix()}"})
    file = sample_file.model_copy(update={"source": source})
    return Watched(file, f"sqlite:///{tmp_path}/andon.db"), here


def test_a_look_writes_alerts_with_what_is_sent_of_them(watched: Watched) -> None:
    watched.look()
    alerts = watched.rows("SELECT id, rule, asset, active, acknowledged, version FROM alerts")
    assert ("down", "grinder-4") in {(row[1], row[2]) for row in alerts}
    assert {row[3:] for row in alerts} == {(1, 0, 1)} or {row[3:] for row in alerts} == {
        (True, False, 1)
    }
    commands = {row[0] for row in watched.rows("SELECT command FROM deliveries")}
    shown = {row[0] for row in watched.rows("SELECT alert_id FROM alert_messages")}
    assert shown == {row[0] for row in alerts}, "each is told, alone or in the digest"
    assert {f"/alert {row[0]} push" for row in alerts if row[1] == "safety"} <= commands


def test_a_minute_is_looked_at_once_by_several(watched: Watched) -> None:
    async def race(store: Store, pulse: Pulse) -> None:
        source = CachedSource(SqlDataSource(watched.file), lambda: NOW)
        second = Store.open(watched.url)
        others = [Pulse(Definitions(watched.file, source), source, second) for _ in range(3)]
        try:
            await asyncio.gather(pulse.run(NOW), *(other.run(NOW) for other in others))
        finally:
            await source.close()
            second.close()

    watched.run(race)
    once = watched.counts()
    assert once["alert_events"] == once["alerts"] > 0
    watched.look()
    assert watched.counts() == once
    watched.now += MINUTE
    watched.look()
    assert watched.counts() == once, "nothing is new a minute later"


class Killed(Exception):
    """Here the process ends."""


def test_a_look_that_dies_anywhere_has_written_nothing(
    sample_file: PlantFile, tmp_path: Path
) -> None:
    whole = Watched(sample_file, f"sqlite:///{tmp_path}/whole.db")
    whole.subscribe(subscription())
    statements: list[str] = []

    async def look(store: Store, pulse: Pulse) -> None:
        dying(store, statements, None)
        await pulse.run(NOW)

    whole.run(look)
    expected = whole.counts()
    writes = [n for n, sql in enumerate(statements) if sql.startswith(("INSERT", "UPDATE"))]
    assert len(writes) > 4
    killed = Watched(sample_file, f"sqlite:///{tmp_path}/killed.db")
    killed.subscribe(subscription())
    before = killed.counts()
    with reading_once(sample_file) as one_look:
        for at in writes:
            with pytest.raises(Killed):
                one_look(killed, at)
            assert killed.counts() == before
    killed.look()
    assert killed.counts() == expected


def dying(store: Store, seen: list[str], at: int | None) -> None:
    """The process ends right after statement number `at`; `seen` are those that were made."""

    def after(_c: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        seen.append(sql)
        if at is not None and len(seen) > at:
            raise Killed

    event.listen(store._engine, "after_cursor_execute", after)


@contextmanager
def reading_once(file: PlantFile) -> Iterator[Callable[[Watched, int], None]]:
    """A look that dies at a statement; what it read of the plant is read once for all of them."""
    with asyncio.Runner() as runner:
        source = CachedSource(SqlDataSource(file), lambda: NOW)
        definitions = Definitions(file, source)

        def look(watched: Watched, at: int) -> None:
            store = Store.open(watched.url)
            dying(store, [], at)
            try:
                runner.run(Pulse(definitions, source, store).run(NOW))
            finally:
                store.close()

        yield look
        runner.run(source.close())


def test_an_injected_flood_is_one_card_with_what_came_first(own: tuple[Watched, Path]) -> None:
    watched, file = own
    watched.subscribe(subscription("s1", "machining", "assembly"))
    watched.look()
    before = set(watched.rows("SELECT key FROM deliveries WHERE kind = 'alert'"))
    idle = _idle(file)
    assert len(idle) > 11
    watched.now = NOW + 15 * MINUTE
    for number, asset in enumerate(idle):
        since = NOW + (0 if number == 5 else 2) * MINUTE
        _stop(file, asset, since)
    _keep_fresh(file, watched.now)
    watched.look()
    new = set(watched.rows("SELECT key FROM deliveries WHERE kind = 'alert'")) - before
    [flood] = watched.rows("SELECT id, first_out, count FROM alert_floods")
    assert new == {(f"flood:{flood[0]}",)}
    [first] = watched.rows(f"SELECT asset FROM alerts WHERE id = '{flood[1]}'")
    assert first == (idle[5],)
    assert flood[2] == len(idle)


def _idle(file: Path) -> list[str]:
    """Machines and lines of one plant without an open stop; none in a line with another one."""
    with closing(sqlite3.connect(file)) as plant:
        rows = plant.execute(
            "SELECT id FROM asset WHERE plant = 'riverside' AND area IN ('machining', 'assembly')"
            " AND kind NOT IN ('plant', 'area')"
            ' AND id NOT IN (SELECT asset FROM downtime WHERE "end" IS NULL)'
            " AND id <> 'cnc-4'"
        )
        return sorted(row[0] for row in rows)


def _stop(file: Path, asset: str, since: datetime) -> None:
    with closing(sqlite3.connect(file)) as plant, plant:
        plant.execute(
            'INSERT INTO downtime (id, asset, start, "end", reason_code, reason, loss, recorded_at)'
            " VALUES (?, ?, ?, NULL, 'E1', 'no compressed air', 'breakdown', ?)",
            (f"flood-{asset}", asset, f"{since:%Y-%m-%d %H:%M:%S}", f"{since:%Y-%m-%d %H:%M:%S}"),
        )


def _keep_fresh(file: Path, now: datetime) -> None:
    """The plant went on producing up to now."""
    with closing(sqlite3.connect(file)) as plant, plant:
        plant.execute(
            'INSERT INTO production (asset, start, "end", shift, planned_min, total_units,'
            " good_units, scrap_units, rework_units, recorded_at)"
            " SELECT asset, max(\"end\"), ?, 'Early', 1, 1, 1, 0, 0, ? FROM production"
            " GROUP BY asset",
            (f"{now:%Y-%m-%d %H:%M:%S}", f"{now:%Y-%m-%d %H:%M:%S}"),
        )


def test_without_subscriptions_nobody_looks(sample_file: PlantFile, tmp_path: Path) -> None:
    alone = Watched(sample_file, f"sqlite:///{tmp_path}/alone.db")
    alone.look()
    assert set(alone.counts().values()) == {0}


def test_a_plant_that_does_not_answer_leaves_all_as_it_is(own: tuple[Watched, Path]) -> None:
    watched, file = own
    watched.subscribe(subscription())
    watched.look()
    before = watched.rows("SELECT id, version, active FROM alerts ORDER BY id")
    file.rename(file.with_name("gone.db"))
    watched.now += MINUTE
    watched.look()
    assert watched.rows("SELECT id, version, active FROM alerts ORDER BY id") == before


def test_quiet_hours_are_the_readers_own(sample_file: PlantFile, tmp_path: Path) -> None:
    watched = Watched(sample_file, f"sqlite:///{tmp_path}/quiet.db")
    # 06:20 in Chicago is 12:20 in Berlin.
    night = ("22:00", "07:00")
    watched.subscribe(
        subscription("here", quiet=night), subscription("away", quiet=night, zone="Europe/Berlin")
    )
    watched.look()
    sent = dict(
        watched.rows("SELECT place, count(*) FROM deliveries WHERE kind = 'alert' GROUP BY place")
    )
    assert set(sent) == {"console|here away"}
    [due] = watched.rows("SELECT due_at FROM deliveries WHERE key LIKE 'digest:here:%'")
    assert str(due[0]).startswith("2026-03-12 12:00"), "07:00 in Chicago"
