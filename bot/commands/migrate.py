"""`andon migrate`: brings the bot's own database up to date."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from bot.settings import Settings


def configure(parser: ArgumentParser) -> None:
    """There is nothing to choose; `parser` shows what the command is for."""
    parser.epilog = "A SQLite file is copied beside itself before it is changed."


def run(_arguments: Namespace, settings: Settings) -> int:
    from core.store import migrate
    from core.words import Words

    done = migrate(settings.store_url)
    words = Words(settings.language)
    if done.backup is None:
        print(words.say("cli.migrated", after=done.after))
    else:
        backup = str(done.backup)
        print(words.say("cli.migrated_from", before=done.before, after=done.after, backup=backup))
    return 0
