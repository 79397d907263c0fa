"""Looks at a database and proposes where each fact lies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.data.connect import candidates, links, places
from core.data.connect.candidates import Candidate
from core.data.connect.describe import described
from core.data.connect.proposal import AssetGuess, Choice, FactProposal, Proposal, ShiftGuess
from core.data.connect.survey import Surveyor, TableLook
from core.data.query import Fact
from core.data.schema import SCHEMA
from core.errors import MisconfiguredError
from core.words import Words

_OTHER_FACTS: tuple[Fact, ...] = (
    "product", "product_rate", "calendar", "scrap", "order", "safety", "live", "target", "cost",
)  # fmt: skip
_SHOWN = 12
_MOST_PLANTS = 20


def propose(url: str, *, zone: str = "") -> Proposal:
    """A mapping for any database that SQLAlchemy speaks to; reads at most 2,000 rows a table.

    `zone` (IANA) is that of the plant's wall clock; without it UTC is taken and marked. Raises
    MisconfiguredError for a wrong address, a missing driver, an unknown zone, an empty database
    or one with nothing of a plant in it; SourceUnavailable where it cannot be opened.
    """
    _check_zone(zone)
    return _Search(Surveyor(url), zone or "UTC").proposal(url, zone_given=bool(zone))


class _Search:
    """One look at one database: the tables are read once, then chosen from."""

    def __init__(self, surveyor: Surveyor, zone: str) -> None:
        self._surveyor = surveyor
        self._zone = zone
        self._plant = places.plant_of(surveyor.name)
        self._tables = surveyor.tables
        if not self._tables:
            words = Words("en")
            said = (words.say(f"files.{p.key}", **p.filled()) for p in surveyor.problems[:_SHOWN])
            whole = " ".join(("holds no table that can be read.", *said))
            raise MisconfiguredError(surveyor.name, whole.removesuffix("."))

    def proposal(self, url: str, *, zone_given: bool) -> Proposal:
        produced = _ranked(map(candidates.production_in, self._tables))
        stops = self._stops(produced)
        main = [ranked[0] for ranked in (produced, stops) if ranked]
        if not main:
            raise MisconfiguredError(self._surveyor.name, _nothing(self._tables))
        others = self._others(main)
        names = self._named([*main, *others], "asset")
        used = {found.table.name for found in (*main, *others)}
        asset = links.asset_table(self._tables, names, used) if names else None
        shifts = self._shifts(main, others)
        main = [_by_day(found) if not shifts else replace(found, shifts=shifts) for found in main]
        assets, said = self._assets(main, names, listed=asset is not None)
        used |= {asset.table.name} if asset else set()
        spare = [found for found in (*produced, *stops) if found.table.name not in used]
        chosen = [*main, *([asset] if asset else []), *others]
        facts = tuple(
            self._with_constants(described(found, spare, self._tables, self._surveyor))
            for found in chosen
        )
        taken = {fact.table for fact in facts}
        return Proposal(
            url=url,
            source=self._surveyor.name,
            plants=self._plants(asset),
            zone=self._zone,
            zone_given=zone_given,
            facts=facts,
            assets=assets,
            assets_evidence=said,
            shifts=shifts,
            unused=tuple(t.name for t in self._tables if t.name not in taken),
            unread=self._surveyor.unread,
            left_out=self._surveyor.left_out,
            problems=self._surveyor.problems,
            lacking=self._surveyor.lacking,
        )

    # --- which tables ------------------------------------------------------------------------

    def _stops(self, produced: Sequence[Candidate]) -> list[Candidate]:
        """The logs of single stops; where there is none, the sums in the production rows."""
        taken = produced[0].table.name if produced else ""
        logs = _ranked(candidates.stops_in(t) for t in self._tables if t.name != taken)
        return logs or _ranked(map(candidates.sums_in, produced[:1]))

    def _others(self, main: Sequence[Candidate]) -> list[Candidate]:
        """Each table for one fact, each fact from one table, the best fits first."""
        taken = {found.table.name for found in main}
        free = [table for table in self._tables if table.name not in taken and table.rows]
        offers = _ranked(candidates.other_in(fact, t) for fact in _OTHER_FACTS for t in free)
        made: dict[Fact, Candidate] = {}
        for offer in offers:
            if offer.fact in made or offer.table.name in taken:
                continue
            found: Candidate | None = offer
            if offer.fact == "product":
                found = links.confirmed_products(offer, self._named(main, "product"))
            if found is not None:
                made[offer.fact] = found
                taken.add(offer.table.name)
        return [made[fact] for fact in _OTHER_FACTS if fact in made]

    def _named(self, found: Sequence[Candidate], logical: str) -> list[str]:
        """What these tables hold in a column, the most frequent first."""
        values: dict[str, None] = {}
        for one in found:
            role = one.look(logical)
            if role is not None:
                seen = self._surveyor.distinct(one.table.name, role.look.name)
                values |= dict.fromkeys(seen)
        return list(values)

    # --- assets and shifts -------------------------------------------------------------------

    @property
    def _whole(self) -> str:
        """The asset that stands for everything where a table does not tell assets apart."""
        return f"{self._plant}-line"

    def _assets(
        self, main: Sequence[Candidate], names: Sequence[str], *, listed: bool
    ) -> tuple[tuple[AssetGuess, ...], str]:
        line = AssetGuess(self._whole, kind="line")
        if not names:
            return (line,), "no column tells assets apart: everything counts as one line"
        whole = (line,) if any("asset" not in found.roles for found in main) else ()
        if listed:
            return whole, "beside those of the asset table"
        said = f"the {len(names)} values of the asset columns"
        return (*whole, *places.written_assets(sorted(names))), said

    def _plants(self, asset: Candidate | None) -> tuple[str, ...]:
        named = self._named([asset], "plant") if asset else []
        return tuple(named[:_MOST_PLANTS]) or (self._plant,)

    def _shifts(
        self, main: Sequence[Candidate], others: Sequence[Candidate]
    ) -> tuple[ShiftGuess, ...]:
        """None where a calendar lists the work, unless rows say no more than date and shift."""
        calendar = [found for found in others if found.fact == "calendar"]
        listed = "work" in self._named(calendar, "kind")
        if listed and not any(found.by_shift for found in main):
            return ()
        for found in main:
            role = found.look("shift")
            if role is not None:
                names = self._surveyor.distinct(found.table.name, role.look.name)
                return places.shifts_of(found, names, self._zone)
        return ()

    def _with_constants(self, fact: FactProposal) -> FactProposal:
        """Every fact on assets says which; a table of assets says which plant."""
        if fact.fact == "asset" and fact.choice("plant") is None:
            plant = {"constant": self._plant}
            added = Choice("plant", plant, "guess", "all assets are of one plant")
        elif "asset" in SCHEMA[fact.fact].required and fact.choice("asset") is None:
            whole = {"constant": self._whole}
            added = Choice("asset", whole, "likely", "the table does not tell assets apart")
        else:
            return fact
        return replace(fact, choices=(added, *fact.choices))


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        said = f"{zone!r} is no IANA time zone, such as America/Sao_Paulo"
        raise MisconfiguredError("--zone", said) from None


def _ranked(offers: Iterable[Candidate | None]) -> list[Candidate]:
    return sorted((offer for offer in offers if offer is not None), key=lambda one: -one.score)


def _by_day(found: Candidate) -> Candidate:
    """Without a shift pattern a date and a shift make no time: the row is the day's."""
    if not found.by_shift:
        return found
    return replace(found, by_shift=False, minutes=candidates.DAY_MINUTES)


def _nothing(tables: Sequence[TableLook]) -> str:
    names = ", ".join(table.name for table in tables[:_SHOWN])
    more = f" and {len(tables) - _SHOWN} more" if len(tables) > _SHOWN else ""
    return (
        f"holds nothing that looks like a plant's production or stops; looked at {names}{more}. "
        "Needed is at least one table or view with a time and a count of pieces, or with stops; "
        "plant.toml can also be written by hand"
    )
