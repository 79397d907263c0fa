"""The check itself: every source in a thread of its own, whatever happens to one of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING

from core.data import routing
from core.data.check import definitions
from core.data.check.definitions import KnownAsset
from core.data.check.given import Given
from core.data.check.needs import reaches
from core.data.check.part import Away, Found, Part
from core.data.check.probe import PATIENCE
from core.data.check.project import ProjectPart
from core.data.check.report import FactState, Finding, Report, SourceState, finding
from core.data.check.tables import TablesPart
from core.data.mapping import PlantFile
from core.data.query import Fact
from core.errors import MisconfiguredError

if TYPE_CHECKING:
    from core.data.supabase.source import SupabaseDataSource

UNFINISHED = "unfinished"
ALL_PATIENCE = 900.0  # seconds that all sources together have
_HAPPENS: tuple[Fact, ...] = ("production", "downtime", "scrap", "live")
Opened = Callable[[PlantFile], "SupabaseDataSource"]
Known = Sequence[KnownAsset] | None


def check(
    plant: PlantFile,
    now: datetime,
    patience: float = PATIENCE,
    project: Opened | None = None,
    longest: float = ALL_PATIENCE,
) -> Report:
    """Reads every mapped fact with sums made in the database, and says what is there, what is
    wrong with it and what can be answered from it. `now` is aware UTC, `patience` how many
    seconds a single statement may take, `longest` how many the whole may; `project` opens a
    source of kind supabase.

    What cannot be read is named and the rest is read. Raises MisconfiguredError where the only
    address is wrong. Blocks while it reads; call it in a thread from async code.
    """
    zone = next((site.zone for site in plant.plants.values()), "UTC")
    parts, wrong = _parts(plant, now, zone, patience, project)
    ends = monotonic() + longest
    known: Future[Known] = Future()
    working = {name: _begun(part, known) for name, part in parts.items()}
    # Who tells of assets is waited for first, and not until the very end.
    tell = [working[name][0] for name, part in parts.items() if "asset" in part.found.plant.facts]
    wait(tell, longest / 2)
    sources = {name: part.found for name, part in parts.items()}
    told = _known(plant, sources)
    known.set_result(told)
    for name, (_, done) in working.items():
        _ended(parts[name].found, done, ends, is_alone=len(parts) == 1)
    return _report(Given(plant, sources, told or ()), wrong, zone, now, is_known=told is not None)


def _parts(
    plant: PlantFile, now: datetime, zone: str, patience: float, project: Opened | None
) -> tuple[dict[str, Part], list[Finding]]:
    """By the source's name in plant.toml; what is wrong with an address is a finding, where there
    is another."""
    by_source = routing.by_source(plant)
    ordered = sorted(by_source, key=lambda name: name != routing.MAIN)
    parts: dict[str, Part] = {}
    wrong: list[Finding] = []
    for name in ordered:
        own = by_source[name]
        try:
            if own.source.kind == "supabase" and project is not None:
                parts[name] = ProjectPart(own, now, zone, project)
            else:
                parts[name] = TablesPart(own, now, zone, patience)
        except MisconfiguredError as error:
            if len(by_source) == 1:
                raise
            said = f"{error.where} {error.problem}"
            shown = own.source.name or name
            wrong.append(finding("error", "misconfigured", None, table=shown, problem=said))
    return parts, wrong


def _begun(part: Part, known: Future[Known]) -> tuple[Future[None], Future[None]]:
    """The part's work, in a thread that nobody waits for at the end of the program: it looked, it
    came to an end."""
    looked: Future[None] = Future()
    done: Future[None] = Future()

    def run() -> None:
        try:
            part.look()
            looked.set_result(None)
            part.examine(known.result())
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for it
            if not looked.done():
                looked.set_exception(error)
            done.set_exception(error)
        else:
            done.set_result(None)

    threading.Thread(target=run, daemon=True).start()
    return looked, done


def _ended(found: Found, done: Future[None], ends: float, *, is_alone: bool) -> None:
    """Waits until `ends`. What has not come to an end then is left to itself: a thread cannot be
    stopped, and the report is not to wait for it."""
    try:
        done.result(max(0.0, ends - monotonic()))
    except TimeoutError:
        found.problem = UNFINISHED
    except Away as error:
        found.problem = error.problem
    except MisconfiguredError as error:
        if is_alone:
            raise
        found.problem = "misconfigured"
        said = f"{error.where} {error.problem}"
        found.add([finding("error", "misconfigured", None, table=found.name, problem=said)])


def _known(plant: PlantFile, sources: Mapping[str, Found]) -> tuple[KnownAsset, ...] | None:
    """The assets that are written down anywhere; the first that says something of one counts.
    None where a table holds them that cannot be read."""
    if "asset" in plant.facts and Given(plant, sources, ()).is_unreadable("asset"):
        return None
    every = [*definitions.written_assets(plant)]
    every += [asset for found in sources.values() for asset in tuple(found.listed)]
    return tuple({asset.id: asset for asset in reversed(every)}.values())[::-1]


def _report(
    given: Given, wrong: Sequence[Finding], zone: str, now: datetime, *, is_known: bool
) -> Report:
    sources = given.sources
    several = len(sources) + len(wrong) > 1
    findings = [*wrong]
    states: list[FactState] = []
    for found in sources.values():
        name = found.name if several else ""
        findings += [*_away(found), *(replace(one, source=name) for one in found.findings)]
        states += [replace(one, source=name) for one in _states(found)]
    is_read = any(state.state != "failed" for state in states)
    if is_read and is_known:
        findings += _together_wrong(given)
    elif is_read:
        findings.append(finding("error", "no_assets", "asset"))
    needs = given.needs() if is_read and is_known else {}
    return Report(
        " + ".join(dict.fromkeys(found.name for found in sources.values())),
        zone, now, tuple(states), tuple(sorted(findings, key=lambda one: one.rank)),
        reaches(needs), tuple(_state(name, found, given.plant) for name, found in sources.items()),
    )  # fmt: skip


def _away(found: Found) -> Iterator[Finding]:
    if found.problem and found.problem != "misconfigured":
        yield finding("error", "away", None, source=found.name, problem=found.problem)


def _states(found: Found) -> list[FactState]:
    """Those that were read; of a source that went away also those that were not."""
    states = dict(found.states)
    if found.problem:
        for fact, mapping in found.plant.facts.items():
            states.setdefault(fact, FactState(fact, mapping.table, "failed"))
    return list(states.values())


def _state(name: str, found: Found, plant: PlantFile) -> SourceState:
    states = list(found.states.values())
    rows = [state.rows for state in states if state.rows is not None]
    times = [s.last for s in states if s.fact in _HAPPENS and s.last is not None]
    return SourceState(
        found.name, found.kind, found.problem, found.milliseconds, found.skew,
        None if found.writable is None else bool(found.writable),
        sum(rows) if rows else None, max(times, default=None),
        tuple(f for f, mapping in plant.facts.items() if mapping.source == name),
        tuple(f for f, mapping in plant.facts.items() if mapping.also == name),
        tuple(f for f, mapping in plant.facts.items() if mapping.fallback == name),
    )  # fmt: skip


def _together_wrong(given: Given) -> Iterator[Finding]:
    """What only all sources together can tell."""
    rates = given.source_of("product_rate") is not None
    yield from definitions.asset_gaps(given.known, given.named("production"), product_rates=rates)
    if given.source_of("cost") is None:
        yield finding("info", "no_costs", "cost")
    if not given.has_targets:
        yield finding("info", "no_targets", "target")
    yield from _unlike(given)


def _unlike(given: Given) -> Iterator[Finding]:
    """Facts that two sources hold, with another number of rows."""
    for fact, mapping in given.plant.facts.items():
        pair = [given.sources.get(name) for name in (mapping.source, mapping.also) if name]
        counts = [(one.name, one.states[fact].rows) for one in pair if one and fact in one.states]
        if len(counts) != 2:
            continue
        (ours, a), (theirs, b) = counts
        if (
            a is not None
            and b is not None
            and abs(a - b) > mapping.tolerance_percent / 100 * max(a, b)
        ):
            yield finding(
                "warning", "unlike", fact, source=ours, rows=a, other=theirs, other_rows=b
            )
