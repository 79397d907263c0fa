"""The briefing on the sample plant: its figures are those of /oee, /production and /downtime, it
is short, and it hides what may not be seen."""

from __future__ import annotations

import sqlite3
import textwrap
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.access import Access
from core.answer import Notice, Text
from core.briefing.gather import words_of
from core.data.mapping import PlantFile
from core.errors import NoData
from core.store import Store
from tests.plants import NOW
from tests.shift.conftest import ANA, BEN, CHANNEL, OTHER, Shop, ids, said

# The night that the clocks went forward in, an ordinary one, both of Hamburg's, and a Sunday.
MOMENTS = [
    ("packaging", datetime(2026, 3, 12, 11, 0, tzinfo=UTC)),
    ("packaging", datetime(2026, 3, 8, 11, 0, tzinfo=UTC)),
    ("riverside", datetime(2026, 3, 11, 19, 0, tzinfo=UTC)),
    ("line-3", datetime(2026, 3, 10, 3, 0, tzinfo=UTC)),
    ("hamburg", datetime(2026, 3, 12, 5, 0, tzinfo=UTC)),
    ("hamburg", datetime(2026, 3, 8, 10, 0, tzinfo=UTC)),
]


@pytest.mark.parametrize(("place", "at"), MOMENTS)
def test_its_figures_are_those_of_the_tools(shop: Shop, place: str, at: datetime) -> None:
    brief = shop.result("briefing", assets=(place,), at=at).brief
    period = words_of(brief.last, brief.zone)
    told = shop.result("oee_query", assets=(place,), period=period)
    assert told.period.interval == brief.record.period.interval
    assert brief.record.found.kpis.oee == pytest.approx(told.found.kpis.oee)
    assert brief.record.target == pytest.approx(told.target)
    made = {asset: sums.total for asset, sums in told.found.parts.items()}
    assert {a: s.total for a, s in brief.record.found.parts.items()} == made
    stopped = shop.result("downtime_analysis", assets=(place,), period=period).now
    minutes: dict[tuple[str, str], float] = {}
    for row in stopped.rows:
        key = row.asset, row.name or ""
        minutes[key] = minutes.get(key, 0.0) + row.minutes
    for one in brief.before.unusual:
        assert one.minutes == pytest.approx(minutes[one.asset, one.cause])
        assert one.minutes > one.usual.limit


def test_made_against_plan_is_what_production_says(shop: Shop) -> None:
    """Between shifts /production tells of the last one."""
    sunday = datetime(2026, 3, 8, 10, 0, tzinfo=UTC)
    brief = shop.result("briefing", now=sunday, assets=("hamburg",), at=sunday).brief
    status = shop.result("production_status", now=sunday, assets=("hamburg",)).plants[0]
    assert brief.shift is None
    assert status.period.interval == brief.record.period.interval
    for made in brief.record.made:
        points = [
            p for p in status.points if p.asset.unit == made.unit and p.asset.id in status.once
        ]
        assert made.units == sum(p.made for p in points)
        assert made.planned == pytest.approx(sum(p.expected for p in points))


def test_a_night_in_which_the_clocks_change_has_seven_hours(shop: Shop) -> None:
    at = datetime(2026, 3, 8, 11, 0, tzinfo=UTC)
    brief = shop.result("briefing", assets=("packaging",), at=at).brief
    assert brief.last.name == "Night"
    assert brief.last.interval.minutes == 7 * 60
    answer = shop.ask("/briefing packaging at 2026-03-08T11:00Z")
    assert "Early Sun 8 Mar 06:00 CDT" in said(answer)


def test_between_shifts_it_says_when_work_goes_on(shop: Shop) -> None:
    sunday = datetime(2026, 3, 8, 10, 0, tzinfo=UTC)
    text = said(shop.ask("/briefing hamburg", now=sunday))
    assert "no shift runs until Mon 9 Mar 06:00 CET" in text
    assert "Spät of Fri 6 Mar: " in text


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("place", ["packaging", "line-3", "hamburg", "montage"])
def test_it_is_one_phone_screen_and_a_half(shop: Shop, place: str, language: str) -> None:
    """25 lines of 40 characters, without the small print of the sources."""
    answer = shop.ask(f"/briefing {place}", language=language)  # type: ignore[arg-type]
    lines = [line for part in said(answer).split("\n") for line in textwrap.wrap(part, 40)]
    assert len(lines) <= 25, "\n".join(lines)
    assert sum(len(source.filter) for source in answer.citations) < 40 * len(answer.citations)


def test_safety_comes_first_and_tells_no_more_than_severity_and_place(
    shop: Shop, sample_path: Path
) -> None:
    answer = shop.ask("/briefing", place=CHANNEL)
    first = next(p for p in answer.parts if isinstance(p, Text)).text
    assert first == "Safety: open first aid, CNC 2. And 3 more."
    with closing(sqlite3.connect(f"file:{sample_path}?mode=ro", uri=True)) as db:
        told = [row[0] for row in db.execute("SELECT description FROM safety") if row[0]]
    assert told
    assert not any(description in said(answer) for description in told)


