"""The facts: their logical columns, which of them are required, and the sums on offer.

Everything that names a column (mapping, statements, `andon check`) reads it from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from core.data.query import Fact

Kind = Literal["text", "time", "number", "minutes", "flag"]
FACTS: tuple[Fact, ...] = get_args(Fact)


@dataclass(frozen=True, slots=True)
class FactSchema:
    """`start`/`end` name the time columns that place a row; a row without `end` is an instant.

    Minutes columns are converted to minutes whatever unit the plant's table holds. `longest` is
    how long a row may last unless the mapping says otherwise (FactMapping.longest).
    """

    columns: dict[str, Kind]
    required: tuple[str, ...]
    start: str = ""
    end: str = ""
    recorded: str = ""
    measures: tuple[str, ...] = ()
    longest: timedelta = timedelta(days=1)


SCHEMA: dict[Fact, FactSchema] = {
    "asset": FactSchema(
        {
            "id": "text", "name": "text", "aliases": "text", "kind": "text", "parent": "text",
            "area": "text", "plant": "text", "ideal_rate": "number", "cost_center": "text",
            "sequence": "number", "constraint": "flag", "output_point": "flag", "unit": "text",
            "contact": "text", "active": "flag", "key": "text",
        },
        required=("id",),
    ),
    "product": FactSchema(
        {
            "id": "text", "name": "text", "unit": "text", "material_cost": "number",
            "margin": "number", "currency": "text",
        },
        required=("id",),
    ),
    "product_rate": FactSchema(
        {"asset": "text", "product": "text", "per_min": "number", "valid_from": "time"},
        required=("asset", "product", "per_min"),
    ),
    "calendar": FactSchema(
        {
            "plant": "text", "area": "text", "asset": "text", "start": "time", "end": "time",
            "shift": "text", "crew": "text", "kind": "text",
        },
        required=("start", "end", "kind"),
        start="start",
        end="end",
        longest=timedelta(days=31),
    ),
    "production": FactSchema(
        {
            "asset": "text", "start": "time", "end": "time", "shift": "text", "product": "text",
            "order": "text", "planned_min": "minutes", "run_min": "minutes",
            "down_min": "minutes", "target_units": "number", "total_units": "number",
            "good_units": "number", "scrap_units": "number", "rework_units": "number",
            "first_pass_units": "number", "recorded_at": "time",
        },
        required=("asset", "start"),
        start="start",
        end="end",
        recorded="recorded_at",
        measures=(
            "planned_min", "run_min", "down_min", "target_units", "total_units", "good_units",
            "scrap_units", "rework_units", "first_pass_units", "row_min",
        ),
    ),
    "downtime": FactSchema(
        {
            "id": "text", "asset": "text", "start": "time", "end": "time", "minutes": "minutes",
            "reason_code": "text", "reason": "text", "reason_group": "text", "loss": "text",
            "cause_asset": "text", "repair_start": "time", "repair_end": "time",
            "comment": "text", "recorded_at": "time",
        },
        required=("asset", "start"),
        start="start",
        end="end",
        recorded="recorded_at",
        measures=(
            "minutes", "stops", "event_minutes", "longest", "repair_minutes", "repairs", "open",
            "long_stops", "long_minutes", "median",
        ),
        longest=timedelta(days=31),
    ),
    "scrap": FactSchema(
        {
            "asset": "text", "time": "time", "product": "text", "units": "number",
            "reason": "text", "phase": "text",
        },
        required=("asset", "time", "units"),
        start="time",
        measures=("units",),
    ),
    "order": FactSchema(
        {
            "id": "text", "asset": "text", "product": "text", "planned_units": "number",
            "start": "time", "due": "time", "status": "text",
        },
        required=("id", "asset", "planned_units"),
        start="start",
        end="due",
        longest=timedelta(days=366),
    ),
    "safety": FactSchema(
        {
            "id": "text", "asset": "text", "area": "text", "time": "time", "severity": "text",
            "status": "text", "description": "text", "days_lost": "number",
        },
        required=("time", "severity"),
        start="time",
    ),
    "live": FactSchema(
        {
            "asset": "text", "state": "text", "since": "time", "rate": "number",
            "shift_units": "number", "shift_target": "number", "updated": "time",
        },
        required=("asset", "state"),
        recorded="updated",
    ),
    "target": FactSchema(
        {
            "asset": "text", "product": "text", "shift": "text", "oee": "number",
            "units": "number", "valid_from": "time",
        },
        required=("asset",),
    ),
    "cost": FactSchema(
        {
            "cost_center": "text", "per_hour": "number", "currency": "text",
            "valid_from": "time",
        },
        required=("cost_center", "per_hour"),
    ),
}  # fmt: skip

LOSSES = (
    "breakdown",
    "setup",
    "minor",
    "blocked",
    "starved",
    "no_order",
    "planned",
    "unclassified",
)
