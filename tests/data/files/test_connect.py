"""`andon connect FOLDER` on what a German plant's Excel exports, and `andon check` of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bot.__main__ import main
from core.data.connect import propose, render
from core.data.engines import address
from core.data.files.address import address_of, kept_in, place_of
from core.data.mapping import load
from tests.data.files.conftest import Exports

PRODUCTION = "Maschine;Schichtbeginn;Schichtende;Gutteile;Ausschuss;Laufzeit [min]\r\n" + "".join(
    f"{machine};{day:02}.02.2026 06:00;{day:02}.02.2026 14:00;1.{day:03};{day};{400 + day},5\r\n"
    for day in range(1, 29)
    for machine in ("Fräse 1", "Drehbank")
)
STOPS = "Maschine;Beginn;Ende;Störgrund;Dauer [min]\n" + "".join(
    f"Fräse 1;{day:02}.02.2026 07:00:00;{day:02}.02.2026 07:30:00;Werkzeugbruch;30,0\n"
    for day in range(1, 29)
)


@pytest.fixture
def plant(exports: Exports) -> Exports:
    exports.put("Produktion 2026.csv", PRODUCTION.encode("cp1252"))
    exports.put("Störungen.csv", STOPS.encode("utf-8-sig"))
    exports.put("kaputt.csv", "a;b\n1;2\n3\n")
    for path in exports.path.iterdir():
        os.utime(path, (1, 1))  # written long ago: nobody need wait whether more comes
    return exports


def test_what_it_proposes(plant: Exports, tmp_path: Path) -> None:
    proposal = propose(plant.address(), zone="Europe/Berlin")
    assert {fact.fact: fact.table for fact in proposal.facts} == {
        "production": "Produktion_2026",
        "downtime": "Störungen",
    }
    assert [(p.file, p.key) for p in proposal.problems] == [("kaputt.csv", "too_short")]
    written = tmp_path / "plant.toml"
    written.write_text(render(proposal), "utf-8")
    columns = load(written, home=tmp_path).facts["production"].columns
    assert columns["good_units"].column == "Gutteile"
    assert columns["run_min"].column == "Laufzeit [min]"
    assert columns["start"].column == "Schichtbeginn"


def test_the_commands(
    plant: Exports,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The folder is given by its path; the mapping does not say where copies are kept."""
    written = tmp_path / "plant.toml"
    monkeypatch.setenv("ANDON_HOME", str(tmp_path / "home"))
    connect = ["connect", str(plant.path), "--zone", "Europe/Berlin", "--out", str(written)]
    assert main(connect) == 0
    assert "kaputt.csv, line 3" in " ".join(capsys.readouterr().out.split())
    assert f'url = "{address_of(plant.path)}"' in written.read_text("utf-8")
    monkeypatch.setenv("ANDON_PLANT_FILE", str(written))
    now = ["--now", "2026-02-20T12:00:00Z"]
    assert main(["check", "--json", *now]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["files"] == [{"key": "too_short", "file": "kaputt.csv", "row": 3, "n": 2}]
    assert main(["ask", "--json", "/downtime fraese-1 2026-02-10", *now]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["outcome"] == "answer"
    assert "30 min" in answer["text"].replace("\u00a0", " ")


def test_what_is_no_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "stops.csv").write_text("a,b\n", "utf-8")
    assert main(["connect", str(tmp_path / "nowhere")]) == 2
    assert "nowhere: is no folder, and no address" in capsys.readouterr().err
    assert main(["connect", str(tmp_path / "stops.csv")]) == 2
    assert "is a file: name the folder that it lies in" in capsys.readouterr().err


def test_a_folder_of_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "Ex porte?100%#ä"
    folder.mkdir()
    url = kept_in(address_of(folder), tmp_path / "ho me")
    place = place_of(address(url))
    assert place.folder == folder
    assert place.cache == tmp_path / "ho me" / "files"
    assert kept_in("sqlite:///plant.db", tmp_path) == "sqlite:///plant.db"
