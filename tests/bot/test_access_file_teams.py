"""Ids of Teams in access.toml: what has another form would match nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.access_file import access_rules
from core.errors import MisconfiguredError
from core.request import Place, User

TENANT, OID = "01234567-89ab-cdef-0123-456789abcdef", "76543210-89ab-cdef-0123-456789abcdef"
CHANNEL = "19:abc_DEF-1@thread.tacv2"


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "access.toml"
    file.write_text(text)
    return file


def test_people_and_conversations(tmp_path: Path) -> None:
    rules = access_rules(
        written(
            tmp_path,
            f"""
            [default]
            see = []
            [[rule]]
            users = ["teams:{TENANT}:{OID}"]
            see = "*"
            [[rule]]
            channels = ["teams:{TENANT}:{CHANNEL}"]
            see = ["packaging"]
            """,
        )
    )
    user, place = User(f"teams:{TENANT}:{OID}"), Place("teams", f"{TENANT}:{CHANNEL}", "7", False)
    assert rules.of(user, place).audience == frozenset({"packaging"})
    assert rules.of(user, Place("teams", f"{TENANT}:a:1")).places is None


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("users", f"teams:{TENANT}:ana@plant.example", "is no id such as teams:"),
        ("users", f"teams:{TENANT}:{OID.upper()}", "is no id such as teams:"),
        ("users", f"teams:{OID}", "is no id such as teams:"),
        ("channels", f"teams:{TENANT}:{CHANNEL};messageid=7", "@thread.tacv2"),
        ("channels", f"teams:{TENANT}:packaging", "@thread.tacv2"),
        ("groups", f"teams:{TENANT}:{OID}", "Teams has no groups"),
    ],
)
def test_another_form_is_named(tmp_path: Path, kind: str, given: str, said: str) -> None:
    with pytest.raises(MisconfiguredError, match=said):
        access_rules(written(tmp_path, f'[[rule]]\nsee = "*"\n{kind} = ["{given}"]'))
