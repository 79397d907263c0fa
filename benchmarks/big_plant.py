"""A plant of 100 assets: hourly rows over 28 months, 200,000 stops, in the sample's own tables.

Made by recursive SQL (big_plant.sql) in seconds; every value follows from its row's numbers.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

import core.data.sample
from core.data.schema import FACTS

HOME = Path(__file__).with_name(".data")
END = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 852
AREAS, PER_AREA = 10, 10
STOPS = 200_000
_SCHEMA = Path(core.data.sample.__file__).with_name("schema.sql")
_ROWS = Path(__file__).with_suffix(".sql")

# A zone without summer time, so that the rows' shifts are those of plant.toml all year.
_PLANT = """\
# The plant of the benchmarks: the sample's tables, more of everything.
[source]
url = "sqlite:///{path}"
name = "bench"

[plants.bench]
zone = "Etc/GMT+5"
currency = "USD"
shifts = [
    {{ name = "Early", start = 06:00:00, end = 14:00:00 }},
    {{ name = "Late", start = 14:00:00, end = 22:00:00 }},
    {{ name = "Night", start = 22:00:00, end = 06:00:00 }},
]

{facts}
"""


def big_plant(folder: Path = HOME) -> Path:
    """The path of the plant's plant.toml; made (in less than a minute) if it is not there."""
    database, described = folder / "big.db", folder / "plant.toml"
    if not (database.exists() and _version(database) == _wanted()):
        made_folder(folder)
        _make(database)
    facts = "\n".join(f'[facts.{name}]\ntable = "{name}"\n' for name in FACTS)
    content = _PLANT.format(path=database.as_posix(), facts=facts)
    described.write_text(content, encoding="utf-8")
    return described


def made_folder(folder: Path = HOME) -> Path:
    """The folder for what benchmarks make, which git ignores."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    return folder


def _wanted() -> int:
    """A file that was made by other code or for another schema is made anew."""
    return crc32(b"".join(p.read_bytes() for p in (Path(__file__), _ROWS, _SCHEMA))) >> 1


def _version(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _make(database: Path) -> None:
    temporary = database.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    with closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -262144"):
            connection.execute(f"PRAGMA {pragma}")
        connection.executescript(_SCHEMA.read_text(encoding="utf-8"))
        connection.execute("BEGIN")
        _fill(connection)
        connection.execute("COMMIT")
        connection.execute('CREATE INDEX downtime_end ON downtime (asset, "end")')
        connection.execute("ANALYZE")
        connection.execute(f"PRAGMA user_version = {_wanted()}")
        connection.execute("PRAGMA journal_mode = WAL")
    temporary.replace(database)


def _fill(connection: sqlite3.Connection) -> None:
    each = STOPS // (AREAS * PER_AREA)
    numbers = {
        "areas": AREAS,
        "machines": AREAS * PER_AREA,
        "days": DAYS,
        "each": each,
        "apart": DAYS * 86_400 // each,
        "start": int((END - timedelta(days=DAYS)).timestamp()),
        "end": int(END.timestamp()),
    }
    script = _ROWS.read_text(encoding="utf-8").replace("{names}", "names")
    for statement in filter(str.strip, script.format(**numbers).split(";\n")):
        connection.execute(statement)
    last = END.isoformat(" ", "seconds")[:19]
    connection.execute(
        "INSERT INTO sample (seed, anchor, days, made_at, ticked_to) VALUES (?, ?, ?, ?, ?)",
        (0, END.date().isoformat(), DAYS, last, last),
    )


if __name__ == "__main__":
    print(big_plant())