def test_every_figure_is_cited_and_can_be_looked_at(shop: Shop) -> None:
    answer = shop.ask("/briefing packaging", place=CHANNEL)
    numbers = {citation.number for citation in answer.citations}
    for part in answer.parts:
        if isinstance(part, Text) and any(c.isdigit() for c in part.text):
            assert part.cites, part.text
            assert set(part.cites) <= numbers
    data = shop.ask(f"/data {answer.id} 1", place=CHANNEL)
    assert data.outcome == "answer"
    again = shop.ask(f"/again {answer.id}", place=CHANNEL, now=NOW + timedelta(minutes=3))
    assert again.outcome == "answer"
    assert "Night: 279,911 of 282,375 bottles" in said(again)


def test_money_is_not_shown_where_it_is_hidden(shop: Shop) -> None:
    assert "USD" in said(shop.ask("/briefing packaging"))
    shop.access = Access(money=False)
    assert "USD" not in said(shop.ask("/briefing packaging", place=CHANNEL))


def test_only_areas_that_may_be_seen(shop: Shop) -> None:
    shop.access = Access(frozenset({"assembly"}))
    answer = shop.ask("/briefing packaging")
    assert answer.outcome == "no_data"
    own = said(shop.ask("/briefing"))
    assert "Line" not in own
    assert "Grinder" not in own


def test_german_says_the_same(shop: Shop) -> None:
    english, german = (shop.ask("/briefing packaging", language=x) for x in ("en", "de"))
    assert "Nacht" not in said(german)  # names of shifts are the plant's
    assert "279.911 von 282.375 Flaschen (−1 %)" in said(german)
    assert [p.cites for p in english.parts if isinstance(p, Text)] == [
        p.cites for p in german.parts if isinstance(p, Text)
    ]
    assert said(german).startswith("Sicherheit: offen ist Beinaheunfall, Line 2. Und ein weiteres.")


def test_preliminary_until_a_quarter_past_by_the_time_of_the_data(
    shop: Shop, tmp_path: Path
) -> None:
    """At 06:20 the data is of 06:20: final. At 06:00 sharp its time is that of the shift's end."""
    brief = shop.result("briefing", assets=("packaging",)).brief
    assert brief.record.found.data_time == NOW.replace(minute=20)
    assert "preliminary" not in said(shop.ask("/briefing packaging"))
    late = shop.result("briefing", assets=("packaging",), at=NOW).brief
    assert not late.record.found.is_preliminary
    # Of a shift that ends after the data does.
    after = NOW + timedelta(hours=7, minutes=45)
    text = said(shop.ask("/briefing packaging", now=after))
    assert "preliminary until 14:15" in text
    assert "the data ends 06:20" in text
    assert "−9" not in text  # no shortfall where nothing is known


def test_a_missed_start_is_caught_up_and_says_so(shop: Shop) -> None:
    command = "/briefing packaging at 2026-03-12T11:00Z"
    late = shop.ask(command, typed=False, now=NOW + timedelta(hours=1))
    assert "Missed start, caught up: due 06:00, made 07:20." in said(late)
    assert "Missed start" not in said(shop.ask(command, typed=False))
    assert "Missed start" not in said(shop.ask(command, now=NOW + timedelta(hours=1)))


# --- without data ------------------------------------------------------------------------------


@pytest.fixture
def empty_shop(sample_file: PlantFile, sample_path: Path, tmp_path: Path, store: Store) -> Shop:
    """The sample plant without a row of production, stops, live data and safety."""
    from shutil import copy

    path = tmp_path / "empty.db"
    copy(sample_path, path)
    with closing(sqlite3.connect(path)) as db:
        for table in ("production", "downtime", "live", "safety", "scrap"):
            db.execute(f"DELETE FROM {table}")
        db.commit()
    source = sample_file.source.model_copy(update={"url": f"sqlite:///{path.as_posix()}"})
    return Shop(sample_file.model_copy(update={"source": source}), store)


def test_without_data_nothing_is_sent_and_a_person_is_told(empty_shop: Shop) -> None:
    command = "/briefing packaging at 2026-03-12T11:00Z"
    unasked = empty_shop.ask(command, typed=False)
    assert (unasked.outcome, unasked.parts) == ("no_data", ())
    asked = empty_shop.ask("/briefing packaging")
    assert asked.outcome == "no_data"
    assert "nothing to brief on" in said(asked)
    weekly = empty_shop.ask("/summary weekly packaging at 2026-03-12T11:00Z", typed=False)
    assert (weekly.outcome, weekly.parts) == ("no_data", ())
    empty_shop.close()


@pytest.fixture
def down_shop(sample_file: PlantFile, store: Store) -> Iterator[Shop]:
    """A source whose tables of stops and orders do not answer."""
    opened = Shop(sample_file, store, down=("downtime", "order"))
    yield opened
    opened.close()


