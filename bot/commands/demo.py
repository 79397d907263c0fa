"""`andon demo`: a chat on the sample plant, whatever plant is connected."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace

from bot.commands import chat
from bot.settings import Settings


def configure(parser: ArgumentParser) -> None:
    chat.configure(parser)


def run(arguments: Namespace, settings: Settings) -> int:
    return chat.run(arguments, replace(settings, plant_file=None, database_url=""))
