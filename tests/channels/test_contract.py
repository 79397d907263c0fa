"""The same contract over every channel, and docs/parity.md, which is made of it."""

from __future__ import annotations

import asyncio
import re
from functools import cache
from pathlib import Path

import pytest

from tests.channels.contract import CHANNELS, FEATURES, Feature, table
from tests.channels.rigs import RIGS

ROOT = Path(__file__).parents[2]
CHECKED = [(name, f) for name in RIGS for f in FEATURES if f.check is not None and f.can(name)]


async def verdicts(name: str, tmp: Path, sample: Path) -> dict[str, BaseException | None]:
    """All checks on one channel, one after the other, in one run of the bot."""
    found: dict[str, BaseException | None] = {}
    async with RIGS[name](tmp, sample) as rig:
        for feature in (f for channel, f in CHECKED if channel == name):
            assert feature.check is not None
            try:
                await feature.check(rig)
            except Exception as error:  # noqa: BLE001 - each is a test of its own
                found[feature.title] = error
            else:
                found[feature.title] = None
    return found


@pytest.fixture(scope="session", params=list(RIGS))
def channel(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sample_path: Path
) -> tuple[str, dict[str, BaseException | None]]:
    tmp = tmp_path_factory.mktemp(request.param)
    return request.param, asyncio.run(verdicts(request.param, tmp, sample_path))


@pytest.mark.parametrize("feature", [f for f in FEATURES if f.check], ids=lambda f: f.title)
def test_it_does(channel: tuple[str, dict[str, BaseException | None]], feature: Feature) -> None:
    name, found = channel
    if not feature.can(name):
        assert feature.title not in found
        return
    if (error := found[feature.title]) is not None:
        raise AssertionError(f"{name}: {feature.title}") from error


@cache
def named_in(file: str) -> frozenset[str]:
    text = (ROOT / "tests" / file).read_text("utf-8")
    return frozenset(re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE))


@pytest.mark.parametrize("feature", FEATURES, ids=lambda f: f.title)
def test_what_the_table_says_is_tested(feature: Feature) -> None:
    assert set(feature.how) == set(CHANNELS)
    for name in CHANNELS:
        proof = feature.proof.get(name, "")
        if feature.can(name):
            assert feature.check or proof, f"{feature.title}: nothing shows it for {name}"
        if proof:
            file, _, test = proof.partition("::")
            assert not test or test in named_in(file), proof
            assert named_in(file)


def test_the_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "parity.md").read_text("utf-8")
    assert f"<!-- parity -->\n{table()}<!-- /parity -->" in page, (
        "docs/parity.md: `python -m tests.channels` writes the table"
    )
