"""The language model's section of the settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.util import find_spec
from typing import cast

from bot.settings.setting import ON_OFF, WEB_ADDRESS, Section, Setting, choice, is_on
from core.agent.limits import Limits, Price
from core.agent.models import ANTHROPIC, Api, ModelChoice
from core.errors import MisconfiguredError

USUAL = "gpt-4.1-mini"
_APIS = ("auto", "chat", "responses")
_LIMITS = Limits()
_LONGEST = 40.0  # seconds: after them the planner has to answer within the door's own limit

SECTION = Section(
    "A language model",
    "See docs/model.md. Without one, questions are answered by the built-in planner.",
    (
        Setting("OPENAI_API_KEY", "OpenAI's key.", example="sk-…", hides="all"),
        Setting(
            "OPENAI_BASE_URL",
            "The address of any server that speaks OpenAI's protocol, with its key above where it "
            "has one.",
            example="http://localhost:8000/v1",
            hides="password",
        ),
        Setting(
            "ANTHROPIC_API_KEY",
            "For models of Anthropic: pip install 'andon[anthropic]', and anthropic: before the "
            "model's name.",
            hides="all",
        ),
        Setting(
            "ANDON_MODEL",
            "The models in the order in which they are tried, with commas between; off for none.",
            otherwise=f"{USUAL} where OPENAI_API_KEY alone is set",
            example=USUAL,
        ),
        Setting(
            "ANDON_MODEL_API",
            "Which of OpenAI's two interfaces is spoken.",
            default="auto",
            choices=_APIS,
        ),
        Setting(
            "ANDON_MODEL_TIMEOUT",
            f"Seconds after which the planner answers instead, up to {_LONGEST:g}.",
            default=f"{_LIMITS.turn_seconds:g}",
        ),
        Setting(
            "ANDON_MODEL_TOKENS_PER_DAY",
            "What one person may use in a day (UTC); 0 is no limit.",
            default=str(_LIMITS.tokens_per_day or 0),
        ),
        Setting(
            "ANDON_MODEL_COST_PER_DAY",
            "The same as a cost, which needs prices; 0 is no limit.",
            default=f"{_LIMITS.cost_per_day or 0:g}",
        ),
        Setting(
            "ANDON_MODEL_PRICES",
            "What a million tokens cost, read and written: model=read/written, with commas "
            "between.",
            example="gpt-4.1-mini=0.40/1.60",
        ),
        Setting(
            "ANDON_MODEL_SQL",
            "Whether it may write SQL, on SQLite or Postgres.",
            default="off",
            choices=ON_OFF,
        ),
        Setting(
            "ANDON_MODEL_SQL_URL",
            "The login under which its SQL runs, which only reads.",
            example="postgresql://andon_model:password@database.example/plant",
            hides="password",
        ),
        Setting(
            "ANDON_MEMORY_EXTRACTION",
            'Whether what people say of themselves beside a question ("I run the night shift, …") '
            "is remembered. Such a question is sent to the model once more, which costs some "
            "hundred tokens.",
            default="on",
            choices=ON_OFF,
        ),
    ),
)


def model_choice(values: Mapping[str, str]) -> ModelChoice | None:
    """None where neither a key nor a server is set, or ANDON_MODEL is off. Raises
    MisconfiguredError naming the setting."""
    key, url, anthropic, said = (
        values[name].strip()
        for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANDON_MODEL")
    )
    if not (key or url or anthropic) or said == "off":
        return None
    if url and not WEB_ADDRESS.fullmatch(url):
        raise MisconfiguredError(
            "OPENAI_BASE_URL", "is no address, such as http://localhost:8000/v1"
        )
    names = _names(said, url, has_openai=bool(key or url), has_anthropic=bool(anthropic))
    api = choice(values, "ANDON_MODEL_API", _APIS)
    prices = _prices(values["ANDON_MODEL_PRICES"])
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
        extraction=is_on(values, "ANDON_MEMORY_EXTRACTION"),
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
    seconds = _number(values, "ANDON_MODEL_TIMEOUT", _LONGEST)
    if not seconds:
        raise MisconfiguredError("ANDON_MODEL_TIMEOUT", "must be more than 0")
    tokens = _number(values, "ANDON_MODEL_TOKENS_PER_DAY")
    cost = _number(values, "ANDON_MODEL_COST_PER_DAY")
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
    on = is_on(values, "ANDON_MODEL_SQL")
    if on and find_spec("sqlglot") is None:
        raise MisconfiguredError("ANDON_MODEL_SQL", "needs: pip install 'andon[model]'")
    return on


def _number(values: Mapping[str, str], name: str, most: float = 1e12) -> float:
    """A number of 0 or more; 0 is no limit."""
    given = values[name].strip()
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
