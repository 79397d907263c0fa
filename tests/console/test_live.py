"""What a person at a terminal sees of an answer that is on its way; a pipe sees nothing of it."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Sequence

import pytest

from adapters.console.channel import ConsoleChannel, DrawnScreen
from adapters.console.terminal import Terminal
from core.answer import Answer, Text
from core.progress import Progress, Sentence
from core.request import Request, User
from tests.plants import NOW

STEPS = (
    "Reading the plant's data …",
    Sentence("The OEE of Line 3 was 78.1 %."),
    Sentence("It lost most of it to the infeed conveyor, which jammed three times."),
    Sentence("Line 4 did better."),
)
WHOLE = " ".join(STEPS[1:])
_CODE = re.compile(r"\r|\n|\x1b\[(\d*)([A-Za-z])|[^\r\n\x1b]+")


class Screen(io.StringIO):
    """A terminal 40 columns wide: `seen` is what stands on it, after each write."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = [""]
        self.row = 0
        self.column = 0
        self.seen: list[str] = []

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        for code in _CODE.finditer(text):
            match code[2], code[0]:
                case None, "\r":
                    self.column = 0
                case None, "\n":
                    self.row, self.column = self.row + 1, 0
                    self.lines += [""] * (self.row + 1 - len(self.lines))
                case None, said:
                    line = self.lines[self.row].ljust(self.column)
                    assert self.column + len(said) <= 40, said
                    end = self.column + len(said)
                    self.lines[self.row] = line[: self.column] + said + line[end:]
                    self.column = end
                case "A", _:
                    self.row -= int(code[1] or 1)
                case "J", _:
                    self.lines[self.row :] = [self.lines[self.row][: self.column]]
                case _:  # colours
                    pass
        self.seen.append("\n".join(self.lines))
        return len(text)


def told(screen: io.StringIO, steps: Sequence[str] = STEPS) -> None:
    async def door(request: Request, progress: Progress | None = None) -> Answer:
        assert progress is not None
        for step in steps:
            progress(step)
        return Answer("answer", (Text(WHOLE),))

    terminal = Terminal(screen, "xterm", 40)
    channel = ConsoleChannel(DrawnScreen(terminal, terminal), User("console:local"), "t")
    channel.mount(door)
    asyncio.run(channel.receive("how was line 3?", NOW))


def words(text: str) -> str:
    return " ".join(text.split())


def test_sentences_come_one_by_one_and_the_answer_takes_their_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = Screen()
    told(screen)
    seen = [words(text) for text in screen.seen]
    for n in range(1, len(STEPS)):
        assert " ".join(STEPS[1 : n + 1]) in seen
    assert STEPS[0] in seen
    assert seen[-1] == WHOLE


def test_what_is_longer_than_the_screen_passes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINES", "5")
    screen = Screen()
    told(screen, [*STEPS, *STEPS])
    assert words(screen.seen[-1]) == WHOLE


def test_a_pipe_gets_the_answer_alone() -> None:
    pipe = io.StringIO()
    told(pipe)
    assert words(pipe.getvalue()) == WHOLE
