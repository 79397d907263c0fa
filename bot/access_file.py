"""access.toml: who sees which plants and areas, whether money is shown to them, who administers."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from rapidfuzz import process

from core.access import ALL, Access, AccessRules, Rule
from core.domain.assets import Hierarchy
from core.errors import MisconfiguredError

_NEAR = 60  # per cent of likeness below which a name is none that was meant
# What an id looks like, by what it names; other platforms' are not checked.
_SLACK = {"users": r"[UW][A-Z0-9]+", "groups": r"S[A-Z0-9]+", "channels": r"[CGD][A-Z0-9]+"}
_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TEAMS = {"users": rf"(?:{_GUID}|29:\S+)", "groups": r"(?!)", "channels": r"(?:19|a):[^;\s]+"}
_EXAMPLES = {
    "users": "slack:T01234567:U01234567",
    "groups": "slack:T01234567:S01234567",
    "channels": "slack:T01234567:C01234567",
}
_MENDS = {
    "see": 'must be "*" for everything or a list of ids, such as ["packaging"]',
    "money": "must be true or false",
    "subscribe": "must be true or false",
    "default": "must be a table: [default]",
    "rule": "must be tables: [[rule]]",
    "roles": "must be a table: [roles]",
    "admin": f'must be a list of people, such as ["{_EXAMPLES["users"]}"]',
    **{name: f'must be a list, such as ["{example}"]' for name, example in _EXAMPLES.items()},
}


def _example(name: str, platform: str) -> str:
    if platform != "teams":
        return _EXAMPLES[name]
    guid = "01234567-89ab-cdef-0123-456789abcdef"
    what = {"users": guid, "channels": "19:…@thread.tacv2"}.get(name)
    return f"teams:{guid}:{what}" if what else f"{_EXAMPLES[name]} (Teams has no groups here)"


def _ids(name: str) -> AfterValidator:
    """What has another form would match nobody, and nobody would notice."""
    known = {
        "slack": re.compile(rf"slack:[TE][A-Z0-9]+:{_SLACK[name]}"),
        "teams": re.compile(rf"teams:{_GUID}:{_TEAMS[name]}"),
    }

    def checked(ids: tuple[str, ...]) -> tuple[str, ...]:
        for given in ids:
            platform, _, rest = given.partition(":")
            form = known.get(platform)
            if not rest or (form and not form.fullmatch(given)):
                raise ValueError(f"{given[:60]!r} is no id such as {_example(name, platform)}")
        return ids

    return AfterValidator(checked)


class _Grant(BaseModel):
    """`see` are ids of plants and areas, "*" for all of them. `subscribe`: may change what comes
    to a channel unasked."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    see: Literal["*"] | tuple[str, ...] = "*"
    money: bool = False
    subscribe: bool = True

    @property
    def access(self) -> Access:
        places = None if ALL in self.see else frozenset(self.see)
        return Access(places, self.money, subscribes=self.subscribe)


class _RuleGrant(_Grant):
    see: Literal["*"] | tuple[str, ...]  # without a default: forgetting it must not open all
    users: Annotated[tuple[str, ...], _ids("users")] = ()
    groups: Annotated[tuple[str, ...], _ids("groups")] = ()
    channels: Annotated[tuple[str, ...], _ids("channels")] = ()


class _Roles(BaseModel):
    """People only: who is in a group or a channel is often for its members to say."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    admin: Annotated[tuple[str, ...], _ids("users")] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    roles: _Roles = Field(default_factory=_Roles)
    default: _Grant = Field(default_factory=_Grant)
    rule: tuple[_RuleGrant, ...] = ()


def access_rules(path: Path | None) -> AccessRules:
    """Everyone sees everything where there is no file. Raises MisconfiguredError."""
    if path is None:
        return AccessRules()
    try:
        file = _File.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValidationError as error:
        raise _named(path, error) from None
    except (OSError, ValueError, RecursionError) as error:  # not all are TOMLDecodeErrors
        raise MisconfiguredError(str(path), f"cannot be read: {error}") from None
    for number, rule in enumerate(file.rule, 1):
        if not (rule.users or rule.groups or rule.channels):
            problem = "is for nobody; name users, groups or channels"
            raise MisconfiguredError(f"{path}: rule {number}", problem)
    rules = tuple(
        Rule(frozenset(r.users), frozenset(r.groups), frozenset(r.channels), r.access)
        for r in file.rule
    )
    return AccessRules(file.default.access, rules, frozenset(file.roles.admin))


def unknown_places(rules: AccessRules, hierarchy: Hierarchy) -> Iterator[tuple[str, list[str]]]:
    """The places in the rules that the plant does not have, each with the nearest ids."""
    names = {asset.id: f"{asset.id} {asset.name}" for asset in hierarchy}
    for place in sorted(rules.named):
        if place not in hierarchy:
            found = process.extract(place, names, limit=3, score_cutoff=_NEAR)
            yield place, [asset_id for _, _, asset_id in found]


def _named(path: Path, error: ValidationError) -> MisconfiguredError:
    """The first mistake, with the setting's name and how it is meant."""
    wrong = error.errors(include_url=False)[0]
    names = [part for part in wrong["loc"] if isinstance(part, str)]
    last = next((name for name in reversed(names) if name in _MENDS), "")
    number = next((part + 1 for part in wrong["loc"] if isinstance(part, int)), 0)
    where = f"rule {number}: {last}" if names[:1] == ["rule"] and number else ".".join(names[:2])
    match wrong["type"]:
        case "extra_forbidden":
            known = {
                "default": "see, money, subscribe",
                "rule": "see, money, subscribe, users, groups, channels",
                "roles": "admin",
            }.get(names[0] if len(names) > 1 else "", "default, roles, rule")
            where = f"rule {number}: {names[-1]}" if number else where
            problem = f"is not known here; known are {known}"
        case "missing":
            problem = f"is missing; it {_MENDS[last]}"
        case "value_error":
            problem = str(wrong["ctx"]["error"])
        case _:
            problem = _MENDS.get(last, wrong["msg"])
    return MisconfiguredError(f"{path}: {where}", problem)
