"""`make audit`: asks the public advisories about every locked package, by pip-audit.

Exit code 1 where a known hole is found; 0 where there is none, and where the advisories cannot be
had: then it says so, for a build must not hang on somebody else's server.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_SECONDS = 300
_HOW = ("--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off")


def main(command: Sequence[str] = (sys.executable, "-m", "pip_audit"), root: Path = ROOT) -> int:
    found: dict[str, Mapping[str, Any]] = {}
    for lock in sorted(root.glob("requirements*.lock")):
        told = _asked([*command, *_HOW, "--requirement", str(lock)])
        if isinstance(told, str):
            print(f"not audited, {told}", file=sys.stderr)
            return 0
        found |= {one["name"]: one for one in told}
    lines, code = judged(list(found.values()))
    print("\n".join(lines))
    return code


def judged(packages: Sequence[Mapping[str, Any]]) -> tuple[list[str], int]:
    """What is said of them, and the exit code. What could not be looked up is not called safe."""
    skipped = [one for one in packages if "skip_reason" in one]
    holes = [line for one in packages for line in _holes(one)]
    looked = len(packages) - len(skipped)
    lines = [*holes, f"{looked} of {len(packages)} locked packages audited, {len(holes)} holes"]
    if skipped:
        lines.append(f"{len(skipped)} could not be looked up: {skipped[0]['skip_reason']}")
    return lines, 1 if holes else 0


def _holes(package: Mapping[str, Any]) -> Iterator[str]:
    for hole in package.get("vulns", ()):
        mended = ", ".join(hole["fix_versions"]) or "no version yet"
        yield f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}"


def _asked(command: Sequence[str]) -> list[Mapping[str, Any]] | str:
    """What pip-audit found; why it could not look, in words."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        return f"the advisories did not come within {_SECONDS} s"
    if "No module named pip_audit" in done.stderr:
        return "pip-audit is not installed: .venv/bin/pip install pip-audit"
    try:
        listed: list[Mapping[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, LookupError, TypeError):
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        return f"the advisories cannot be had: {last[0][:200]}"
    return listed


if __name__ == "__main__":
    sys.exit(main())
