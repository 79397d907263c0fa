"""The console as a channel: a line in, an answer out."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TextIO

from adapters import Door, Progress, Unsupported
from adapters.console.drawing import draw
from adapters.console.terminal import Terminal
from core.answer import Action, Answer
from core.answer_json import to_json
from core.progress import Sentence
from core.request import Language, Place, Request, User


class Screen(Protocol):
    """Shows answers: drawn for a person, or as JSON for a program."""

    def show(self, answer: Answer, ms: float | None) -> None: ...

    def status(self, text: str) -> None: ...

    def say(self, sentence: str) -> None: ...


class DrawnScreen:
    """Answers go to `terminal`, errors to `errors`. Choices are `numbered` if more is typed."""

    def __init__(self, terminal: Terminal, errors: Terminal, *, numbered: bool = True) -> None:
        self._terminal = terminal
        self._errors = errors
        self._numbered = numbered

    def show(self, answer: Answer, ms: float | None) -> None:
        self._terminal.status("")
        terminal = self._errors if answer.outcome == "error" else self._terminal
        paper = terminal.paper(answer.language)
        terminal.write(draw(answer, paper, numbered=self._numbered))

    def status(self, text: str) -> None:
        self._terminal.status(text)

    def say(self, sentence: str) -> None:
        self._terminal.say(sentence)


class JsonScreen:
    """One object to a line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, answer: Answer, ms: float | None) -> None:
        shown = to_json(answer, ms)
        self._stream.write(json.dumps(shown, ensure_ascii=False, allow_nan=False) + "\n")
        self._stream.flush()

    def status(self, text: str) -> None:
        """A program waits for the answer."""

    def say(self, sentence: str) -> None:
        """It gets every sentence with the answer."""


class ConsoleChannel:
    """One person at one terminal; `thread` tells this conversation from others of theirs."""

    name = "console"

    def __init__(
        self,
        screen: Screen,
        user: User,
        thread: str,
        *,
        plant: str | None = None,
        language: Language | None = None,
    ) -> None:
        self._screen = screen
        self._user = user
        self._plant = plant
        self._language: Language | None = language
        self._place = Place(self.name, user.id, thread)
        self._actions: Sequence[Action] = ()
        self._door: Door | None = None

    def mount(self, door: Door) -> None:
        self._door = door

    async def receive(self, line: str, now: datetime) -> Answer:
        """Brings a typed line through the door and shows what comes back.

        A number chooses among the actions of the answer before.
        """
        if self._door is None:
            raise RuntimeError("no door is mounted")
        started = time.perf_counter()
        request = Request(
            user=self._user,
            place=self._place,
            text=_chosen(line.strip(), self._actions),
            now=now,
            plant=self._plant,
            language=self._language,
        )
        answer = await self._door(request, self.stream(self._place))
        self._actions = answer.actions
        self._screen.show(answer, (time.perf_counter() - started) * 1000)
        return answer

    async def send(self, place: Place, answer: Answer, delivery: str = "") -> str:
        self._actions = answer.actions
        self._screen.show(answer, None)
        return delivery or answer.id

    async def send_private(self, place: Place, user: User, answer: Answer) -> str:
        if user.id != self._user.id:
            raise Unsupported("only one person sits here")
        return await self.send(place, answer)

    async def update(self, place: Place, message: str, answer: Answer) -> None:
        raise Unsupported("what is printed stays printed")

    def stream(self, place: Place) -> Progress:
        return self._tell

    def _tell(self, text: str) -> None:
        """What passes while the answer is made, which is then drawn as a whole."""
        if isinstance(text, Sentence):
            self._screen.say(text)
        else:
            self._screen.status(text)

    async def who(self, user: str) -> User:
        return self._user if user == self._user.id else User(user)

    async def find(self, place: Place, delivery: str) -> str | None:
        raise Unsupported("a terminal keeps nothing")


def _chosen(line: str, actions: Sequence[Action]) -> str:
    """The command behind a number, else the line itself with what is no text replaced."""
    if line.isascii() and line.isdigit() and 1 <= int(line[:9]) <= len(actions):
        return actions[int(line[:9]) - 1].command
    return line.encode("utf-8", "replace").decode()
