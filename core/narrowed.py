"""Queries narrowed to what the asker may see: what may not be seen is not asked of the source."""

from __future__ import annotations

from dataclasses import replace

from core.access import Access
from core.data.query import Condition, Query
from core.domain.assets import Hierarchy


def to_visible_assets(query: Query, access: Access, hierarchy: Hierarchy) -> Query:
    """Of a fact that names assets; a query for areas that may be seen stays as it is."""
    if any(_are_visible_areas(condition, access, hierarchy) for condition in query.where):
        return query
    visible = {asset.id for asset in hierarchy if access.allows(asset, hierarchy)}
    wanted = visible if query.assets is None else visible & set(query.assets)
    return replace(query, assets=tuple(sorted(wanted)))


def to_visible_centers(query: Query, access: Access, hierarchy: Hierarchy) -> Query:
    """Rates belong to cost centers: those of the assets that the asker may see."""
    visible = {asset.cost_center for asset in hierarchy if access.allows(asset, hierarchy)}
    own = Condition("cost_center", "in", tuple(sorted(visible - {""})))
    return query if own in query.where else replace(query, where=(*query.where, own))


def _are_visible_areas(condition: Condition, access: Access, hierarchy: Hierarchy) -> bool:
    """Whether only rows of named areas are wanted, all of which the asker may see: a row that
    names an area need not name an asset."""
    names, is_area = condition.value, condition.column == "area" and condition.operator == "in"
    if not is_area or not isinstance(names, tuple):
        return False
    named = [asset for asset in hierarchy if asset.id in names or asset.name in names]
    return bool(named) and all(access.allows(asset, hierarchy) for asset in named)
