"""What a model is told of the person, the place and the thread: a Turn from what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.agent.turn import RunTool, Turn
from core.asking import Asking
from core.domain.assets import Asset
from core.progress import Progress


def turn_of(
    asking: Asking,
    before: Mapping[str, Any],
    run_tool: RunTool,
    progress: Progress | None,
    memories: str = "",
) -> Turn:
    """`before` is the thread's context; only places that the asker may see here are listed."""
    request, hierarchy = asking.request, asking.installation.hierarchy
    places = [asset for asset in hierarchy if asking.access.allows(asset, hierarchy)]
    places.sort(key=lambda asset: asset.plant != asking.plant)
    seen = {asset.id for asset in places}
    return Turn(
        question=request.text.strip(),
        language=asking.words.language,
        now=request.now,
        user_id=request.user.id,
        installation=asking.installation,
        plant=asking.plant,
        run_tool=run_tool,
        places=tuple(_place(asset) for asset in places),
        own_places=tuple(area for area in request.user.areas if area in seen),
        may_see_money=asking.access.money,
        thread=tuple(before.get("turns", ())),
        memories=memories,
        progress=progress,
    )


def _place(asset: Asset) -> dict[str, str]:
    told = {"id": asset.id, "name": asset.name, "kind": asset.kind, "area": asset.area}
    if told["name"].casefold() == asset.id.casefold():
        del told["name"]
    return {key: value for key, value in told.items() if value}
