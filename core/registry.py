"""Finds the tools: every file in core/tools that holds a ManufacturingTool."""

from __future__ import annotations

import inspect
import pkgutil
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import core.tools
from core.tool import AnyTool, ManufacturingTool

_COMMAND = re.compile(r'^    command = "(\w+)"$', re.MULTILINE)


@cache
def names() -> tuple[str, ...]:
    """The names of all tools, without importing them: a tool's file bears its name."""
    found = pkgutil.iter_modules(core.tools.__path__)
    return tuple(sorted(m.name for m in found if not m.name.startswith("_")))


@cache
def tool(name: str) -> AnyTool:
    """The tool of that name. Raises KeyError where there is none."""
    if name not in names():
        raise KeyError(name)
    module = import_module(f"core.tools.{name}")
    for _, member in inspect.getmembers(module, inspect.isclass):
        if issubclass(member, ManufacturingTool) and member.__module__ == module.__name__:
            made: AnyTool = member()
            if made.name != name:
                raise TypeError(f"core/tools/{name}.py holds a tool named {made.name}")
            return made
    raise TypeError(f"core/tools/{name}.py holds no ManufacturingTool")


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
