"""A week of the sample plant on the fast clock: how often readers are told, and a flood."""

from __future__ import annotations

import asyncio
import sqlite3
import tomllib
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, text

from core.alerts.pulse import Pulse
from core.data.cache import CachedSource
from core.data.mapping import PlantFile, parse
from core.data.sample import make_sample, tick
from core.data.sql import SqlDataSource
from core.installation import Definitions
from core.request import Place
from core.store import Store, Subscription
from tests.assistant.conftest import SAMPLE

pytestmark = pytest.mark.prove

START = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)  # over the change of clocks in Chicago
STEP = timedelta(minutes=10)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
FLOOD_AT = START + timedelta(days=2, hours=3)
READERS = {
    "plant": (("riverside",), None, ""),
    "packaging": (("packaging",), ("22:00", "06:00"), ""),
    "abroad": (("machining", "assembly"), ("16:00", "05:00"), "Europe/Berlin"),
    "hamburg": (("hamburg",), None, ""),
}


def mapped(file: Path) -> PlantFile:
    mapping = SAMPLE.read_text("utf-8").replace("{home}/plant.db", file.as_posix())
    return parse(tomllib.loads(mapping), where="sample.toml", home=file.parent)


def deliver(connection: Connection, now: datetime) -> None:
    """What is due goes out at once, as with a worker that is never late."""
    connection.execute(
        text(
            "UPDATE deliveries SET state = 'sent', message = 'm', shown = version"
            " WHERE state = 'waiting' AND due_at <= :now"
        ),
        {"now": f"{now:%Y-%m-%d %H:%M:%S.%f}"},
    )


def flood(file: Path, at: datetime) -> None:
    """Within two minutes all machines of two areas stop; robot-1 first, and noted last."""
    with closing(sqlite3.connect(file)) as plant, plant:
        named = plant.execute(
            "SELECT id FROM asset WHERE area IN ('machining', 'assembly') AND id NOT IN"
            ' (SELECT asset FROM downtime WHERE "end" IS NULL)'
        )
        assets = sorted((row[0] for row in named), key=lambda asset: asset == "robot-1")
        for asset in assets:
            since = at - timedelta(minutes=6 if asset == "robot-1" else 1)
            plant.execute(
                'INSERT OR REPLACE INTO downtime (id, asset, start, "end", reason, loss,'
                " recorded_at) VALUES (?, ?, ?, NULL, 'no compressed air', 'breakdown', ?)",
                (f"flood-{asset}", asset, f"{since:%Y-%m-%d %H:%M:%S}", f"{at:%Y-%m-%d %H:%M:%S}"),
            )


def end_flood(file: Path, at: datetime) -> None:
    with closing(sqlite3.connect(file)) as plant, plant:
        plant.execute(
            "UPDATE downtime SET \"end\" = ? WHERE id LIKE 'flood-%'", (f"{at:%Y-%m-%d %H:%M:%S}",)
        )


async def live_through(file: Path, store: Store) -> None:
    now = START
    source = CachedSource(SqlDataSource(mapped(file)), lambda: now)
    pulse = Pulse(Definitions(mapped(file), source), source, store)
    for name, (scope, quiet, zone) in READERS.items():
        place = Place("console", name, "", private=False)
        kinds = frozenset({"alerts"})
        await store.subscriptions.save(
            Subscription(name, place, scope, kinds, "console:ana", "en", zone, quiet, START)  # type: ignore[arg-type]
        )
    while now < START + WEEK:
        tick(file, now)
        if FLOOD_AT <= now < FLOOD_AT + HOUR:
            flood(file, FLOOD_AT)  # each time: the tick takes out what it did not open itself
        if now == FLOOD_AT + HOUR:
            end_flood(file, now)
        await pulse.run(now)
        at = now
        await store.write(lambda c, at=at: deliver(c, at))  # type: ignore[misc]
        now += STEP
    await source.close()


def test_a_week_of_alerts(tmp_path: Path) -> None:
    file = tmp_path / "plant.db"
    make_sample(file, days=45, now=START, seed=7)
    store = Store.open(f"sqlite:///{tmp_path}/andon.db")
    try:
        asyncio.run(live_through(file, store))

        def rows(statement: str) -> list[Any]:
            return asyncio.run(
                store.read(lambda c: [tuple(r) for r in c.execute(text(statement)).all()])
            )

        per_shift = Counter(
            (place, _shift(at, place))
            for place, at in rows(
                "SELECT place, sent FROM (SELECT place, min(at) AS sent FROM alert_messages"
                " WHERE kind IN ('push', 'flood') GROUP BY place, delivery)"
            )
        )
        kinds = dict(rows("SELECT kind, count(*) FROM deliveries GROUP BY kind"))
        floods = rows("SELECT subscription, first_out, started_at FROM alert_floods")
        at_night = rows(
            "SELECT due_at FROM deliveries WHERE place = 'console|packaging' AND kind = 'alert'"
        )
        told = {row[0] for row in rows("SELECT DISTINCT alert_id FROM alert_messages")}
        seen = rows("SELECT id, rule, suppressed_by FROM alerts")
        first = dict(rows("SELECT id, asset FROM alerts"))
    finally:
        store.close()
    assert len(per_shift) > 40
    assert max(per_shift.values()) <= 8
    assert kinds["safety"] > 4
    assert kinds["digest"] > 10
    here = {row[0]: first[row[1]] for row in floods if row[2].startswith("2026-03-05 15")}
    assert here == {"plant": "robot-1"}, "the one abroad sleeps already"
    assert not [at for (at,) in at_night if _is_night(at)]
    assert not [row for row in seen if row[0] not in told and row[1] == "safety"]


def _utc(at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=UTC)


def _shift(at: str, place: str) -> tuple[object, int]:
    zone = "Europe/Berlin" if place.endswith("hamburg") else "America/Chicago"
    local = _utc(at).astimezone(ZoneInfo(zone))
    start = local.replace(tzinfo=None) - timedelta(hours=6)
    return start.date(), start.hour // 8


def _is_night(at: str) -> bool:
    local = _utc(at).astimezone(ZoneInfo("America/Chicago"))
    return local.hour >= 22 or local.hour < 6
