"""What is rolled up together: assets of one plant that share their planned time, per fact.

A group's signature holds all that its sums depend on, but for the planned time, which each tile
holds itself: after a change of the mapping or of a rule there are other groups, and the sums of
the old ones are not looked at any more.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from core.data.mapping import PlantFile
from core.data.query import Fact, Span
from core.domain.assets import AREA, LINE, PLANT, Asset, Hierarchy
from core.domain.periods import Interval
from core.domain.shifts import ShiftCalendar
from core.installation import Installation

_PASSWORD = re.compile(r"://[^/@\s\"]*@")
_SQLITE = re.compile(r"sqlite[^:]*:///([^?]+)")


@dataclass(frozen=True, slots=True)
class Group:
    """`keys` are the assets with their ids in the plant's tables and their areas; `minor_seconds`,
    `long_seconds` and `members` as in a Query, for stops."""

    fact: Fact
    mapping: str
    plant: str
    scope: tuple[str, ...]
    keys: tuple[tuple[str, str, str], ...]
    members: tuple[tuple[str, str], ...] = ()
    minor_seconds: int = 0
    long_seconds: int = 0

    @property
    def assets(self) -> tuple[str, ...]:
        return tuple(asset for asset, _, _ in self.keys)

    @property
    def described(self) -> dict[str, Any]:
        """As JSON, which `described_group` reads."""
        return {
            "fact": self.fact,
            "mapping": self.mapping,
            "plant": self.plant,
            "scope": list(self.scope),
            "keys": [list(key) for key in self.keys],
            "members": [list(pair) for pair in self.members],
            "minor_seconds": self.minor_seconds,
            "long_seconds": self.long_seconds,
        }

    @property
    def signature(self) -> str:
        return sha256(json.dumps(self.described, sort_keys=True).encode()).hexdigest()


def described_group(told: Mapping[str, Any]) -> Group:
    """What `Group.described` gave."""
    return Group(
        told["fact"],
        told["mapping"],
        told["plant"],
        tuple(told["scope"]),
        tuple((asset, key, area) for asset, key, area in told["keys"]),
        tuple((line, inner) for line, inner in told["members"]),
        told["minor_seconds"],
        told["long_seconds"],
    )


def groups_of(
    installation: Installation, plant: str, mapping: str, facts: Iterable[Fact]
) -> list[Group]:
    """The groups of one plant; a plant without assets has none."""
    hierarchy, rules = installation.hierarchy, installation.rules
    calendar = installation.calendars[plant]
    own = sorted(
        (a for a in hierarchy if a.plant == plant and a.kind not in (PLANT, AREA)),
        key=lambda asset: asset.id,
    )
    shared: defaultdict[tuple[str, ...], list[Asset]] = defaultdict(list)
    for asset in own:
        named = calendar.scope(hierarchy.path(asset.id))
        shared[tuple(sorted(named or ()))].append(asset)
    times = (round(rules.minor_stop_minutes * 60), round(rules.long_stop_minutes * 60))
    groups = []
    for fact in facts if own else ():
        if fact != "downtime":  # whole rows, whatever was planned
            groups.append(Group(fact, mapping, plant, (), _keys(own)))
            continue
        for scope, assets in shared.items():
            members = line_members(hierarchy, assets)
            groups.append(Group(fact, mapping, plant, scope, _keys(assets), members, *times))
    return groups


def _keys(assets: Iterable[Asset]) -> tuple[tuple[str, str, str], ...]:
    return tuple((asset.id, asset.key or asset.id, asset.area) for asset in assets)


def line_members(hierarchy: Hierarchy, assets: Iterable[Asset]) -> tuple[tuple[str, str], ...]:
    """(line, asset inside it), as core.measures.reading asks for stops."""
    return tuple(
        (line.id, inner.id)
        for line in assets
        if line.kind == LINE
        for inner in (line, *hierarchy.below(line.id))
    )


def mapping_mark(plant_file: PlantFile) -> str:
    """Changes with whatever in plant.toml, or in a SQLite file's place, changes what is read."""
    told = plant_file.model_dump(mode="json", exclude={"assets", "rules"})
    told["plants"] = {
        name: (site.get("shifts"), site.get("day_named_after"))
        for name, site in told["plants"].items()
    }
    written = _PASSWORD.sub("://", json.dumps(told, sort_keys=True))
    sources = (plant_file.source, *plant_file.sources.values())
    marks = "".join(_file_mark(source.url) for source in sources)
    return sha256(f"{written}{marks}".encode()).hexdigest()[:16]


def _file_mark(url: str) -> str:
    """A SQLite file that was made anew is another one."""
    found = _SQLITE.match(url)
    try:
        return str(Path(unquote(found[1])).stat().st_ino) if found else ""
    except OSError:
        return ""


# --- days ------------------------------------------------------------------------------------


def cells_of(calendar: ShiftCalendar, day: date) -> tuple[Interval, ...]:
    """The production day, cut where shifts begin and end."""
    whole = calendar.day(day)
    edges = {whole.start, whole.end}
    for shift in calendar.shifts(whole):
        edges |= {at for at in (shift.interval.start, shift.interval.end) if whole.contains(at)}
    ordered = sorted(edges)
    return tuple(Interval(a, b) for a, b in pairwise(ordered))


def spans_of(
    calendar: ShiftCalendar, cell: Interval, path: Sequence[str], window: int = 0
) -> tuple[Span, ...]:
    """The planned busy time in a cell; all of it where no shifts are known."""
    busy = calendar.busy(cell, path)
    if busy is None:
        return (Span(cell.start, cell.end, cell.start, window),)
    return tuple(Span(piece.start, piece.end, piece.opens, window) for piece in busy)


def planned_text(spans: Iterable[Span], start: datetime) -> str:
    """Spans in one cell as text that is the same for the same planned time, however it was cut:
    seconds after the cell's start."""
    joined: list[tuple[int, int, int]] = []
    for span in spans:
        begins, ends, opens = (_after(at, start) for at in (span.start, span.end, span.opens))
        if begins == ends:
            continue
        if joined and joined[-1][1] == begins == opens:
            joined[-1] = (joined[-1][0], ends, joined[-1][2])
        else:
            joined.append((begins, ends, opens))
    return ";".join(f"{begins} {ends} {opens}" for begins, ends, opens in joined)


def _after(at: datetime, start: datetime) -> int:
    return int((at - start).total_seconds())


def month_of(calendar: ShiftCalendar, day: date) -> Interval:
    """The production days of the day's calendar month."""
    first = day.replace(day=1)
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return Interval(calendar.day(first).start, calendar.day(following).start)
