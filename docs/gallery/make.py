"""Draws the gallery: real answers from the sample plant, in Slack and in Teams, as screenshots.

    python docs/gallery/make.py [NAME …]

Needs a chromium on the path and the extra `pictures` (Pillow comes with it); for Teams npm, too.
The blocks and cards are the bot's own; the page around Slack's (page.py) only looks about like
Slack, the cards are drawn by Microsoft's renderer (teams.py).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import teams  # noqa: E402
import unasked  # noqa: E402
from page import message, page, view  # noqa: E402
from PIL import Image, ImageChops  # noqa: E402

from adapters.picture import draw  # noqa: E402
from adapters.slack.home import Home, home_view  # noqa: E402
from adapters.slack.render import Look, charts_to_draw, render  # noqa: E402
from adapters.teams.dialogs import full_dialog  # noqa: E402
from adapters.teams.render import render as teams_message  # noqa: E402
from adapters.teams.render import welcome  # noqa: E402
from core.answer import Action, Answer  # noqa: E402
from core.answer_json import from_json  # noqa: E402

NOW = datetime(2026, 11, 23, 7, 20, tzinfo=UTC)
PHONE, DESKTOP = 390, 760
_NARROW = 360  # a narrower phone
SHOTS: dict[str, tuple[str, Look, int]] = {
    "oee": ("/oee line-3 yesterday", "picture", PHONE),
    "downtime": ("why was line 3 down last night?", "picture", PHONE),
    "downtime-plain": ("why was line 3 down last night?", "plain", PHONE),
    "downtime-desktop": ("why was line 3 down last night?", "native", DESKTOP),
    "losses": ("rank the losses of line-1 by money", "picture", PHONE),
    "production": ("are we on plan in packaging?", "native", PHONE),
    "trend": ("is grinder 5 getting worse?", "picture", PHONE),
    "actions": ("what should we do first today?", "native", PHONE),
    "alerts": ("/alerts", "native", PHONE),
    "unknown": ("/downtime line 9 yesterday", "native", PHONE),
    "oee-de": ("Wie ist die OEE von Linie 3 gestern?", "picture", PHONE),
}
SHIFT_START = datetime(2026, 11, 23, 12, 0, 20, tzinfo=UTC)
AT_SHIFT_START: dict[str, str] = {
    "briefing": "/briefing packaging",
    "handover": "/handover packaging at 2026-11-23T11:59Z",
}
ALERT, STANDING = "alert", datetime(2026, 11, 23, 6, 50, tzinfo=UTC)
HOME = "home"
TEAMS: dict[str, tuple[str, int]] = {
    "teams-oee": ("/oee line-3 yesterday", _NARROW),
    "teams-downtime": ("why was line 3 down last night?", _NARROW),
    "teams-downtime-desktop": ("why was line 3 down last night?", DESKTOP),
    "teams-losses": ("rank the losses of line-1 by money", _NARROW),
    "teams-trend": ("is grinder 5 getting worse?", _NARROW),
    "teams-production-desktop": ("are we on plan in packaging?", DESKTOP),
    "teams-actions": ("what should we do first today?", _NARROW),
    "teams-unknown": ("/downtime line 9 yesterday", _NARROW),
    "teams-oee-de": ("Wie ist die OEE von Linie 3 gestern?", _NARROW),
}
TEAMS_DIALOG, TEAMS_WELCOME = "teams-dialog", "teams-welcome"
_LARGEST = 150_000  # bytes of a picture
_SIDE, _TALL = 2, 6_000  # device pixels per pixel; height of the window


def main(names: list[str]) -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder)
        for name, (question, look, width) in SHOTS.items():
            if not names or name in names:
                shoot(name, page(shown(ask(question, home), look, home)), width, home)
        later = home / "shift-start"
        later.mkdir()
        for name, question in AT_SHIFT_START.items():
            if not names or name in names:
                answer = ask(question, later, SHIFT_START)
                shoot(name, page(shown(answer, "native", later, "6:00 AM")), PHONE, home)
        if not names or ALERT in names:
            card = unasked.alert_card(home, "line-3", STANDING)
            shoot(ALERT, page(shown(card, "native", home, "12:50 AM")), PHONE, home)
        if not names or HOME in names:
            shoot(HOME, page(tab(home)), PHONE, home)
        if not names or any(name.startswith("teams") for name in names):
            in_teams(names, home)


def in_teams(names: list[str], home: Path) -> None:
    modules = teams.install(home)
    for name, (question, width) in TEAMS.items():
        if not names or name in names:
            activity = teams_message(ask(question, home), seal=_seal).activity()
            shoot(name, teams.page(activity, modules), width, home)
    if not names or TEAMS_DIALOG in names:
        whole = full_dialog(ask("rank the losses of line-1 by money", home), seal=_seal)
        shoot(TEAMS_DIALOG, teams.dialog(whole, modules), DESKTOP, home)
    if not names or TEAMS_WELCOME in names:
        offered = ask("/andon prompts", home).actions
        activity = welcome("en", seal=_seal, questions=offered).activity()
        shoot(TEAMS_WELCOME, teams.page(activity, modules), 360, home)


def ask(question: str, home: Path, now: datetime = NOW) -> Answer:
    """The bot's answer, as a program gets it."""
    command = [sys.executable, "-m", "bot", "ask", question, "--json", "--now", now.isoformat()]
    asked = subprocess.run(
        command,
        cwd=HERE.parents[1],
        env={**os.environ, "ANDON_HOME": str(home / "andon")},
        capture_output=True,
        text=True,
        check=False,  # a question that finds nothing is shown, too
    )
    return from_json(json.loads(asked.stdout))


