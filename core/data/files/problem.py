"""What is wrong with a file, as a sentence of the catalogue `files`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FileProblem:
    """`key` of the topic `files`; its arguments besides `file`, which is told relative to the
    folder. `refused`: the file is not read; otherwise it is read but for what the sentence says."""

    file: str
    key: str
    arguments: Mapping[str, str | int] = field(default_factory=dict)
    refused: bool = True

    def filled(self) -> dict[str, str | int]:
        """All arguments of the sentence."""
        return {"file": self.file, **self.arguments}


class FileRefused(Exception):
    """A file cannot be read as it is."""

    def __init__(self, key: str, **arguments: str | int) -> None:
        super().__init__(key)
        self.key = key
        self.arguments = arguments
