"""plant.toml: where a plant's facts lie, in which units and zone, and its shifts and rules."""

from __future__ import annotations

import tomllib
from datetime import time, timedelta
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from core.data.mapping_mistake import mistake
from core.data.query import Fact
from core.data.schema import LOSSES, SCHEMA
from core.errors import MisconfiguredError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Loss = Literal[
    "breakdown", "setup", "minor", "blocked", "starved", "no_order", "planned", "unclassified"
]
_LENGTHS = {"min": 60, "h": 3600, "d": 86_400}


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):  # "America" is a folder
        raise ValueError(f"{name!r} is no IANA time zone, such as America/Chicago") from None
    return name


def _length(value: object) -> object:
    if isinstance(value, str):
        for unit, seconds in _LENGTHS.items():
            if value.endswith(unit) and value[: -len(unit)].strip().replace(".", "").isdigit():
                try:
                    return timedelta(seconds=float(value[: -len(unit)]) * seconds)
                except OverflowError:
                    break
        raise ValueError(f"{value!r} is no length of time, such as 30min, 8h or 1d")
    return value


Zone = Annotated[str, AfterValidator(_zone)]
Length = Annotated[timedelta, BeforeValidator(_length)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """How one logical column is had from the plant's table. Exactly one of:

    - `column`: a physical column; `format` says how a time is stored (default: what the type
      says), `unit` in which unit minutes are stored
    - `constant`: the same value in every row
    - `expression`: SQL of the administrator's over the table's columns
    - `date` (with optional `shift`): a start made of a date and a shift's name
    - `length`: an end that lies this long after the start (a row per hour: "1h")
    """

    column: str = ""
    constant: str | float | bool | None = None
    expression: str = ""
    date: str = ""
    shift: str = ""
    length: Length | None = None
    format: Literal["", "text", "epoch_s", "epoch_ms"] = ""
    unit: Literal["s", "min", "h", "ms"] = "min"

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return {"column": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = (
            self.column,
            self.constant is not None,
            self.expression,
            self.date,
            self.length,
        )
        if sum(map(bool, given)) != 1:
            raise ValueError("give exactly one of column, constant, expression, date, length")
        return self


class FactMapping(_Strict):
    """One fact. Without `columns`, each logical column that the table has is taken as it is.

    `longest` bounds how far back a row that spans the start of a period is looked for: an hour's
    row 1 day, a closed stop 31 days by default (core.data.schema); open stops are always found.
    `rows_are = "sums"` says that a downtime row is a shift's or day's sum, not one stop: then
    there is no count, no longest stop and no MTBF.
    `source` names the source where the fact lies, "main" being [source]; `also` one that holds the
    same figures: both are asked, and where they differ by more than `tolerance_percent` the answer
    shows both; `fallback` one that is asked where the first does not answer (core.data.routing).
    """

    table: str = ""
    source: str = "main"
    also: str = ""
    fallback: str = ""
    tolerance_percent: float = Field(default=1, ge=0, lt=100)
    where: str = ""
    time_zone: Zone = "UTC"
    longest: Length | None = None
    rows_are: Literal["events", "sums"] = "events"
    columns: dict[str, Column] = Field(default_factory=dict)
    losses: dict[str, Loss] = Field(default_factory=dict)
    default_loss: Loss = "unclassified"


class ShiftMapping(_Strict):
    name: str
    start: time
    end: time
    days: tuple[Weekday, ...] = WEEKDAYS  # type: ignore[assignment]
    aliases: tuple[str, ...] = ()


class PlantMapping(_Strict):
    """A site: its zone, currency and shift pattern. Exceptions come from the calendar fact."""

    name: str = ""
    zone: Zone = "UTC"
    currency: str = ""
    aliases: tuple[str, ...] = ()
    day_starts_with: str = ""
    day_named_after: Literal["start", "end"] = "start"
    shifts: tuple[ShiftMapping, ...] = ()

    @model_validator(mode="after")
    def _opens(self) -> Self:
        names = {shift.name for shift in self.shifts}
        if self.day_starts_with and self.day_starts_with not in names:
            raise ValueError(f"day_starts_with: no shift is named {self.day_starts_with!r}")
        return self


class AssetMapping(_Strict):
    """An asset written down here, for plants without a table of assets."""

    id: str
    name: str = ""
    kind: str = "machine"
    plant: str = ""
    area: str = ""
    parent: str = ""
    aliases: tuple[str, ...] = ()
    ideal_rate: float | None = Field(default=None, gt=0)
    cost_center: str = ""
    constraint: bool = False
    output_point: bool = False
    unit: str = ""
    contact: str = ""
    key: str = ""


class RulesMapping(_Strict):
    """Definitions a plant may choose (DOMAIN.md); times in minutes, shares in percent."""

    minor_stop_minutes: float = Field(default=5, ge=0)
    minor_stops: Literal["availability", "performance"] = "availability"
    long_stop_minutes: float = Field(default=15, gt=0)
    preliminary_minutes: float = Field(default=15, ge=0)
    stale_minutes: float = Field(default=30, gt=0)
    follow_up_shifts: int = Field(default=3, ge=1, le=30)
    bands: tuple[float, float] = (65, 85)
    coverage_warn: float = 90
    coverage_withhold: float = 50


class SourceMapping(_Strict):
    """A database ("sql": any address that SQLAlchemy speaks to) or a Supabase project.

    `facts` says where it holds facts that lie elsewhere first (FactMapping.also, .fallback).
    """

    kind: Literal["sql", "supabase"] = "sql"
    url: str = ""
    name: str = ""
    timeout_seconds: float = Field(default=10, gt=0, le=120)
    facts: dict[Fact, FactMapping] = Field(default_factory=dict)


class PlantFile(_Strict):
    """A whole plant.toml. `sources` are further ones, by the name that facts call them."""

    source: SourceMapping
    sources: dict[str, SourceMapping] = Field(default_factory=dict)
    rules: RulesMapping = RulesMapping()
    plants: dict[str, PlantMapping] = Field(default_factory=dict)
    assets: tuple[AssetMapping, ...] = ()
    facts: dict[Fact, FactMapping] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _columns(self) -> Self:
        elsewhere = (one.facts.items() for one in (self.source, *self.sources.values()))
        for fact, mapping in (*self.facts.items(), *chain.from_iterable(elsewhere)):
            unknown = set(mapping.columns) - set(SCHEMA[fact].columns)
            if unknown:
                raise ValueError(f"facts.{fact}: there is no column {', '.join(sorted(unknown))}")
            missing = set(SCHEMA[fact].required) - set(mapping.columns)
            if mapping.columns and missing:
                raise ValueError(f"facts.{fact}: columns lacks {', '.join(sorted(missing))}")
        return self


def load(path: Path, *, home: Path, url: str = "") -> PlantFile:
    """Reads plant.toml. `url` replaces the one in the file; "{home}" in it is filled in.

    Raises MisconfiguredError naming the field and the mend.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MisconfiguredError(
            str(path), "no such file; `andon connect URL` writes one"
        ) from None
    except (OSError, ValueError, RecursionError) as error:  # not all are TOMLDecodeErrors
        raise MisconfiguredError(str(path), f"cannot be read: {error}") from None
    return parse(content, where=str(path), home=home, url=url)


def parse(content: dict[str, object], *, where: str, home: Path, url: str = "") -> PlantFile:
    """The same from a parsed document."""
    try:
        plant_file = PlantFile.model_validate(content)
    except ValidationError as error:
        field, problem = mistake(error, PlantFile)
        raise MisconfiguredError(f"{where}, {field or 'the file'}", problem) from None
    address = url or plant_file.source.url.replace("{home}", str(home))
    source = plant_file.source.model_copy(update={"url": address})
    return plant_file.model_copy(update={"source": source})


assert set(LOSSES) == set(Loss.__args__)  # type: ignore[attr-defined]
