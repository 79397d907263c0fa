"""Asset names as people say them: "L3", "line three", "grinder #5", "Linie 9", "the presses"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace

from core.errors import AmbiguousAsset, UnknownAsset
from core.planner.asset_places import in_places, is_plant, left_out, same_areas
from core.planner.asset_ranges import filled, numbers_after
from core.planner.asset_terms import (
    Key,
    Term,
    bare_number,
    close,
    key,
    may_be_typo,
    numbered,
    ordinal,
    short,
    terms,
    whole,
)
from core.planner.lexicon import entries, fold, phrases, word_list
from core.planner.mentions import AREA, LINE, PLANT, Mention, Named, joined
from core.planner.near_names import NearNames

# At most so many words of a question are looked at for typos.
MOST_TYPOS = 40


class AssetNames:
    """Finds assets by what they are called; the asker's `plant` wins where plants share a name."""

    def __init__(self, assets: Iterable[Named], plant: str | None = None) -> None:
        self._assets = {asset.id: asset for asset in assets}
        self._plant = plant
        self._ids: dict[Key, tuple[str, ...]] = {}
        self._raw: dict[str, tuple[str, ...]] = {}
        self._of_kind: dict[str, tuple[str, ...]] = {}
        for asset in self._assets.values():
            self._add(asset)
        self._areas = same_areas(self._assets)
        for word, meaning in entries("areas"):
            if meaning in self._areas:
                self._ids.setdefault(key(word), self._areas[meaning])
        self._near = NearNames(self._assets, self._raw)
        self._longest = max(map(len, self._ids), default=1)

    def _add(self, asset: Named) -> None:
        kinds = {key(asset.kind)[:1]}
        for name in (asset.id, asset.name, *asset.aliases):
            raw = fold(name.strip())
            self._raw[raw] = joined(self._raw.get(raw, ()), asset.id)
            parts = key(name)
            for spelling in (parts, *short(parts)) if parts else ():
                self._ids[spelling] = joined(self._ids.get(spelling, ()), asset.id)
            kinds |= {parts[:1]} if len(parts) > 1 else set()
        for kind in kinds if asset.kind not in (AREA, PLANT) else {(asset.kind,)}:
            if kind:
                self._of_kind[kind[0]] = joined(self._of_kind.get(kind[0], ()), asset.id)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._assets)

    def resolve(self, said: str) -> str:
        """The id of the one asset that is meant.

        Raises UnknownAsset with the nearest ids, or AmbiguousAsset with all that may be meant.
        """
        ids = self.resolve_all((said,))
        if len(ids) != 1:
            raise AmbiguousAsset(said, ids)
        return ids[0]

    def resolve_all(self, said: Iterable[str]) -> tuple[str, ...]:
        """The ids for words that each name one asset or several ("grinders"), without repeats."""
        ids: tuple[str, ...] = ()
        for name in said:
            for mention in self._named_by(name):
                if mention.sort == "unknown":
                    raise UnknownAsset(mention.said, mention.ids)
                if mention.sort == "ambiguous":
                    raise AmbiguousAsset(mention.said, mention.ids)
                ids = joined(ids, *mention.ids)
        return ids

    def left_of(self, name: str) -> str:
        """What of the words for assets names none, "" where every word does."""
        left, end = [], 0
        for mention in self._named_by(name):
            left.append(name[end : mention.start])
            end = mention.end
        return " ".join(" ".join((*left, name[end:])).split())

    def _named_by(self, name: str) -> tuple[Mention, ...]:
        ids = (name,) if name in self._assets else self._raw.get(fold(name.strip()), ())
        if ids:
            return (self._mention(name, 0, len(name), ids),)
        found = self.find(name)
        covered = sum(mention.end - mention.start for mention in found)
        if covered * 2 >= len(name.strip()) > 0:
            return found
        return (self._near.like(name, self._plant),)

    def find(self, text: str) -> tuple[Mention, ...]:
        """All stretches of `text` that name assets, in order and without overlaps; "line 1 in
        Hamburg" is one of them, and an asset of that plant."""
        found = self._find(text)
        plants = {m.ids[0] for m in found if is_plant(m, self._assets)}
        if len(plants) == 1:
            (plant,) = plants
            found = self._at_plant(plant)._find(text) if plant != self._plant else found
            found = [self._area_of(plant, mention) for mention in found]
        return self._placed(text, filled(text, found, self._ids))

    def _area_of(self, plant: str, mention: Mention) -> Mention:
        """As in "Verpackung Riverside": that plant's area, though only another has one so named."""
        area = self._assets[mention.ids[0]] if mention.sort == "known" and mention.ids else None
        if area is None or area.plant == plant:
            return mention
        same = next((ids for ids in self._areas.values() if area.id in ids), ())
        there = [i for i in same if self._assets[i].plant == plant]
        return replace(mention, ids=(there[0],)) if len(there) == 1 else mention

    def _placed(self, text: str, found: Sequence[Mention]) -> tuple[Mention, ...]:
        placed = left_out(text, in_places(text, found, self._assets), self._assets)
        return tuple(self._near.with_nearest(placed, self._plant))

    def _at_plant(self, plant: str) -> AssetNames:
        """The same names for somebody at that plant."""
        other = copy(self)
        other._plant = plant
        return other

    def _find(self, text: str) -> list[Mention]:
        said = terms(text)
        plain = [term.said for term in said]
        skipped = {
            place
            for start, length, _ in word_list("not_assets").all(plain)
            for place in range(start, start + length)
        }
        found: list[Mention] = []
        index = tried = 0
        while index < len(said):
            mention, length = None, 1
            if index not in skipped:
                mention, length = self._at(text, said, plain, index)
                if mention is None and tried < MOST_TYPOS and may_be_typo(said[index]):
                    tried += 1
                    mention, length = self._mistyped(text, said, index)
            if mention:
                if self._kind_again(text, said, index + length, mention):
                    length += 1
                    mention = replace(mention, end=said[index + length - 1].end)
                found.append(mention)
                more, further = numbers_after(text, said, index, length, self._ids)
                stem = [term.text for term in said[index : index + length]]
                found += (self._number(text, term, stem, number) for term, number in more)
                length += further
            index += length
        return found

    def _kind_again(self, text: str, said: Sequence[Term], index: int, before: Mention) -> bool:
        """As in "H1-Linie"."""
        if index >= len(said) or before.sort != "known" or not said[index].kind:
            return False
        kinds = {key(self._assets[i].kind)[:1] for i in before.ids}
        return text[before.end : said[index].start] == "-" and kinds == {(said[index].text,)}

    # -- one place of the text --

    def _at(
        self, text: str, said: Sequence[Term], plain: Sequence[str], index: int
    ) -> tuple[Mention | None, int]:
        here = word_list("here").at(plain, index)
        if here and self._plant is not None and self._plant in self._assets:
            return self._span(text, said, index, here[1], (self._plant,)), here[1]
        for length in range(min(self._longest, len(said) - index), 0, -1):
            part = said[index : index + length]
            ids = self._ids.get(tuple(term.text for term in part), ())
            if ids and whole(text, said, index, length) and not (length == 1 and part[0].kind):
                ids = ids if part[0].kind else self._line_of(ids)
                return self._span(text, said, index, length, ids), length
        named = ordinal(said, index)
        if named and named[0] in self._ids:
            return self._span(text, said, index, named[1], self._ids[named[0]]), named[1]
        if bare_number(text, said, index):
            return self._numbered(text, said, index), 1
        return self._kind(text, said, index) if said[index].kind else (None, 1)

    def _line_of(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Of assets that are said without their kind ("h1", "the 3") the line, if one is."""
        ids = self._preferred(ids)
        lines = tuple(i for i in ids if self._assets[i].kind == LINE)
        return lines if len(lines) == 1 else ids

    def _numbered(self, text: str, said: Sequence[Term], index: int) -> Mention | None:
        number = said[index].text
        keys = (k for k in self._ids if k[-1] == number and len(k) == 2 and len(k[0]) > 1)
        ids = self._line_of(joined((), *(i for k in keys for i in self._ids[k])))
        return self._span(text, said, index, 1, ids) if ids else None

    def _kind(self, text: str, said: Sequence[Term], index: int) -> tuple[Mention | None, int]:
        """A word for a kind of asset: with an unknown number, in the plural, or alone."""
        length = numbered(text, said, index)
        if length:
            return self._unknown(text, said, index, length), length
        term = said[index]
        placed = term.text not in (AREA, PLANT) and self._area_before(said, index)
        first = index - 1 if placed else index  # "best packaging line"
        before = said[first - 1].said if first else ""
        ids = self._of_kind.get(term.text, ())
        ids = ids if term.text == PLANT else self._preferred(ids)
        determined = before in word_list("the") and term.text != PLANT
        if term.text not in (AREA, PLANT) and before not in word_list("no_name"):
            determined = determined or first == index  # "robot oee": one robot, which is asked back
        if term.text in word_list("generic") or not ids:
            nameless = term.plural or not determined or term.text in word_list("generic")
            nameless = nameless or term.text in phrases("reason") or term.text == PLANT
            return (None, 1) if nameless else (self._unknown(text, said, index, 1), 1)
        counted = first > 0 and said[first - 1].text == str(len(ids)) != "1"  # "zwei Roboter"
        if term.plural or counted or before in word_list("which"):
            return self._span(text, said, index, 1, ids, several=True), 1
        if len(ids) == 1 or determined or len(said) == 1:
            return self._span(text, said, index, 1, ids), 1
        return None, 1

    def _area_before(self, said: Sequence[Term], index: int) -> bool:
        ids = self._ids.get((said[index - 1].text,), ()) if index else ()
        return any(self._assets[i].kind == AREA for i in ids)

    def _number(self, text: str, term: Term, stem: Sequence[str], number: str) -> Mention:
        ids = self._ids.get((*stem[:-1], number), ())
        if ids:
            return self._mention(text, term.start, term.end, ids)
        said = " ".join((*stem[:-1], number))
        return Mention(term.start, term.end, said, (), "unknown")

    def _mistyped(self, text: str, said: Sequence[Term], index: int) -> tuple[Mention | None, int]:
        word = said[index].text
        length = numbered(text, said, index)
        if length:
            rest = tuple(term.text for term in said[index + 1 : index + length])
            kinds = {k[0] for k in self._ids} | set(self._of_kind)
            near = close(word, kinds) or [k for k in kinds if k.startswith(word)]
            ids = joined((), *(i for w in near for i in self._ids.get((w, *rest), ())))
            if ids:
                return self._span(text, said, index, length, ids), length
            return (self._unknown(text, said, index, length), length) if near else (None, 1)
        if len(word) < 6:
            return None, 1
        single = {k[0]: ids for k, ids in self._ids.items() if len(k) == 1}
        single |= {k: ids for k, ids in self._of_kind.items() if len(self._preferred(ids)) == 1}
        ids = joined((), *(i for w in close(word, set(single)) for i in single[w]))
        return (self._span(text, said, index, 1, ids), 1) if ids else (None, 1)

    # -- mentions --

    def _span(
        self,
        text: str,
        said: Sequence[Term],
        index: int,
        length: int,
        ids: tuple[str, ...],
        several: bool = False,
    ) -> Mention:
        start, end = said[index].start, said[index + length - 1].end
        if several:
            return Mention(start, end, text[start:end], ids, "known")
        return self._mention(text, start, end, ids)

    def _mention(self, text: str, start: int, end: int, ids: tuple[str, ...]) -> Mention:
        ids = self._preferred(ids)
        return Mention(start, end, text[start:end], ids, "known" if len(ids) == 1 else "ambiguous")

    def _unknown(self, text: str, said: Sequence[Term], index: int, length: int) -> Mention:
        start, end = said[index].start, said[index + length - 1].end
        return Mention(start, end, text[start:end], (), "unknown")

    def _preferred(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        mine = tuple(i for i in ids if self._assets[i].plant == self._plant)
        return mine if mine and self._plant is not None else ids
