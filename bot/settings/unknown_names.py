"""Names that nothing reads, each with the one that was probably meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches

from bot.settings.setting import Setting

OURS = "ANDON_"
_NEAR = 60  # per cent of likeness below which a name is none that was meant
_EDITS = 2  # by which a name that does not begin with ANDON_ may differ
_LIKE = 0.75  # of the letters of a name's first word: SLAK, ADNON
# What Kubernetes sets in every pod beside a Service that is named andon.
_SERVICE = re.compile(r"\w+_(?:SERVICE_(?:HOST|PORT)(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)")
# Another program's names that are near to ours.
_FOREIGN = frozenset({"SLACK_API_TOKEN"})


def unknown_names(
    settings: Sequence[Setting], environ: Mapping[str, str], written: Mapping[str, str]
) -> tuple[str, ...]:
    """A sentence for each name in the environment or .env that is like one of ours, or begins with
    ANDON_, and is none. Names of other programs are none of our business."""
    known = [*(one.name for one in settings), *filter(None, (one.file_name for one in settings))]
    given = {name: value for name, value in {**environ, **written}.items() if value}
    firsts = frozenset(name.partition("_")[0] for name in known)
    return tuple(
        said
        for name in given
        if name not in known and _is_candidate(name, firsts)
        for said in _said(name, ".env" if name in written else "the environment", known, given)
    )


def _is_candidate(name: str, firsts: Collection[str]) -> bool:
    """Whether its first word is like one of ours. Cheap, for there are many variables."""
    first, underscore, _ = name.upper().partition("_")
    if not underscore or name in _FOREIGN or _SERVICE.fullmatch(name):
        return False
    return first in firsts or bool(get_close_matches(first, firsts, 1, _LIKE))


def _said(name: str, where: str, known: Sequence[str], given: Collection[str]) -> Iterator[str]:
    nearest, edits = _nearest(name.upper(), known)
    if name.upper().startswith(OURS):
        meant = f"did you mean {nearest}?" if nearest else "`andon settings --all` lists them"
        yield f"{name} in {where} is no setting; {meant}"
    elif nearest and edits <= _EDITS and nearest not in given:
        yield f"{name} in {where} is not read; did you mean {nearest}?"


def _nearest(name: str, known: Sequence[str]) -> tuple[str, int]:
    """The most similar one, or "", and by how many edits it differs, whatever its words' order."""
    from rapidfuzz import fuzz
    from rapidfuzz.distance import OSA  # imported for the few who need it

    if (itself := name.removesuffix("_FILE")) in known:  # which cannot stand in a file
        return itself, 0

    def likeness(one: str) -> float:
        if name.startswith(OURS):  # which all have in common
            said, one = name.removeprefix(OURS), one.removeprefix(OURS)
            return fuzz.ratio(said, one)
        return max(fuzz.ratio(name, one), fuzz.ratio(_sorted(name), _sorted(one)))

    best = max(known, key=likeness)
    edits = min(OSA.distance(name, best), OSA.distance(_sorted(name), _sorted(best)))
    return (best, edits) if likeness(best) >= _NEAR else ("", 0)


def _sorted(name: str) -> str:
    return "_".join(sorted(name.split("_")))
