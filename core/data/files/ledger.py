"""What was read in of which file, kept beside the parts, so that each change is read in once."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from core.data.files.folder import Stamp
from core.data.files.part import Part
from core.data.files.problem import FileProblem

_VERSION = 1
_FILE = "files.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file: `parts` of the last version that could be read, `stamp` of the last that was tried,
    and what is to be said of it."""

    stamp: Stamp
    parts: tuple[Part, ...] = ()
    problems: tuple[FileProblem, ...] = ()


Ledger = Mapping[str, Entry]


def load(cache: Path) -> dict[str, Entry]:
    """Without the entries of which a part is gone. Never raises: all can be read in again."""
    try:
        content = json.loads((cache / _FILE).read_text("utf-8"))
        if content["version"] != _VERSION:
            return {}
        made = {name: _entry(value) for name, value in content["files"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {n: e for n, e in made.items() if all(Path(part.path).is_file() for part in e.parts)}


def save(cache: Path, ledger: Ledger) -> None:
    """Raises OSError."""
    files = {
        name: {
            "stamp": entry.stamp,
            "parts": [[p.table, p.path, p.columns, p.rows] for p in entry.parts],
            "problems": [[p.file, p.key, dict(p.arguments), p.refused] for p in entry.problems],
        }
        for name, entry in ledger.items()
    }
    spare = cache / f"{_FILE}.{os.getpid()}"
    spare.write_text(json.dumps({"version": _VERSION, "files": files}), "utf-8")
    spare.replace(cache / _FILE)


def part_name(file: str, stamp: Stamp, number: int) -> str:
    """The same for the same version of a file, in every process."""
    told = json.dumps([_VERSION, file, stamp, number]).encode()
    return f"{blake2b(told, digest_size=12).hexdigest()}.parquet"


def sweep(cache: Path, ledger: Ledger) -> None:
    """Deletes parts that nothing uses, but for the newest: another process may be at them."""
    used = {Path(part.path).name for entry in ledger.values() for part in entry.parts}
    with suppress(OSError):
        idle = [path for path in cache.glob("*.parquet") if path.name not in used]
        for path in sorted(idle, key=lambda path: path.stat().st_mtime_ns)[: -len(used) - 1]:
            path.unlink()


def _entry(value: Mapping[str, list[list[object]]]) -> Entry:
    size, changed, inode = (int(str(n)) for n in value["stamp"])
    parts = tuple(
        Part(str(table), str(path), tuple((str(n), str(t)) for n, t in columns), int(str(rows)))  # type: ignore[attr-defined]
        for table, path, columns, rows in value["parts"]
    )
    problems = tuple(
        FileProblem(str(file), str(key), dict(arguments), bool(refused))  # type: ignore[call-overload]
        for file, key, arguments, refused in value["problems"]
    )
    return Entry((size, changed, inode), parts, problems)
