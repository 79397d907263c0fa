"""docs/administrator.md quotes what the product really says."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.docs.pages import ROOT, pages

PAGE = pages()["docs/administrator.md"]
_ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
QUOTED = _ROW.findall(PAGE.text.partition("## When something is wrong")[2])


@cache
def said() -> str:
    """The code, with texts that go on over lines joined, and the English catalogues."""
    files = [path for name in ("bot", "core", "adapters") for path in (ROOT / name).rglob("*.py")]
    files += (ROOT / "core" / "words" / "en").glob("*.toml")
    texts = (path.read_text("utf-8") for path in sorted(files))
    return "\n".join(re.sub(r'"\s*\n\s*f?"', "", text) for text in texts)


@pytest.mark.parametrize("quoted", QUOTED)
def test_what_it_says_is_what_it_says(quoted: str) -> None:
    """All that stands between the dots is in one and the same text, in that order."""
    parts = [re.escape(part.strip()) for part in quoted.split("…") if part.strip(" .")]
    assert re.search(".{0,120}".join(parts), said())


def test_there_are_enough() -> None:
    assert len(QUOTED) >= 18
