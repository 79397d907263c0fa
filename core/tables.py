"""Tables by their columns: a heading, its alignment and the cells below it stand together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from core.answer import Table
from core.words import Words

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """`cells` gives the column's cells for all entries at once, so that they can go together."""

    head: str
    cells: Callable[[Sequence[T]], Sequence[str]]
    align: Literal["l", "r"]


def texts(head: str, cell: Callable[[T], str]) -> Column[T]:
    """Names, days and other words, from the left."""
    return Column(head, lambda entries: [cell(entry) for entry in entries], "l")


def figures(head: str, cell: Callable[[T], str]) -> Column[T]:
    """Figures, from the right."""
    return Column(head, lambda entries: [cell(entry) for entry in entries], "r")


def durations(
    head: str,
    minutes: Callable[[T], float | None],
    words: Words,
    cell: Callable[[T, str], str] = lambda _entry, said: said,
) -> Column[T]:
    """Durations, all in one unit; `cell` may add to what is said of an entry, or leave it out."""

    def cells(entries: Sequence[T]) -> list[str]:
        said = words.durations([minutes(entry) for entry in entries])
        return [cell(entry, text) for entry, text in zip(entries, said, strict=True)]

    return Column(head, cells, "r")


def table(
    entries: Sequence[T],
    *columns: Column[T] | None,
    title: str = "",
    cites: tuple[int, ...] = (),
    more: str = "",
) -> tuple[Table, ...]:
    """One row per entry, nothing without entries. A column that is None is left out; `more` is
    a last row of its own, for what is not listed."""
    if not entries:
        return ()
    shown = [column for column in columns if column is not None]
    rows = [*zip(*(column.cells(entries) for column in shown), strict=True)]
    if more:
        rows.append((more, *[""] * (len(shown) - 1)))
    heads = tuple(column.head for column in shown)
    return (Table(heads, tuple(rows), "".join(c.align for c in shown), title, cites),)
