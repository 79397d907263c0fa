"""What an asset is: its kind, place, contents, rate and role, and whom to ask about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.answer import Table
from core.domain.assets import AREA, PLANT, Asset
from core.words import Words

_INSIDE = 8
_CONTACTS = 4


def is_place(asset: Asset) -> bool:
    return asset.kind in (PLANT, AREA)


def contacts(asset: Asset, inside: Sequence[Asset]) -> list[str]:
    """Of the asset itself, else of what lies inside."""
    if asset.contact:
        return [asset.contact]
    return [*dict.fromkeys(inner.contact for inner in inside if inner.contact)][:_CONTACTS]


def place(path: Sequence[Asset]) -> str:
    """From the plant down; `path` leads from what is nearest up to the plant."""
    return " › ".join(above.name for above in reversed(path))


def about(asset: Asset, path: Sequence[Asset], inside: Sequence[Asset], words: Words) -> Table:
    facts = _facts(asset, path, inside, words)
    rows = [(words.say(f"asset_lookup.{key}"), value) for key, value in facts]
    return Table((words.say("asset_lookup.about"), asset.name), tuple(rows), "ll")


def _facts(
    asset: Asset, path: Sequence[Asset], inside: Sequence[Asset], words: Words
) -> Iterator[tuple[str, str]]:
    kind = f"asset_lookup.kind_{asset.kind}"
    yield "kind", words.say(kind) if words.has(kind) else asset.kind
    if path:
        yield "place_of", place(path)
    if inside:
        rest = len(inside) - _INSIDE
        more = [words.say("common.more", n=rest)] if rest > 0 else []
        yield "inside", ", ".join([*(inner.name for inner in inside[:_INSIDE]), *more])
    if not is_place(asset):
        yield "rate", _rate(asset.ideal_rate, asset.unit, words)
    roles = [name for name in ("output_point", "constraint") if getattr(asset, name)]
    if roles:
        yield "role", words.joined([words.say(f"asset_lookup.{role}") for role in roles])
    if asset.aliases:
        yield "aliases", ", ".join(asset.aliases)
    yield "contact", "; ".join(contacts(asset, inside)) or words.say("asset_lookup.no_contact")


def _rate(rate: float | None, unit: str, words: Words) -> str:
    if rate is None:
        return words.unknown
    amount = words.units(rate, unit or None, 0 if rate >= 10 else 1)
    return words.say("common.per_minute", value=amount)
