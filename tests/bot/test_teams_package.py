"""The app package: what Teams would refuse, and what would drift from the code."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from struct import unpack
from typing import Any
from zipfile import ZipFile

import pytest

from adapters.teams.said import as_command
from bot.__main__ import main
from bot.manifests.teams import LISTED, SCHEMA, manifest, package
from core import registry
from core.words import Words

APP = "01234567-89ab-cdef-0123-456789abcdef"
SCHEMAS = Path(__file__).parents[1] / "teams" / "schema"
RULES = json.loads((SCHEMAS / f"teams-manifest-{SCHEMA}.json").read_text("utf-8"))
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str, "object": dict, "array": list, "boolean": bool, "number": (int, float),
}  # fmt: skip


def problems(value: Any, rule: Mapping[str, Any], at: str = "") -> Iterator[str]:
    """What Microsoft's schema finds wrong, as far as it uses JSON Schema there."""
    if "$ref" in rule:
        rule = RULES["definitions"][rule["$ref"].rpartition("/")[2]]
    unknown = rule.keys() - {"type", "const", "enum", "pattern", "maxLength", "maxItems", "items",
                             "minItems", "properties", "required", "additionalProperties",
                             "definitions", "format"}  # fmt: skip
    assert not unknown, f"this check does not know {unknown}"
    if "type" in rule and not isinstance(value, _TYPES[rule["type"]]):
        yield f"{at}: no {rule['type']}"
        return
    if value != rule.get("const", value) or value not in rule.get("enum", [value]):
        yield f"{at}: {value!r} is not allowed"
    if isinstance(value, str | list):
        longest = rule.get("maxLength" if isinstance(value, str) else "maxItems", len(value))
        if len(value) > longest:
            yield f"{at}: longer than {longest}"
    if isinstance(value, str) and not re.search(rule.get("pattern", ""), value):
        yield f"{at}: {value!r} is not like {rule['pattern']}"
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from problems(item, rule.get("items", {}), f"{at}[{number}]")
    if isinstance(value, dict):
        known = rule.get("properties", {})
        yield from (
            f"{at}: {name} is missing" for name in rule.get("required", ()) if name not in value
        )
        if rule.get("additionalProperties") is False:
            yield from (f"{at}: {name} is unknown" for name in value if name not in known)
        for name in value.keys() & known.keys():
            yield from problems(value[name], known[name], f"{at}.{name}")


def made() -> dict[str, Any]:
    return manifest(APP, "Riverside Plant", "https://plant.example/andon")


def test_microsofts_schema_takes_it() -> None:
    assert list(problems(made(), RULES)) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("id", "x"), ("accentColor", "red"), ("surplus", 1), ("name", {"short": "n" * 31})],
)
def test_the_check_finds_what_is_wrong(key: str, value: object) -> None:
    assert list(problems({**made(), key: value}, RULES))


def test_its_commands_are_those_of_the_code() -> None:
    [bot] = made()["bots"]
    [listed] = bot["commandLists"]
    titles = [command["title"] for command in listed["commands"]]
    assert titles == list(LISTED)
    assert len(titles) == len(set(titles)) == 10
    assert set(titles) <= registry.by_command().keys() | {"andon"}
    words = Words("en")
    for command in listed["commands"]:
        assert as_command(command["title"]) == f"/{command['title']}"
        assert 0 < len(command["description"]) <= 128
        if command["title"] != "andon":
            named = registry.by_command()[command["title"]]
            assert command["description"] == words.say(f"help.{named}")
    assert set(listed["scopes"]) == set(bot["scopes"]) == {"personal", "team", "groupChat"}
    assert bot["botId"] == APP
    assert not bot["supportsFiles"]
    assert not bot["isNotificationOnly"]


def test_the_zip_holds_what_teams_wants() -> None:
    made_twice = [package(APP, "P" * 80, "https://plant.example") for _ in range(2)]
    assert made_twice[0] == made_twice[1]
    with ZipFile(BytesIO(made_twice[0])) as archive:
        assert sorted(archive.namelist()) == ["color.png", "manifest.json", "outline.png"]
        told = json.loads(archive.read("manifest.json"))
        assert list(problems(told, RULES)) == []
        assert _pixels(archive.read("color.png"), 192)[0][3] == 255
        outline = _pixels(archive.read("outline.png"), 32)
    assert outline[0] == (0, 0, 0, 0)
    assert {pixel[:3] for pixel in outline if pixel[3]} == {(255, 255, 255)}


def _pixels(png: bytes, size: int) -> list[tuple[int, ...]]:
    """Of a PNG as ours are: RGBA, no filters, one IDAT."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert unpack(">IIBB", png[16:26]) == (size, size, 8, 6)
    [length] = unpack(">I", png[33:37])
    rows = zlib.decompress(png[41 : 41 + length])
    row = size * 4 + 1
    flat = b"".join(rows[n * row + 1 : (n + 1) * row] for n in range(size))
    return [tuple(flat[n : n + 4]) for n in range(0, len(flat), 4)]


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANDON_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert main(["teams-package"]) == 2
    assert "TEAMS_APP_ID" in capsys.readouterr().err
    for name, value in (("APP_ID", APP), ("APP_PASSWORD", "s~"), ("TENANT_ID", APP)):
        monkeypatch.setenv(f"TEAMS_{name}", value)
    assert main(["teams-package", "--website", "http://x"]) == 2
    assert main(["teams-package", "--company", "Riverside"]) == 0
    with ZipFile(tmp_path / "andon-teams.zip") as archive:
        told = json.loads(archive.read("manifest.json"))
    assert told["developer"]["name"] == "Riverside"
    assert told["id"] == APP
    assert main(["teams-package"]) == 0  # its own is written anew
    (tmp_path / "plant.toml").write_text("[source]")
    assert main(["teams-package", "--out", "plant.toml"]) == 2
    assert (tmp_path / "plant.toml").read_text() == "[source]"
