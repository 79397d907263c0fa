"""Every sentence the bot says, in the reader's language."""

from core.words.words import MissingWords, Words

__all__ = ["MissingWords", "Words"]
