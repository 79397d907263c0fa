"""The assistant's pane: offered questions, the status line, the title; and slow questions."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.fakes.slack import Channel, Hang, Refuse
from tests.fakes.slack.state import AssistantThread
from tests.slack.conftest import Plant
from tests.slack.hurry import UNHURRIED
from tests.slack.steps import SOON, WAYS, idle, mention, scene, shown, talk, text, write

SLOW = replace(UNHURRIED, note=0.1)  # what takes longer is worth a note


def pane(here: Plant, thread: str = "", direct: Channel | None = None) -> AssistantThread:
    return here.slack.workspace.pane((direct or here.direct).id, thread)


async def prompts(here: Plant, thread: str = "") -> list[str]:
    def offered() -> list[str] | None:
        return [prompt["message"] for prompt in pane(here, thread).prompts] or None

    return await here.slack.until(offered, SOON)


@scene(*WAYS)
async def test_the_agent_view_offers_questions(here: Plant) -> None:
    await here.command("/andon", "areas packaging")
    await here.slack.deliver(here.slack.events.home_opened(here.ana, "messages"))
    offered = await prompts(here)
    assert len(offered) == 4
    assert all("Packaging" in question for question in offered)
    [call] = here.slack.calls("assistant.threads.setSuggestedPrompts")
    assert not call.args.get("thread_ts")
    assert "Packaging" in text(await write(here, offered[0]))


@scene(*WAYS)
async def test_the_assistant_view_offers_them_in_its_thread(here: Plant) -> None:
    started, root = here.slack.events.assistant_started(here.ana)
    await here.slack.deliver(started)
    offered = await prompts(here, root.ts)
    assert len(offered) == 4
    assert all("Riverside" in question for question in offered)
    answer = await write(here, offered[1], thread=root)
    assert answer.thread_ts == root.ts
    assert pane(here, root.ts).title == offered[1][:60]
    assert pane(here, root.ts).statuses == ["Reading the plant's data …"]
    assert pane(here, root.ts).status == ""
    await write(here, "OEE of line 4 yesterday", thread=root)
    assert pane(here, root.ts).title == offered[1][:60]


@scene()
async def test_questions_fit_the_hour_of_the_shift(here: Plant) -> None:
    """At 06:20 the shift has just begun; at noon it is on; at 13:30 it nearly ends."""
    seen = []
    for hour, minute in ((11, 20), (15, 0), (18, 40)):
        here.clock.now = datetime(2026, 3, 12, hour, minute, tzinfo=UTC)
        started, root = here.slack.events.assistant_started(here.ana)
        await here.slack.deliver(started)
        seen.append(tuple(await prompts(here, root.ts)))
    assert len(set(seen)) == 3
    assert "first" in seen[0][0]
    assert any("this shift" in question for question in seen[2])


@scene(*WAYS)
async def test_a_direct_message_has_status_and_title(here: Plant) -> None:
    answer = await write(here, "OEE of line 3 yesterday")
    thread = answer.thread_ts
    assert thread is not None
    assert pane(here, thread).statuses == ["Reading the plant's data …"]
    assert pane(here, thread).status == ""
    assert pane(here, thread).title == "OEE of line 3 yesterday"
    german = await write(here, "OEE von Linie 3 gestern", here.bernd)
    assert german.thread_ts is not None
    [status] = pane(here, german.thread_ts, here.slack.direct(here.bernd)).statuses
    assert status.startswith("Ich lese") or "Daten" in status


@scene(times=replace(UNHURRIED, ornament=0.1))
async def test_no_answer_waits_for_an_ornament(here: Plant) -> None:
    for method in ("assistant.threads.setStatus", "assistant.threads.setTitle"):
        here.slack.faults.add(method, Hang(), times=None)
    here.slack.faults.add("conversations.replies", Hang(), times=None)
    assert "OEE of Line 3" in text(await write(here, "OEE of line 3 yesterday"))


@scene()
async def test_without_a_pane_it_works_all_the_same(here: Plant) -> None:
    for method in ("setStatus", "setTitle", "setSuggestedPrompts"):
        here.slack.faults.add(f"assistant.threads.{method}", Refuse("missing_scope"), times=None)
    assert "OEE of Line 3" in text(await write(here, "OEE of line 3 yesterday"))
    await here.slack.deliver(here.slack.events.home_opened(here.ana, "messages"))
    await idle(here)


def lockable(here: Plant) -> Path:
    """The plant's database as one that whoever writes to it closes to its readers."""
    link = here.home / "home" / "plant.db"
    own = shutil.copyfile(link.resolve(), here.home / "own.db")
    with closing(sqlite3.connect(own)) as plant:
        plant.execute("PRAGMA journal_mode = DELETE")
    link.unlink()
    return own.rename(link)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        yield
        writer.execute("ROLLBACK")


