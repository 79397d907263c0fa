"""Stores to write into, without bringing each one up from nothing: migrating takes longer than
many a scene."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path

from core.store import Store


@functools.cache
def _migrated() -> tempfile.TemporaryDirectory[str]:
    """Goes with the process."""
    folder = tempfile.TemporaryDirectory(prefix="andon-store-")
    Store.open(f"sqlite:///{folder.name}/andon.db").close()
    return folder


def empty(path: Path) -> None:
    """Makes the file of a store that holds nothing yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(_migrated().name, "andon.db"), path)


def opened(path: Path) -> Store:
    """The store in this file, empty where there was none."""
    if not path.exists():
        empty(path)
    return Store.open(f"sqlite:///{path}")
