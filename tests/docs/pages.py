"""The project's pages as the tests read them: links, anchors, pictures, and fenced blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^( *)```([^\n]*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} +(.*?) *#*$", re.MULTILINE)
_LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)")
_HTML = re.compile(r"<(?:img|a|source)\b[^>]*?\b(?:src|href|srcset)=\"([^\"]+)\"")
_SPAN = re.compile(r"(?<!`)`([^`\n]+(?:\n[^`\n]+)?)`(?!`)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language ("" where none is named) and its text without the indent.
    `file` is the path that the line before it names: what the block belongs into."""

    page: str
    line: int
    language: str
    text: str
    file: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    text: str

    @property
    def prose(self) -> str:
        """The text without fenced blocks."""
        return _FENCE.sub("", self.text)

    @property
    def spans(self) -> tuple[str, ...]:
        """What stands in single backticks."""
        return tuple(" ".join(span.split()) for span in _SPAN.findall(self.prose))

    @property
    def links(self) -> tuple[str, ...]:
        """Targets of links and pictures, outside of code."""
        text = _SPAN.sub("", self.prose)
        return (*_LINK.findall(text), *_HTML.findall(text))

    @property
    def anchors(self) -> frozenset[str]:
        """What GitHub calls this page's headings."""
        seen: dict[str, int] = {}
        return frozenset(_anchor(title, seen) for title in _HEADING.findall(self.prose))

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(self._blocks())

    def _blocks(self) -> Iterator[Block]:
        for fence in _FENCE.finditer(self.text):
            indent, language, body = fence.groups()
            lines = [line.removeprefix(indent) for line in body.splitlines()]
            before = self.text[: fence.start()].rstrip().rpartition("\n\n")[2]
            named = re.search(r"`([\w.]+(?:/[\w.]+)*\.\w+)`[^`]*:\Z", before)
            yield Block(
                self.name,
                self.text.count("\n", 0, fence.start()) + 1,
                language.strip().partition(" ")[0],
                "\n".join(lines) + "\n",
                named[1] if named else "",
            )


def _anchor(title: str, seen: dict[str, int]) -> str:
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).replace("`", "").lower()
    slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
    seen[slug] = seen.get(slug, -1) + 1
    return f"{slug}-{seen[slug]}" if seen[slug] else slug


@cache
def pages() -> dict[str, Page]:
    """Every page of the project by its path from the root."""
    found = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "tests").rglob("*.md")]
    names = sorted(path.relative_to(ROOT).as_posix() for path in found)
    return {name: Page(name, (ROOT / name).read_text("utf-8")) for name in names}


def guides() -> tuple[Page, ...]:
    """The pages that tell people what to do: their commands and files are to work. Decisions and
    the changelog tell what was."""
    past = ("docs/decisions/", "tests/", "CHANGELOG.md")
    return tuple(page for name, page in pages().items() if not name.startswith(past))
