"""`/alert load packaging`: how many alerts an area had, and how long they waited. Never per
person, and no mean of fewer than five."""

from __future__ import annotations

from datetime import timedelta

from core.answer import Answer, Heading, Notice, Part, Table, Text
from core.context import ToolContext
from core.figures import names
from core.store import Store
from core.store.alert_load import AreaLoad, load_by_area
from core.words import Words

_DAYS = 7
_LEAST = 5


async def load(said: str, context: ToolContext, store: Store) -> Answer:
    """The last seven days. Raises UnknownAsset, AmbiguousAsset, NoData, SourceUnavailable."""
    asked = context.scope(said.split())
    words, now = context.words, context.now
    plants = tuple(dict.fromkeys(asset.plant for asset in asked))
    start = now - timedelta(days=_DAYS)
    found = await store.read(lambda c: load_by_area(c, plants, start, now))
    ids, hierarchy = {asset.id for asset in asked}, context.hierarchy
    rows = [
        one
        for one in found
        if (area := hierarchy.get(one.area)) is not None
        and context.access.allows(area, hierarchy)
        and not ids.isdisjoint(hierarchy.path(one.area))
    ]
    shown = names(asked, words)
    heading = Heading(words.say("alert_states.load_title", assets=shown, n=_DAYS))
    if not rows:
        none = words.say("alert_states.load_none", assets=shown, n=_DAYS)
        return Answer("answer", (heading, Text(none)))
    total, high = sum(row.alerts for row in rows), sum(row.high for row in rows)
    text = words.say("alert_states.load_said", assets=shown, n=total, days=_DAYS, high=high)
    heads = ("area", "alerts", "response", "resolution")
    table = Table(
        tuple(words.say(f"alert_states.{head}") for head in heads),
        tuple((hierarchy[row.area].name, *_row(row, words)) for row in rows),
        "lrrr",
    )
    note = Notice(words.say("alert_states.load_note"), "neutral")
    parts: tuple[Part, ...] = (heading, Text(text), table, note)
    return Answer("answer", parts)


def _row(row: AreaLoad, words: Words) -> tuple[str, str, str]:
    few = words.say("alert_states.too_few")
    response = words.minutes(row.response) if row.answered >= _LEAST else few
    resolution = words.minutes(row.resolution) if row.resolved >= _LEAST else few
    return words.number(row.alerts), response, resolution
