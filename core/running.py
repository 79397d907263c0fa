"""A tool is run, and how long that took is counted."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from core.context import ToolContext
from core.counted import TOOLS
from core.errors import AmbiguousAsset, PlantsDiffer, SourceUnavailable, UnknownAsset, UserError
from core.tool import AnyTool, Args
from core.trace import current, stage


async def run(tool: AnyTool, args: Args, context: ToolContext) -> Any:
    """The tool's result. Raises what the tool raises."""
    began, ending = perf_counter(), "failed"
    try:
        with stage("tools"):
            result = await tool.run(args, context)
        ending = "ok"
        return result
    except (UnknownAsset, AmbiguousAsset, PlantsDiffer):
        ending = "asked_back"
        raise
    except UserError:
        ending = "user_error"
        raise
    except SourceUnavailable:
        ending = "source_unavailable"
        raise
    finally:
        current().meter.took(TOOLS, perf_counter() - began, tool.name, ending)
