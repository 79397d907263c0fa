"""Actions, handovers and notes on both databases: once each, and never over a newer version."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from core.answer import Answer, Text
from core.domain import handing_over, tracking
from core.domain.handing_over import Handover
from core.domain.periods import Interval
from core.domain.tracking import Subject, Who
from core.store import Store
from core.store.audit import Entry, entries, record
from core.store.work import Note, Proposal

NOW = datetime(2026, 3, 12, 11, 0, tzinfo=UTC)
ANA, BEN = Who("slack:T:A", "Ana \0", "slack|C1"), Who("slack:T:B", "Ben", "slack|C1")
JAM = Proposal(Subject("line-3", "breakdown", "jam \N{SNOWMAN}"), "riverside", "maintenance")
SLOW = Proposal(Subject("line-3", "reduced_speed"), "riverside", "setter")


def test_a_suggestion_is_one_action_however_often_it_is_made(store: Store) -> None:
    async def run() -> None:
        found = await asyncio.gather(*(store.work.propose([JAM, SLOW], NOW) for _ in range(8)))
        first = found[0]
        assert set(first) == {JAM.subject.key, SLOW.subject.key}
        assert all(one == first for one in found)
        assert (await store.work.newest([JAM.subject.key])) == {
            JAM.subject.key: first[JAM.subject.key]
        }

    asyncio.run(run())


def test_of_many_who_take_it_at_once_one_has_it(store: Store) -> None:
    async def run() -> None:
        action = (await store.work.propose([JAM], NOW))[JAM.subject.key]
        people = [Who(f"u{n}", f"N{n}", "p") for n in range(10)]
        due = NOW + timedelta(hours=4)
        taken = [tracking.take(action, who, NOW, due) for who in people]

        async def change(n: int) -> bool:
            entry = Entry(NOW, people[n].id, "p", "action.take", action.id)
            return await store.work.change(action, taken[n], (partial(record, entry=entry),))

        done = await asyncio.gather(*(change(n) for n in range(10)))
        assert sum(done) == 1
        kept = await store.work.action(action.id)
        assert kept == taken[done.index(True)]
        told = await store.read(partial(entries, subject=action.id))
        assert [one.user_id for one in told] == [people[done.index(True)].id]
        assert await store.work.taken(["riverside"]) == (kept,)
        assert await store.work.taken(["hamburg"]) == ()

    asyncio.run(run())


def test_what_ended_may_be_suggested_anew_and_is_not_taken_back_over_it(store: Store) -> None:
    async def run() -> None:
        first = (await store.work.propose([JAM], NOW))[JAM.subject.key]
        ended = tracking.done(first, BEN, NOW)
        assert await store.work.change(first, ended)
        assert await store.work.done(Interval(NOW, NOW + timedelta(minutes=1))) == (ended,)
        second = (await store.work.propose([JAM], NOW + timedelta(minutes=1)))[JAM.subject.key]
        assert second.id != first.id
        back = tracking.undo(ended, BEN, NOW + timedelta(minutes=2))
        assert not await store.work.change(ended, back)
        measured = replace(ended, measured_at=NOW, verdict="better")
        assert await store.work.measured(measured)
        assert not await store.work.measured(measured)

    asyncio.run(run())


def test_a_handover_is_one_row_and_keeps_what_was_shown(store: Store) -> None:
    async def run() -> None:
        interval = Interval(NOW, NOW + timedelta(hours=8))
        wanted = Handover("aaaaaaaa", ("packaging",), "riverside", "Early", interval)
        other = replace(wanted, id="bbbbbbbb")
        found = await asyncio.gather(*(store.work.handover_of(h) for h in (wanted, other) * 4))
        assert len({one.id for one in found}) == 1
        opened = found[0]
        completed = handing_over.complete(opened, ANA, interval.end)
        shown = Answer("answer", (Text("Nothing stands."),))
        assert await store.work.change_handover(opened, completed, shown)
        assert not await store.work.change_handover(opened, completed, shown)
        kept = await store.work.handover(opened.id)
        assert kept is not None
        assert kept[0].completed is not None
        assert kept[1] == shown
        late = interval.end + timedelta(hours=1)
        (unsigned,) = await store.work.unsigned(late)
        told = replace(unsigned, escalated_at=late)
        assert await store.work.change_handover(unsigned, told)
        assert not await store.work.change_handover(unsigned, told)
        assert await store.work.unsigned(late) == ()
        assert await store.work.handovers("riverside", Interval(NOW, late)) == (told,)
        assert await store.work.handovers("hamburg", Interval(NOW, late)) == ()

    asyncio.run(run())


def test_notes_stand_in_the_order_in_which_they_were_written(store: Store) -> None:
    async def run() -> None:
        said = ["first", "second <b>\0\ud800", "third"]
        for text in said:
            await store.work.add_note(Note(NOW, "riverside", ("packaging",), ANA, text))
        found = await store.work.notes("riverside", Interval(NOW, NOW + timedelta(minutes=1)))
        assert [one.said for one in found] == ["first", "second <b>␀?", "third"]
        assert await store.work.notes("hamburg", Interval(NOW, NOW + timedelta(days=1))) == ()

    asyncio.run(run())


def test_who_asks_to_be_forgotten_is_in_none_of_it(store: Store) -> None:
    async def run() -> None:
        action = (await store.work.propose([JAM], NOW))[JAM.subject.key]
        taken = tracking.take(action, ANA, NOW, None)
        await store.work.change(action, taken)
        await store.work.change(taken, tracking.assign(taken, BEN, ANA, NOW, None))
        await store.work.add_note(Note(NOW, "riverside", ("packaging",), ANA, "belt is new"))
        await store.forget(ANA.id)
        kept = await store.work.action(action.id)
        assert kept is not None
        assert kept.now.owner == BEN
        assert kept.changed_by == ""
        assert kept.before is not None
        assert kept.before.owner is not None
        assert kept.before.owner.id == ""
        (note,) = await store.work.notes("riverside", Interval(NOW, NOW + timedelta(days=1)))
        assert (note.who.id, note.who.name, note.said) == ("", "", "belt is new")

    asyncio.run(run())


def test_old_suggestions_go_and_what_is_taken_stays(store: Store) -> None:
    async def run() -> None:
        found = await store.work.propose([JAM, SLOW], NOW)
        action = found[JAM.subject.key]
        await store.work.change(action, tracking.take(action, ANA, NOW, None))
        assert await store.work.prune(NOW + timedelta(days=90)) == 1
        assert await store.work.action(action.id) is not None
        assert await store.work.action(found[SLOW.subject.key].id) is None

    asyncio.run(run())
