"""Which table explains the keys of another: assets by id, reasons by code."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from core.data.connect.candidates import Candidate
from core.data.connect.names import best, table_fit, vocabulary
from core.data.connect.roles import Role, roles_of
from core.data.connect.survey import Look, TableLook

_MOST = 0.8
_NAMED = 0.45


def holding(look: Look, values: Collection[str]) -> float:
    """The share of `values` that stand in the column."""
    inside = {str(value) for value in look.known}
    return sum(value in inside for value in values) / len(values) if values else 0.0


def asset_table(
    tables: Sequence[TableLook], values: Sequence[str], besides: Collection[str]
) -> Candidate | None:
    """The table that lists the assets which the facts name; its `id` is the column they use."""
    offers: list[tuple[float, Candidate]] = []
    for table in tables:
        about = table_fit(table.name, "asset")
        if table.name in besides or not about:
            continue
        roles = roles_of("asset", table)
        keyed = [look for look in table.columns.values() if holding(look, values) >= _MOST]
        distinct = [look for look in keyed if len(set(look.known)) == len(look.known)]
        if not distinct:
            continue
        used = roles["id"].look if "id" in roles and roles["id"].look in distinct else distinct[0]
        kept = {n: r for n, r in roles.items() if r.look.name != used.name and n != "key"}
        ids = {str(value) for value in used.known}
        if "parent" in kept and not {str(v) for v in kept["parent"].look.known} <= ids:
            del kept["parent"]
        found = Candidate("asset", table, {**kept, "id": Role(used, 0.9)}, about)
        offers.append((about + len(kept) / 10, found))
    return max(offers, key=lambda offer: offer[0])[1] if offers else None


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table that says a code's text."""

    table: str
    code: str
    text: str
    texts: tuple[tuple[str, str], ...]


def reason_table(
    tables: Sequence[TableLook], codes: Sequence[str], besides: Collection[str]
) -> Lookup | None:
    """The table with the texts of reason codes, where the stops hold only the codes."""
    words = [*vocabulary()["columns"]["reason"]["words"], *vocabulary()["tables"]["downtime"]]
    for table in tables:
        if table.name in besides or not best(table.name, [*words, "code", "codes"]):
            continue
        keyed = [look for look in table.columns.values() if holding(look, codes) >= _MOST]
        texts = {n: r for n, r in roles_of("downtime", table).items() if n == "reason"}
        if not keyed or "reason" not in texts or texts["reason"].score < _NAMED:
            continue
        text = texts["reason"].look
        code = next((look for look in keyed if look.name != text.name), None)
        if code is not None and text.kind == "text":
            pairs = zip(code.values, text.values, strict=True)
            said = tuple((str(c), str(t)) for c, t in pairs if c is not None and t is not None)
            return Lookup(table.name, code.name, text.name, said)
    return None


def confirmed_products(found: Candidate, values: Sequence[str]) -> Candidate | None:
    """A product table is one only if the production rows name what it lists."""
    if not values or holding(found.roles["id"].look, values) >= _MOST:
        return found
    keyed = [look for look in found.table.columns.values() if holding(look, values) >= _MOST]
    if not keyed:
        return None
    kept = {n: r for n, r in found.roles.items() if r.look.name != keyed[0].name}
    return replace(found, roles={**kept, "id": Role(keyed[0], 0.9)})
