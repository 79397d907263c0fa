"""`andon teams-package`: the app to upload to Teams, as a zip."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from zipfile import is_zipfile

from bot.settings import Settings
from core.errors import MisconfiguredError
from core.words import Words

_WEBSITE = "https://www.example.com"


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("andon-teams.zip"), metavar="FILE")
    parser.add_argument("--company", default="Andon", help="who runs it, as Teams shows it")
    parser.add_argument(
        "--website",
        default=_WEBSITE,
        metavar="URL",
        help="what people read about it, its privacy and its terms: a page of your own",
    )


def run(arguments: Namespace, settings: Settings) -> int:
    from bot.manifests.teams import package

    if settings.teams is None or settings.teams.bot.anonymous:
        problem = "is missing: the package names the bot that is registered (docs/teams.md)"
        raise MisconfiguredError("TEAMS_APP_ID", problem)
    if not arguments.website.startswith("https://"):
        raise MisconfiguredError("--website", "must start with https://")
    made = package(settings.teams.bot.app_id, arguments.company, arguments.website)
    if arguments.out.exists() and not is_zipfile(arguments.out):
        raise MisconfiguredError("--out", f"{arguments.out} is there, and no package")
    try:
        arguments.out.write_bytes(made)
    except OSError as error:
        raise MisconfiguredError("--out", f"{arguments.out}: {error.strerror}") from None
    print(Words(settings.language).say("cli.teams_packed", file=str(arguments.out)))
    return 0