def test_a_part_that_is_down_is_named_and_the_rest_is_given(down_shop: Shop) -> None:
    answer = down_shop.ask("/briefing packaging at 2026-03-12T11:00Z", typed=False)
    assert answer.outcome == "answer"
    text = said(answer)
    assert "Missing: the last shift, what is usual and actions and alerts, because" in text
    assert "sample plant does not answer" in text
    assert "Safety: open near miss" in text
    assert "Early Thu 12 Mar 06:00" in text


def test_with_everything_down_it_is_an_error_that_is_tried_again(
    sample_file: PlantFile, store: Store
) -> None:
    shop = Shop(sample_file, store, down=("downtime", "production", "safety", "live", "order"))
    answer = shop.ask("/briefing packaging at 2026-03-12T11:00Z", typed=False)
    assert answer.outcome == "error"
    assert "sample plant cannot be read right now" in said(answer)
    shop.close()


def test_without_the_bots_own_database_nobody_can_take_anything(shop: Shop) -> None:
    assert ids(shop.ask("/briefing packaging"))
    shop.break_store()
    answer = shop.ask("/briefing packaging")
    text = said(answer)
    assert "Missing: the states of alerts and the handover, because store" in text
    assert "Night: 279,911 of 282,375 bottles" in text
    assert not ids(answer)
    assert any("nobody can take" in n.text for n in answer.parts if isinstance(n, Notice))


def test_a_typed_moment_that_is_none(shop: Shop) -> None:
    assert "I do not understand “noon”" in said(shop.ask("/briefing packaging at noon"))
    assert shop.ask("/briefing nirvana").outcome == "unknown_asset"
    both = shop.ask("/briefing riverside hamburg")
    assert [action.command for action in both.actions] == [
        "/briefing riverside", "/briefing hamburg"
    ]  # fmt: skip


def test_who_took_it_is_named_only_where_they_took_it(shop: Shop) -> None:
    offered = ids(shop.ask("/briefing packaging", place=CHANNEL))
    assert len(offered) == 3
    shop.ask(f"/action {offered[1]} take v0", place=CHANNEL)
    assert "Taken by Ana, due 14:00" in said(shop.ask(f"/action {offered[1]}", place=CHANNEL))
    assert "taken by Ana" in said(shop.ask("/briefing packaging", place=CHANNEL, user=BEN))
    elsewhere = said(shop.ask("/briefing packaging", place=OTHER, user=BEN))
    assert "Ana" not in elsewhere
    assert "taken, due 14:00" in elsewhere
    assert offered[1] not in ids(shop.ask("/briefing packaging", place=CHANNEL))
    assert ANA not in elsewhere


def test_summary_of_a_week_against_the_week_before(shop: Shop) -> None:
    answer = shop.ask("/summary weekly packaging")
    text = said(answer)
    told = shop.result("oee_query", assets=("packaging",), period="last week")
    assert f"OEE {told.found.kpis.oee * 100:.1f} %" in text
    stopped = shop.result("downtime_analysis", assets=("packaging",), period="last week").now
    found = shop.result("summary", assets=("packaging",))
    assert found.period.interval == told.period.interval
    assert found.before is not None
    worst = found.losses[0]
    minutes = [r.minutes for r in stopped.rows if (r.asset, r.name) == (worst.asset, worst.cause)]
    assert (worst.asset, worst.cause) == ("line-3", "infeed conveyor jam")
    assert worst.minutes == pytest.approx(sum(minutes))
    assert [change for _, change in found.changes] == sorted(c for _, c in found.changes)
    monthly = said(shop.ask("/summary monthly hamburg", language="de"))
    assert "letzter Monat" in monthly or "letzten Monat" in monthly
    assert "“/summary weekly”" in said(shop.ask("/summary"))


def test_no_equipment_is_no_data(shop: Shop) -> None:
    with pytest.raises(NoData):
        shop.context(access=Access(frozenset({"hamburg"}))).scope(("packaging",))


def test_data_of_another_day_is_dated_and_no_news_is_no_good_news(shop: Shop) -> None:
    later = NOW + timedelta(days=3)
    text = said(shop.ask("/briefing hamburg", now=later))
    assert "data Thu 12 Mar 12:20, still preliminary" in text
    assert "the data ends Thu 12 Mar 12:20" in text
    assert "Nothing calls for action" not in text


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("/briefing packaging last week", "last week"),
        ("/summary weekly packaging foo", "foo"),
        ("/briefing for packaging please", ""),
        ("/briefing line 3 and line 1", ""),
        ("/briefing", ""),
        ("/briefing yesterday", "yesterday"),
    ],
)
def test_words_that_change_nothing_are_named(shop: Shop, asked: str, left: str) -> None:
    text = said(shop.ask(asked))
    assert (f"“{left}” changes nothing here" in text) == bool(left)
    assert ("changes nothing" in text) == bool(left)


def test_the_figures_of_an_action_say_of_which_days_they_are(shop: Shop) -> None:
    text = said(shop.ask("/briefing packaging"))
    assert "“infeed conveyor jam”. The last 7 days: 21 stops" in text
