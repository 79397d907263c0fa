"""SECURITY.md is true, and our own code does nothing that a reader of it would not expect."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.manifests.slack import SCOPES, manifest_yaml
from bot.manifests.teams import manifest as teams_manifest
from core.outgoing import is_safe

ROOT = Path(__file__).parents[1]
PRODUCT = ("adapters", "bot", "core")
PAGE = (ROOT / "SECURITY.md").read_text("utf-8")
THREATS = PAGE.partition("## Threats")[2].partition("## Least scopes")[0]
ROWS = [
    [cell.strip() for cell in line.strip("| ").split(" | ")]
    for line in THREATS.splitlines()
    if line.startswith("| ") and not line.startswith(("| Threat |", "|---"))
]


# --- the page


def test_every_threat_has_a_measure_a_place_and_a_proof() -> None:
    assert len(ROWS) > 25
    assert [row for row in ROWS if len(row) != 4 or not all(row)] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_what_it_names_is_there(row: list[str]) -> None:
    _threat, _measure, where, proof = row
    places, proofs = re.findall(r"`([^`]+)`", where), re.findall(r"`([^`]+)`", proof)
    assert places, where
    assert proofs, proof
    for place in places:
        assert (ROOT / place).exists(), place
    for one in proofs:
        file, _, name = one.partition("::")
        assert file.startswith("tests/"), one
        tested = (ROOT / file).read_text("utf-8")
        assert re.search(rf"^(?:async )?def {name or 'test_'}", tested, re.MULTILINE), one


def test_slack_grants_what_the_page_says_and_no_more() -> None:
    table = PAGE.partition("<!-- scopes -->")[2].partition("<!-- /scopes -->")[0]
    said = dict(re.findall(r"^\| `([a-z_]+:?[a-z]*)` \| (.+) \|$", table, re.MULTILINE))
    assert said == dict(SCOPES)
    pasted = (ROOT / "manifest.yml").read_text("utf-8")
    assert pasted == manifest_yaml()
    granted = re.search(r"scopes:\n    bot:\n((?:      - .+\n)+)", pasted)
    assert granted is not None
    assert re.findall(r"- (\S+)", granted[1]) == list(said)


def test_teams_grants_what_the_page_says_and_no_more() -> None:
    made = teams_manifest("01234567-89ab-cdef-0123-456789abcdef", "Us", "https://us.example")
    (bot,) = made["bots"]
    table = PAGE.partition("| Teams | What for |")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == bot["scopes"]
    assert bot["supportsFiles"] is False
    assert made["validDomains"] == []
    assert not made.keys() & {"authorization", "webApplicationInfo", "permissions"}


# --- the code


def files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (ROOT / folder).rglob("*.py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def name_of(node: ast.expr) -> str:
    """ "os.system" of `os.system`, "system" of what stands behind a call or an index."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{name_of(value)}.{name}".lstrip(".")
        case _:
            return ""


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield name_of(node.func), node


NEVER_CALLED = re.compile(
    r"(?:builtins\.)?(?:eval|exec|__import__)"
    r"|os\.(?:system|popen|exec\w*|spawn\w*)|pty\.\w+"
    r"|subprocess\.\w+|(?:.+\.)?create_subprocess_\w+|(?:.+\.)?subprocess_(?:shell|exec)"
    r"|(?:pickle|dill|shelve|marshal|jsonpickle|joblib)\.\w+"
    r"|yaml\.(?:load|unsafe_load|full_load)\w*|tempfile\.mktemp|ctypes\.\w+"
)
NEVER_IMPORTED = frozenset(
    {"pickle", "dill", "shelve", "marshal", "jsonpickle", "pty", "ctypes", "subprocess", "yaml"}
)


