"""`python -m tests.docs.acted` runs commands of Andon, one after the other, in one process.

Reads a JSON list of argument lists, writes one of [exit code, output].
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Sequence

from bot.__main__ import main


def acted(arguments: Sequence[str], typed: str = "") -> tuple[int, str]:
    """The exit code of `andon …` and all that it printed."""
    out, stdin = io.StringIO(), sys.stdin
    sys.stdin = io.StringIO(typed)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = main(arguments)
    finally:
        sys.stdin = stdin
    return code, out.getvalue()


if __name__ == "__main__":
    print(json.dumps([acted(arguments) for arguments in json.load(sys.stdin)]))
