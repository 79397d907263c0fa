"""alerts.toml: a plant's own rules over the shipped ones."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from rapidfuzz import process

from core.alerts.limits import AlertRules, Levels
from core.errors import MisconfiguredError

SHIPPED = Path(__file__).with_name("alerts.toml")
_NEAR = 60  # per cent of likeness below which a name is none that was meant


@cache
def default_rules() -> AlertRules:
    """The rules as shipped."""
    return AlertRules.model_validate(_shipped())


def rules_from(path: Path | None) -> AlertRules:
    """The shipped rules with what the file says otherwise. Raises MisconfiguredError naming the
    first mistake."""
    if path is None:
        return default_rules()
    wrong = problems(path)
    if wrong:
        raise MisconfiguredError(str(path), wrong[0])
    return AlertRules.model_validate(_over(_shipped(), tomllib.loads(path.read_text("utf-8"))))


def problems(path: Path) -> tuple[str, ...]:
    """What is wrong in the file, each with its section and the nearest right name."""
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # not all are TOMLDecodeErrors
        return (f"cannot be read: {error}",)
    unknown = tuple(_unknown(given))
    if unknown:
        return unknown
    try:
        rules = AlertRules.model_validate(_over(_shipped(), given))
    except ValidationError as error:
        return tuple(_said(one) for one in error.errors(include_url=False))
    return tuple(_without_level(rules))


def _shipped() -> dict[str, Any]:
    return tomllib.loads(SHIPPED.read_text("utf-8"))


def _over(shipped: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Section by section, setting by setting; what is no section stays for the check to name."""
    return {
        name: {**shipped.get(name, {}), **given[name]}
        if isinstance(given.get(name), Mapping)
        else given.get(name, shipped.get(name))
        for name in {**shipped, **given}
    }


def _unknown(given: Mapping[str, Any]) -> Iterator[str]:
    for name, section in given.items():
        field = AlertRules.model_fields.get(name)
        if field is None:
            yield f"[{name}] is no section{_nearest(name, list(AlertRules.model_fields))}"
            continue
        model = cast("type[BaseModel]", field.annotation)
        known = list(model.model_fields)
        if not isinstance(section, Mapping):
            yield f"{name} must be a section: [{name}]"
            continue
        for setting in section:
            if setting not in known:
                yield f"[{name}] {setting} is no setting{_nearest(setting, known)}"


def _nearest(said: str, known: list[str]) -> str:
    found = process.extractOne(said, known, score_cutoff=_NEAR)
    return f"; did you mean {found[0]}?" if found else f"; there are {', '.join(known)}"


def _said(error: Mapping[str, Any]) -> str:
    section, *rest = (str(part) for part in error["loc"])
    setting = f" {rest[0]}" if rest else ""
    said = str(error["msg"]).removeprefix("Value error, ")
    return f"[{section}]{setting}: {said[:1].lower()}{said[1:]}"


def _without_level(rules: AlertRules) -> Iterator[str]:
    for name, section in rules:
        if not isinstance(section, Levels) or not section.on:
            continue
        if section.low is section.medium is section.high is None:
            yield f"[{name}] has no level left; say on = false to switch the rule off"
