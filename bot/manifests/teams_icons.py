"""The app's two icons, drawn here: a stack light, as it stands on every line."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import cache
from struct import pack

_FINE = 3  # samples per pixel and direction, for smooth edges
Colour = tuple[int, int, int, int]
_CLEAR: Colour = (0, 0, 0, 0)
_WHITE: Colour = (255, 255, 255, 255)
BACK: Colour = (31, 41, 55, 255)
_POLE: Colour = (156, 163, 175, 255)
_LAMPS: tuple[Colour, ...] = ((239, 68, 68, 255), (251, 191, 36, 255), (52, 211, 153, 255))
_TOPS = (0.15, 0.35, 0.55)  # of the lamps, as shares of the icon
_HEIGHT, _LEFT, _RIGHT = 0.17, 0.33, 0.67


@cache  # drawing it takes a second
def colour_icon() -> bytes:
    """192 × 192 pixels as PNG, full-bleed: Teams rounds the corners itself."""
    return _png(192, _coloured)


def outline_icon() -> bytes:
    """32 × 32 pixels as PNG, white on nothing."""
    return _png(32, _outlined)


def _coloured(x: float, y: float) -> Colour:
    for top, lamp in zip(_TOPS, _LAMPS, strict=True):
        if _in_box(x, y, _LEFT, top, _RIGHT, top + _HEIGHT, 0.05):
            return lamp
    if _in_box(x, y, 0.455, 0.70, 0.545, 0.86, 0.0) or _in_box(x, y, 0.3, 0.82, 0.7, 0.88, 0.03):
        return _POLE
    return BACK


def _outlined(x: float, y: float) -> Colour:
    """Three frames over a foot; a line is two pixels wide."""
    line = 2 / 32
    for top in (1 / 32, 9 / 32, 17 / 32):
        left, right, bottom = 9 / 32, 23 / 32, top + 10 / 32
        if _in_box(x, y, left, top, right, bottom, 0.06) and not _in_box(
            x, y, left + line, top + line, right - line, bottom - line, 0.02
        ):
            return _WHITE
    foot = _in_box(x, y, 15 / 32, 26 / 32, 17 / 32, 29 / 32, 0.0)
    return _WHITE if foot or _in_box(x, y, 9 / 32, 29 / 32, 23 / 32, 31 / 32, 0.0) else _CLEAR


def _in_box(
    x: float, y: float, left: float, top: float, right: float, bottom: float, corner: float
) -> bool:
    """Whether a point lies in a box with rounded corners."""
    dx = max(left + corner - x, x - right + corner, 0.0)
    dy = max(top + corner - y, y - bottom + corner, 0.0)
    return dx * dx + dy * dy <= corner * corner and left <= x <= right and top <= y <= bottom


def _png(size: int, colour_at: Callable[[float, float], Colour]) -> bytes:
    """An RGBA picture: W3C, Portable Network Graphics."""
    rows = b"".join(
        b"\0" + b"".join(_pixel(column, row, size, colour_at) for column in range(size))
        for row in range(size)
    )
    header = pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _pixel(column: int, row: int, size: int, colour_at: Callable[[float, float], Colour]) -> bytes:
    """The mean of the samples; a clear one has no colour to add."""
    steps = [(n + 0.5) / _FINE for n in range(_FINE)]
    samples = [colour_at((column + dx) / size, (row + dy) / size) for dy in steps for dx in steps]
    alpha = sum(sample[3] for sample in samples)
    if not alpha:
        return bytes(4)
    mixed = (round(sum(s[n] * s[3] for s in samples) / alpha) for n in range(3))
    return bytes((*mixed, round(alpha / len(samples))))


def _chunk(name: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))
