"""The language models that are configured, as LangChain's clients."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from core.agent.limits import Limits, Price
from core.errors import MisconfiguredError

if TYPE_CHECKING:
    import httpx
    from langchain_core.language_models import BaseChatModel

Api = Literal["auto", "chat", "responses"]
ANTHROPIC = "anthropic:"
# o1, o3, …, gpt-5 and newer but for their chat models: they think, and take no temperature.
_THINKING = re.compile(r"(?:o\d|gpt-(?:[5-9]|\d\d))(?!.*chat)")


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which models answer: `names` in the order in which they are tried, "anthropic:" before those
    of Anthropic. `base_url` is an OpenAI-compatible server's, empty for OpenAI itself; `api` which
    of its two interfaces is spoken. `prices` are by name, per million tokens. `extraction`: what
    people say of themselves may be noticed and remembered."""

    names: tuple[str, ...]
    api_key: str = field(default="", repr=False)
    base_url: str = field(default="", repr=False)
    anthropic_key: str = field(default="", repr=False)
    api: Api = "auto"
    prices: tuple[tuple[str, Price], ...] = ()
    limits: Limits = field(default_factory=Limits)
    extraction: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """`no_tools` is what tells it that it must not call a tool."""

    name: str
    chat: BaseChatModel
    price: Price
    no_tools: Any = "none"


def models(choice: ModelChoice, client: httpx.AsyncClient) -> tuple[Model, ...]:
    """They neither retry nor wait without end, for the loop does; OpenAI's have temperature 0 where
    they take one. Raises MisconfiguredError where Anthropic's package is not installed."""
    prices = dict(choice.prices)
    made = []
    for name in choice.names:
        price = prices.get(name, Price())
        if name.startswith(ANTHROPIC):
            chat = _anthropic(name.removeprefix(ANTHROPIC), choice)
            made.append(Model(name, chat, price, {"type": "none"}))
        else:
            made.append(Model(name, _openai(name, choice, client), price))
    return tuple(made)


def _openai(name: str, choice: ModelChoice, client: httpx.AsyncClient) -> BaseChatModel:
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    return ChatOpenAI(
        model_name=name,
        openai_api_key=SecretStr(choice.api_key or "none"),  # a server in the house may want no key
        openai_api_base=choice.base_url or "https://api.openai.com/v1",
        temperature=None if _THINKING.match(name) else 0,
        request_timeout=choice.limits.call_seconds,
        max_retries=0,
        stream_usage=True,
        use_responses_api={"auto": None, "chat": False, "responses": True}[choice.api],
        http_async_client=client,
        # The limits of the call and of the client's reads are ours. LangChain's own waits with
        # asyncio.wait_for, which before Python 3.12 loses the end of the turn: see adapters/within.
        stream_chunk_timeout=None,
    )


def _anthropic(name: str, choice: ModelChoice) -> BaseChatModel:
    try:
        from langchain_anthropic import ChatAnthropic  # type: ignore[import-not-found]
    except ImportError:
        raise MisconfiguredError("ANDON_MODEL", "needs: pip install langchain-anthropic") from None
    return ChatAnthropic(  # type: ignore[no-any-return]
        model_name=name,
        api_key=choice.anthropic_key,  # no temperature: newer models refuse any but their own
        timeout=choice.limits.call_seconds,
        max_retries=0,
        stop=None,
    )