@scene(*WAYS, times=SLOW)
async def test_a_slow_question_shows_a_note_that_becomes_the_answer(here: Plant) -> None:
    path = lockable(here)
    with locked(path):
        asked = here.slack.events.mention(here.ana, here.floor, "OEE of line 3 yesterday")
        await here.slack.deliver(asked)
        note = await here.slack.message(here.floor, within=SOON)
        assert note.text == "Reading the plant's data …"
        assert note.blocks == []
    answer = await shown(here, here.floor, edits=1)
    assert answer.ts == note.ts
    assert "OEE of Line 3 yesterday" in text(answer)
    assert len(here.slack.messages()) == 1
    # The same once the plant is known and only its figures are slow.
    with locked(path):
        asked = here.slack.events.mention(here.bernd, here.floor, "OEE von Linie 4 gestern", note)
        await here.slack.deliver(asked)
        note = await here.slack.message(here.floor, n=2, within=SOON)
        assert "Daten" in note.text
        assert note.blocks == []
    answer = await shown(here, here.floor, n=2, edits=1)
    assert "OEE von Line 4 gestern" in text(answer)


@scene(times=SLOW)
async def test_a_slow_command_is_answered_after_its_note(here: Plant) -> None:
    with locked(lockable(here)):
        command = here.slack.interactions.command(here.ana, here.floor, "/oee", "line-3")
        await here.slack.deliver(command)
        note = await here.slack.message(here.floor, to=here.ana, within=SOON)
        assert note.text == "Reading the plant's data …"
    assert "OEE of Line 3" in text(await shown(here, here.floor, to=here.ana))


@scene(times=SLOW)
async def test_a_slow_direct_message_has_its_status_line_only(here: Plant) -> None:
    with locked(lockable(here)):
        await here.slack.deliver(here.slack.events.direct_message(here.ana, "OEE of line 3"))
        await here.slack.call("assistant.threads.setStatus", within=SOON)
        assert here.slack.messages() == []
    assert "OEE of Line 3" in text(await shown(here, here.direct))
    await idle(here)
    assert len(here.slack.messages()) == 1


@scene(times=SLOW)
async def test_where_there_is_no_status_line_a_note_is_shown(here: Plant) -> None:
    method = "assistant.threads.setStatus"
    here.slack.faults.add(method, Refuse("missing_scope"), times=None)
    with locked(lockable(here)):
        await here.slack.deliver(here.slack.events.direct_message(here.ana, "OEE of line 3"))
        note = await here.slack.message(here.direct, within=SOON)
        assert note.blocks == []
    answer = await shown(here, here.direct)
    assert answer.ts == note.ts


@scene(times=SLOW)
async def test_what_is_passed_over_shows_no_note(here: Plant) -> None:
    answer = await mention(here, "OEE of line 3 yesterday")
    assert answer.thread_ts is not None
    await talk(here, "who took the torque wrench", answer.thread_ts)
    assert len(here.slack.messages()) == 1
