"""Every link leads somewhere, every picture is there, and every page can be found."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from tests.docs.pages import DOCS, ROOT, Page, pages

OUTSIDE = ("http://", "https://", "mailto:")
PAGES = tuple(pages().values())


def resolved(page: Page, target: str) -> str:
    """The path from the root; may leave it, and is then no file of the project."""
    path = PurePosixPath(page.name).parent / target
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def broken(page: Page, link: str) -> str:
    """What is wrong with the link; empty where it leads somewhere."""
    if link.startswith(OUTSIDE):
        return ""
    target, _, anchor = link.partition("#")
    path = resolved(page, target) if target else page.name
    if path.startswith("..") or not (ROOT / path).exists():
        return f"{link}: no such file"
    if anchor and anchor not in pages()[path].anchors:
        return f"{link}: {path} has no such heading"
    return ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_picture_is_there(page: Page) -> None:
    assert [said for link in page.links if (said := broken(page, link))] == []


def test_every_page_stands_in_the_index() -> None:
    index = pages()["docs/README.md"]
    linked = {resolved(index, link.partition("#")[0]) for link in index.links}
    written = {path.relative_to(ROOT).as_posix() for path in DOCS.glob("*.md")}
    assert written - linked - {index.name} == set()
    decisions = {f.relative_to(ROOT).as_posix() for f in (DOCS / "decisions").glob("*.md")}
    assert decisions <= linked or "docs/decisions" in linked


def test_every_picture_is_shown_somewhere() -> None:
    shown = {resolved(page, link) for page in PAGES for link in page.links}
    made = {path.relative_to(ROOT).as_posix() for path in (DOCS / "gallery").glob("*.png")}
    assert made - shown == set()


def test_a_heading_is_called_as_on_github() -> None:
    page = Page("x.md", "# What is `andon`?\n\n## Over HTTP, behind a proxy\n\n## A\n\n## A\n")
    assert page.anchors == {"what-is-andon", "over-http-behind-a-proxy", "a", "a-1"}


def test_a_broken_link_is_found() -> None:
    page = pages()["README.md"]
    assert broken(page, "docs/nowhere.md") == "docs/nowhere.md: no such file"
    assert broken(page, "docs/access.md#nowhere")
    assert broken(page, "docs/access.md#finding-the-ids") == ""
