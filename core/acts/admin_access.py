"""`/andon admin access [person]`: who may see what, as access.toml says it."""

from __future__ import annotations

import re

from core.access import Access, AccessRules
from core.admin import By, Desk
from core.admin_acts import note
from core.answer import Answer, Heading, Notice, Part, Table, Text
from core.errors import UserError
from core.request import Request, User, direct
from core.words import Words

# "U0123", or a mention as Slack writes it; a full id ("slack:T0123:U0123") stays.
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|([UW][A-Z0-9]{2,})")
_ID = re.compile(r"[a-z]+:\S{1,200}")
_SHOWN = 4


async def access_card(rest: str, by: By, desk: Desk, request: Request, words: Words) -> Answer:
    """The rules; or what one person may see alone, which is written down. Raises UserError where
    that is nobody's id."""
    if not rest:
        return _rules(desk.rules, words)
    found = _MENTION.fullmatch(rest)
    platform = request.user.id.rpartition(":")[0]
    person = f"{platform}:{found[1] or found[2]}" if found else rest
    if not _ID.fullmatch(person):
        raise UserError("admin.bad_person", said=rest[:40])
    await note(desk, by, "access", person, request.now)
    access = desk.rules.of(User(person), direct(person))
    table = Table(_columns(words, "who"), (_row(person, access, words),), "lllll")
    parts: list[Part] = [Heading(words.say("admin.to_access")), table]
    if desk.rules.groups:
        parts.append(Notice(words.say("admin.no_groups"), "neutral"))
    return Answer("answer", tuple(parts))


def _rules(rules: AccessRules, words: Words) -> Answer:
    rows = [
        _row(_some((*rule.users, *rule.groups, *rule.channels)), rule.access, words)
        for rule in rules.rules
    ]
    everyone = words.say("admin.everyone_else" if rows else "admin.everyone")
    rows.append(_row(everyone, rules.default, words))
    table = Table(_columns(words, "rule"), tuple(row[:-1] for row in rows), "llll")
    admins = words.say("admin.admins", n=len(rules.admins), who=_some(sorted(rules.admins)))
    parts = (Heading(words.say("admin.to_access")), Text(admins), table)
    return Answer("answer", parts)


def _columns(words: Words, first: str) -> tuple[str, ...]:
    names = (first, "sees", "money", "subscribes", *(("administers",) if first == "who" else ()))
    return tuple(words.say(f"admin.{name}") for name in names)


def _row(who: str, access: Access, words: Words) -> tuple[str, ...]:
    sees = words.say("admin.everything") if access.places is None else ", ".join(
        sorted(access.places)
    )  # fmt: skip
    kinds = (access.money, access.subscribes, access.administers)
    return (who, sees or "–", *(words.say("admin.yes" if yes else "admin.no") for yes in kinds))


def _some(ids: tuple[str, ...] | list[str]) -> str:
    more = len(ids) - _SHOWN
    return ", ".join((*ids[:_SHOWN], *((f"+{more}",) if more > 0 else ())))
