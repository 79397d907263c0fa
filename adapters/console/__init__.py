"""The terminal as a channel: needs no token, reads a pipe when stdin is no terminal."""
