"""`make audit` fails for a hole and nothing else; what was not looked up is not called safe."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.audit.__main__ import judged, main

SAFE = {"name": "aiohttp", "version": "3.14", "vulns": []}
HOLE = {"id": "PYSEC-2026-1", "fix_versions": ["2.1"], "aliases": [], "description": "…"}
HOLED = {"name": "jinja2", "version": "2.0", "vulns": [HOLE]}
SKIPPED = {"name": "rich", "skip_reason": "not found"}


def test_a_hole_is_named_with_its_mend() -> None:
    lines, code = judged([SAFE, HOLED, SKIPPED])
    assert code == 1
    assert lines[0] == "jinja2 2.0: PYSEC-2026-1, mended in 2.1"
    assert lines[1:] == [
        "2 of 3 locked packages audited, 1 holes",
        "1 could not be looked up: not found",
    ]
    assert judged([SAFE, SKIPPED])[1] == 0


def told(folder: Path, *lines: str) -> tuple[str, ...]:
    """A pip-audit that does this."""
    script = folder / "pip_audit.py"
    script.write_text("import sys\n" + "\n".join(lines))
    (folder / "requirements.lock").write_text("")
    return (sys.executable, str(script))


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        ([f"print({json.dumps({'dependencies': [SAFE]})!r})"], 0, "1 of 1 locked packages"),
        ([f"print({json.dumps({'dependencies': [HOLED]})!r})", "sys.exit(1)"], 1, "PYSEC-2026-1"),
        (["sys.exit('no route to host')"], 0, "cannot be had: no route to host"),
        (["print('<html>')"], 0, "cannot be had: it said nothing"),
        (["sys.exit('x: No module named pip_audit')"], 0, "pip install pip-audit"),
    ],
)
def test_only_a_hole_fails(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], lines: list[str], code: int, said: Any
) -> None:
    assert main(told(tmp_path, *lines), tmp_path) == code
    out = capfd.readouterr()
    assert said in out.out + out.err
