"""A done action is measured again: on the sample plant, where what happened is known."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.data.mapping import PlantFile
from core.domain import tracking
from core.domain.tracking import Subject, Tracked, Who
from core.followup import FollowUp
from core.request import Place
from core.store import Store, Subscription, Wanted
from core.store.work import Proposal
from tests.plants import NOW
from tests.shift.conftest import ANA, Shop, said

JAM = Subject("line-3", "breakdown", "infeed conveyor jam")
FIXED = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
DUE = datetime(2026, 3, 11, 19, 15, tzinfo=UTC)  # Late, Night, Early after it, and 15 minutes
PRIVATE = Place("slack", "T1:DANA")


@pytest.fixture
def mended(
    sample_file: PlantFile, sample_path: Path, tmp_path: Path, store: Store
) -> Iterator[Shop]:
    """The sample plant, as if the conveyor had been mended at FIXED."""
    path = tmp_path / "mended.db"
    uri = f"file:{sample_path}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as there, closing(sqlite3.connect(path)) as here:
        there.backup(here)
        here.execute(
            "DELETE FROM downtime WHERE reason = ? AND asset = ? AND start >= ?",
            (JAM.about, JAM.asset, f"{FIXED:%Y-%m-%dT%H:%M:%S}"),
        )
        here.commit()
    source = sample_file.source.model_copy(update={"url": f"sqlite:///{path.as_posix()}"})
    opened = Shop(sample_file.model_copy(update={"source": source}), store)
    yield opened
    opened.close()


def done(shop: Shop, subject: Subject, at: datetime) -> Tracked:
    work = shop.store.work
    action = shop.run(work.propose([Proposal(subject, "riverside", "maintenance")], at))
    ended = tracking.done(action[subject.key], Who(ANA, "Ana", "slack|T1:C1"), at)
    assert shop.run(work.change(action[subject.key], ended))
    return ended


def follow(shop: Shop) -> FollowUp:
    return FollowUp(shop.definitions, shop.source, shop.store)


def verdict(shop: Shop, action: Tracked, now: datetime = NOW) -> str:
    shop.run(follow(shop).run(now))
    kept: Tracked = shop.run(shop.store.work.action(action.id))
    return kept.verdict


def test_what_was_mended_is_told_to_have_helped(mended: Shop) -> None:
    subscription = Subscription(
        "s1", PRIVATE, ("packaging",), frozenset({"briefing"}), ANA, "en", "", None, FIXED
    )
    mended.run(mended.store.subscriptions.save(subscription))
    action = done(mended, JAM, FIXED)
    assert verdict(mended, action, DUE - timedelta(minutes=1)) == ""
    assert verdict(mended, action, DUE) == "better"
    assert verdict(mended, action) == "better"
    card = mended.ask(f"/action {action.id}", place=PRIVATE)
    text = said(card)
    assert "It helped: 0 min per shift in the 3 shifts since, " in text
    assert "By chance alone" in text
    assert card.citations
    rows = mended.run(
        mended.store.read(
            lambda c: c.exec_driver_sql("SELECT key, place, command FROM deliveries").all()
        )
    )
    assert [tuple(row) for row in rows] == [
        (f"measured:{action.id}", "slack|T1:DANA", f"/action {action.id}")
    ]


def test_without_a_change_it_is_told_that_nothing_can_be_told(shop: Shop) -> None:
    action = done(shop, JAM, FIXED)
    assert verdict(shop, action) == "same"
    text = said(shop.ask(f"/action {action.id}", language="de"))
    assert "Nicht von der üblichen Schwankung zu unterscheiden" in text


def test_what_began_after_it_made_it_worse(shop: Shop) -> None:
    """The jams of every night began 30 days before the anchor; before there were few."""
    before = datetime(2026, 2, 24, 12, 0, tzinfo=UTC)
    action = done(shop, Subject("press-2", "rejects", "crack at bend"), before)
    assert verdict(shop, action) in ("same", "worse")
    boring = done(shop, Subject("grinder-1", "oee"), before)
    assert verdict(shop, boring) == "same"


def test_what_has_no_figure_is_not_measured(shop: Shop) -> None:
    action = done(shop, Subject("line-2", "safety", "near_miss"), FIXED)
    assert verdict(shop, action) == ""
    unheard = done(shop, Subject("line-2", "breakdown", "never heard of"), FIXED)
    assert verdict(shop, unheard) == "same"


def test_unfinished_is_carried_over_at_the_end_of_the_shift(shop: Shop) -> None:
    work = shop.store.work
    proposal = Proposal(JAM, "riverside", "maintenance")
    action = shop.run(work.propose([proposal], NOW))[JAM.key]
    due = datetime(2026, 3, 12, 19, 0, tzinfo=UTC)
    taken = tracking.take(action, Who(ANA, "Ana", "p"), NOW, due)
    assert shop.run(work.change(action, taken))
    shop.run(follow(shop).run(due - timedelta(minutes=1)))
    assert shop.run(work.action(action.id)) == taken
    for _ in range(2):
        shop.run(follow(shop).run(due))
    kept = shop.run(work.action(action.id))
    assert kept is not None
    assert kept.now.carried == 1
    assert kept.now.due == due + timedelta(hours=8)
    assert kept.now.owner == taken.now.owner


def test_a_briefing_is_shown_anew_once_when_its_figures_are_final(shop: Shop) -> None:
    start = datetime(2026, 3, 12, 11, 0, tzinfo=UTC)
    subscription = Subscription(
        "s1", PRIVATE, ("packaging",), frozenset({"briefing"}), ANA, "en", "", None, FIXED
    )
    shop.run(shop.store.subscriptions.save(subscription))
    key = "briefing:s1:riverside:2026-03-12T11:00Z"
    wanted = Wanted(key, PRIVATE, "briefing", 3, "/briefing packaging", ANA, "en", start)
    shop.run(shop.store.write(lambda c: shop.store.outbox.want(c, [wanted], start)))

    def version() -> int:
        statement = "SELECT version FROM deliveries"
        found: int = shop.run(shop.store.read(lambda c: c.exec_driver_sql(statement).scalar()))
        return found

    shop.run(follow(shop).run(start + timedelta(minutes=14)))
    assert version() == 1
    for minutes in (15, 16, 40):
        shop.run(follow(shop).run(start + timedelta(minutes=minutes)))
        assert version() == 2


def test_late_data_is_waited_for(shop: Shop) -> None:
    """The sample's data ends at 06:20; the late shift starts at 14:00."""
    start = datetime(2026, 3, 12, 19, 0, tzinfo=UTC)
    subscription = Subscription(
        "s1", PRIVATE, ("packaging",), frozenset({"briefing"}), ANA, "en", "", None, FIXED
    )
    shop.run(shop.store.subscriptions.save(subscription))
    key = "briefing:s1:riverside:2026-03-12T19:00Z"
    wanted = Wanted(key, PRIVATE, "briefing", 3, "/briefing packaging", ANA, "en", start)
    shop.run(shop.store.write(lambda c: shop.store.outbox.want(c, [wanted], start)))
    versions = []
    for minutes in (15, 39, 40, 44, 46):
        shop.run(follow(shop).run(start + timedelta(minutes=minutes)))
        statement = "SELECT version FROM deliveries WHERE kind = 'briefing'"
        found = shop.store.read(lambda c: c.exec_driver_sql(statement).scalar())  # noqa: B023
        versions.append(shop.run(found))
    assert versions == [1, 1, 2, 2, 2]


def test_many_that_are_measured_do_not_hide_those_that_are_not(shop: Shop) -> None:
    for number in range(201):
        one = done(shop, Subject("line-3", "breakdown", f"cause {number}"), FIXED)
        shop.run(shop.store.work.measured(replace(one, measured_at=FIXED, verdict="same")))
    last = done(shop, JAM, FIXED + timedelta(minutes=1))
    assert verdict(shop, last) != ""
