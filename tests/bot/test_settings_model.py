"""The model's section of the settings: absent is off, half of it is named, no key is repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, load
from core.agent.limits import Limits, Price
from core.errors import MisconfiguredError

KEY = "sk-s3cret"


def at(folder: Path, **values: str) -> Settings:
    return load({"ANDON_HOME": str(folder / "home"), **values}, folder)


def test_a_model_is_off_where_nothing_of_it_is_set(tmp_path: Path) -> None:
    assert at(tmp_path).model is None
    assert at(tmp_path, OPENAI_API_KEY=" ", ANDON_MODEL="gpt-4.1").model is None
    assert at(tmp_path, OPENAI_API_KEY=KEY, ANDON_MODEL="off").model is None


def test_a_key_is_enough(tmp_path: Path) -> None:
    settings = at(tmp_path, OPENAI_API_KEY=KEY)
    assert settings.model is not None
    assert settings.model.names == ("gpt-4.1-mini",)
    assert settings.model.limits == Limits()
    assert KEY in settings.secrets
    assert KEY not in repr(settings)


def test_all_of_it(tmp_path: Path) -> None:
    model = at(
        tmp_path,
        OPENAI_BASE_URL="http://models.house:8000/v1",
        ANDON_MODEL="llama3.1:8b, spare, llama3.1:8b",
        ANDON_MODEL_API="chat",
        ANDON_MODEL_TIMEOUT="20",
        ANDON_MODEL_TOKENS_PER_DAY="0",
        ANDON_MODEL_COST_PER_DAY="1.5",
        ANDON_MODEL_PRICES="llama3.1:8b=0/0, spare=0.4/1.60",
    ).model
    assert model is not None
    assert (model.names, model.api, model.api_key) == (("llama3.1:8b", "spare"), "chat", "")
    assert dict(model.prices) == {"llama3.1:8b": Price(), "spare": Price(0.4, 1.6)}
    limits = model.limits
    assert (limits.turn_seconds, limits.call_seconds) == (20, 10)
    assert (limits.tokens_per_day, limits.cost_per_day) == (None, 1.5)


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"OPENAI_BASE_URL": "models.house"}, "OPENAI_BASE_URL"),
        ({"OPENAI_BASE_URL": "http://models.house/v1"}, "ANDON_MODEL"),
        ({"ANTHROPIC_API_KEY": KEY}, "ANDON_MODEL"),
        ({"OPENAI_API_KEY": KEY, "ANDON_MODEL": "anthropic:claude"}, "ANTHROPIC_API_KEY"),
        ({"ANTHROPIC_API_KEY": KEY, "ANDON_MODEL": "gpt-4.1"}, "OPENAI_API_KEY"),
        ({"OPENAI_API_KEY": KEY, "ANDON_MODEL_API": "grpc"}, "ANDON_MODEL_API"),
        ({"OPENAI_API_KEY": KEY, "ANDON_MODEL_TIMEOUT": "41"}, "ANDON_MODEL_TIMEOUT"),
        ({"OPENAI_API_KEY": KEY, "ANDON_MODEL_TIMEOUT": "soon"}, "ANDON_MODEL_TIMEOUT"),
        ({"OPENAI_API_KEY": KEY, "ANDON_MODEL_TIMEOUT": "0"}, "ANDON_MODEL_TIMEOUT"),
        ({"OPENAI_API_KEY": KEY, "ANDON_MODEL_TOKENS_PER_DAY": "-1"}, "ANDON_MODEL_TOKENS_PER_DAY"),
        ({"OPENAI_API_KEY": KEY, "ANDON_MODEL_COST_PER_DAY": "1"}, "ANDON_MODEL_PRICES"),
        ({"OPENAI_API_KEY": KEY, "ANDON_MODEL_PRICES": "cheap"}, "ANDON_MODEL_PRICES"),
    ],
)
def test_half_of_it_is_named(tmp_path: Path, values: dict[str, str], where: str) -> None:
    with pytest.raises(MisconfiguredError) as raised:
        at(tmp_path, **values)
    assert raised.value.where == where
    assert KEY not in str(raised.value)
