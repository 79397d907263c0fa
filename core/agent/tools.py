"""The registry's tools as LangChain knows tools."""

from __future__ import annotations

from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, Field, ValidationError

from core import registry
from core.agent.calculator import Operation
from core.agent.conversation import Conversation
from core.agent.turn import Ran
from core.tool import AnyTool

_SQL = "sql_query"


def wrapped(*, sql: bool = False) -> list[BaseTool]:
    """Every tool: the model reads compact JSON, the answer itself travels as the artifact.

    With `sql` it may also write statements.
    """
    names = [name for name in registry.queries() if sql or name != _SQL]
    tools = (*registry.tools(), *(registry.tool(name) for name in names))
    return [*(_wrapped(tool) for tool in tools), _calculate()]


def _wrapped(tool: AnyTool) -> BaseTool:
    # Annotations are looked at when the tool is made: `runtime` is filled in, never by the model.
    async def call(runtime: ToolRuntime[Conversation, Any], **given: Any) -> tuple[str, Ran | None]:
        return await runtime.context.call(tool.name, given)

    return StructuredTool(
        name=tool.name,
        description=tool.description(),
        # As a schema, not as a class: our own check tells the model what to mend.
        args_schema=_untitled(tool.args.model_json_schema()),
        coroutine=call,
        response_format="content_and_artifact",
    )


class _Calculation(BaseModel):
    operation: Operation
    ids: list[str] = Field(description="Ids of figures; difference, share and ratio take two.")


def _calculate() -> BaseTool:
    async def call(runtime: ToolRuntime[Conversation, Any], **given: Any) -> str:
        try:
            wanted = _Calculation.model_validate(given)
        except ValidationError:
            return "operation is one of difference, sum, share, ratio; ids are ids of figures"
        return runtime.context.calculate(wanted.operation, wanted.ids)

    return StructuredTool(
        name="calculate",
        description="The difference (first minus second), share (first of second), ratio or sum "
        "of figures that tools gave, by their ids. The only way to a figure that no tool gave.",
        args_schema=_untitled(_Calculation.model_json_schema()),
        coroutine=call,
    )


def _untitled(schema: Any) -> Any:
    """Without the titles that pydantic gives everything: a model pays for each and learns nothing.

    An argument that is itself called "title" stays: what it stands for is no text.
    """
    match schema:
        case dict():
            return {
                key: _untitled(value)
                for key, value in schema.items()
                if not (key == "title" and isinstance(value, str))
            }
        case list():
            return [_untitled(value) for value in schema]
        case _:
            return schema
