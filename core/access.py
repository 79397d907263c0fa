"""Who may see which areas, and whether money is shown to them.

Access is applied to what is asked of the sources, never to the finished text.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.assets import Asset, Hierarchy


@dataclass(frozen=True, slots=True)
class Access:
    """`places` are ids of plants and areas; None means all of them."""

    places: frozenset[str] | None = None
    money: bool = True

    def allows(self, asset: Asset, hierarchy: Hierarchy) -> bool:
        """Whether the asset lies in one of the places."""
        return self.places is None or not self.places.isdisjoint(hierarchy.path(asset.id))

    @property
    def scope(self) -> str:
        """Part of the cache's key, so that nobody is served what another may see."""
        return "*" if self.places is None else ",".join(sorted(self.places))


EVERYTHING = Access()
