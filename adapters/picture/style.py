"""How pictures look: large on a phone, told apart without colour vision, at home on light and
dark backgrounds (the picture brings its own light ground)."""

from __future__ import annotations

# Okabe and Ito, "Color Universal Design" (2008), darkened where white text would not stand out.
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY = "#CC79A7", "#56B4E9"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, RED, SKY)
HATCHES = ("", "///", "...", "xx", "\\\\\\", "++")
INK, FAINT, GRID, PAPER = "#1D1C1D", "#5C5B5F", "#DDDDE0", "#FFFFFF"

WIDTH, DPI = 8.0, 200  # inches; 1600 pixels, which a phone shows at 2x
LABEL, SMALL = 15, 13  # points
"""Type sizes: 15 pt at 200 dpi are 42 pixels of 1600, about 10 pt on a phone held upright."""

LINE_STYLES = ("--", ":", "-.")
