"""Teams messages as a web page, the cards drawn by Microsoft's own renderer: for screenshots.

The renderer is npm's adaptivecards with the colours of adaptivecards-designer's Teams theme. It
does not know Teams' charts: what it shows is their fallback, as an older client would.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

PACKAGES = ("adaptivecards@3.0.5", "markdown-it@14.1.0", "adaptivecards-designer@2.4.4")
_THEME = "adaptivecards-designer/lib/hostConfigs/microsoft-teams-light.json"
_STYLE = """
body { margin: 0; padding: 12px; background: #f5f5f5; color: #242424;
  font: 14px/20px "Segoe UI", "Liberation Sans", sans-serif; }
.message { background: #fff; border-radius: 6px; padding: 10px 14px; }
.name { font-size: 12px; color: #616161 } .name b { color: #242424; margin-right: 8px }
.label { background: #ebebeb; border-radius: 3px; padding: 1px 5px; margin-left: 6px }
.text p { margin: 4px 0 8px } .text sup { background: #ebebeb; border-radius: 3px;
  padding: 1px 4px; font-size: 10px; margin-left: 2px }
.card { border: 1px solid #e0e0e0; border-radius: 6px; overflow: hidden; background: #fff }
.thumbs { margin-top: 6px; font-size: 14px } h3 { margin: 4px 0 10px; font-size: 18px }
.ac-pushButton { font: 600 14px "Segoe UI", "Liberation Sans", sans-serif; padding: 5px 12px;
  border: 1px solid #d1d1d1; border-radius: 4px; background: #fff; color: #242424; }
.ac-actionSet { flex-wrap: wrap; row-gap: 8px }
.ac-pushButton, .ac-pushButton * { white-space: normal !important; text-align: left }
input, select, textarea { font: inherit }
"""
_DRAW = """
const config = %(theme)s;
config.fontTypes.default.fontFamily = '"Segoe UI", "Liberation Sans", sans-serif';
config.actions.maxActions = 6; config.actions.actionsOrientation = "horizontal";
config.actions.buttonSpacing = 8;
const markdown = window.markdownit({ html: true, linkify: true });
AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdown.render(text); result.didProcess = true; };
for (const text of document.querySelectorAll(".text"))
  text.innerHTML = markdown.render(text.dataset.text).replace(/\\[(\\d+)\\]/g, "<sup>$1</sup>");
for (const place of document.querySelectorAll(".card")) {
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = new AdaptiveCards.HostConfig(config);
  card.parse(JSON.parse(place.dataset.card));
  place.appendChild(card.render());
}
"""


def install(folder: Path) -> Path:
    """Fetches the renderer with npm; where it is."""
    npm = shutil.which("npm") or "npm"
    command = [npm, "install", "--ignore-scripts", "--legacy-peer-deps", "--no-save", *PACKAGES]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "node_modules"


def page(activity: Mapping[str, Any], modules: Path) -> str:
    """A message as Teams shows it: name, text, card, thumbs."""
    generated = any("additionalType" in one for one in activity.get("entities", ()))
    label = "<span class=label>AI generated</span>" if generated else ""
    shown = [f"<div class=name><b>Andon</b>1:20 AM{label}</div>"]
    if text := activity.get("text"):
        shown.append(f'<div class=text data-text="{escape(text)}"></div>')
    shown += [_card(one["content"]) for one in activity.get("attachments", ())]
    if "feedbackLoop" in activity.get("channelData", {}):
        shown.append("<div class=thumbs>👍 &nbsp; 👎</div>")
    return _page("".join(shown), modules)


def dialog(info: Mapping[str, Any], modules: Path) -> str:
    """A dialog with its title."""
    return _page(f"<h3>{escape(info['title'])}</h3>{_card(info['card']['content'])}", modules)


def _card(content: Mapping[str, Any]) -> str:
    return f'<div class=card data-card="{escape(json.dumps(content))}"></div>'


def _page(body: str, modules: Path) -> str:
    scripts = "".join(
        f"<script src='{(modules / path).as_uri()}'></script>"
        for path in ("adaptivecards/dist/adaptivecards.js", "markdown-it/dist/markdown-it.js")
    )
    draw = _DRAW % {"theme": (modules / _THEME).read_text("utf-8")}
    return (
        f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style>{scripts}"
        f"<div class=message>{body}</div><script>{draw}</script>"
    )
