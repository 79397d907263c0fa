"""Passwords inside addresses: what to strike from the log, and what may be shown of them."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

STRUCK = "***"
_ADDRESS = re.compile(r"((?:[^\s=:/?#@]+=)?)([A-Za-z][A-Za-z0-9+.\-]*)://(\S*)")
# As SQLAlchemy reads it: a password may hold "/", "?" and "#", but no "@".
_USERINFO = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://[^:/@]*:([^@]*)@")
_IN_QUERY = re.compile(r"(?i)(?:^|[?&;])\s*(?:password|passwd|pwd|secret|token)=([^&;]+)")
_USER = re.compile(r"[\w.%+\-\\]*")
_QUERY = re.compile(r"([?#])")
_PLACE = re.compile(r"(?:[^:/]*|\[[^/]*\])(?::\d+)?(?:/.*)?", re.DOTALL)


def passwords(url: str) -> frozenset[str]:
    """As they are written: before the host, and in the query, also inside an odbc_connect."""
    found = _USERINFO.match(url)
    query = url.partition("?")[2]
    inside = {*_IN_QUERY.findall(query), *_IN_QUERY.findall(unquote_plus(query))}
    return frozenset({*([found[1]] if found else []), *inside} - {""})


def struck(text: str) -> str:
    """Addresses with spaces between, without what may be secret in them: passwords, queries, and
    whatever is not surely a user, a host or a path. What is no address is struck as a whole."""
    found = [_ADDRESS.fullmatch(part) for part in text.split()]
    if not all(found):
        return STRUCK
    return " ".join(f"{one[1]}{one[2]}://{_rest(one[2], one[3])}" for one in found if one)


def _rest(scheme: str, rest: str) -> str:
    userinfo, at, after = rest.rpartition("@")
    place, mark, _ = _QUERY.split(after, maxsplit=1) if _QUERY.search(after) else (after, "", "")
    shown = place if _PLACE.fullmatch(place) else STRUCK
    shown = f"{shown}{mark}{STRUCK}" if mark else shown
    if not at:
        return shown
    user, colon, _ = userinfo.partition(":")
    if not _USER.fullmatch(user) or (not colon and scheme.lower().startswith("http")):
        return f"{STRUCK}@{shown}"  # a token may stand where the user does
    return f"{user}:{STRUCK}@{shown}" if colon else f"{user}@{shown}"
