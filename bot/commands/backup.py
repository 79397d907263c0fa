"""`andon backup [FILE]`: a copy of the bot's own database, taken while it runs."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.settings import Settings


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", help="where to; else beside the database, with the time")
    parser.epilog = "The copy is opened and checked. For Postgres it says what pg_dump is called."


def run(arguments: Namespace, settings: Settings) -> int:
    from sqlalchemy import make_url

    from bot.clock import wall_clock
    from core.store.backup import backup

    url = make_url(settings.store_url)
    if url.get_backend_name() != "sqlite":
        # Not the password: it would stand in the shell's history.
        shown = url._replace(drivername="postgresql", password=None).render_as_string()
        print(f"The database is Postgres: pg_dump --format=custom --file=andon.dump '{shown}'")
        return 0
    source = Path(url.database or "")
    named = source.with_name(f"{source.name}.{wall_clock():%Y-%m-%dT%H%M%SZ}.bak")
    made = backup(source, Path(arguments.file) if arguments.file else named)
    rows = ", ".join(f"{count} {table}" for table, count in made.rows.items() if count)
    print(
        f"{made.file} ({made.file.stat().st_size:,} bytes, at {made.revision}): {rows or 'empty'}"
    )
    return 0
