"""Folders of files as sources: read in before anything is asked, with a word on how far it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.files.address import SCHEME, address_of, kept_in
from core.data.mapping import PlantFile, SourceMapping

if TYPE_CHECKING:
    from core.data.files.problem import FileProblem
    from core.words import Words

_BAR = 30
_WORTH_A_BAR = 20 * 2**20


def address(given: str) -> str:
    """A folder's path as an address; what is one already stays. Raises MisconfiguredError."""
    from core.errors import MisconfiguredError

    if "://" in given:
        return given
    if Path(given).is_dir():
        return address_of(Path(given))
    if Path(given).exists():
        raise MisconfiguredError(given, "is a file: name the folder that it lies in")
    raise MisconfiguredError(given, "is no folder, and no address such as sqlite:///plant.db")


def kept(plant: PlantFile, home: Path) -> PlantFile:
    """The plant with a place below `home` for what is read in of its folders."""

    def placed(source: SourceMapping) -> SourceMapping:
        return source.model_copy(update={"url": kept_in(source.url, home)})

    sources = {name: placed(source) for name, source in plant.sources.items()}
    return plant.model_copy(update={"source": placed(plant.source), "sources": sources})


def read_in(*addresses: str) -> None:
    """Reads what has changed in the folders among the addresses. What goes wrong is said when
    they are asked."""
    for given in addresses:
        if given.startswith(f"{SCHEME}:"):
            from core.data.engines import address as parsed
            from core.data.files.address import place_of
            from core.data.files.sessions import FileSessions

            sessions = FileSessions(place_of(parsed(given)), 0)
            try:
                sessions.prepare(_said)
            except (OSError, ImportError):
                continue
            finally:
                sessions.close()


def read_in_all(plant: PlantFile) -> None:
    """The same for all of a plant's sources."""
    read_in(plant.source.url, *(source.url for source in plant.sources.values()))


def problems(plant: PlantFile) -> tuple[FileProblem, ...]:
    """What is to be said of the files of a plant's folders."""
    urls = (plant.source.url, *(source.url for source in plant.sources.values()))
    return tuple(p for url in urls if url.startswith(f"{SCHEME}:") for p in _problems(url))


def lines(told: Sequence[FileProblem], words: Words) -> Iterator[str]:
    """As `andon check` writes them."""
    for problem in told:
        severity = "error  " if problem.refused else "warning"
        yield f"  {severity}  {words.say(f'files.{problem.key}', **problem.filled())}"


def _problems(url: str) -> tuple[FileProblem, ...]:
    from core.data.engines import address as parsed
    from core.data.files.address import place_of
    from core.data.files.sessions import FileSessions

    sessions = FileSessions(place_of(parsed(url)), 0)
    try:
        return sessions.problems()
    except (OSError, ImportError):
        return ()  # which the check of the source says
    finally:
        sessions.close()


def _said(name: str, done: int, total: int) -> None:
    """One line on a terminal, where there is something to wait for."""
    if total < _WORTH_A_BAR or not sys.stderr.isatty():
        return
    filled = _BAR * done // total
    bar = "#" * filled + "." * (_BAR - filled)
    end = "" if name else "\n"
    print(f"\r{bar} {done // 2**20} of {total // 2**20} MB {name:<40.40}", end=end,
          file=sys.stderr, flush=True)  # fmt: skip
