"""What a channel may show while the work goes on."""

from __future__ import annotations

from collections.abc import Callable


class Sentence(str):
    """A sentence of the answer, checked and final; any other text is a status, which the next one
    replaces."""

    __slots__ = ()


Progress = Callable[[str], None]
