"""What a tool is: one file with what it is asked, what it finds and how that is said."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from core.answer import Part
from core.context import ToolContext
from core.request import Language
from core.words import Words


class Args(BaseModel):
    """What a tool is asked, in the asker's words: the model's schema, the slash parser, the help
    and the README row all come from it. Words are resolved once, by ToolContext."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ScopeArgs(Args):
    assets: tuple[str, ...] = Field(
        default=(),
        description="Assets, lines, areas or plants, as the person named them; empty for the "
        "person's own areas, else the plant.",
    )


class PeriodArgs(ScopeArgs):
    period: str | None = Field(
        default=None,
        description="The period in the person's words: 'yesterday night shift', 'past 4 hours', "
        "'2025-08-01..2025-08-31'. Leave out for the tool's default.",
    )


def _own(said: object, validate: ValidatorFunctionWrapHandler) -> object:
    try:
        return validate(said)
    except ValidationError:
        return None


T = TypeVar("T")
IfOwn = Annotated[T | None, WrapValidator(_own)]
"""Words that tools share ("mtbf", "contact"): those that are not this tool's count as not said."""

A = TypeVar("A", bound=Args)
R = TypeVar("R")


class ManufacturingTool(ABC, Generic[A, R]):
    """The class docstring is what a model reads. A tool knows neither a channel nor a model.

    `command` is the slash command without the slash; `examples` are questions that it answers,
    per language, for the help, the README and the planner.
    """

    name: ClassVar[str]
    command: ClassVar[str]
    args: ClassVar[type[Args]]
    examples: ClassVar[Mapping[Language, tuple[str, ...]]]

    @abstractmethod
    async def run(self, args: A, context: ToolContext) -> R:
        """Plain data. Raises UserError for what the asker can mend, NoData for what the data
        cannot answer, SourceUnavailable."""

    @abstractmethod
    def present(self, result: R, words: Words) -> tuple[Part, ...]:
        """The sentence that matters first; then metrics, chart, table, notices, next questions."""

    @classmethod
    def description(cls) -> str:
        """What the tool does, for a model and for people: the class docstring."""
        return " ".join((cls.__doc__ or "").split())


AnyTool = ManufacturingTool[Any, Any]
