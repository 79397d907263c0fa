"""Small rules that say what a JSON value must be, and name every place where it is not.

The wording of the problems follows what Slack answers ("must be less than 151 characters
[json-pointer:/blocks/0/text/text]", "no more than 25 items allowed [json-pointer:…]").
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Check:
    """One pass over one message or view: what to allow, and the problems found so far."""

    surface: str
    without: frozenset[str] = frozenset()
    file_ready: Callable[[str], bool] = lambda _: True
    whole_message_actions: bool = False
    problems: list[str] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    action_ids: set[str] = field(default_factory=set)

    def problem(self, text: str, path: str) -> None:
        self.problems.append(f"{text} [json-pointer:{path}]")


Rule = Callable[[Any, str, Check], None]


def kind_of(value: Any) -> str | None:
    """The `type` of an object, where it is one and has one."""
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else None


def objects(value: Any) -> list[Json]:
    """The objects in what may be a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: the properties it must and may have (others are refused), and one more rule."""

    required: Mapping[str, Rule]
    optional: Mapping[str, Rule] = field(default_factory=dict)
    also: Callable[[Json, str, Check], None] | None = None

    def __call__(self, value: Any, path: str, check: Check) -> None:
        if not isinstance(value, dict):
            check.problem("must provide an object", path)
            return
        for name in self.required:
            if value.get(name) is None:
                check.problem(f"missing required field: {name}", path)
        for name, item in value.items():
            rule = self.required.get(name) or self.optional.get(name)
            if rule is None:
                if name != "type":
                    check.problem(f"invalid additional property: {name}", path)
            elif item is not None:
                rule(item, f"{path}/{name}", check)
        if self.also:
            self.also(value, path, check)


def string(most: int, least: int = 0) -> Rule:
    def rule(value: Any, path: str, check: Check) -> None:
        if not isinstance(value, str):
            check.problem("must provide a string", path)
        elif len(value) > most:
            check.problem(f"must be less than {most + 1} characters", path)
        elif len(value) < least:
            check.problem(f"must be more than {least - 1} characters", path)

    return rule


def text(most: int, *, plain: bool = False) -> Rule:
    """A text object with 1 to `most` characters; `plain`: of type plain_text only."""

    def rule(value: Any, path: str, check: Check) -> None:
        if not isinstance(value, dict):
            check.problem("must provide an object", path)
            return
        kind = kind_of(value)
        if kind not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
            check.problem(f"unsupported type: {kind}", f"{path}/type")
        if extra := set(value) - {"type", "text", "emoji" if kind == "plain_text" else "verbatim"}:
            check.problem(f"invalid additional property: {min(map(str, extra))}", path)
        string(most, 1)(value.get("text"), f"{path}/text", check)

    return rule


def items(rule: Rule, most: int, least: int = 1) -> Rule:
    def each(value: Any, path: str, check: Check) -> None:
        if not isinstance(value, list):
            check.problem("must provide an array", path)
            return
        if len(value) > most:
            check.problem(f"no more than {most} items allowed", path)
        if len(value) < least:
            check.problem(f"no fewer than {least} items allowed", path)
        for n, item in enumerate(value[:most]):
            rule(item, f"{path}/{n}", check)

    return each


def one_of(*allowed: str) -> Rule:
    def rule(value: Any, path: str, check: Check) -> None:
        if value not in allowed:
            check.problem(f"must be one of: {', '.join(allowed)}", path)

    return rule


def integer(least: int, most: int) -> Rule:
    def rule(value: Any, path: str, check: Check) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            check.problem(f"must be an integer between {least} and {most}", path)

    return rule


def number(value: Any, path: str, check: Check) -> None:
    # JSON has no NaN and no infinity; Python's json writes them all the same.
    finite = isinstance(value, int | float) and value == value and abs(value) != float("inf")
    if isinstance(value, bool) or not finite:
        check.problem("must provide a number", path)


def boolean(value: Any, path: str, check: Check) -> None:
    if not isinstance(value, bool):
        check.problem("must provide a boolean", path)


def anything(value: Any, path: str, check: Check) -> None:
    """For what the product does not use and this Slack does not look into."""


def url(value: Any, path: str, check: Check) -> None:
    string(3000, 1)(value, path, check)
    if isinstance(value, str) and not value.startswith(("http://", "https://", "mailto:")):
        check.problem("must be a valid URL", path)
