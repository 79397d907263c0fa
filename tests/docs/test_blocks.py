"""Every TOML, JSON, YAML, Python and .env block on the pages is read by what reads such a file."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from bot.access_file import access_rules
from bot.settings import NAMES
from core.alerts.limits import AlertRules
from core.alerts.rules_file import problems
from core.data.mapping import PlantFile, parse
from tests.docs.pages import ROOT, Block, guides
from tests.docs.shell import LANGUAGES

BLOCKS = [block for page in guides() for block in page.blocks]
_LINE = re.compile(r"^(?:# ?)?([A-Z][A-Z0-9_]+)=\S*", re.MULTILINE)


def is_settings(block: Block) -> bool:
    """Lines NAME=value and remarks, nothing else."""
    lines = [line for line in block.text.splitlines() if line.strip()]
    return (
        block.language in ("", "env", "dotenv", "ini", *LANGUAGES)
        and any(re.match(r"[A-Z][A-Z0-9_]+=", line) for line in lines)
        and all(re.match(r"#|[A-Z][A-Z0-9_]+=\S*(\s+#.*)?$", line) for line in lines)
    )


def is_setting(name: str) -> bool:
    """Itself, or the file that a secret stands in."""
    return name in NAMES or name.removesuffix("_FILE") in NAMES


def of(language: str) -> list[Block]:
    return [block for block in BLOCKS if block.language == language]


def as_plant(block: Block, tmp: Path) -> None:
    text = block.text if "[source]" in block.text else f'[source]\nurl = "x"\n{block.text}'
    parse(tomllib.loads(text), where=str(block), home=tmp)


def as_access(block: Block, tmp: Path) -> None:
    path = tmp / "access.toml"
    path.write_text(block.text, "utf-8")
    access_rules(path)


def as_alerts(block: Block, tmp: Path) -> None:
    path = tmp / "alerts.toml"
    path.write_text(block.text, "utf-8")
    assert problems(path) == ()


def reader_of(block: Block) -> Callable[[Block, Path], None] | None:
    """By the sections that only one of the files has."""
    sections = set(tomllib.loads(block.text))
    if block.file.startswith(("core/", "pyproject")):
        return None
    if sections & {"default", "rule", "roles"}:
        return as_access
    if sections <= set(AlertRules.model_fields):
        return as_alerts
    if sections & set(PlantFile.model_fields):
        return as_plant
    raise AssertionError(f"{block}: which file has the sections {sorted(sections)}?")


@pytest.mark.parametrize("block", of("toml"), ids=str)
def test_toml_is_taken_by_its_reader(block: Block, tmp_path: Path) -> None:
    if reader := reader_of(block):
        reader(block, tmp_path)


@pytest.mark.parametrize("block", [b for b in BLOCKS if is_settings(b)], ids=str)
def test_every_setting_is_one(block: Block) -> None:
    assert {name for name in _LINE.findall(block.text) if not is_setting(name)} == set()


@pytest.mark.parametrize("block", of("json"), ids=str)
def test_json_is_json(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("block", [*of("yaml"), *of("yml")], ids=str)
def test_yaml_is_yaml(block: Block) -> None:
    assert yaml.safe_load(block.text)


@pytest.mark.parametrize("block", of("python"), ids=str)
def test_python_is_python(block: Block) -> None:
    ast.parse(block.text)


def test_settings_named_in_the_text_are_settings() -> None:
    spans = {span for page in guides() for span in page.spans}
    said = {span for span in spans if re.fullmatch(r"(?:ANDON|SLACK|TEAMS)_[A-Z_]+", span)}
    assert len(said) > 30
    compose = (ROOT / "deploy" / "compose.yml").read_text("utf-8")
    of_compose = set(re.findall(r"\$\{?(ANDON_[A-Z_]+)", compose))
    assert {name for name in said - of_compose if not is_setting(name)} == set()
