"""Where rows end up: a colour terminal, a dumb one, or a pipe."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from typing import TextIO

from adapters.console.paper import ASCII, UNICODE, Paper, Row, Style, plain, wrap
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
        self._said = ""
        self._passing = 0  # lines

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
        self._said = self._said if text else ""
        self._pass(text)

    def say(self, sentence: str) -> None:
        """A sentence of the answer that is on its way; the answer takes its place, too."""
        self._said = f"{self._said} {sentence}".strip()
        self._pass("")

    def _pass(self, status: str) -> None:
        """Writes over what is passing; a person's terminal only."""
        if not self._colours:
            return
        paper, height = self.paper("en"), shutil.get_terminal_size((80, 24)).lines
        width = paper.width - 1  # in the last column some terminals break the line
        lines = wrap(paper.clean(self._said), width) if self._said else []
        lines = lines[-max(1, height - 2) :]  # what has left the screen cannot be written over
        if status:
            lines.append(paper.clip(paper.clean(status), width))
        if lines or self._passing:
            up = f"\x1b[{self._passing - 1}A" if self._passing > 1 else ""
            self._stream.write(f"\r{up}\x1b[J" + "\n".join(lines))
            self._stream.flush()
        self._passing = len(lines)

    def _write_colours(self, rows: Iterable[Row]) -> None:
        from rich.console import Console
        from rich.text import Text

        console = Console(file=self._stream, highlight=False, markup=False, emoji=False)
        for row in rows:
            pieces = [(text, _COLOURS[style]) for text, style in row]
            console.print(Text.assemble(*pieces), soft_wrap=True)
