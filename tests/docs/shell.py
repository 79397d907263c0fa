"""The shell commands of the pages, one by one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.docs.pages import Block, guides

LANGUAGES = ("sh", "console", "bash", "shell")
# A line of a block without a language is a command if it begins with one of these.
PROGRAMS = (
    "andon", "make", "python", "python3", "pip", "npm", "npx", "docker", "git", "curl", "export",
    "cp", "mkdir", "supabase", "pg_dump", "pg_restore", "psql", "sqlite3", "systemctl", "kubectl",
    "helm", "openssl", "journalctl", "agentsplayground", "sudo", "apt-get", "echo",
)  # fmt: skip
_SETTING = re.compile(r"^([A-Z][A-Z0-9_]*)=(\S*)$")
_REMARK = re.compile(r"\s{2,}#.*$|\s+#\s.*$|^#.*$")
# What is told beside a command in a block without a language stands behind a gap.
_TOLD = re.compile(r"\s{3,}\S.*$")


@dataclass(frozen=True, slots=True)
class Command:
    """`words` are those of the program, `settings` the variables before it, `rest` what follows a
    pipe or a redirection."""

    where: str
    line: str
    words: tuple[str, ...]
    settings: tuple[str, ...] = ()
    rest: str = ""

    @property
    def program(self) -> str:
        return self.words[0].removeprefix(".venv/bin/")

    def __str__(self) -> str:
        return f"{self.where.rpartition('/')[2]} {self.line[:60]}"


@cache
def commands() -> tuple[Command, ...]:
    """Of every fenced block of the guides, and every `andon …` in the text."""
    found = []
    for page in guides():
        for block in page.blocks:
            found += [_command(str(block), line) for line in lines(block)]
        spans = (span for span in page.spans if re.match(r"(\.venv/bin/)?andon [a-z]", span))
        found += [_command(page.name, span) for span in spans]
    return tuple(found)


def lines(block: Block) -> list[str]:
    """Its commands, without remarks."""
    return list(_lines(block))


def _lines(block: Block) -> Iterator[str]:
    joined = re.sub(r" *\\\n *", " ", block.text)
    for line in joined.splitlines():
        if block.language == "console":
            if line.startswith("$ "):
                yield line[2:]
        elif block.language in LANGUAGES:
            if (said := _REMARK.sub("", line).strip()) and not _SETTING.match(said):
                yield said
        elif not block.language and _is_command(line):
            yield _TOLD.sub("", _REMARK.sub("", line)).strip()


def _is_command(line: str) -> bool:
    """By its first word that sets no variable; a program with an argument or a known one alone."""
    words = [word for word in line.split() if not _SETTING.match(word)]
    if not words or line.startswith("#"):
        return False
    return words[0].removeprefix(".venv/bin/") in PROGRAMS


def _command(where: str, line: str) -> Command:
    plain, mark, rest = _split(line)
    words = shlex.split(plain)
    ahead = [word for word in words if _SETTING.match(word)]
    settings = tuple(ahead[: next((i for i, w in enumerate(words) if w not in ahead), len(words))])
    return Command(where, line, tuple(words[len(settings) :]), settings, f"{mark} {rest}".strip())


def _split(line: str) -> tuple[str, str, str]:
    """The command, and what stands behind a pipe or a redirection outside of quotes."""
    lexer = shlex.shlex(line, posix=False, punctuation_chars="|><;&")
    lexer.whitespace_split = True
    lexer.commenters = ""
    done: list[str] = []
    tokens = list(lexer)
    for index, token in enumerate(tokens):
        if set(token) <= set("|><;&"):
            return " ".join(done), token, " ".join(tokens[index + 1 :])
        done.append(token)
    return " ".join(done), "", ""
