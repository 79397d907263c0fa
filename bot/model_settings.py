"""The language model's section of the settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.util import find_spec
from typing import cast

from core.agent.limits import Limits, Price
from core.agent.models import ANTHROPIC, Api, ModelChoice
from core.errors import MisconfiguredError

NAMES = (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "ANTHROPIC_API_KEY",
    "ANDON_MODEL",
    "ANDON_MODEL_API",
    "ANDON_MODEL_TIMEOUT",
    "ANDON_MODEL_TOKENS_PER_DAY",
    "ANDON_MODEL_COST_PER_DAY",
    "ANDON_MODEL_PRICES",
    "ANDON_MODEL_SQL",
    "ANDON_MODEL_SQL_URL",
    "ANDON_MEMORY_EXTRACTION",
)
USUAL = "gpt-4.1-mini"
_APIS = ("auto", "chat", "responses")
_URL = re.compile(r"https?://[^\s/?#]+\S*")
_LONGEST = 40.0  # seconds: after them the planner has to answer within the door's own limit


def model_choice(values: Mapping[str, str]) -> ModelChoice | None:
    """None where neither a key nor a server is set, or ANDON_MODEL is off. Raises
    MisconfiguredError naming the setting."""
    key, url, anthropic, said = (
        values.get(name, "").strip()
        for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANDON_MODEL")
    )
    if not (key or url or anthropic) or said == "off":
        return None
    if url and not _URL.fullmatch(url):
        raise MisconfiguredError(
            "OPENAI_BASE_URL", "is no address, such as http://localhost:8000/v1"
        )
    names = _names(said, url, has_openai=bool(key or url), has_anthropic=bool(anthropic))
    api = values.get("ANDON_MODEL_API") or "auto"
    if api not in _APIS:
        raise MisconfiguredError("ANDON_MODEL_API", f"is {api!r}; it can be {', '.join(_APIS)}")
    prices = _prices(values.get("ANDON_MODEL_PRICES", ""))
    limits = _limits(values)
    if limits.cost_per_day is not None and (free := set(names) - set(prices)):
        problem = f"ANDON_MODEL_COST_PER_DAY needs the price of {', '.join(sorted(free))}"
        raise MisconfiguredError("ANDON_MODEL_PRICES", problem)
    return ModelChoice(
        names,
        key,
        url,
        anthropic,
        cast("Api", api),
        tuple(prices.items()),
        limits,
        extraction=_is_on(values, "ANDON_MEMORY_EXTRACTION", "on"),
    )


def _names(said: str, url: str, *, has_openai: bool, has_anthropic: bool) -> tuple[str, ...]:
    """The models in the order in which they are tried."""
    names = tuple(dict.fromkeys(name.strip() for name in said.split(",") if name.strip()))
    if not names:
        if url or not has_openai:
            raise MisconfiguredError("ANDON_MODEL", "is missing: name the model that answers")
        names = (USUAL,)
    theirs = [name for name in names if name.startswith(ANTHROPIC)]
    if theirs and not has_anthropic:
        raise MisconfiguredError("ANTHROPIC_API_KEY", f"is missing, but {theirs[0]} is to answer")
    if len(theirs) < len(names) and not has_openai:
        raise MisconfiguredError("OPENAI_API_KEY", "is missing, or OPENAI_BASE_URL")
    needed = ["langchain", "langchain_openai"] if len(theirs) < len(names) else ["langchain"]
    for package in (*needed, *(["langchain_anthropic"] if theirs else [])):
        if find_spec(package) is None:
            extra = "anthropic" if package == "langchain_anthropic" else "model"
            raise MisconfiguredError("ANDON_MODEL", f"needs: pip install 'andon[{extra}]'")
    return names


def _limits(values: Mapping[str, str]) -> Limits:
    usual = Limits()
    seconds = _number(values, "ANDON_MODEL_TIMEOUT", usual.turn_seconds, _LONGEST)
    if not seconds:
        raise MisconfiguredError("ANDON_MODEL_TIMEOUT", "must be more than 0")
    tokens = _number(values, "ANDON_MODEL_TOKENS_PER_DAY", float(usual.tokens_per_day or 0))
    cost = _number(values, "ANDON_MODEL_COST_PER_DAY", 0.0)
    return Limits(
        turn_seconds=seconds,
        call_seconds=seconds / 2,
        tool_seconds=seconds / 2,
        tokens_per_day=int(tokens) or None,
        cost_per_day=cost or None,
        sql=_sql(values),
    )


def _sql(values: Mapping[str, str]) -> bool:
    """Whether the model may write statements, which are read with sqlglot."""
    is_on = _is_on(values, "ANDON_MODEL_SQL", "off")
    if is_on and find_spec("sqlglot") is None:
        raise MisconfiguredError("ANDON_MODEL_SQL", "needs: pip install 'andon[model]'")
    return is_on


def _is_on(values: Mapping[str, str], name: str, usual: str) -> bool:
    said = values.get(name) or usual
    if said not in ("on", "off"):
        raise MisconfiguredError(name, f"is {said[:20]!r}; it can be on or off")
    return said == "on"


def _number(values: Mapping[str, str], name: str, usual: float, most: float = 1e12) -> float:
    """A number of 0 or more; 0 is no limit."""
    given = values.get(name, "").strip()
    if not given:
        return usual
    if not re.fullmatch(r"\d{1,12}(?:\.\d{1,6})?", given, re.ASCII) or float(given) > most:
        raise MisconfiguredError(name, f"is {given[:20]!r}; it must be a number up to {most:g}")
    return float(given)


def _prices(said: str) -> dict[str, Price]:
    """ "gpt-4.1-mini=0.40/1.60, …": for a million tokens read and written."""
    found = {}
    for one in filter(None, (part.strip() for part in said.split(","))):
        match = re.fullmatch(r"(\S+?)=(\d+(?:\.\d+)?)/(\d+(?:\.\d+)?)", one, re.ASCII)
        if match is None:
            problem = f"is {one[:40]!r}; it must be model=read/written"
            raise MisconfiguredError("ANDON_MODEL_PRICES", problem)
        found[match[1]] = Price(float(match[2]), float(match[3]))
    return found
