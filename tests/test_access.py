"""Who sees what: rules add up for a person, and a channel shows only what all its readers may."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from core.access import EVERYTHING, Access, AccessRules, Rule
from core.domain.assets import AREA, LINE, PLANT, Asset, Hierarchy
from core.request import Place, User

ANA, BERND = User("slack:T1:U1"), User("slack:T1:U2")
SHIFT = "slack:T1:S1"
DIRECT = Place("slack", "T1:D1")
FLOOR = Place("slack", "T1:C1", "1.0", private=False)
OFFICE = Place("slack", "T1:C2", "", private=False)

HIERARCHY = Hierarchy(
    (
        Asset(id="north", name="North", kind=PLANT, plant="north"),
        Asset(id="packing", name="Packing", kind=AREA, plant="north", parent="north"),
        Asset(id="line-1", name="Line 1", kind=LINE, plant="north", area="packing"),
        Asset(id="milling", name="Milling", kind=AREA, plant="north", parent="north"),
        Asset(id="mill-1", name="Mill 1", kind="machine", plant="north", area="milling"),
        Asset(id="south", name="South", kind=PLANT, plant="south"),
    )
)
IDS = [asset.id for asset in HIERARCHY]
NOTHING = Access(frozenset(), money=False)


def some(*places: str, money: bool = False) -> Access:
    return Access(frozenset(places), money)


def seen(access: Access) -> set[str]:
    return {asset.id for asset in HIERARCHY if access.allows(asset, HIERARCHY)}


def test_without_rules_everyone_sees_everything() -> None:
    access = AccessRules().of(ANA, FLOOR)
    assert (seen(access), access.money) == (set(IDS), True)
    assert access.everywhere


def test_a_place_holds_what_is_below_it() -> None:
    assert seen(some("packing")) == {"packing", "line-1"}
    assert seen(some("north")) == {"north", "packing", "line-1", "milling", "mill-1"}
    assert seen(some("line-1")) == {"line-1"}
    assert seen(some("nowhere")) == set()


def test_the_default_holds_for_whom_no_rule_names() -> None:
    rules = AccessRules(some("packing"), (Rule(users=frozenset({ANA.id}), access=some("milling")),))
    assert seen(rules.of(ANA, DIRECT)) == {"milling", "mill-1"}  # in its place, not besides
    assert seen(rules.of(BERND, DIRECT)) == {"packing", "line-1"}


def test_what_several_rules_grant_adds_up() -> None:
    rules = AccessRules(
        NOTHING,
        (
            Rule(users=frozenset({ANA.id}), access=some("packing")),
            Rule(groups=frozenset({SHIFT}), access=some("milling", money=True)),
        ),
    )
    of_shift = User(ANA.id, groups=(SHIFT, "slack:T1:S9"))
    both = rules.of(of_shift, DIRECT)
    assert seen(both) == {"packing", "line-1", "milling", "mill-1"}
    assert both.money
    assert not rules.of(ANA, DIRECT).money
    assert rules.groups == {SHIFT}


def test_one_rule_that_grants_everything_is_enough() -> None:
    rules = AccessRules(
        NOTHING,
        (
            Rule(users=frozenset({ANA.id}), access=some("packing")),
            Rule(users=frozenset({ANA.id}), access=Access()),
        ),
    )
    assert rules.of(ANA, DIRECT) == EVERYTHING


def test_a_channel_shows_what_the_asker_and_all_its_readers_may_see() -> None:
    rules = AccessRules(
        NOTHING,
        (
            Rule(users=frozenset({ANA.id}), access=some("north", money=True)),
            Rule(channels=frozenset({"slack:T1:C1"}), access=some("packing", "south")),
        ),
    )
    assert seen(rules.of(ANA, FLOOR)) == {"packing", "line-1"}
    assert not rules.of(ANA, FLOOR).money  # some reader may not see money
    assert rules.of(ANA, DIRECT).money
    assert seen(rules.of(ANA, OFFICE)) == set()  # no rule names it: the default
    assert seen(rules.of(BERND, FLOOR)) == set()  # what a channel may see is no right of his


def test_a_command_in_a_channel_is_private_and_has_the_askers_rights() -> None:
    rules = AccessRules(NOTHING, (Rule(users=frozenset({ANA.id}), access=some("packing")),))
    assert seen(rules.of(ANA, Place("slack", "T1:C1"))) == {"packing", "line-1"}


def test_the_same_channel_id_elsewhere_is_another_channel() -> None:
    rules = AccessRules(NOTHING, (Rule(channels=frozenset({"slack:T1:C1"}), access=Access()),))
    elsewhere = Place("slack", "T2:C1", private=False)
    teams = Place("teams", "T1:C1", private=False)
    for place in (elsewhere, teams):
        assert rules.of(ANA, place).audience == frozenset()


def test_the_places_of_all_rules_are_named() -> None:
    rules = AccessRules(some("packing"), (Rule(users=frozenset({"x:y"}), access=some("south")),))
    assert rules.named == {"packing", "south"}
    assert not AccessRules().named


places = st.none() | st.frozensets(st.sampled_from(IDS))
grants = st.builds(Access, places, st.booleans())
rule_sets = st.lists(
    st.builds(
        Rule,
        st.frozensets(st.sampled_from([ANA.id, BERND.id])),
        st.frozensets(st.just(SHIFT)),
        st.frozensets(st.sampled_from(["slack:T1:C1", "slack:T1:C2"])),
        grants,
    ),
    max_size=5,
).map(tuple)


@given(grants, rule_sets, st.sampled_from([(), (SHIFT,)]))
def test_a_channel_never_shows_more_than_the_asker_or_the_channel_may_see(
    default: Access, rules: tuple[Rule, ...], groups: tuple[str, ...]
) -> None:
    all_rules = AccessRules(default, rules)
    ana = User(ANA.id, groups=groups)
    alone, together = all_rules.of(ana, DIRECT), all_rules.of(ana, FLOOR)
    of_floor = [rule.access for rule in rules if "slack:T1:C1" in rule.channels] or [default]
    readers = set[str]().union(*(seen(access) for access in of_floor))
    assert seen(together) == seen(alone) & readers
    assert together.money == (alone.money and any(access.money for access in of_floor))
    assert together.money_alone == (alone.money and not together.money)
    assert not alone.money_alone


awkward = st.none() | st.frozensets(st.text(alphabet="ab,|*'[]", max_size=4), max_size=3)


@given(st.lists(st.builds(Access, awkward, st.just(True), awkward), min_size=2, max_size=6))
def test_different_rights_never_share_a_cache_key(accesses: list[Access]) -> None:
    for one, other in combinations(accesses, 2):
        assert (one.scope == other.scope) == (
            (one.places, one.audience) == (other.places, other.audience)
        )
