"""Questions from the command line to the answer, on a small sample plant and as a real process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.data.sample import make_sample
from tests.docs.acted import acted

ROOT = Path(__file__).parents[2]
NOW = "2026-03-12T11:58:00+00:00"
ANDON = [sys.executable, "-m", "bot"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    make_sample(folder / "plant.db", days=10, now=datetime.fromisoformat(NOW).astimezone(UTC))
    return folder


def _environ(home: Path, **environ: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ANDON_")}
    return {**kept, "PYTHONPATH": str(ROOT), "ANDON_HOME": str(home), **environ}


def andon(
    home: Path, *arguments: str, stdin: str = "", **environ: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*ANDON, *arguments, "--now", NOW],
        cwd=home,
        env=_environ(home, **environ),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_question_is_answered_for_people(home: Path) -> None:
    done = andon(home, "ask", "/oee line-3 yesterday")
    assert done.returncode == 0, done.stderr
    assert "OEE" in done.stdout
    assert "[1] sample plant" in done.stdout
    assert done.stderr == ""


@pytest.fixture
def here(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same without a process of its own, which takes a second to start."""
    monkeypatch.setenv("ANDON_HOME", str(home))
    monkeypatch.chdir(home)


def test_and_for_programs(here: None) -> None:
    _, told = acted(["ask", "/oee", "line-3", "yesterday", "--json", "--now", NOW])
    shown = json.loads(told)
    assert (shown["outcome"], shown["tool"]) == ("answer", "oee_query")
    assert shown["args"]["assets"] == ["line-3"]
    assert shown["args"]["period"]["zone"] == "America/Chicago"
    assert shown["ms"] > 0


@pytest.mark.parametrize("question", ["", "🏭", "x" * 10_001, "'; DROP TABLE production; --"])
def test_odd_questions_get_a_polite_answer(here: None, question: str) -> None:
    code, told = acted(["ask", "--json", "--now", NOW, "--", question])
    assert code == 0, told
    assert json.loads(told)["text"]  # and nothing on stderr


def test_a_pipe_is_read_to_its_end_and_keeps_the_thread(here: None) -> None:
    typed = "/oee line-3 yesterday\n\nand line 4?\n"
    code, told = acted(["chat", "--json", "--now", NOW], typed)
    assert code == 0, told
    first, second = map(json.loads, told.splitlines())
    assert first["args"]["assets"] == ["line-3"]
    assert second["args"]["assets"] == ["line-4"]
    assert second["args"]["period"] == first["args"]["period"]


def test_a_pipe_for_people_repeats_the_question(home: Path) -> None:
    done = andon(home, "chat", stdin="/oee line-3 yesterday\n")
    assert done.stdout.startswith("> /oee line-3 yesterday\n")


def test_hit_rates_of_ended_sessions_are_shown_and_cleared(home: Path) -> None:
    andon(home, "chat", stdin="/oee line-3 yesterday\n/oee line-3 yesterday\n")
    shown = subprocess.run(
        [*ANDON, "cache", "--json"], env=_environ(home), capture_output=True, text=True, check=True
    )
    assert any(tier["hits"] for tier in json.loads(shown.stdout).values())
    subprocess.run([*ANDON, "cache", "--clear"], env=_environ(home), check=True)
    assert not (home / "cache.json").exists()


@pytest.mark.parametrize(
    ("content", "problem"), [(None, ""), (b"this is no database" * 100, "")], ids=["missing", "bad"]
)
def test_a_database_that_cannot_be_read_is_one_line_and_2(
    home: Path, tmp_path: Path, content: bytes | None, problem: str
) -> None:
    file = tmp_path / "gone.db"
    if content is not None:
        file.write_bytes(content)
    url = f"sqlite:///{file}"
    done = andon(home, "ask", "/oee line-3 yesterday", ANDON_DATABASE_URL=url, COLUMNS="200")
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert file.exists() == (content is not None)


def _with_ctrl_c() -> None:
    """A shell starts what runs in the background with Ctrl-C ignored, and children inherit it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(os.name == "nt", reason="signals and pipes of POSIX")
def test_ctrl_c_and_a_closed_pipe_end_quietly(home: Path) -> None:
    with subprocess.Popen(
        [*ANDON, "chat", "--now", NOW],
        cwd=home,
        env=_environ(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_with_ctrl_c,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"/oee line-3 yesterday\n")
        process.stdin.flush()
        assert process.stdout.readline().startswith(b"> /oee")
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b""
    assert process.returncode == 130


@pytest.mark.skipif(os.name == "nt", reason="signals and pipes of POSIX")
def test_a_reader_who_leaves_early_causes_no_traceback(home: Path) -> None:
    with subprocess.Popen(
        [*ANDON, "chat", "--now", NOW],
        cwd=home,
        env=_environ(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        _, errors = process.communicate(b"/oee line-3 yesterday\n" * 3, timeout=300)
    assert errors == b""
    assert process.returncode == 0
