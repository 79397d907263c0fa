"""Who may see which areas, and whether money is shown to them.

Access is applied to what is asked of the sources, never to the finished text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.data.source import Scope
from core.domain.assets import Asset, Hierarchy
from core.request import Place, User

ALL = "*"


@dataclass(frozen=True, slots=True)
class Access:
    """`places` are ids of plants and areas; None means all of them. `audience` are those that
    everyone else who reads the answer may see. `money_alone`: the asker may see money, but not
    everyone else who reads the answer. `subscribes`: may change what comes to a channel unasked.
    `administers`: `/andon admin` is for them."""

    places: frozenset[str] | None = None
    money: bool = True
    audience: frozenset[str] | None = None
    money_alone: bool = False
    subscribes: bool = True
    administers: bool = False

    def allows(self, asset: Asset, hierarchy: Hierarchy) -> bool:
        """Whether the asset lies in one of the places, for the asker and for the audience."""
        path = hierarchy.path(asset.id)
        return all(s is None or not s.isdisjoint(path) for s in (self.places, self.audience))

    @property
    def named(self) -> frozenset[str]:
        """The places that are named at all."""
        return (self.places or frozenset()) | (self.audience or frozenset())

    @property
    def everywhere(self) -> bool:
        return self.places is None and self.audience is None

    @property
    def why_no_money(self) -> str:
        """The key of the error that says why amounts of money are not shown."""
        return "money_not_for_all" if self.money_alone else "money_hidden"

    @property
    def scope(self) -> Scope:
        """What sources are told, and part of the cache's key, so that nobody is served what
        another may see."""
        return Scope(self.places, self.audience)


EVERYTHING = Access()


@dataclass(frozen=True, slots=True)
class Rule:
    """What some people, or whoever reads some channels, may see.

    `users` and `groups` are chat identities (`slack:T…:U…`, `slack:T…:S…`), `channels` are places
    (`slack:T…:C…`).
    """

    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    access: Access = EVERYTHING


@dataclass(frozen=True, slots=True)
class AccessRules:
    """`default` holds for everyone and every channel that no rule names. `admins` are people by
    their chat identities, never groups: who is in one is often for its members to say."""

    default: Access = EVERYTHING
    rules: tuple[Rule, ...] = ()
    admins: frozenset[str] = frozenset()

    def of(self, user: User, place: Place) -> Access:
        """What may be shown to this user in this place: in a place that others read, only what
        all of them may see."""
        own = self._together(
            rule.access
            for rule in self.rules
            if user.id in rule.users or not rule.groups.isdisjoint(user.groups)
        )
        if user.id in self.admins:
            own = replace(own, administers=True)
        if place.private:
            return own
        address = f"{place.channel}:{place.address}"
        others = self._together(r.access for r in self.rules if address in r.channels)
        money = own.money and others.money
        alone = own.money and not money
        return Access(own.places, money, others.places, alone, own.subscribes, own.administers)

    @property
    def groups(self) -> frozenset[str]:
        """The user groups that any rule names."""
        return frozenset(group for rule in self.rules for group in rule.groups)

    @property
    def named(self) -> frozenset[str]:
        """The places that are named at all."""
        granted = (self.default, *(rule.access for rule in self.rules))
        return frozenset(place for access in granted for place in access.named)

    def _together(self, granted: Iterable[Access]) -> Access:
        found: Sequence[Access] = tuple(granted) or (self.default,)
        sets = [access.places for access in found]
        places = None if None in sets else frozenset(p for s in sets if s is not None for p in s)
        money = any(access.money for access in found)
        return Access(places, money, subscribes=any(access.subscribes for access in found))
