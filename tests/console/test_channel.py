"""A line typed at the console goes through the one door and its answer is shown."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters import Channel, Progress, Unsupported
from adapters.console.channel import ConsoleChannel, DrawnScreen, JsonScreen
from adapters.console.terminal import Terminal
from bot.clock import wall_clock
from bot.unasked.delivery import Delivering
from bot.unasked.times import DeliveryTimes
from core.answer import Action, Actions, Answer, Outcome, Text
from core.request import Place, Request, User
from core.store import Now, Store, Wanted
from core.store.pace import Pace

NOW = datetime(2026, 3, 12, 10, 58, tzinfo=UTC)
USER = User("console:local")


class _Door:
    """Answers every question with what it was asked."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    async def __call__(self, request: Request, progress: Progress | None) -> Answer:
        self.requests.append(request)
        if progress is not None:
            progress("looking")
        actions = Actions((Action("Losses", "/losses line-3"), Action("Trend", "/trend line-3")))
        outcome: Outcome = "error" if request.text == "fail" else "answer"
        return Answer(outcome, (Text(f"You asked {request.text}"), actions), id="a-1")


class _Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def _channel(out: io.StringIO, errors: io.StringIO | None = None) -> tuple[ConsoleChannel, _Door]:
    screen = DrawnScreen(Terminal(out, width=60), Terminal(errors or out, width=60))
    channel, door = ConsoleChannel(screen, USER, "t-1", plant="hamburg", language="de"), _Door()
    channel.mount(door)
    return channel, door


def _receive(channel: ConsoleChannel, *lines: str) -> None:
    async def all_of_them() -> None:
        for line in lines:
            await channel.receive(line, NOW)

    asyncio.run(all_of_them())


def test_a_line_becomes_a_request() -> None:
    channel, door = _channel(io.StringIO())
    _receive(channel, "  how is line 3? \n")
    request = door.requests[0]
    assert (request.text, request.plant, request.language, request.now) == (
        "how is line 3?",
        "hamburg",
        "de",
        NOW,
    )
    assert request.place == Place("console", "console:local", "t-1")


def test_a_number_chooses_among_the_last_actions() -> None:
    channel, door = _channel(io.StringIO())
    _receive(channel, "2", "2", "3", "²", "0")
    assert [r.text for r in door.requests] == ["2", "/trend line-3", "3", "²", "0"]


def test_what_is_no_text_is_replaced() -> None:
    channel, door = _channel(io.StringIO())
    _receive(channel, "line \udce4")
    assert door.requests[0].text == "line ?"


def test_errors_are_kept_apart_from_answers() -> None:
    out, errors = io.StringIO(), io.StringIO()
    channel, _ = _channel(out, errors)
    _receive(channel, "a", "fail")
    assert "You asked a" in out.getvalue()
    assert "You asked fail" not in out.getvalue()
    assert "You asked fail" in errors.getvalue()


def test_a_pipe_gets_no_colours_and_no_status() -> None:
    out = io.StringIO()
    channel, _ = _channel(out)
    _receive(channel, "a")
    assert out.getvalue() == "You asked a\n\n1  Losses   2  Trend\n\n"


def test_a_terminal_gets_colours_and_a_status_that_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TERM", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    out = _Tty()
    channel, _ = _channel(out)
    _receive(channel, "a [bold]b[/bold]")
    text = out.getvalue()
    assert "\x1b[1mYou asked a [bold]b[/bold]\x1b[0m" in text
    assert text.index("looking") < text.index("\r\x1b[J\x1b") < text.index("You asked")


def test_a_dumb_terminal_gets_neither_colour_nor_drawing_signs() -> None:
    out = _Tty()
    Terminal(out, "dumb", 40).write([(("− ·", "bad"),)])
    assert out.getvalue() == "− ·\n\n"
    assert Terminal(out, "dumb", 40).paper("en").clean("− ·") == "- |"


def test_a_program_gets_one_object_per_line() -> None:
    out = io.StringIO()
    channel, door = ConsoleChannel(JsonScreen(out), USER, "t-1"), _Door()
    channel.mount(door)
    _receive(channel, "a", "1")
    first, second = map(json.loads, out.getvalue().splitlines())
    assert first["text"].startswith("You asked a\n")
    assert first["ms"] >= 0
    assert second["text"].startswith("You asked /losses line-3")


def test_it_is_a_channel_and_says_what_it_cannot_do() -> None:
    channel: Channel = _channel(io.StringIO())[0]
    place = Place("console")
    answer = Answer("answer", (Text("a"),), id="a-1")
    assert asyncio.run(channel.send(place, answer)) == "a-1"
    with pytest.raises(Unsupported):
        asyncio.run(channel.send_private(place, User("slack:T:U"), answer))
    with pytest.raises(Unsupported):
        asyncio.run(channel.update(place, "a-1", answer))
    with pytest.raises(Unsupported):
        asyncio.run(channel.find(place, "d-1"))


def test_what_is_sent_unasked_is_printed_once(tmp_path: Path) -> None:
    """A terminal cannot be looked through nor changed: what is printed counts as shown, also
    when something changes, and what a process died over is not printed again."""
    out = io.StringIO()
    channel, _ = _channel(out)
    place = Place("console", "console:local")

    async def door(request: Request, _progress: Progress | None) -> Answer:
        return Answer("answer", (Text(f"{request.text} for {request.user.id}"),))

    def wanted(key: str) -> list[Wanted]:
        return [Wanted(key, place, "briefing", 3, f"/{key}", USER.id, "en", NOW)]

    async def run() -> None:
        store = Store.open(f"sqlite:///{tmp_path / 'andon.db'}")
        times = DeliveryTimes(look=0.02, pace=0.0, margin=0.3, lease=60.0)
        worker = Delivering(store, {"console": channel}, door, lambda: NOW, wall_clock, times=times)

        async def until(**states: int) -> None:
            async with asyncio.timeout(60):
                while dict(await store.listing.counts()) != states:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)

        try:
            await store.write(lambda c: store.outbox.want(c, wanted("died"), NOW))
            now, free = Now(NOW, wall_clock() - timedelta(minutes=1)), Pace(0.001, 0.001)
            [one] = await store.sending.claim("console", now, wall_clock(), 1, free)
            assert await store.sending.begin(one, wall_clock())
            worker.open()
            await until(unknown=1)
            await store.write(lambda c: store.outbox.want(c, wanted("briefing"), NOW))
            await until(unknown=1, sent=1)
            await store.write(lambda c: store.outbox.renew(c, ["briefing"], NOW))
            await until(unknown=1, sent=1)
        finally:
            await worker.close(1.0)
            store.close()

    asyncio.run(run())
    assert out.getvalue().count("/briefing for console:local") == 1
    assert "/died" not in out.getvalue()
