"""The command as people and programs run it: exit codes, one clear line, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import COMMANDS, main

ROOT = Path(__file__).parents[2]


def andon(
    home: Path, *arguments: str, stdin: str = "", **environ: str
) -> subprocess.CompletedProcess[str]:
    """Runs the command in an empty folder of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=home,
        env=_environ(home, **environ),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _environ(home: Path, **environ: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ANDON_")}
    return {**kept, "PYTHONPATH": str(ROOT), "ANDON_HOME": str(home), **environ}


def test_help_keeps_the_case_of_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync", "--help"]) == 0
    assert "Bring README.md up to date" in capsys.readouterr().out


def test_help_lists_every_command(tmp_path: Path) -> None:
    done = andon(tmp_path, "--help")
    assert done.returncode == 0
    for name in COMMANDS:
        assert f"  {name} " in done.stdout


@pytest.mark.parametrize("arguments", [[], ["dance"], ["ask", "--now", "noon", "x"]])
def test_bad_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert "usage" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: andon {name}")


def test_a_wrong_setting_is_one_line(tmp_path: Path) -> None:
    done = andon(tmp_path, "cache", ANDON_LANGUAGE="fr")
    assert done.returncode == 2
    assert done.stderr == "andon: ANDON_LANGUAGE: is 'fr'; it can be en or de\n"


def test_a_program_that_wants_json_gets_its_error_as_json(tmp_path: Path) -> None:
    done = andon(tmp_path, "ask", "x", "--json", ANDON_LANGUAGE="fr")
    assert done.returncode == 2
    assert done.stdout.startswith('{"outcome": "error"')


def test_cache_without_sessions(tmp_path: Path) -> None:
    assert andon(tmp_path, "cache").stdout == "No session has counted anything yet.\n"
    assert andon(tmp_path, "cache", "--json").stdout == "{}\n"


def test_the_store_is_brought_up_to_date(tmp_path: Path) -> None:
    done = andon(tmp_path, "migrate", ANDON_LANGUAGE="de")
    assert done.returncode == 0
    assert done.stdout.startswith("Der Speicher steht auf Stand ")
    assert (tmp_path / "andon.db").exists()


def test_a_sample_of_ones_own(tmp_path: Path) -> None:
    out = tmp_path / "mine.db"
    now = "2026-03-12T05:58:00-05:00"
    done = andon(tmp_path, "sample", "--days", "2", "--now", now, "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "Thu 12 Mar 10:58" in done.stdout
    assert out.stat().st_size > 0


def test_an_unexpected_error_is_logged_and_the_reader_gets_its_id(tmp_path: Path) -> None:
    (tmp_path / "cache.cleared").mkdir()  # a folder where a file belongs
    (tmp_path / "cache.json").mkdir()
    done = andon(tmp_path, "cache", "--clear")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("andon: Something went wrong. It is logged as ")
    defect = done.stderr.split(" as ")[1].split()[0]
    log = (tmp_path / "andon.log").read_text("utf-8")
    assert f"defect {defect}" in log
    assert "Traceback" in log


@pytest.mark.skipif(os.name == "nt", reason="signals and pipes of POSIX")
def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "--help"],
        cwd=tmp_path,
        env=_environ(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
