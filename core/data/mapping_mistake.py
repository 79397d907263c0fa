"""What is wrong in a plant.toml, in words of the file instead of pydantic's."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from rapidfuzz import process

_NEAR = 60  # per cent of likeness below which a name is none that was meant


def mistake(error: ValidationError, model: type[BaseModel]) -> tuple[str, str]:
    """The first mistake: the field's path ("" for the whole file), and what is wrong there."""
    wrong = error.errors(include_url=False)[0]
    loc = tuple(part for part in wrong["loc"] if part != "[key]")
    match wrong["type"]:
        case "missing":
            problem = "is missing"
        case "extra_forbidden":
            problem = f"is not known here{_nearest(str(loc[-1]), _known(model, loc[:-1]))}"
        case "value_error":
            problem = str(wrong["ctx"]["error"])
        case "model_type" | "dict_type":
            problem = f"must be a table: [{_path(loc)}]"
        case "tuple_type":
            problem = "must be a list: [ … ]"
        case kind if kind.startswith("time_"):
            problem = "must be a time of day, such as 06:00"
        case _:
            problem = wrong["msg"].replace("Input should be", "must be")
    return _path(loc), problem


def _path(loc: tuple[int | str, ...]) -> str:
    """As in the file, with the position in a list counted from 1."""
    path = ""
    for part in loc:
        path += f" number {part + 1}" if isinstance(part, int) else f".{part}"
    return path.removeprefix(".")


def _known(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The names that a section may have."""
    inside: Any = model
    for part in loc:
        if isinstance(inside, type) and issubclass(inside, BaseModel):
            inside = inside.model_fields[str(part)].annotation
        else:  # dict[name, section] or tuple[section, ...]
            inside = next((one for one in reversed(get_args(inside)) if one is not ...), None)
    is_section = isinstance(inside, type) and issubclass(inside, BaseModel)
    return list(inside.model_fields) if is_section else []


def _nearest(said: str, known: list[str]) -> str:
    found = process.extractOne(said, known, score_cutoff=_NEAR)
    if found:
        return f"; did you mean {found[0]}?"
    return f"; known are {', '.join(known)}" if known else ""
