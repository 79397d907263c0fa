"""A plant's own alerts.toml over the shipped rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.alerts.limits import AlertRules, Levels
from core.alerts.rules_file import default_rules, problems, rules_from
from core.domain.alarms import Priority
from core.errors import MisconfiguredError


def written(folder: Path, text: str) -> Path:
    path = folder / "alerts.toml"
    path.write_text(text, "utf-8")
    return path


def test_what_is_not_said_is_as_shipped(tmp_path: Path) -> None:
    rules = rules_from(written(tmp_path, "[down]\nlow = 20\n\n[messages]\nper_shift = 5\n"))
    assert (rules.down.low, rules.down.medium) == (20, 60)
    assert rules.messages.per_shift == 5
    assert rules.oee == default_rules().oee
    assert rules_from(None) == default_rules()


def test_a_rule_can_be_switched_off_and_a_level_taken_away(tmp_path: Path) -> None:
    rules = rules_from(written(tmp_path, '[oee]\non = false\n[down]\nlow = "never"\n'))
    assert rules.oee.priority(90) is None
    assert rules.down.priority(30) is None
    assert rules.down.priority(61) is Priority.MEDIUM
    assert rules.down.least == 60


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[dwn]\nlow = 4", "[dwn] is no section; did you mean down?"),
        ("[down]\nhihg = 4", "[down] hihg is no setting; did you mean high?"),
        ("[down]\nxyzzy = 4", "[down] xyzzy is no setting; there are on, low, medium, high"),
        ("[down]\nlow = 90", "[down]: low, medium and high must rise"),
        ('[down]\nlow = "soon"', "[down] low: input should be a valid number"),
        ("[messages]\nper_shift = -1", "[messages] per_shift: input should be greater"),
        ("down = 4", "down must be a section: [down]"),
        ('[stop_cost]\nmedium = "never"\nhigh = "never"', "[stop_cost] has no level left"),
        ("[down", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    [problem] = problems(path)
    assert problem.startswith(said)
    with pytest.raises(MisconfiguredError):
        rules_from(path)


def test_every_mistake_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "[down]\nhihg = 3\nlwo = 3\n[mesages]\nper_shift = 4\n")
    assert len(problems(path)) == 3


def test_every_rule_of_levels_can_be_switched_off() -> None:
    sections = [s for _, s in default_rules() if isinstance(s, Levels)]
    assert len(sections) == 9
    for section in sections:
        off = section.model_copy(update={"on": False})
        assert off.priority(1_000_000) is None


def test_safety_has_no_switch(tmp_path: Path) -> None:
    assert problems(written(tmp_path, "[safety]\non = false"))
    assert "on" not in type(AlertRules.model_validate(default_rules()).safety).model_fields
