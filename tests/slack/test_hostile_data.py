"""What stands in the plant's data stays text: it pings nobody and links to nothing."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

from tests.fakes.slack import Message, View, labels, pings
from tests.slack.conftest import Plant
from tests.slack.steps import (
    SOON,
    WAYS,
    answer_to,
    answers,
    mention,
    opened,
    press,
    scene,
    text,
)

EVIL = "<!channel> <@U0ANYONE> *b* [x](https://evil.example) <https://evil.example|x> @here &amp;"


def spoil(here: Plant) -> None:
    link = here.home / "home" / "plant.db"
    own = shutil.copyfile(link.resolve(), here.home / "own.db")
    with closing(sqlite3.connect(own)) as plant:
        plant.execute("UPDATE asset SET name = name || ?", (f" {EVIL}",))
        plant.execute("UPDATE downtime SET reason = reason || ?, comment = ?", (f" {EVIL}", EVIL))
        plant.execute("UPDATE safety SET description = ?", (EVIL,))
        plant.execute("UPDATE product SET name = name || ?", (f" {EVIL}",))
        plant.commit()
    link.unlink()
    own.rename(link)


def harmless(seen: Message | View) -> None:
    assert pings(seen) == [], text(seen)


@scene(look="plain")
async def test_no_answer_pings_in_plain_blocks(here: Plant) -> None:
    await every_answer(here)


@scene()
async def test_no_answer_pings_in_native_blocks(here: Plant) -> None:
    await every_answer(here)


async def every_answer(here: Plant) -> None:
    spoil(here)
    for command in (
        *("/oee", "/downtime", "/production", "/safety", "/losses", "/cost", "/trend"),
        *("/asset", "/compare", "/actions", "/alerts", "/improve"),
    ):
        answer = await here.command(command, "line-3 line-1 past 7 days")
        harmless(answer)
    assert any("&lt;!channel&gt;" in text(answer) for answer in answers(here))
    harmless(await here.command("/oee", "lin-33"))
    harmless(await here.command("/oee", "grinder"))
    harmless(await here.command("/andon", "areas packaging"))


@scene(*WAYS)
async def test_nor_does_what_opens_from_it(here: Plant) -> None:
    spoil(here)
    hidden = await here.command("/downtime", "line-3 yesterday")
    await press(here, hidden, "Show the data")
    view = await opened(here)
    assert "channel" in text(view)
    harmless(view)
    harmless(await answer_to(here, hidden, "Share in channel"))
    harmless(await answer_to(here, hidden, "Run again"))
    asked = await mention(here, "/oee grinder")
    harmless(await answer_to(here, asked, labels(asked)[0]))
    await here.slack.deliver(here.slack.events.home_opened(here.ana))
    home = await here.slack.home(here.ana, within=SOON)
    assert "channel" in text(home)
    harmless(home)
    await press(here, home, "Change settings")
    harmless(await opened(here, n=2))
    await here.slack.deliver(here.slack.events.home_opened(here.ana, "messages"))
    await here.slack.call("assistant.threads.setSuggestedPrompts", within=SOON)
    assert all(m.text for m in here.slack.messages())
