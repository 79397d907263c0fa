"""Plants and areas that only say where other assets are: "line 1 in Hamburg", "packaging lines"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.planner.lexicon import folded
from core.planner.mentions import AREA, PLANT, Mention, Named, Sort

# What stands between an asset and the plant that it is in.
GAPS = frozenset(
    folded(gap)
    for gap in ("", "in", "at", "of", "from", "s", "in the", "at the", "of the", "area in",
                "area at", "im", "am", "von", "vom", "bei", "des", "der", "im werk", "in werk",
                "am standort")
)  # fmt: skip
WITHIN = (("in",), ("at",), ("im",), ("von",))


def in_places(text: str, found: Sequence[Mention], assets: Mapping[str, Named]) -> list[Mention]:
    """A plant or area that only says where the others stand is none of those asked about."""
    found = [_where(text, mention, found, assets) for mention in found]
    kept: list[Mention] = []
    for mention in found:
        before = kept[-1] if kept else None
        if before and folded(text[before.end : mention.start]) in GAPS:
            one = _within(before, mention, assets) or _within(mention, before, assets)
            if one:
                said = text[before.start : mention.end]
                kept[-1] = replace(one, start=before.start, end=mention.end, said=said)
                continue
        kept.append(mention)
    return kept


def _within(mention: Mention, place: Mention, assets: Mapping[str, Named]) -> Mention | None:
    """As in "line 1 in Hamburg", "packaging lines": those of the mention that are there."""
    if place.sort != "known" or len(place.ids) != 1 or place.ids == mention.ids:
        return None
    where = assets[place.ids[0]]
    if where.kind not in (AREA, PLANT) or any(
        assets[i].kind in (AREA, PLANT) and where.kind == AREA for i in mention.ids
    ):
        return None
    there = tuple(
        i for i in mention.ids if i != where.id and where.id in (assets[i].plant, assets[i].area)
    )
    if not there or (where.kind == PLANT and there != mention.ids):
        return None
    sort: Sort = "known" if len(there) == 1 else mention.sort
    return replace(mention, ids=there, sort=sort) if mention.sort != "unknown" else None


def _where(
    text: str, place: Mention, found: Sequence[Mention], assets: Mapping[str, Named]
) -> Mention:
    """As in "which line was best in Riverside": a mention, but of no asset."""
    others = [mention for mention in found if mention is not place]
    if not others or not is_plant(place, assets) or folded(text[: place.start])[-1:] not in WITHIN:
        return place
    apart = all(_inside(mention, place.ids[0], assets) for mention in others)
    before = (mention.end for mention in others if mention.end <= place.start)
    beside = any(folded(text[end : place.start]) in GAPS for end in before)
    return replace(place, ids=()) if apart and not beside else place


def _inside(mention: Mention, plant: str, assets: Mapping[str, Named]) -> bool:
    ids = mention.ids
    known = mention.sort == "known" and bool(ids) and plant not in ids
    return known and all(assets[i].plant == plant for i in ids)


def is_plant(mention: Mention, assets: Mapping[str, Named]) -> bool:
    """Whether a whole plant is named."""
    ids = mention.ids
    return mention.sort == "known" and len(ids) == 1 and assets[ids[0]].kind == PLANT
