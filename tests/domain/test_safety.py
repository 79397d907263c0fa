from __future__ import annotations

from datetime import date

import pytest

from core.domain.safety import Severity, days_since, parse_severity

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("near miss", Severity.NEAR_MISS),
        ("Lost-Time", Severity.LOST_TIME),
        ("first_aid", Severity.FIRST_AID),
        ("scratch", None),
    ],
)
def test_parse_severity(text: str, severity: Severity | None) -> None:
    assert parse_severity(text) == severity


def test_days_since_the_last_recordable() -> None:
    events = [
        (date(2026, 11, 1), Severity.RECORDABLE),
        (date(2026, 11, 10), Severity.LOST_TIME),
        (date(2026, 11, 20), Severity.FIRST_AID),
        (date(2026, 11, 24), Severity.FATALITY),
    ]
    assert days_since(events, TODAY) == 13
    assert days_since(events[2:], TODAY) is None
