"""Slack's blocks as a web page that looks about like Slack: for screenshots, nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

Block = Mapping[str, Any]

STYLE = """
body { margin: 0; background: #fff; color: #1d1c1d; font: 15px/1.46 Lato, "Noto Sans",
  "DejaVu Sans", sans-serif; }
.message { padding: 12px 16px 8px; display: flex; gap: 10px; }
.face { width: 36px; height: 36px; border-radius: 6px; background: #0072b2; color: #fff;
  font: bold 22px/36px sans-serif; text-align: center; flex: none; }
.name b { font-weight: 900 } .name i { font-style: normal; font-size: 10px; background: #ddd;
  border-radius: 2px; padding: 1px 3px; color: #555 } .name span { color: #616061; font-size: 12px }
.blocks { flex: 1; min-width: 0 } .blocks > * { margin: 4px 0 8px }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 12px }
.small { color: #616061; font-size: 12px; line-height: 1.4; white-space: pre-line }
h3 { font-size: 18px; margin: 12px 0 4px } hr { border: 0; border-top: 1px solid #ddd }
pre { background: #f8f8f8; border: 1px solid #ddd; border-radius: 4px; padding: 8px; margin: 4px 0;
  font: 12px/1.5 "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere }
p { margin: 0; white-space: pre-line; overflow-wrap: anywhere }
.buttons { display: flex; flex-wrap: wrap; gap: 8px }
.buttons span { border: 1px solid #bbb; border-radius: 8px; padding: 5px 12px; font-weight: 700 }
.scroll { overflow: hidden; border: 1px solid #ddd; border-radius: 8px }
table { border-collapse: collapse; font-size: 13px; white-space: nowrap }
td, th { padding: 6px 10px; border-bottom: 1px solid #eee; text-align: left }
th { background: #f8f8f8 } .pages { font-size: 12px; color: #616061; padding: 4px 10px }
img { width: 100%; border-radius: 8px; border: 1px solid #eee } .chart { border: 1px solid #ddd;
  border-radius: 8px; padding: 10px } svg text { font-size: 12px; fill: #1d1c1d }
"""


def page(body: str) -> str:
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{body}"


def message(blocks: list[Block], pictures: Mapping[str, str], clock: str) -> str:
    """A message; `pictures` are addresses of images by Slack's file id."""
    drawn = "".join(_block(block, pictures) for block in blocks)
    name = f"<div class=name><b>Andon</b> <i>APP</i> <span>{clock}</span></div>"
    return f"<div class=message><div class=face>A</div><div class=blocks>{name}{drawn}</div></div>"


def view(blocks: list[Block]) -> str:
    """A home tab."""
    drawn = "".join(_block(block, {}) for block in blocks)
    return f"<div class=message><div class=blocks>{drawn}</div></div>"


def _block(block: Block, pictures: Mapping[str, str]) -> str:
    match block["type"]:
        case "section":
            return f"<div class=fields>{''.join(_field(f) for f in block['fields'])}</div>"
        case "context":
            texts = "<br>".join(escape(e["text"]) for e in block["elements"])
            return f"<div class=small>{texts}</div>"
        case "header":
            return f"<h3>{escape(block['text']['text'])}</h3>"
        case "divider":
            return "<hr>"
        case "rich_text":
            return f"<div>{''.join(_rich(element) for element in block['elements'])}</div>"
        case "image":
            title = f"<p class=small>{escape(block['title']['text'])}</p>"
            return f"<div>{title}<img src='{pictures[block['slack_file']['id']]}'></div>"
        case "actions":
            return f"<div class=buttons>{''.join(_button(e) for e in block['elements'])}</div>"
        case "context_actions":
            return "<div class=small>👍 &nbsp; 👎</div>"
        case "data_table":
            return _table(block)
        case "data_visualization":
            return _chart(block)
        case unknown:
            raise ValueError(f"the gallery cannot draw {unknown!r}")


def _field(text: Block) -> str:
    html = re.sub(r"\*([^*\n]+)\*", r"<b>\1</b>", text["text"])
    return f"<p>{html}</p>"


def _rich(element: Block) -> str:
    inner = "".join(
        f"<b>{escape(e['text'])}</b>" if e.get("style", {}).get("bold") else escape(e["text"])
        for e in element["elements"]
    )
    tag = "pre" if element["type"] == "rich_text_preformatted" else "p"
    return f"<{tag}>{inner}</{tag}>"


def _button(element: Block) -> str:
    if element["type"] == "overflow":
        return "<span>⋯</span>"
    return f"<span>{escape(element['text']['text'])}</span>"


def _table(block: Block) -> str:
    head, *body = block["rows"]
    size = block["page_size"]
    rows = ["<tr>" + "".join(f"<th>{escape(c['text'])}</th>" for c in head) + "</tr>"]
    rows += [
        "<tr>" + "".join(f"<td>{escape(c['text'])}</td>" for c in row) + "</tr>"
        for row in body[:size]
    ]
    pages = f"<div class=pages>1–{size} of {len(body)} ›</div>" if len(body) > size else ""
    return f"<div class=scroll><table>{''.join(rows)}</table>{pages}</div>"


def _chart(block: Block) -> str:
    """Upright bars, one group per category."""
    chart = block["chart"]
    series, names = chart["series"], chart["axis_config"]["categories"]
    top = max(point["value"] for one in series for point in one["data"]) or 1
    step, colours = 320 / len(names), ("#1264a3", "#e8912d", "#2bac76")
    bars = []
    for group, name in enumerate(names):
        wide = step * 0.7 / len(series)
        for number, one in enumerate(series):
            tall = one["data"][group]["value"] / top * 130
            left = group * step + step * 0.15 + number * wide
            bars.append(
                f"<rect x={left} y={140 - tall} width={wide - 2} height={tall}"
                f" rx=2 fill='{colours[number % 3]}'/>"
            )
        bars.append(
            f"<text x={(group + 0.5) * step} y=158 text-anchor=middle>{escape(name)}</text>"
        )
    legend = " &nbsp; ".join(
        f"<span style='color:{colours[n % 3]}'>■</span> {escape(one['name'])}"
        for n, one in enumerate(series)
    )
    title = f"<b>{escape(block['title'])}</b>"
    drawing = f"<svg viewBox='0 0 320 165'>{''.join(bars)}</svg>"
    return f"<div class=chart>{title}{drawing}<div class=small>{legend}</div></div>"
