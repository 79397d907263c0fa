"""From what a model writes to what people read: sentence by sentence, each checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.agent.guard import Guard, Offender, Refused, Released
from core.agent.sentences import Sentences
from core.progress import Progress, Sentence


@dataclass(slots=True)
class Speech:
    """What was said in this turn so far. A sentence once released stays."""

    progress: Progress | None = None
    released: list[Released] = field(default_factory=list)
    written: str = ""  # the sentence released last, as the model wrote it

    def release(self, checked: Released, written: str) -> None:
        self.released.append(checked)
        self.written = written
        if self.progress is not None:
            self.progress(Sentence(checked.text))

    @property
    def text(self) -> str:
        return " ".join(checked.text for checked in self.released)


class Heard:
    """One message of the model while it is written.

    Sentences are released as they end where `is_live`; else they are held until the message has
    ended, for it may turn out to be the talk before a tool is called. After the first offender
    nothing more is released.
    """

    def __init__(self, speech: Speech, guard: Guard, *, is_live: bool) -> None:
        self.text = ""
        self.offenders: list[Offender] = []
        self._speech = speech
        self._guard = guard
        self._is_live = is_live
        self._sentences = Sentences()
        self._held: list[tuple[Released, str]] = []
        self._before = speech.written

    @property
    def is_cut(self) -> bool:
        """Whether something wrong was written after something was released: nothing that follows
        can be shown, nor can it be said anew."""
        return bool(self.offenders and self._speech.released)

    def hear(self, text: str) -> None:
        self.text += text
        for sentence in self._sentences.feed(text):
            self._judge(sentence)

    def end(self) -> Sequence[Offender]:
        """The message is whole and is the answer; what of it was refused."""
        for sentence in self._sentences.rest():
            self._judge(sentence)
        if not self.offenders:
            for checked, written in self._held:
                self._speech.release(checked, written)
        return self.offenders

    def _judge(self, sentence: str) -> None:
        result = self._guard.check(sentence, self._before)
        self._before = sentence
        match result:
            case Refused(offenders):
                self.offenders += offenders
            case Released() if self.offenders or not result.text:
                pass
            case Released() if self._is_live:
                self._speech.release(result, sentence)
            case Released():
                self._held.append((result, sentence))
