"""What the model is going to say: a list used up turn by turn, or a function of the request."""

from collections import deque
from collections.abc import Callable, Iterable

from tests.fakes.model.faults import FAULTS, Fault, breaks
from tests.fakes.model.request import Request
from tests.fakes.model.turns import Say, Turn

Reactive = Callable[[Request], Turn]


class NothingToSay(Exception):
    """The script has ended, and the model was asked again."""


class Script:
    """A list may hold faults, too: each strikes the one request that comes upon it."""

    def __init__(self, turns: Iterable[Turn | Fault] | Reactive = ()) -> None:
        self._react = turns if callable(turns) else None
        self.left: deque[Turn | Fault] = deque() if callable(turns) else deque(turns)

    def take(self, request: Request, fault: Fault | None) -> tuple[Turn, Fault | None]:
        """The next turn and the fault that strikes it. A struck turn stays for the next request.

        Raises:
            NothingToSay: the list is used up.
        """
        if self._react:
            return self._react(request), fault
        first = self.left[0] if self.left else None
        if fault is None and isinstance(first, FAULTS):
            self.left.popleft()
            fault = first
        broken = fault is not None and breaks(fault)
        for i, item in enumerate(self.left):
            if not isinstance(item, FAULTS):
                if not broken:
                    del self.left[i]
                return item, fault
        if broken:  # nothing needs to be there to be broken
            return Say("This will not arrive whole."), fault
        raise NothingToSay(f"the script has ended; asked: {request.question[:200]!r}")
