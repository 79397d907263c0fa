"""Where rows end up: a colour terminal, a dumb one, or a pipe."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from typing import TextIO

from adapters.console.paper import ASCII, UNICODE, Paper, Row, Style, plain
from core.request import Language
from core.words import Words

_NARROWEST, _WIDEST = 20, 100  # longer lines are hard to read
_COLOURS: Mapping[Style, str] = {
    "": "",
    "strong": "bold",
    "dim": "dim",
    "accent": "cyan",
    "good": "green",
    "warning": "yellow",
    "bad": "red",
}


class Terminal:
    """Writes to `stream`; colours only where a person looks at it. `kind` is the terminal's type
    (TERM): "dumb" gets neither colour nor drawing characters."""

    def __init__(self, stream: TextIO, kind: str = "", width: int | None = None) -> None:
        self._stream = stream
        self._colours = stream.isatty() and kind != "dumb"
        encoding = (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "")
        self._glyphs = UNICODE if encoding.startswith("utf") and kind != "dumb" else ASCII
        self._width = width
        self._status = False

    def paper(self, language: Language) -> Paper:
        """As wide as the terminal is now, since its window may have changed."""
        width = self._width or shutil.get_terminal_size((80, 24)).columns
        return Paper(max(_NARROWEST, min(_WIDEST, width)), Words(language), self._glyphs)

    def write(self, rows: Iterable[Row]) -> None:
        """Prints the rows and a blank one; nothing in them is read as markup."""
        self.status("")
        if self._colours:
            self._write_colours(rows)
        else:
            self._stream.writelines(f"{plain(row)}\n" for row in rows)
        self._stream.write("\n")
        self._stream.flush()

    def status(self, text: str) -> None:
        """One passing line while the work goes on; the next output takes its place."""
        if self._colours and (text or self._status):
            line = self.paper("en")
            self._stream.write(f"\r\x1b[2K{line.clip(line.clean(text), line.width - 1)}")
            self._stream.write("" if text else "\r")
            self._stream.flush()
            self._status = bool(text)

    def _write_colours(self, rows: Iterable[Row]) -> None:
        from rich.console import Console
        from rich.text import Text

        console = Console(file=self._stream, highlight=False, markup=False, emoji=False)
        for row in rows:
            pieces = [(text, _COLOURS[style]) for text, style in row]
            console.print(Text.assemble(*pieces), soft_wrap=True)
