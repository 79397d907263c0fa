"""`python -m tests.channels` writes the table of docs/parity.md."""

from __future__ import annotations

from pathlib import Path

from bot.commands.sync import with_table
from tests.channels.contract import table

PAGE = Path(__file__).parents[2] / "docs" / "parity.md"

if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text("utf-8"), "parity", table(), str(PAGE)), "utf-8")
