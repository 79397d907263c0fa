"""Plants and areas that only say where other assets are: "line 1 in Hamburg", "packaging lines"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.planner.lexicon import folded, phrases, word_list
from core.planner.mentions import AREA, LINE, PLANT, Mention, Named, Sort, joined

# What stands between an asset and the plant that it is in.
GAPS = frozenset(
    folded(gap)
    for gap in ("", "in", "at", "of", "from", "s", "in the", "at the", "of the", "area in",
                "area at", "im", "am", "von", "vom", "bei", "des", "der", "im werk", "in werk",
                "am standort")
)  # fmt: skip
_AND = frozenset(folded(word) for word in ("", "and", "und", "or", "oder", "nor", "&", "+"))
_ARTICLES = frozenset({"the", "for", "der", "die", "das", "den"})
WHICH = (("which",), ("what",), ("welche",), ("welcher",), ("welchem",), ("welchen",))
WITHIN = (("in",), ("at",), ("im",), ("von",))


def left_out(text: str, found: Sequence[Mention], assets: Mapping[str, Named]) -> list[Mention]:
    """As in "all lines except line 3", "Verpackung ohne Linie 3 und 4": those that are left."""
    kept: list[Mention] = []
    outside = False  # whether what follows after a comma or an "and" is left out as well
    for mention in found:
        whole = kept[-1] if kept else None
        between = folded(text[whole.end : mention.start]) if whole else ()
        outside = _excepts(between) or (outside and between in _AND)
        rest = _rest(whole, mention, assets) if whole and outside else ()
        if whole is None or not rest:
            kept.append(mention)
            continue
        said = text[whole.start : mention.end]
        kept[-1] = replace(whole, ids=rest, end=mention.end, said=said, sort="known")
    return kept


def _excepts(between: Sequence[str]) -> bool:
    match = word_list("without").at(between, 0) if between else None
    return match is not None and not set(between[match[1] :]) - _ARTICLES


def _rest(whole: Mention, out: Mention, assets: Mapping[str, Named]) -> tuple[str, ...]:
    """What is left of several assets, or of an area's assets of that kind; () for none."""
    if out.sort != "known" or whole.sort != "known" or not out.ids:
        return ()
    of = whole.ids
    if len(of) == 1 and assets[of[0]].kind == AREA:
        kinds = {assets[i].kind for i in out.ids}
        of = tuple(a.id for a in assets.values() if a.area == of[0] and a.kind in kinds)
    return tuple(i for i in of if i not in out.ids) if set(out.ids) <= set(of) else ()


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
    return [
        mention
        for mention in kept
        if not _again(mention, kept) and not _asked_for(text, mention, kept, assets)
    ]


def same_areas(assets: Mapping[str, Named]) -> dict[str, tuple[str, ...]]:
    """The areas whose names mean the same, as "Packaging" and "Verpackung", by that meaning."""
    found: dict[str, tuple[str, ...]] = {}
    for asset in assets.values():
        meaning = phrases("areas").at(folded(asset.name), 0) if asset.kind == AREA else None
        if meaning:
            found[meaning[0]] = joined(found.get(meaning[0], ()), asset.id)
    return found


def _again(mention: Mention, others: Sequence[Mention]) -> bool:
    """As "the line" of "line 2 … is the line up": one of a kind of which another is named."""
    return mention.sort == "ambiguous" and any(
        other.sort == "known" and len(other.ids) == 1 and other.ids[0] in mention.ids
        for other in others
    )


def _asked_for(
    text: str, mention: Mention, others: Sequence[Mention], assets: Mapping[str, Named]
) -> bool:
    """As "which line" of "which line does filler 1 belong to": the answer, not what it is about."""
    kinds = {assets[i].kind for i in mention.ids}
    if mention.sort != "known" or len(kinds) != 1 or not kinds < {AREA, LINE}:
        return False
    if len(mention.ids) < 2 or folded(text[: mention.start])[-1:] not in WHICH:
        return False
    named = [other.ids[0] for other in others if other.sort == "known" and len(other.ids) == 1]
    return any(assets[i].kind not in (AREA, PLANT, *kinds) for i in named)


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
