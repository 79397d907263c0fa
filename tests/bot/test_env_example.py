""".env.example can be taken as it is: the defaults it shows are the defaults there are."""

from __future__ import annotations

import re
from pathlib import Path

from bot.settings import NAMES, load

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def shown() -> dict[str, str]:
    lines = re.findall(r"^# ([A-Z_]+)=(.*)$", EXAMPLE.read_text("utf-8"), re.MULTILINE)
    return dict(lines)


def test_it_is_complete_and_nothing_in_it_is_switched_on(tmp_path: Path) -> None:
    assert list(shown()) == list(dict.fromkeys(shown()))
    assert set(shown()) == set(NAMES)
    (tmp_path / ".env").write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    untouched = {"ANDON_HOME": str(tmp_path / "home")}
    assert load(untouched, tmp_path) == load(untouched, tmp_path / "home")


def test_the_defaults_that_it_shows_are_the_defaults(tmp_path: Path) -> None:
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    home = {"ANDON_HOME": str(tmp_path / "home")}
    named = (
        "ANDON_LANGUAGE",
        "ANDON_SLACK_LOOK",
        "ANDON_SLACK_API_URL",
        "ANDON_HOST",
        "ANDON_PORT",
    )
    given = {name: shown()[name] for name in named}
    assert load({**tokens, **home, **given}, tmp_path) == load({**tokens, **home}, tmp_path)


def test_a_line_that_is_switched_on_and_filled_in_works(tmp_path: Path) -> None:
    text = EXAMPLE.read_text("utf-8")
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "ANDON_PORT"):
        text = text.replace(f"# {name}=", f"{name}=")
    (tmp_path / ".env").write_text(text.replace("…", "123"), "utf-8")
    slack = load({"ANDON_HOME": str(tmp_path / "home")}, tmp_path).slack
    assert slack is not None
    assert (slack.bot_token, slack.app_token) == ("xoxb-123", "xapp-123")
