"""`andon settings`: what is set and where it comes from, on 80 columns and without a secret."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from adapters.console.paper import Paper, cells, plain
from bot.commands.settings import rows
from bot.settings import NAMES, effective
from core.words import Words
from tests.bot.test_settings_given import SECRETS, canary, whole

ROOT = Path(__file__).parents[2]


def shown(environ: dict[str, str], folder: Path, *, every: bool = False, width: int = 80) -> str:
    paper = Paper(width, Words("en"))
    return "\n".join(plain(row) for row in rows(effective(environ, folder), paper, every=every))


def test_only_what_is_set_with_where_it_comes_from(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ANDON_LANGUAGE=de\n")
    (tmp_path / "token").write_text("xoxb-s3cret\n")
    environ = {"ANDON_HOME": "home", "SLACK_BOT_TOKEN_FILE": str(tmp_path / "token")}
    first, home, language, blank, slack, *_ = shown(environ, tmp_path, width=400).splitlines()
    assert (first, blank, slack) == ("Andon itself", "", "Slack")
    assert home.split() == ["ANDON_HOME", "home", "environment"]
    assert language.split() == ["ANDON_LANGUAGE", "de", ".env"]
    text = shown(environ, tmp_path, width=400)
    assert f"*** from {tmp_path / 'token'}" in text
    assert text.endswith(
        f"{len(NAMES) - 3} more are not set; `andon settings --all` shows what holds for them."
    )


def test_all_has_every_setting_and_says_what_holds(tmp_path: Path) -> None:
    text = shown({"ANDON_HOME": "home"}, tmp_path, every=True, width=400)
    found = [line.split() for line in text.splitlines()]
    assert [words[0] for words in found if words and words[0] in NAMES] == list(NAMES)
    assert ["ANDON_PORT", "8080", "default"] in found
    assert ["SLACK_BOT_TOKEN", "not", "set"] in found
    assert ["ANDON_STORE_URL", f"sqlite:///{Path('home') / 'andon.db'}", "default"] in found
    assert "everyone sees everything" in text


def test_no_secret_is_shown_and_every_line_fits(tmp_path: Path) -> None:
    text = shown(whole(tmp_path), tmp_path, every=True)
    together = "".join(text.split())
    assert [one.name for one in SECRETS if canary(one.name) in together] == []
    assert "c4nary" not in together
    wide = shown(whole(tmp_path), tmp_path, every=True, width=400)
    assert "postgresql://reader:***@db.example/plant" in wide
    assert "c4nary" not in wide
    assert max(map(cells, text.splitlines())) <= 80


@pytest.mark.parametrize("width", [40, 80, 100])
def test_columns_are_aligned(width: int, tmp_path: Path) -> None:
    lines = shown({}, tmp_path, every=True, width=width).splitlines()
    named = [line for line in lines if line.split(" ")[0] in NAMES]
    start = max(map(len, NAMES)) + 2
    assert {line[start - 2 : start] for line in named} == {"  "}
    assert not [line for line in named if line[start] == " "]


def andon(home: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=home,
        env={"PATH": "", "PYTHONPATH": str(ROOT), "ANDON_HOME": str(home), **environ},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_it_is_shown_where_a_setting_is_wrong_as_well(tmp_path: Path) -> None:
    done = andon(tmp_path, "settings", ANDON_PORT="http")
    assert done.returncode == 2
    assert done.stderr == "andon: ANDON_PORT: is 'http'; it must be a port number\n"
    assert ["ANDON_PORT", "http", "environment"] in [
        line.split() for line in done.stdout.split("\n")
    ]


def test_a_secret_that_cannot_be_read_is_a_row_and_an_error(tmp_path: Path) -> None:
    done = andon(tmp_path, "settings", OPENAI_API_KEY_FILE="nowhere", OPENAI_BASE_URL="http://a")
    assert done.returncode == 2
    assert done.stderr == "andon: OPENAI_API_KEY_FILE: there is no file nowhere\n"
    assert "OPENAI_API_KEY_FILE: there is no" in done.stdout
    assert "http://a" in done.stdout


def test_a_name_that_nothing_reads_is_said_at_the_start_and_logged(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ANDON_PROT=8081\n")
    done = andon(tmp_path, "cache")
    said = "ANDON_PROT in .env is no setting; did you mean ANDON_PORT?"
    assert done.returncode == 0
    assert done.stderr == f"andon: warning: {said}\n"
    assert said in (tmp_path / "andon.log").read_text("utf-8")
