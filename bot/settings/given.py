"""What is given: each setting's value and where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bot.settings.plant import existing
from bot.settings.setting import Setting
from core.errors import MisconfiguredError

LONGEST_FILE = 65_536  # bytes; a longer one is not the file that was meant
Origin = Literal["environment", ".env", "file", "default"]


@dataclass(frozen=True, slots=True)
class Given:
    """`value` is "" where nothing is set and there is no default; `file` is the one that a secret
    was read from, `problem` why it could not be, or that there are two of it."""

    value: str = field(repr=False)
    origin: Origin = "default"
    file: Path | None = None
    problem: MisconfiguredError | None = None


def given(
    settings: Iterable[Setting], environ: Mapping[str, str], written: Mapping[str, str]
) -> dict[str, Given]:
    """By name, in the order of `settings`. The environment goes before what is `written` in .env;
    an empty variable counts as unset, and hides what .env says."""
    found = {setting.name: _one(setting, environ, written) for setting in settings}
    home = found["ANDON_HOME"].value
    for setting in settings:
        if "{home}" in setting.default and found[setting.name].origin == "default":
            filled = setting.default.replace("{home}", str(Path(home)))
            found[setting.name] = Given(filled)
    return found


def _one(setting: Setting, environ: Mapping[str, str], written: Mapping[str, str]) -> Given:
    both = {**written, **environ}
    value, file = (both.get(name, "") for name in (setting.name, setting.file_name))
    value, file = value if value.strip() else "", file.strip()
    if file:
        return _from_file(setting, Path(file), also_set=bool(value))
    if value:
        return Given(value, "environment" if setting.name in environ else ".env")
    return Given(setting.default)


def _from_file(setting: Setting, path: Path, *, also_set: bool) -> Given:
    if also_set:
        where = f"{setting.name} and {setting.file_name}"
        twice = MisconfiguredError(where, "are both set; leave one of them out")
        return Given("", "file", path, twice)
    try:
        return Given(_secret(setting.file_name, path), "file", path)
    except MisconfiguredError as error:
        return Given("", "file", path, error)


def _secret(name: str, path: Path) -> str:
    """The file's text without the newline that editors end it with."""
    try:
        with existing(name, path).open("rb") as file:
            raw = file.read(LONGEST_FILE + 1)
    except OSError as error:
        problem = f"the file {path} cannot be read: {error.strerror}"
        raise MisconfiguredError(name, problem) from None
    if len(raw) > LONGEST_FILE:
        problem = f"the file {path} is too large for a secret: more than {LONGEST_FILE // 1024} KiB"
        raise MisconfiguredError(name, problem)
    try:
        text = raw.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise MisconfiguredError(name, f"the file {path} is no UTF-8 text") from None
    if not text.strip():
        raise MisconfiguredError(name, f"the file {path} is empty")
    return text
