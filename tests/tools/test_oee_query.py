from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.answer import Metrics, Text
from core.tools.oee_query import OeeArgs
from tests.tools.conftest import Ask

LINE = {"assets": ("line-3",), "period": "yesterday"}


@pytest.mark.parametrize(
    ("kpi", "name"),
    [
        ("availability", "Availability"),
        ("effectiveness", "Performance"),
        ("quality", "Quality"),
        ("teep", "TEEP"),
        ("scrap_ratio", "Scrap ratio"),
    ],
)
def test_the_figure_asked_for_leads(ask: Ask, kpi: str, name: str) -> None:
    asked = ask("oee_query", {**LINE, "kpi": kpi})
    kpis = asked.result.found.kpis
    shown = f"{getattr(kpis, kpi) * 100:.1f} %"
    assert asked.sentence == f"{name} of Line 3 yesterday: {shown}. OEE: {kpis.oee * 100:.1f} %."
    assert asked.metrics[name].value.replace("\u00a0", " ") == shown


def test_what_was_made_leads(ask: Ask) -> None:
    asked = ask("oee_query", {**LINE, "kpi": "output"})
    sums = asked.result.found.parts["line-3"]
    made, good = f"{sums.total:,.0f} bottles", f"{sums.good:,.0f} of them good"
    assert asked.sentence.startswith(f"Line 3 yesterday: made {made}, {good}. OEE: ")


def test_a_figure_that_is_not_recorded_is_said_to_be(ask: Ask) -> None:
    asked = ask("oee_query", {**LINE, "kpi": "first_pass_yield"})
    if asked.result.found.kpis.first_pass_yield is None:
        assert asked.sentence.startswith("First-pass yield of Line 3 yesterday cannot be given: ")
    else:
        assert asked.sentence.startswith("First-pass yield of Line 3 yesterday: ")
    german = ask("oee_query", {**LINE, "kpi": "availability"}, "de").sentence
    assert german.startswith("Verfügbarkeit von Line 3 gestern: ")


def test_a_figure_of_other_tools_is_no_error() -> None:
    assert OeeArgs.model_validate({"kpi": "downtime"}).kpi == "oee"
    assert OeeArgs.model_json_schema()["properties"]["kpi"]["enum"][0] == "oee"


def test_without_data_nothing_is_drawn(ask: Ask) -> None:
    """Planned time of which nothing is known is no run time."""
    asked = ask("oee_query", {"assets": ("line-3",), "period": "2025-08-01..2025-08-31"})
    assert not asked.charts
    assert not asked.tables
    assert not asked.metrics
    assert any("only 0 % of the planned time has data" in notice for notice in asked.notices)


def test_a_running_period_is_compared_up_to_where_whole_rows_end(ask: Ask) -> None:
    """Rows are hourly and it is 12:20: the row that runs is live, that of yesterday is whole."""
    asked = ask("oee_query", {"assets": ("line-h1",), "period": "this shift"})
    against = asked.result.compared
    assert against.until == datetime(2026, 3, 12, 11, tzinfo=UTC)
    now, before = against.now.covered, against.before.covered
    assert now.minutes == before.minutes == 360
    assert now.end == against.until < asked.result.found.covered.end
    assert "Changes are told up to 12:00: there the whole rows of the period before end." in (
        asked.notices
    )
    change = against.now.kpis.oee - against.before.kpis.oee
    shown = asked.metrics["OEE"].change.replace("\u00a0", " ").replace("−", "-")
    assert f"{change * 100:+.1f} pp" in shown


@pytest.mark.parametrize(
    ("language", "said"), [("en", "What CNC 4"), ("de", "Die Ausbringung von CNC 4")]
)
def test_what_is_known_of_the_output_is_told(ask: Ask, language: str, said: str) -> None:
    """The feed of CNC 4 is stale: what the other machines made is known all the same."""
    asked = ask("oee_query", {"assets": ("riverside",), "kpi": "output"}, language)
    parts = asked.result.found.parts
    assert [asset for asset, sums in parts.items() if sums.total is None] == ["cnc-4"]
    made = {"parts": 0.0, "bottles": 0.0}
    for sums in parts.values():
        made[sums.unit] += sums.total or 0.0
    (shown,) = (group.metrics for group in asked.of(Metrics))
    outputs = {m.amount: m for m in shown if m.amount in made.values()}
    assert set(outputs) == set(made.values())
    assert outputs[made["parts"]].change == ""  # all of them made what they did the day before
    assert all(m.value in asked.of(Text)[0].text for m in outputs.values())
    assert sum(notice.startswith(said) for notice in asked.notices) == 1
