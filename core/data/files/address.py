"""files:///srv/exports, the address of a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from sqlalchemy.engine import URL

SCHEME = "files"
SETTLE = 2.0
"""For how many seconds a file must lie still before it is read."""


@dataclass(frozen=True, slots=True)
class Place:
    """`cache` is where what was read in is kept; None for as long as the source is open."""

    folder: Path
    cache: Path | None
    in_place: bool
    settle: float


def address_of(folder: Path) -> str:
    """The address, as plant.toml has it."""
    path = folder.absolute().as_posix()
    return f"{SCHEME}://{quote(path if path.startswith('/') else '/' + path)}"


def place_of(url: URL) -> Place:
    """What an address says: `?parquet=in-place` asks Parquet files where they lie."""
    path = unquote(url.database or "")
    is_drive = path[1:2] == ":"
    cache = url.query.get("cache")
    return Place(
        Path(path if is_drive else f"/{path}"),
        Path(unquote(str(cache))) if cache else None,
        url.query.get("parquet") == "in-place",
        float(str(url.query.get("settle", SETTLE))),
    )


def kept_in(address: str, home: Path) -> str:
    """The address of a folder, with a place below `home` for what is read in of it. Other
    addresses stay as they are."""
    if not address.startswith(f"{SCHEME}:") or "cache=" in address:
        return address
    cache = quote((home / "files").absolute().as_posix())
    return f"{address}{'&' if '?' in address else '?'}cache={cache}"
