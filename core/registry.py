"""Finds the tools: every file in core/tools that holds a ManufacturingTool.

Those in core/queries are asked by language models only: they have no slash command, and the
planner does not choose them.
"""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path

import core.queries
import core.tools
from core.tool import AnyTool, ManufacturingTool

_COMMAND = re.compile(r'^    command = "(\w+)"$', re.MULTILINE)


@cache
def names() -> tuple[str, ...]:
    """The names of all tools, without importing them: a tool's file bears its name."""
    return _in(core.tools.__path__)


@cache
def queries() -> tuple[str, ...]:
    """The names of those for language models only."""
    return _in(core.queries.__path__)


def _in(folder: Iterable[str]) -> tuple[str, ...]:
    found = pkgutil.iter_modules(folder)
    return tuple(sorted(m.name for m in found if not m.name.startswith("_")))


@cache
def tool(name: str) -> AnyTool:
    """The tool of that name, also one of `queries`. Raises KeyError where there is none."""
    if name not in (*names(), *queries()):
        raise KeyError(name)
    folder = core.tools if name in names() else core.queries
    module = import_module(f"{folder.__name__}.{name}")
    for _, member in inspect.getmembers(module, inspect.isclass):
        if issubclass(member, ManufacturingTool) and member.__module__ == module.__name__:
            made: AnyTool = member()
            if made.name != name:
                raise TypeError(f"{module.__name__} holds a tool named {made.name}")
            return made
    raise TypeError(f"{module.__name__} holds no ManufacturingTool")


def tools() -> tuple[AnyTool, ...]:
    return tuple(tool(name) for name in names())


@cache
def by_command() -> dict[str, str]:
    """Slash command → tool name.

    Read from the files' text: importing every tool to run one would cost `andon ask` a third of
    its start. A test holds this against the classes.
    """
    folder = Path(core.tools.__path__[0])
    texts = ((name, (folder / f"{name}.py").read_text("utf-8")) for name in names())
    return {found[1]: name for name, text in texts if (found := _COMMAND.search(text))}
