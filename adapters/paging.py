"""What is too long for one window, cut into pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def paged(
    elements: Iterable[T], weight: Callable[[T], int], most_bytes: int, most: int
) -> list[list[T]]:
    """At least one page, each with at most so many elements and bytes; an element that weighs
    more than a page has one of its own."""
    pages: list[list[T]] = [[]]
    taken = 0
    for element in elements:
        needed = weight(element)
        if pages[-1] and (len(pages[-1]) >= most or taken + needed > most_bytes):
            pages.append([])
            taken = 0
        pages[-1].append(element)
        taken += needed
    return pages
