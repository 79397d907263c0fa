"""Which assets a name that nobody has may be meant for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from core.planner.asset_terms import NEAREST, key
from core.planner.lexicon import fold
from core.planner.mentions import Mention, Named, joined

# Unknown names in one text for which the nearest ones are looked up.
MOST_NEAREST = 3
# A name that is this much like one asset's (0 to 100), and less like every other, is a typo.
ALIKE, APART, REMOTE = 80, 6, 45


class NearNames:
    """Compares a name with those of all assets; the asker's plant comes first among equals."""

    def __init__(self, assets: Mapping[str, Named], names: Mapping[str, tuple[str, ...]]) -> None:
        self._assets = assets
        self._raw = names

    def like(self, name: str, plant: str | None) -> Mention:
        """The asset whose name is most like `name`, if no other comes near it."""
        scored = self._scored(name, plant)
        digits = [c for c in key(name) if c.isdecimal()]
        best, *others = scored or [("", "", 0.0)]
        others = [other for other in others if other[0] != best[0]]
        same = digits == [c for c in key(best[1]) if c.isdecimal()]
        if same and best[2] >= ALIKE and (not others or best[2] - others[0][2] >= APART):
            return Mention(0, len(name), name, (best[0],), "known")
        return Mention(0, len(name), name, self._nearest(name, plant), "unknown")

    def with_nearest(self, found: Iterable[Mention], plant: str | None) -> Iterator[Mention]:
        """The mentions, unknown ones with the nearest assets."""
        looked_up = 0
        for mention in found:
            if mention.sort == "unknown" and looked_up < MOST_NEAREST:
                looked_up += 1
                mention = replace(mention, ids=self._nearest(mention.said, plant))
            yield mention

    def _nearest(self, said: str, plant: str | None) -> tuple[str, ...]:
        ids = joined((), *(i for i, _, score in self._scored(said, plant) if score >= REMOTE))
        return ids[:NEAREST]

    @cached_property
    def _spelled(self) -> dict[str, str]:
        """Each name as it is compared with what was said."""
        return {raw: " ".join(key(raw)) or raw for raw in self._raw if raw}

    def _scored(self, said: str, plant: str | None) -> list[tuple[str, str, float]]:
        """(id, name, likeness 0 to 100), best first; the asker's plant first among equals."""
        from rapidfuzz import fuzz, process  # only here: most questions have no such name

        wanted = " ".join(key(said)) or fold(said)
        found = process.extract(wanted[:100], self._spelled, scorer=fuzz.ratio, limit=4 * NEAREST)
        scored = [(i, raw, score) for _, score, raw in found for i in self._raw[raw]]
        return sorted(scored, key=lambda s: (-s[2], self._assets[s[0]].plant != plant))
