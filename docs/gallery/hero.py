"""Puts the README's picture together from three of the gallery's, as three phones side by side.

python docs/gallery/hero.py        (after make.py; needs the extra `pictures`)
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
SHOWN = ("downtime", "briefing", "teams-oee")
WIDTH, HEIGHT = 780, 1380
GAP, EDGE, ROUND = 48, 14, 56
BACK, FRAME = "#e9edf1", "#1d1c1d"


def phone(name: str) -> Image.Image:
    """The upper part of the picture, as a phone shows it before one scrolls."""
    picture = Image.open(HERE / f"{name}.png").convert("RGB")
    if picture.width != WIDTH:
        picture = picture.resize((WIDTH, picture.height * WIDTH // picture.width))
    screen = Image.new("RGB", (WIDTH, HEIGHT), picture.getpixel((2, 2)))
    screen.paste(picture, (0, 20))
    made = Image.new("RGB", (WIDTH + 2 * EDGE, HEIGHT + 2 * EDGE), BACK)
    draw = ImageDraw.Draw(made)
    draw.rounded_rectangle((0, 0, made.width - 1, made.height - 1), ROUND, fill=FRAME)
    mask = Image.new("L", screen.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, WIDTH - 1, HEIGHT - 1), ROUND - EDGE, fill=255)
    made.paste(screen, (EDGE, EDGE), mask)
    return made


def main() -> None:
    phones = [phone(name) for name in SHOWN]
    wide = sum(one.width for one in phones) + GAP * (len(phones) + 1)
    hero = Image.new("RGB", (wide, phones[0].height + 2 * GAP), BACK)
    left = GAP
    for one in phones:
        hero.paste(one, (left, GAP))
        left += one.width + GAP
    half = hero.resize((hero.width * 2 // 3, hero.height * 2 // 3), Image.Resampling.LANCZOS)
    half.quantize(256, dither=Image.Dither.NONE).save(HERE / "hero.png", optimize=True)


if __name__ == "__main__":
    main()
