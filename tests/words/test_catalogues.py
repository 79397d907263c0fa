"""The catalogues are complete: both languages say the same things, and all that code asks for."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from core.data.problems import PROBLEMS
from core.words import catalogue

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for folder in ("core", "adapters", "bot") for path in (ROOT / folder).rglob("*.py")
)
KEYED_ERRORS = {"UserError", "NoData"}


def _entries(language: str) -> dict[str, catalogue.Entry]:
    return {
        f"{topic}.{key}": entry
        for topic in catalogue.topics(language)
        for key, entry in catalogue.topic(language, topic).items()
    }


def _forms(entry: catalogue.Entry) -> list[str]:
    if isinstance(entry, Mapping):
        return list(entry.values())
    return [] if isinstance(entry, list) else [entry]


def _placeholders(entry: catalogue.Entry) -> set[str]:
    parsed = [field for form in _forms(entry) for field in string.Formatter().parse(form)]
    assert not [f for f in parsed if f[2] or f[3]], "formats belong in Words, not in sentences"
    return {name for _, name, _, _ in parsed if name is not None}


def _needs(entry: catalogue.Entry) -> set[str]:
    """Forms by number are chosen by `n`, whether they show it or not."""
    return _placeholders(entry) | ({"n"} if isinstance(entry, Mapping) else set())


def test_both_languages_have_the_same_keys() -> None:
    english, german = _entries("en"), _entries("de")
    assert sorted(english) == sorted(german)


def test_both_languages_have_the_same_placeholders() -> None:
    english, german = _entries("en"), _entries("de")
    different = {
        key: (_placeholders(english[key]), _placeholders(german[key]))
        for key in english
        if key in german and _placeholders(english[key]) != _placeholders(german[key])
    }
    assert different == {}


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_entry_has_a_shape_that_words_can_say(language: str) -> None:
    def shaped(entry: catalogue.Entry) -> bool:
        if isinstance(entry, Mapping):
            return {"one", "other"} <= set(entry) <= {"zero", "one", "other"}
        return isinstance(entry, str | list)

    wrong = [key for key, entry in _entries(language).items() if not shaped(entry)]
    assert wrong == []


def _words(sentence: str) -> int:
    """How many words a sentence has beside what is filled in."""
    return sum(part.strip("·–.,:()").isalpha() for part in sentence.split())


def test_no_german_sentence_was_left_in_english() -> None:
    english, german = _entries("en"), _entries("de")
    same = [
        key
        for key, entry in english.items()
        if german.get(key) == entry and isinstance(entry, str) and _words(entry) > 2
    ]
    assert same == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_file_holds_exactly_its_own_topic(language: str) -> None:
    import tomllib

    for topic in catalogue.topics(language):
        text = (catalogue.FOLDER / language / f"{topic}.toml").read_text("utf-8")
        assert list(tomllib.loads(text)) == [topic]


class _Use:
    """One place in the code that names a sentence by a literal key."""

    def __init__(self, path: Path, call: ast.Call, key: str) -> None:
        self.where = f"{path.relative_to(ROOT)}:{call.lineno}"
        self.key = key if "." in key else f"errors.{key}"
        self.arguments = {keyword.arg for keyword in call.keywords}  # None stands for **


def _uses() -> Iterator[_Use]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            first = node.args[0]
            called = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else (node.func.id if isinstance(node.func, ast.Name) else "")
            )
            if called in {"say", *KEYED_ERRORS} and isinstance(first, ast.Constant):
                yield _Use(path, node, str(first.value))


def test_every_literal_key_in_the_code_exists_with_its_arguments() -> None:
    english = _entries("en")
    wrong = []
    for use in _uses():
        if use.key not in english:
            wrong.append(f"{use.where}: no words for {use.key}")
        elif None not in use.arguments:
            missing = _needs(english[use.key]) - use.arguments
            wrong += [f"{use.where}: {use.key} needs {name}" for name in sorted(missing)]
    assert wrong == []


def test_the_code_does_use_the_catalogues() -> None:
    assert any(use.key == "common.percentage_points" for use in _uses())


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_problem_of_a_source_has_words(language: str) -> None:
    assert set(catalogue.topic(language, "problems")) >= PROBLEMS
