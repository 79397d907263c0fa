"""An answer before it is written out."""

from dataclasses import dataclass

from tests.fakes.model.request import Request
from tests.fakes.model.tokens import count
from tests.fakes.model.turns import Turn, text_of

EPOCH = 1_795_000_000
"""The Unix second of answer 0: no clock is read, so that two runs are alike."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`number` makes its ids: the how-manieth answer of this server."""

    number: int
    request: Request
    turn: Turn

    @property
    def created(self) -> int:
        return EPOCH + self.number

    @property
    def tokens(self) -> int:
        return count(text_of(self.turn))