def test_no_product_code_runs_what_it_is_given() -> None:
    found = []
    for path in files(*PRODUCT):
        for name, call in calls(path):
            shell = any(word.arg == "shell" for word in call.keywords)
            if NEVER_CALLED.fullmatch(name) or shell:
                found.append(f"{path.relative_to(ROOT)}:{call.lineno} {name}")
        for node in ast.walk(tree(path)):
            match node:
                case ast.Import(names=names):
                    imported = {alias.name.partition(".")[0] for alias in names}
                case ast.ImportFrom(module=module):
                    imported = {(module or "").partition(".")[0]}
                case _:
                    continue
            found += [f"{path.relative_to(ROOT)} {name}" for name in imported & NEVER_IMPORTED]
    assert found == []


@pytest.mark.parametrize(
    "source", ["eval(x)", "os.system(x)", "pickle.loads(x)", "subprocess.run(x)", "yaml.load(x)",
               "asyncio.create_subprocess_shell(x)", "tempfile.mktemp()", "__import__(x)"],
)  # fmt: skip
def test_that_test_would_notice(source: str) -> None:
    (call,) = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    assert NEVER_CALLED.fullmatch(name_of(call.func))


# What reads a chat's words, or a model's; no name that they bring may reach a file.
STRANGERS = ("adapters", "core/acts", "core/tools", "core/queries", "core/tabulated",
             "core/briefing", "core/handover", "core/agent", "core/planner")  # fmt: skip
OPENS = re.compile(
    r"open|io\.open|Path|pathlib\.Path|os\.(?:open|remove|unlink|rename|listdir|walk)"
    r"|shutil\.(?:copy\w*|move|rmtree|unpack\w*)|(?:.+\.)?(?:write_text|write_bytes|read_bytes|unlink|rmtree|iterdir|glob)"
)
# Files of our own, named in the code: the planner's model, and what makes it.
OWN_FILES = ("core/planner/model.py", "core/planner/training/")


def test_what_reads_peoples_words_opens_no_file() -> None:
    found = [
        f"{where}:{call.lineno} {name}"
        for path in files(*STRANGERS)
        for name, call in calls(path)
        if OPENS.fullmatch(name)
        and not (where := path.relative_to(ROOT).as_posix()).startswith(OWN_FILES)
    ]
    assert found == []


def test_the_linter_looks_for_security() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    assert [rule for rule in lint["ignore"] if re.fullmatch(r"S\d*", rule)] == ["S101"]
    for folder, rules in lint["per-file-ignores"].items():
        is_product = folder.startswith(PRODUCT)
        assert not (is_product and "S" in rules), folder


def test_every_exception_from_it_says_why() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files(*PRODUCT)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(r"# noqa: S\d+(?!\d* - \w)", line)
    ]
    assert found == []


# --- what it calls


def test_tokens_go_over_tls_or_stay_here() -> None:
    safe = ("https://slack.com/api/", "http://localhost:8000", "http://127.0.0.1:1/x",
            "http://[::1]:9/x", "https://10.0.0.7")  # fmt: skip
    unsafe = ("http://slack.com", "ftp://127.0.0.1", "http://127.0.0.1.evil.example", "//x", "",
              "http://localhost.evil.example", "https://", "http://[x", "javascript:alert(1)",
              "file:///etc/passwd")  # fmt: skip
    assert [url for url in safe if not is_safe(url)] == []
    assert [url for url in unsafe if is_safe(url)] == []


# --- what it is made of


@pytest.mark.parametrize(
    "lock", sorted(ROOT.glob("requirements*.lock")), ids=lambda path: path.name
)
def test_every_locked_package_has_a_hash(lock: Path) -> None:
    text = lock.read_text("utf-8").replace("\\\n", " ")
    wanted = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]
    assert len(wanted) > 20
    assert [line[:60] for line in wanted if "--hash=sha256:" not in line] == []
    assert [line[:60] for line in wanted if not re.match(r"[\w.\-\[\]]+==\S+", line)] == []
    assert "--require-hashes" in (ROOT / "Makefile").read_text("utf-8")
