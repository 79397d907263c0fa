"""`/andon areas …`, `/andon language …`, `/andon quiet …`, `/andon me`: what a person chooses for
themselves."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import cast

from core.access import Access
from core.answer import Action, Actions, Answer, Table, Text
from core.domain.assets import AREA, PLANT
from core.errors import NoData, UserError
from core.installation import Installation
from core.kept import Kept
from core.request import Language, Request
from core.store import Person
from core.words import Words

SUBJECTS = ("areas", "language", "quiet", "me")
_ALIASES = {"area": "areas", "bereiche": "areas", "bereich": "areas", "sprache": "language",
            "ruhe": "quiet", "ruhezeit": "quiet", "settings": "me", "ich": "me",
            "einstellungen": "me"}  # fmt: skip
_LANGUAGES = {"en": "en", "english": "en", "englisch": "en", "de": "de", "german": "de",
              "deutsch": "de"}  # fmt: skip
_NONE = frozenset({"all", "none", "off", "auto", "alle", "keine", "aus"})
_QUIET = re.compile(r"(\d{1,2})(?::(\d\d))?\s*(?:-|–|to|bis)\s*(\d{1,2})(?::(\d\d))?")


def subject(text: str) -> str:
    """Which choice "/andon language de" is about; "" where it is about none."""
    said = text.split()[1:2]
    word = said[0].lower() if said else ""
    return _ALIASES.get(word, word if word in SUBJECTS else "")


async def choices(
    text: str,
    request: Request,
    kept: Kept,
    installation: Installation,
    access: Access,
    words: Words,
) -> Answer:
    """Makes the choice and shows all of them. Raises UserError, SourceUnavailable."""
    person = await kept.person(request.user.id)
    given = " ".join(text.split()[2:]).strip()
    about = subject(text)
    if given and about != "me":
        person = _chosen(about, given, person, request, installation, access)
        await kept.choose(person, request.now)
        if person.language:
            words = Words(person.language, request.now)
    return _shown(person, installation, access, words, changed=bool(given) and about != "me")


def _chosen(
    about: str,
    given: str,
    person: Person,
    request: Request,
    installation: Installation,
    access: Access,
) -> Person:
    nothing = given.lower() in _NONE
    match about:
        case "areas":
            ids = () if nothing else _places(given, request, installation, access)
            return replace(person, areas=ids)
        case "language":
            code = _LANGUAGES.get(given.lower())
            if code is None and not nothing:
                raise UserError("bad_language", said=given[:20])
            return replace(person, language=cast("Language | None", code))
        case _:
            return replace(person, quiet=None if nothing else _quiet(given))


def _places(
    given: str, request: Request, installation: Installation, access: Access
) -> tuple[str, ...]:
    plant = request.plant or request.user.plant or next(iter(installation.plants))
    said = [word.strip() for word in re.split(r"[,;]|\band\b|\bund\b", given) if word.strip()]
    hierarchy = installation.hierarchy
    ids = tuple(
        i
        for word in said
        for i in ((word,) if word in hierarchy else installation.names(plant).resolve_all((word,)))
    )
    hidden = [i for i in ids if not access.allows(hierarchy[i], hierarchy)]
    if hidden:
        raise NoData("not_allowed_asset", asset=", ".join(hierarchy[i].name for i in hidden))
    return tuple(dict.fromkeys(ids))


def _quiet(given: str) -> tuple[str, str]:
    found = _QUIET.fullmatch(given.strip())
    if found is None:
        raise UserError("bad_quiet", said=given[:30])
    hours = int(found[1]), int(found[3])
    minutes = int(found[2] or 0), int(found[4] or 0)
    if max(hours) > 24 or max(minutes) > 59:
        raise UserError("bad_quiet", said=given[:30])
    start, end = (f"{h % 24:02}:{m:02}" for h, m in zip(hours, minutes, strict=True))
    return start, end


def _shown(
    person: Person, installation: Installation, access: Access, words: Words, *, changed: bool
) -> Answer:
    """What was chosen in words; `args` holds it for a form, with the places to choose from."""
    hierarchy = installation.hierarchy
    open_to = [a for a in hierarchy if a.kind in (PLANT, AREA) and access.allows(a, hierarchy)]
    known = [installation.hierarchy.get(area) for area in person.areas]
    areas = ", ".join(asset.name for asset in known if asset) or words.say("choices.areas_none")
    language = words.say(f"choices.language_{person.language or 'auto'}")
    quiet = "–".join(person.quiet) if person.quiet else words.say("choices.quiet_none")
    rows = (
        (words.say("choices.areas"), areas),
        (words.say("choices.language"), language),
        (words.say("choices.quiet"), quiet),
    )
    columns = (words.say("choices.choice"), words.say("choices.value"))
    said = words.say("choices.saved" if changed else "choices.intro")
    other: Language = "de" if words.language == "en" else "en"
    offered = [Action(words.say(f"choices.language_{other}"), f"/andon language {other}")]
    if person.areas:
        offered.append(Action(words.say("choices.areas_clear"), "/andon areas all"))
    table = Table(columns, rows, "ll")
    values: dict[str, object] = {
        "areas": list(person.areas),
        "language": person.language,
        "quiet": list(person.quiet or ()),
        "places": {place.id: place.name for place in open_to},
        "zone": next(iter(installation.plants.values())).zone,
    }
    return Answer("answer", (Text(said), table, Actions(tuple(offered))), args=values)
