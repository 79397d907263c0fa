"""`make eval`: plays all labelled questions on the sample plant and writes docs/evaluation.md.

The model is the one that .env configures; without one, or with ANDON_MODEL=off, the planner
answers. `--wrong` lists what was not right, `--loop` plays the planner's choice through the
model's loop instead, against a scripted server on this machine.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from bot.settings import load
from core.agent.models import ModelChoice
from core.data.cache import CachedSource
from core.data.sql import SqlDataSource
from core.installation import Definitions
from tests.agent.turns import sample_file
from tests.evaluation.chooser import Chooser
from tests.evaluation.labelled import Question, labelled
from tests.evaluation.plain_sql import Plant
from tests.evaluation.play import Played, Tallied, assistant, play
from tests.evaluation.report import misses, report, write
from tests.fakes.model import FakeModel
from tests.plants import NOW, sample

_AT_ONCE = 4  # questions to a model that is paid for


def main(words: list[str]) -> int:
    parser = ArgumentParser(prog="make eval", description=__doc__)
    parser.add_argument("--wrong", action="store_true", help="list what was not right")
    parser.add_argument("--loop", action="store_true", help="the planner's choice as a model's")
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        meter = Tallied()
        played, who = asyncio.run(_played(sample(home), home, meter, loop=given.loop))
    text = report(played, meter, who)
    print(text)
    if given.wrong:
        print(f"\n{misses(played)}")
    if not given.loop:
        write(text)
    return 0


async def _played(
    path: Path, home: Path, meter: Tallied, *, loop: bool
) -> tuple[list[Played], str]:
    questions, plant = labelled(), plain_plant(path)
    if loop:
        return await through_the_loop(questions, path, home, meter), "the planner through the loop"
    model = load().model
    async with assistant(path, home, model, meter) as asked:
        played = await play(questions, asked, plant, at_once=_AT_ONCE if model else 1)
    return played, ", ".join(model.names) if model else "the planner, without a model"


def plain_plant(path: Path) -> Plant:
    return Plant(path, f"{NOW:%Y-%m-%d %H:%M:%S}")


async def through_the_loop(
    questions: list[Question], path: Path, home: Path, meter: Tallied
) -> list[Played]:
    file = sample_file(path)
    source = CachedSource(SqlDataSource(file), lambda: NOW)
    chooser = Chooser(await Definitions(file, source).load())
    await source.close()
    async with FakeModel(keep_calls=10) as model:
        model.script(chooser.play)
        choice = ModelChoice((model.name,), api_key=model.api_key, base_url=model.url)
        async with assistant(path, home, choice, meter) as asked:
            return await play(questions, asked, plain_plant(path), before=chooser.listen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
