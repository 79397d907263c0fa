"""`python -m tests.docs.line_contract PLANT`: the channels' contract over docs/contributor.md's
channel, in the tree where the page's files stand; and what is sent to somebody unasked."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

from adapters import NotSent, Unsupported
from core.answer import Answer, Text
from core.request import direct
from tests.channels.contract import FEATURES

# What needs readers beside the asker.
_TOGETHER = {"Answers in the thread"}


async def run(rigs: Any, folder: Path, sample: Path) -> int:
    failed = 0
    async with rigs.line(folder, sample) as rig:
        for feature in FEATURES:
            if feature.check is None or feature.title in _TOGETHER:
                continue
            try:
                await feature.check(rig)
            except Exception:  # noqa: BLE001 - each is told, all are run
                print(f"{feature.title}: {traceback.format_exc()}")
                failed += 1
            else:
                print(f"{feature.title}: ok")
        await sent(rig)
    return failed


async def sent(rig: Any) -> None:
    """Unasked to who is connected, and to nobody else."""
    answer = Answer("answer", (Text("the shift begins"),))
    assert await rig.channel.send(direct("line:ana"), answer, "d-1") == "d-1"
    assert "the shift begins" in await rig.read()
    for place, error in (("line:bernd", NotSent), ("line:ana", Unsupported)):
        try:
            if error is NotSent:
                await rig.channel.send(direct(place), answer, "d-2")
            else:
                await rig.channel.find(direct(place), "d-1")
        except error:
            continue
        raise AssertionError(f"{error.__name__} was not raised")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        rigs = import_module("tests.channels.line_rig")
        sys.exit(asyncio.run(run(rigs, Path(made), Path(sys.argv[1]))))
