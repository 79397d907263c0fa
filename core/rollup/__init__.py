"""Sums of complete production days, kept in the bot's own database for long questions."""