def shown(answer: Answer, look: Look, folder: Path, clock: str = "1:20 AM") -> str:
    files, pictures = {}, {}
    for index, chart in charts_to_draw(answer, look):
        path = folder / f"{answer.id}-{index}.png"
        path.write_bytes(draw(chart, answer.language))
        files[index] = f"F{index}"
        pictures[f"F{index}"] = path.as_uri()
    made = render(answer, look=look, seal=_seal, files=files, sharing=True)
    return message(made.blocks, pictures, clock)


def tab(folder: Path) -> str:
    home = Home(
        "en",
        NOW,
        "America/Chicago",
        ("Packaging",),
        ask("/production packaging", folder),
        ask("/alerts packaging", folder),
        ask("/actions packaging", folder),
        (
            Action("Why was line 3 down last night?", "/downtime line-3 last night"),
            Action("OEE yesterday", "/oee packaging yesterday"),
            Action("What costs most?", "/losses packaging"),
        ),
        quiet=("22:00", "06:00"),
    )
    return view(home_view(home, seal=_seal)["blocks"])


def shoot(name: str, html: str, width: int, folder: Path) -> None:
    """The page as docs/gallery/NAME.png, without the empty space below it."""
    source, target = folder / f"{name}.html", folder / f"{name}.png"
    source.write_text(html, "utf-8")
    browser = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu"]
    options += [f"--force-device-scale-factor={_SIDE}", f"--window-size={width},{_TALL // _SIDE}"]
    command = [browser, *options, f"--screenshot={target}", source.as_uri()]
    subprocess.run(command, check=True, capture_output=True)
    picture = Image.open(target).convert("RGB")
    box = ImageChops.difference(
        picture, Image.new("RGB", picture.size, picture.getpixel((0, picture.height - 1)))
    ).getbbox()
    bottom = min(picture.height, (box[3] if box else 0) + 16 * _SIDE)
    cut = picture.crop((0, 0, picture.width, bottom))
    for colours in (64, 32, 16):
        cut.quantize(colours).save(HERE / f"{name}.png", optimize=True)
        if (HERE / f"{name}.png").stat().st_size <= _LARGEST:
            break
    sys.stdout.write(f"{name}.png {(HERE / f'{name}.png').stat().st_size // 1024} kB\n")


def _seal(text: str) -> str:
    return f"0123456789abcdef.{text}"


if __name__ == "__main__":
    main(sys.argv[1:])
