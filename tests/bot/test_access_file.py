"""access.toml: read as it is meant, and what is not meant is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.access_file import access_rules, unknown_places
from core.access import EVERYTHING, Access, AccessRules, Rule
from core.domain.assets import AREA, PLANT, Asset, Hierarchy
from core.errors import MisconfiguredError
from core.request import Place, User

ADA = "slack:T1:U0ADA"
DOCS = Path(__file__).parents[2] / "docs" / "access.md"
PLANTS = Hierarchy(
    (
        Asset(id="riverside", name="Riverside", kind=PLANT, plant="riverside"),
        Asset(id="pack-1", name="Packaging", kind=AREA, plant="riverside", parent="riverside"),
    )
)


def rules(folder: Path, text: str) -> AccessRules:
    path = folder / "access.toml"
    path.write_text(text, "utf-8")
    return access_rules(path)


def test_without_a_file_everyone_sees_everything() -> None:
    assert access_rules(None).default == EVERYTHING


def test_an_empty_file_shows_everything_but_money(tmp_path: Path) -> None:
    assert rules(tmp_path, "") == AccessRules(Access(None, money=False))


def test_a_file_as_it_is_meant(tmp_path: Path) -> None:
    found = rules(
        tmp_path,
        """
        [default]
        see = ["packaging"]

        [[rule]]
        users = ["slack:T1:U1", "console:local"]
        groups = ["slack:T1:S1"]
        see = "*"
        money = true

        [[rule]]
        channels = ["slack:T1:C1"]
        see = ["packaging", "machining"]
        """,
    )
    assert found.default == Access(frozenset({"packaging"}), money=False)
    assert found.rules == (
        Rule(
            frozenset({"slack:T1:U1", "console:local"}),
            frozenset({"slack:T1:S1"}),
            frozenset(),
            Access(None, money=True),
        ),
        Rule(
            channels=frozenset({"slack:T1:C1"}),
            access=Access(frozenset({"packaging", "machining"}), money=False),
        ),
    )


def test_a_star_in_a_list_is_everything_too(tmp_path: Path) -> None:
    assert rules(tmp_path, '[default]\nsee = ["*"]').default.everywhere


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = [", "cannot be read"),
        ("default = 3", r"default: must be a table: \[default\]"),
        ("rule = 3", r"rule: must be tables: \[\[rule\]\]"),
        ('[[rules]]\nsee = "*"', "rules: is not known here; known are default, roles, rule"),
        ('[default]\nsee = "packaging"', r'default.see: must be "\*" for everything or a list'),
        ("[default]\nsee = [3]", "default.see: must be"),
        ("[default]\nmoney = 3", "default.money: must be true or false"),
        ('[[rule]]\nuser = ["slack:T1:U1"]\nsee = "*"', "rule 1: user: is not known here"),
        ('[[rule]]\nusers = "slack:T1:U1"\nsee = "*"', "rule 1: users: must be a list"),
        ('[[rule]]\nusers = ["slack:T1:U1"]\nmoney = true', "rule 1: see: is missing"),
        ('[[rule]]\nsee = "*"', "rule 1: is for nobody"),
        ('[[rule]]\nusers = ["U012"]\nsee = "*"', "rule 1: users: 'U012' is no id such as slack:T"),
        ('[[rule]]\nusers = ["slack:T1:C1"]\nsee = "*"', "rule 1: users: 'slack:T1:C1' is no id"),
        ('[[rule]]\ngroups = ["slack:T1:U1"]\nsee = "*"', "rule 1: groups: 'slack:T1:U1' is no id"),
        ('[[rule]]\nchannels = ["#floor"]\nsee = "*"', "rule 1: channels: '#floor' is no id"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(MisconfiguredError, match=said) as caught:
        rules(tmp_path, text)
    assert str(tmp_path / "access.toml") in str(caught.value)
    assert "_Grant" not in str(caught.value)


def test_the_second_rule_is_named_by_its_number(tmp_path: Path) -> None:
    first = '[[rule]]\nusers = ["slack:T1:U1"]\nsee = "*"\n'
    with pytest.raises(MisconfiguredError, match="rule 2: money: must be true or false"):
        rules(tmp_path, first + first + "money = 7")


def test_administrators_are_people_and_nobody_else(tmp_path: Path) -> None:
    found = rules(tmp_path, f'[roles]\nadmin = ["{ADA}"]')
    assert found.admins == frozenset({ADA})
    alone = Place("slack", "T1:D1")
    assert found.of(User(ADA), alone) == Access(None, money=False, administers=True)
    assert not found.of(User("slack:T1:U2", groups=(ADA,)), alone).administers
    assert access_rules(None).admins == frozenset()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[roles]\nadmin = ["slack:T1:S0GROUP"]', "admin: 'slack:T1:S0GROUP' is no id"),
        ('[roles]\nadmin = ["slack:T1:C0FLOOR"]', "admin: 'slack:T1:C0FLOOR' is no id"),
        ('[roles]\nadmin = "*"', "roles.admin: must be a list of people"),
        ("[roles]\nadmins = []", "roles.admins: is not known here; known are admin"),
        ("roles = 3", r"roles: must be a table: \[roles\]"),
        ("[default]\nadmin = true", "default.admin: is not known here"),
        (f'[[rule]]\nusers = ["{ADA}"]\nsee = "*"\nadmin = true', "rule 1: admin: is not known"),
    ],
)
def test_nobody_administers_by_mistake(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(MisconfiguredError, match=said):
        rules(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MisconfiguredError, match="cannot be read"):
        access_rules(tmp_path / "nowhere.toml")


def test_places_that_the_plant_does_not_have_come_with_the_nearest() -> None:
    given = AccessRules(
        Access(frozenset({"riverside", "packaging"})),
        (Rule(access=Access(frozenset({"qqqq", "pack-1"}))),),
    )
    assert list(unknown_places(given, PLANTS)) == [("packaging", ["pack-1"]), ("qqqq", [])]


def test_the_example_does_what_the_page_says(tmp_path: Path) -> None:
    example = re.findall(r"```toml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)[0]
    found = rules(tmp_path, example)
    floor = Place("slack", "T01234567:C0PACKING", private=False)
    manager, anyone = User("slack:T01234567:U0MANAGER"), User("slack:T01234567:U0ANYONE")
    assert found.of(manager, Place("slack", "")) == Access(None, money=True)
    assert found.of(anyone, Place("slack", "")) == Access(frozenset({"packaging"}), money=False)
    in_channel = found.of(manager, floor)
    assert (in_channel.places, in_channel.audience) == (None, frozenset({"packaging"}))
    assert not in_channel.money
