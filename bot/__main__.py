"""`andon`, also `python -m bot`: one module per command, imported when it is used.

Exit codes: 0 for every answer, also a polite refusal; 2 for an error; 130 after Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from bot.settings import Settings

COMMANDS = {
    "ask": "answer one question",
    "chat": "ask and answer in the terminal, or line by line from a pipe",
    "demo": "chat on the sample plant",
    "serve": "answer in Slack and Teams until stopped",
    "teams-package": "make the app to upload to Teams",
    "tools": "list what can be asked, with examples",
    "connect": "propose a plant.toml for a database",
    "check": "say what can and cannot be read from the plant's data",
    "export": "write out the stop reasons that people gave",
    "sample": "write a sample plant to a file",
    "cache": "show and clear the cache",
    "rollup": "show, make and check the sums of complete days",
    "settings": "show what is set, and where it comes from",
    "deliveries": "show what was sent unasked, and what could not be",
    "admin": "show how everything is, pause, resend, tell everyone",
    "audit": "show who did what",
    "backup": "copy the bot's own database while it runs",
    "migrate": "bring the bot's own database up to date",
    "sync": "bring README.md up to date with the tools",
}
ERROR, INTERRUPTED = 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command and returns the exit code; no exception and no traceback leaves it."""
    try:
        code = _dispatch(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            print(file=sys.stderr)  # the shell's prompt gets a line of its own
        return INTERRUPTED
    except BrokenPipeError:  # the reader has enough (`| head -1`)
        _mute(sys.stdout)
        return 0
    return code


def _dispatch(argv: list[str]) -> int:
    name = argv[0] if argv else ""
    if name in COMMANDS:
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            _forgive(stream)
        return _command(name, argv[1:])
    if name in ("--version", "-V"):
        from importlib.metadata import version

        print(f"andon {version('andon')}")
        return 0
    asked = name in ("--help", "-h")
    print(_overview(), file=sys.stdout if asked else sys.stderr)
    return 0 if asked else ERROR


def _command(name: str, argv: list[str]) -> int:
    """Parses and runs one command; errors become one line on stderr."""
    from argparse import ArgumentParser
    from importlib import import_module

    from core.errors import AndonError, MisconfiguredError

    module = import_module(f"bot.commands.{name.replace('-', '_')}")
    said = COMMANDS[name]
    parser = ArgumentParser(f"andon {name}", description=f"{said[:1].upper()}{said[1:]}.")
    module.configure(parser)
    try:
        arguments = parser.parse_intermixed_args(argv)
    except SystemExit as stop:  # argparse has said what is wrong, or printed the help
        return int(stop.code or 0)
    settings = None
    try:
        from bot.log import open_log

        settings = _loaded(name)
        if settings is not None:
            open_log(
                settings.home,
                settings.secrets,
                settings.log_look,
                settings.log_level,
                serving=name == "serve",
            )
            _warn(settings.warnings, print_too=(name, settings.log_look) != ("serve", "json"))
        return int(module.run(arguments, settings))
    except MisconfiguredError as error:
        problem = str(error)
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except AndonError as error:
        problem = _said(error, settings)
    except Exception as error:  # noqa: BLE001 - the last net: logged with an id
        problem = _defect(error, settings)
    return _fail(problem, as_json=getattr(arguments, "json", False))


def _loaded(name: str) -> Settings | None:
    """None where they are wrong, for the one command that shows them all the same."""
    from bot.settings import load
    from core.errors import MisconfiguredError

    try:
        return load()
    except MisconfiguredError:
        if name != "settings":
            raise
        return None


def _warn(warnings: Sequence[str], *, print_too: bool) -> None:
    """Into the log, and to whoever starts it, unless the log goes there."""
    import logging

    from core.answer_text import printable

    for warning in warnings:
        logging.getLogger(__name__).warning(warning)
        if print_too:
            print(f"andon: warning: {printable(warning)}", file=sys.stderr)


def _said(error: Exception, settings: Settings | None) -> str:
    from core.errors import SourceUnavailable, UserError
    from core.words import Words

    words = Words(settings.language if settings else "en")
    if isinstance(error, UserError):
        return words.say(error.key, **error.arguments)
    if isinstance(error, SourceUnavailable):
        key = f"problems.{error.problem}"
        problem = words.say(key) if words.has(key) else error.problem
        return words.say("errors.source_unavailable", system=error.system, problem=problem)
    return _defect(error, settings)


def _defect(error: Exception, settings: Settings | None) -> str:
    from bot.log import log_defect
    from bot.settings.log import FILE
    from core.words import Words

    if settings is None:
        return f"cannot start ({type(error).__name__})"
    log = settings.home / FILE
    return Words(settings.language).say("cli.error_id", id=log_defect(error), log=str(log))


def _fail(problem: str, *, as_json: bool) -> int:
    """One line for people; a program that asked for JSON gets an object as well."""
    from core.answer_text import printable

    if as_json:
        import json

        from core.answer import Answer, Text
        from core.answer_json import to_json

        print(json.dumps(to_json(Answer("error", (Text(problem),))), ensure_ascii=False))
    print(f"andon: {printable(problem)}", file=sys.stderr)
    return ERROR


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {what}" for name, what in COMMANDS.items()]
    return "\n".join(["usage: andon COMMAND …", "", *lines, "", "andon COMMAND --help says more."])


def _forgive(stream: TextIO) -> None:
    """What cannot be decoded or printed becomes a replacement sign instead of a crash."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


def _mute(stream: TextIO) -> None:
    """Python flushes stdout once more at exit; let that go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
