"""The equipment hierarchy (ISA-95): enterprise → plant → area → line → machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

PLANT, AREA, LINE = "plant", "area", "line"


@dataclass(frozen=True, slots=True)
class Asset:
    """`ideal_rate` is units per minute. `key` is the id that the plant's own tables hold."""

    id: str
    name: str
    kind: str
    plant: str
    area: str = ""
    parent: str = ""
    aliases: tuple[str, ...] = ()
    ideal_rate: float | None = None
    cost_center: str = ""
    sequence: int | None = None
    constraint: bool = False
    output_point: bool = False
    unit: str = ""
    contact: str = ""
    active: bool = True
    key: str = ""


class Hierarchy:
    """All assets of the installation, by id, with what lies below each."""

    def __init__(self, assets: Iterable[Asset]) -> None:
        self.assets = _with_places(tuple(assets))
        self._by_id = {asset.id: asset for asset in self.assets}

    def __getitem__(self, asset_id: str) -> Asset:
        return self._by_id[asset_id]

    def __contains__(self, asset_id: object) -> bool:
        return asset_id in self._by_id

    def __iter__(self) -> Iterator[Asset]:
        return iter(self.assets)

    def get(self, asset_id: str) -> Asset | None:
        return self._by_id.get(asset_id)

    @cached_property
    def _children(self) -> dict[str, tuple[Asset, ...]]:
        children: dict[str, list[Asset]] = {}
        for asset in self.assets:
            if asset.parent and asset.parent != asset.id:
                children.setdefault(asset.parent, []).append(asset)
        return {parent: tuple(found) for parent, found in children.items()}

    def children(self, asset_id: str) -> tuple[Asset, ...]:
        return self._children.get(asset_id, ())

    def below(self, asset_id: str) -> tuple[Asset, ...]:
        """Everything under the asset, itself not included, each once."""
        found: dict[str, Asset] = {}
        waiting = list(self.children(asset_id))
        while waiting:
            asset = waiting.pop(0)
            if asset.id not in found and asset.id != asset_id:
                found[asset.id] = asset
                waiting.extend(self.children(asset.id))
        return tuple(found.values())

    def counted(self, asset_id: str) -> tuple[Asset, ...]:
        """The assets whose figures make up this one's, so that nothing is counted twice.

        An asset that is no plant or area stands for itself. A plant or area is the sum of its
        output points; where none is marked, of its topmost lines and machines.
        """
        asset = self[asset_id]
        if asset.kind not in (PLANT, AREA):
            return (asset,)
        inside = [a for a in self.below(asset_id) if a.kind not in (PLANT, AREA) and a.active]
        points = [a for a in inside if a.output_point]
        return tuple(points or (a for a in inside if self._is_top(a)))

    def equipment(self, asset_id: str) -> tuple[Asset, ...]:
        """The asset and all lines and machines below it; plants and areas are left out."""
        asset = self[asset_id]
        own = () if asset.kind in (PLANT, AREA) else (asset,)
        return own + tuple(a for a in self.below(asset_id) if a.kind not in (PLANT, AREA))

    def machines(self, asset_id: str) -> tuple[Asset, ...]:
        """Assets with nothing below them: where failures are counted for MTBF."""
        return tuple(a for a in self.equipment(asset_id) if not self.children(a.id))

    def plants(self) -> tuple[Asset, ...]:
        return tuple(a for a in self.assets if a.kind == PLANT)

    def path(self, asset_id: str) -> tuple[str, ...]:
        """The asset's id and those of everything above it: the scopes a calendar may name."""
        path: list[str] = []
        asset = self.get(asset_id)
        while asset is not None and asset.id not in path:
            path.append(asset.id)
            asset = self.get(asset.parent)
        return tuple(path)

    def _is_top(self, asset: Asset) -> bool:
        parent = self.get(asset.parent)
        return parent is None or parent.kind in (PLANT, AREA)


def _with_places(assets: tuple[Asset, ...]) -> tuple[Asset, ...]:
    """Adds plants and areas that are only named in a column, and the parents these imply."""
    known = {asset.id for asset in assets}
    implied: dict[str, Asset] = {}
    for asset in assets:
        if asset.plant and asset.plant not in known:
            implied[asset.plant] = Asset(
                id=asset.plant, name=_title(asset.plant), kind=PLANT, plant=asset.plant
            )
        if asset.area and asset.area not in known and asset.area not in implied:
            implied[asset.area] = Asset(
                id=asset.area,
                name=_title(asset.area),
                kind=AREA,
                plant=asset.plant,
                area=asset.area,
                parent=asset.plant,
            )
    return tuple(implied.values()) + tuple(_with_parent(asset) for asset in assets)


def _with_parent(asset: Asset) -> Asset:
    if asset.parent or asset.kind == PLANT:
        return asset
    above = asset.plant if asset.kind == AREA else asset.area or asset.plant
    return replace(asset, parent=above) if above != asset.id else asset


def _title(asset_id: str) -> str:
    return asset_id.replace("-", " ").replace("_", " ").capitalize()
